import assert from "node:assert/strict";
import { test } from "node:test";
import { findingsOf } from "../../../src/host/editor/diagnose";
import { fixedText } from "../../../src/host/editor/fixText";
import { namesFor, nameText, nearestName } from "../../../src/host/editor/names";
import { mappingPlaces, mappingRange, nameAt } from "../../../src/host/editor/places";
import { smallestChange } from "../../../src/host/pairs/textChange";
import { mappedOf, schemaOf } from "./samples";

const fileWith = (mappings: string, more = "") => `{
  // Kept by hand.
  "pairs": [{
    "id": "contoso", "environment": "test",${more}
    "dynamics": { "url": "https://contoso.crm.dynamics.com", "clientId": "11111111-1111-4111-8111-111111111111" },
    "marketo": { "munchkinId": "123-ABC-456", "clientId": "c" },
    "recordTypes": { "contact": { "fields": [${mappings}] } }
  }]
}
`;
const schemas = new Map([["contoso", schemaOf()]]);
const GOOD = '{ "column": "jobtitle", "field": "title" }';

test("names are found under the cursor, with the other name of the mapping", () => {
  const text = fileWith(GOOD);
  const at = (needle: string) => nameAt(text, text.indexOf(needle) + 2);
  assert.deepEqual(at('"title"'), {
    pair: "contoso",
    recordType: "contact",
    key: "field",
    word: { value: "title", offset: text.indexOf('"title"'), length: 7 },
    counterpart: "jobtitle",
  });
  assert.equal(at('"column"'), null);
  assert.equal(at('"id"'), null);
  assert.equal(at('"123-ABC-456"'), null);
});

test("completion offers columns with type and length, and marks what fits the other name", () => {
  const text = fileWith('{ "column": "", "field": "title" }');
  const place = nameAt(text, text.indexOf('""') + 1);
  assert.ok(place);
  assert.deepEqual(
    namesFor(place, schemaOf()).map(({ name, detail, fits }) => [name, detail, fits]),
    [
      ["jobtitle", "text(100)", true],
      ["birthdate", "date", true],
      ["secretcode", "text(100)", false],
      ["fax", "text(100)", true],
    ],
  );
});

test("hover explains a name; an unknown one gets no hover", () => {
  const text = fileWith('{ "column": "secretcode", "field": "nothing" }');
  const column = nameAt(text, text.indexOf("secretcode"));
  const field = nameAt(text, text.indexOf('"nothing"') + 1);
  assert.ok(column && field);
  assert.match(nameText(column, schemaOf()) ?? "", /column security hides it/);
  assert.equal(nameText(field, schemaOf()), null);
});

test("what may not fit is told by the hover of both names, and underlines nothing", () => {
  const text = fileWith(GOOD);
  const warning = "title holds up to 255 characters.";
  const mapped = mappedOf("jobtitle", { field: "title", warnings: [warning] });
  const schema = schemaOf({ maps: { contact: [mapped] } });
  for (const name of ['"jobtitle"', '"title"']) {
    const place = nameAt(text, text.indexOf(name) + 1);
    assert.ok(place && nameText(place, schema)?.endsWith(`\n\n${warning}`));
  }
  assert.deepEqual(findingsOf(text, new Map([["contoso", schema]])), []);
});

const findings: readonly [string, string, readonly [string, RegExp, string[]][]][] = [
  ["a good mapping", fileWith(GOOD), []],
  [
    "an unknown column",
    fileWith('{ "column": "jobtitel", "field": "title" }'),
    [['"jobtitel"', /jobtitel/, ["rename", "switchOff"]]],
  ],
  [
    "an unknown field",
    fileWith('{ "column": "jobtitle", "field": "tilte" }'),
    [['"tilte"', /tilte/, ["rename", "switchOff"]]],
  ],
  [
    "types that do not fit",
    fileWith('{ "column": "birthdate", "field": "leadScore" }'),
    [
      [
        '{ "column": "birthdate", "field": "leadScore" }',
        /birthdate <-> leadScore/,
        ["switchOff", "remove"],
      ],
    ],
  ],
  [
    "a mapping that is switched off",
    fileWith('{ "column": "birthdate", "field": "leadScore", "enabled": false }'),
    [],
  ],
  [
    "a secret",
    fileWith(GOOD, ' "clientSecret": "x",'),
    [['"clientSecret": "x"', /secrets do not belong/, ["remove"]]],
  ],
];

for (const [title, text, expected] of findings) {
  test(`diagnostics: ${title}`, () => {
    const found = findingsOf(text, schemas).filter(({ severity }) => severity === "error");
    assert.deepEqual(
      found.map(({ offset, length, fixes }) => [
        text.slice(offset, offset + length),
        fixes.map(({ kind }) => kind),
      ]),
      expected.map(([underlined, , fixes]) => [underlined, fixes]),
    );
    found.forEach(({ message }, index) => assert.match(message, expected[index]![1]));
  });
}

test("diagnostics: two mappings into one target are found with and without a schema", () => {
  const text = fileWith(`${GOOD}, { "column": "fax", "field": "title" }`);
  const codes = (known: typeof schemas) =>
    findingsOf(text, known).filter(({ severity }) => severity === "error").length;
  assert.ok(codes(new Map()) >= 1);
  assert.ok(codes(schemas) >= 1);
});

test("quick fixes mend the file and keep its comments", () => {
  const text = fileWith('{ "column": "jobtitel", "field": "title" }');
  const [finding] = findingsOf(text, schemas);
  assert.ok(finding);
  const [rename, switchOff] = finding.fixes.map((fix) => fixedText(text, finding, fix) ?? "");
  assert.equal(rename, text.replace("jobtitel", "jobtitle"));
  assert.match(switchOff!, /Kept by hand/);
  assert.deepEqual(
    findingsOf(rename!, schemas).filter((f) => f.severity === "error"),
    [],
  );
  assert.deepEqual(findingsOf(switchOff!, schemas), []);
});

test("a secret is removed by its quick fix", () => {
  const text = fileWith(GOOD, ' "clientSecret": "x",');
  const [finding] = findingsOf(text, schemas);
  const fixed = fixedText(text, finding!, finding!.fixes[0]!) ?? "";
  assert.doesNotMatch(fixed, /clientSecret/);
  assert.deepEqual(findingsOf(fixed, new Map()), []);
});

test("mappings are found for the tree, also in a file with errors", () => {
  const broken = fileWith(`${GOOD},`).replace('"environment": "test"', '"environment": ');
  assert.equal(mappingPlaces(broken).length, 1);
  const wanted = { pair: "contoso", recordType: "contact", column: "jobtitle", field: "title" };
  const text = fileWith(GOOD);
  const range = mappingRange(text, { ...wanted, recordType: "contact" });
  assert.equal(text.slice(range!.offset, range!.offset + range!.length), GOOD);
  assert.equal(mappingRange(text, { ...wanted, recordType: "lead" }), null);
});

const near: readonly [typed: string, found: string | null][] = [
  ["jobtitel", "jobtitle"],
  ["JobTitle", "jobtitle"],
  ["zzzzzz", null],
  ["", null],
];

for (const [typed, found] of near) {
  test(`nearest name to "${typed}": ${found}`, () => {
    assert.equal(nearestName(typed, ["jobtitle", "fax", "birthdate"]), found);
  });
}

const changes: readonly [before: string, after: string, object][] = [
  ["abc", "abc", { offset: 3, length: 0, text: "" }],
  ["abc", "axc", { offset: 1, length: 1, text: "x" }],
  ["aa", "aaa", { offset: 2, length: 0, text: "a" }],
  ["", "new", { offset: 0, length: 0, text: "new" }],
  ["gone", "", { offset: 0, length: 4, text: "" }],
];

for (const [before, after, change] of changes) {
  test(`smallest change from "${before}" to "${after}"`, () => {
    assert.deepEqual(smallestChange(before, after), change);
  });
}

test("an organization in two pairs is underlined where the second one names it, as a warning", () => {
  const pair = (id: string, munchkinId: string) =>
    `{ "id": "${id}", "environment": "test", "dynamics": { "url": "https://contoso.crm.dynamics.com", "clientId": "11111111-1111-4111-8111-111111111111" }, "marketo": { "munchkinId": "${munchkinId}", "clientId": "c" } }`;
  const text = `{ "pairs": [${pair("a", "123-ABC-456")}, ${pair("b", "123-ABC-457")}] }`;
  const found = findingsOf(text, new Map());
  assert.deepEqual(
    found.map(({ code, severity, offset, length }) => [
      code,
      severity,
      text.slice(offset, offset + length),
      text.slice(0, offset).includes('"id": "b"'),
    ]),
    [["CS-SHARED-ORG", "warning", '"https://contoso.crm.dynamics.com"', true]],
  );
});
