import assert from "node:assert/strict";
import { test } from "node:test";
import { DEFAULT_MAP } from "../../../src/config/defaultMap";
import {
  addPair,
  mappingOf,
  putField,
  removePair,
  setFieldEnabled,
  setValueMap,
} from "../../../src/config/edit";
import { parsePairFile } from "../../../src/config/parse";

const TEXT = `{
  // The pair of the sales team.
  "pairs": [
    {
      "id": "main", // short name
      "environment": "test",
      "dynamics": { "url": "https://contoso.crm.dynamics.com", "clientId": "11111111-2222-3333-4444-555555555555" },
      "marketo": { "munchkinId": "123-ABC-456", "clientId": "c" },
      "recordTypes": {
        "contact": {
          "fields": [
            // Names first.
            { "column": "firstname", "field": "firstName" },
            { "column": "jobtitle", "field": "title" }
          ]
        }
      }
    }
  ]
}
`;

function fields(text: string | undefined, type: "contact" | "lead" = "contact") {
  const parsed = parsePairFile(text ?? "");
  assert(parsed.ok, JSON.stringify(parsed));
  return parsed.file.pairs[0]?.recordTypes[type]?.fields ?? [];
}

test("switching a field off and on keeps comments and everything else", () => {
  const target = { pairId: "main", recordType: "contact", column: "jobtitle" } as const;
  const off = setFieldEnabled(TEXT, target, false);
  assert.equal(fields(off)[1]?.enabled, false);
  assert.match(off ?? "", /Names first\.[^]*short name|short name[^]*Names first\./);
  const line = '{ "column": "jobtitle", "field": "title" }';
  assert.equal(off, TEXT.replace(line, line.replace(" }", ', "enabled": false }')));
  assert.equal(setFieldEnabled(off ?? "", target, true), TEXT);
});

test("a file that relies on the default map gets it written out", () => {
  const target = { pairId: "main", recordType: "lead", column: "subject" } as const;
  const off = setFieldEnabled(TEXT, target, false);
  assert.equal(fields(off, "lead").length, DEFAULT_MAP.lead.length);
  assert.equal(fields(off, "lead").find((m) => m.column === "subject")?.enabled, false);
});

test("unknown pair, unknown column and unreadable text change nothing", () => {
  const at = { pairId: "main", recordType: "contact", column: "jobtitle" } as const;
  assert.equal(setFieldEnabled(TEXT, { ...at, pairId: "other" }, false), undefined);
  assert.equal(setFieldEnabled(TEXT, { ...at, column: "fax" }, false), undefined);
  assert.equal(setFieldEnabled("{", at, false), undefined);
});

test("a mapping is added at the end or replaces its column", () => {
  const target = { pairId: "main", recordType: "contact" } as const;
  const added = putField(TEXT, target, { column: "fax", field: "fax", direction: "toMarketo" });
  assert.deepEqual(
    fields(added).map((m) => [m.column, m.field, m.direction]),
    [
      ["firstname", "firstName", "both"],
      ["jobtitle", "title", "both"],
      ["fax", "fax", "toMarketo"],
    ],
  );
  const replaced = putField(added ?? "", target, { column: "jobtitle", field: "role" });
  assert.equal(fields(replaced)[1]?.field, "role");
});

test("pairs are added and removed", () => {
  const parsed = parsePairFile(TEXT);
  assert(parsed.ok);
  const two = addPair(TEXT, { ...parsed.file.pairs[0], id: "second" });
  const after = parsePairFile(two);
  assert(after.ok);
  assert.deepEqual(
    after.file.pairs.map((pair) => pair.id),
    ["main", "second"],
  );
  const one = parsePairFile(removePair(two, "main") ?? "");
  assert(one.ok);
  assert.deepEqual(
    one.file.pairs.map((pair) => pair.id),
    ["second"],
  );
});

test("the last pair leaves a file that another one can be added to", () => {
  const empty = removePair(TEXT, "main") ?? "";
  const parsed = parsePairFile(empty);
  assert(parsed.ok);
  assert.deepEqual(parsed.file.pairs, []);
  assert.equal(empty.split("\n")[0], TEXT.split("\n")[0]);
  const first = parsePairFile(TEXT);
  assert(first.ok);
  const again = parsePairFile(addPair(empty, first.file.pairs[0]!));
  assert(again.ok);
  assert.deepEqual(again.file.pairs, first.file.pairs);
});

test("a value map is written into its mapping, replaced and taken away, and every comment stays", () => {
  const target = { pairId: "main", recordType: "contact", column: "jobtitle" } as const;
  const line = '{ "column": "jobtitle", "field": "title" }';
  const once = setValueMap(TEXT, target, { 1: "Hot" }) ?? "";
  assert.equal(once, TEXT.replace(line, line.replace(" }", ', "valueMap": {"1":"Hot"} }')));
  const twice = setValueMap(once, target, { 1: "Hot", 2: "Cold" }) ?? "";
  assert.deepEqual(fields(twice)[1]?.valueMap, { 1: "Hot", 2: "Cold" });
  assert.match(twice, /Names first\./);
  assert.equal(setValueMap(twice, target, undefined), TEXT);
  assert.equal(setValueMap(TEXT, { ...target, column: "fax" }, { 1: "Hot" }), undefined);
});

test("a column's mapping is that of the file, else that of the default map", () => {
  const parsed = parsePairFile(TEXT);
  assert(parsed.ok);
  const config = parsed.file.pairs[0]!;
  assert.equal(mappingOf(config, "contact", "jobtitle")?.field, "title");
  assert.equal(mappingOf(config, "contact", "fax"), undefined);
  assert.equal(mappingOf(config, "lead", "subject")?.field, "crmTopic");
});
