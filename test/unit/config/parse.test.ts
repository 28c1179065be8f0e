import assert from "node:assert/strict";
import { test } from "node:test";
import { parsePairFile, positionOf } from "../../../src/config/parse";
import { pairFileJsonSchema, secretVariable, marketoUrl } from "../../../src/config/pairFile";

const GUID = "11111111-2222-3333-4444-555555555555";
const dynamics = { url: "https://contoso.crm.dynamics.com", clientId: GUID };
const marketo = { munchkinId: "123-ABC-456", clientId: "client" };
const pair = { id: "main", environment: "test", dynamics, marketo };
const file = (...pairs: object[]) => JSON.stringify({ pairs });

test("a small file gets every default", () => {
  const parsed = parsePairFile(`{ // my pair\n "pairs": [${JSON.stringify(pair)},] }`);
  assert(parsed.ok);
  const [first] = parsed.file.pairs;
  assert(first);
  assert.equal(first.intervalSeconds, 300);
  assert.deepEqual(first.policies.winner, { contact: "dynamics", lead: "marketo" });
  assert.equal(first.recordTypes.contact?.enabled, true);
  assert.equal(first.recordTypes.lead, undefined);
  assert.equal(marketoUrl(first), "https://123-ABC-456.mktorest.com");
});

test("B-12: requests of campaigns are looked for every 30 seconds", () => {
  const request = { listId: 1001, syncAs: "contact" };
  const parsed = parsePairFile(file({ ...pair, marketo: { ...marketo, request } }));
  assert(parsed.ok);
  assert.equal(parsed.file.pairs[0]?.marketo.request?.pollSeconds, 30);
});

const refused: [what: string, text: string, code: string, message: RegExp, path: string][] = [
  ["empty file", "  ", "CS-CONFIG", /empty/, ""],
  ["broken JSON", '{"pairs": [', "CS-CONFIG", /not valid JSON/, ""],
  ["no list of pairs", "{}", "CS-CONFIG", /pairs/, "pairs"],
  [
    "a secret",
    file({ ...pair, dynamics: { ...dynamics, clientSecret: "x" } }),
    "CS-SECRET-IN-FILE",
    /CONTACT_SYNC_<PAIR>_DYNAMICS_SECRET/,
    "pairs.0.dynamics.clientSecret",
  ],
  [
    "a secret beside other mistakes",
    file({ ...pair, id: "", marketo: { ...marketo, secret: "x" } }),
    "CS-SECRET-IN-FILE",
    /Remove "secret"/,
    "pairs.0.marketo.secret",
  ],
  [
    "a filter condition that cannot be read",
    file({ ...pair, recordTypes: { contact: { filter: { where: "statecode = " } } } }),
    "CS-CONFIG",
    /true, false or null is expected here \(at character 13\)/,
    "pairs.0.recordTypes.contact.filter.where",
  ],
  ["unknown key", file({ ...pair, colour: 1 }), "CS-CONFIG", /colour/, "pairs.0"],
  [
    "plain http",
    file({ ...pair, dynamics: { ...dynamics, url: "http://contoso.crm.dynamics.com" } }),
    "CS-CONFIG",
    /https/,
    "pairs.0.dynamics.url",
  ],
  [
    "wrong Munchkin id",
    file({ ...pair, marketo: { ...marketo, munchkinId: "123abc" } }),
    "CS-CONFIG",
    /123-ABC-456/,
    "pairs.0.marketo.munchkinId",
  ],
  [
    "both url and Munchkin id",
    file({ ...pair, marketo: { ...marketo, url: "https://x.mktorest.com" } }),
    "CS-CONFIG",
    /exactly one/,
    "pairs.0.marketo",
  ],
  [
    "column mapped twice",
    file({
      ...pair,
      recordTypes: {
        contact: {
          fields: [
            { column: "jobtitle", field: "title" },
            { column: "jobtitle", field: "role" },
          ],
        },
      },
    }),
    "CS-CONFIG",
    /mapped twice/,
    "pairs.0.recordTypes.contact.fields.1.column",
  ],
  ["same id twice", file(pair, { ...pair, id: "MAIN" }), "CS-CONFIG", /already/, "pairs.1.id"],
];

for (const [what, text, code, message, path] of refused) {
  test(`refused: ${what}`, () => {
    const parsed = parsePairFile(text);
    assert(!parsed.ok);
    const [problem] = parsed.problems;
    assert(problem);
    assert.deepEqual({ code: problem.code, path: problem.path.join(".") }, { code, path });
    assert.match(problem.message, message);
    assert(problem.offset >= 0 && problem.offset + problem.length <= text.length);
  });
}

test("a switched-off mapping may share its column", () => {
  const fields = [
    { column: "jobtitle", field: "title" },
    { column: "jobtitle", field: "role", enabled: false },
  ];
  assert(parsePairFile(file({ ...pair, recordTypes: { contact: { fields } } })).ok);
});

test("positions count lines and columns from 1", () => {
  assert.deepEqual(positionOf("ab\ncd", 4), { line: 2, column: 2 });
  assert.deepEqual(positionOf("", 0), { line: 1, column: 1 });
});

test("secret variables are shell names", () => {
  assert.equal(secretVariable("emea.prod-1", "marketo"), "CONTACT_SYNC_EMEA_PROD_1_MARKETO_SECRET");
});

test("the JSON Schema describes the file that the parser accepts", () => {
  const schema = JSON.stringify(pairFileJsonSchema());
  for (const word of ["pairs", "munchkinId", "toMarketo", "marketoDailyCalls"]) {
    assert(schema.includes(`"${word}"`), word);
  }
});
