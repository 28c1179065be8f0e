import assert from "node:assert/strict";
import { test } from "node:test";
import { pairSchema, type PairConfig } from "../../../src/config/pairFile";
import { parsePairFile } from "../../../src/config/parse";
import { sharedSystems, sharedText } from "../../../src/config/sharedSystems";

const CLIENT = "11111111-1111-4111-8111-111111111111";

function pair(id: string, url: string, marketo: { munchkinId: string } | { url: string }): object {
  return {
    id,
    environment: "test",
    dynamics: { url, clientId: CLIENT },
    marketo: { ...marketo, clientId: "client" },
  };
}

const CONTOSO = "https://contoso.crm4.dynamics.com";
const FABRIKAM = "https://fabrikam.crm4.dynamics.com";
const ONE = { munchkinId: "123-ABC-456" };
const TWO = { munchkinId: "999-ZZZ-999" };

const cases: readonly [what: string, pairs: readonly object[], shared: object[]][] = [
  ["nothing shared", [pair("a", CONTOSO, ONE), pair("b", FABRIKAM, TWO)], []],
  [
    "one organization",
    [pair("a", CONTOSO, ONE), pair("b", `${CONTOSO}/`, TWO)],
    [{ side: "dynamics", pairs: ["a", "b"] }],
  ],
  [
    "one organization by its two addresses",
    [pair("a", CONTOSO, ONE), pair("b", "https://CONTOSO.api.crm4.dynamics.com", TWO)],
    [{ side: "dynamics", pairs: ["a", "b"] }],
  ],
  [
    "organizations of one name in two regions are two",
    [pair("a", CONTOSO, ONE), pair("b", "https://contoso.crm5.dynamics.com", TWO)],
    [],
  ],
  [
    "one instance by id and by address",
    [
      pair("a", CONTOSO, ONE),
      pair("b", FABRIKAM, { url: "https://123-abc-456.mktorest.com/rest" }),
    ],
    [{ side: "marketo", pairs: ["a", "b"] }],
  ],
  [
    "both, among three",
    [pair("a", CONTOSO, ONE), pair("b", FABRIKAM, TWO), pair("c", CONTOSO, ONE)],
    [
      { side: "dynamics", pairs: ["a", "c"] },
      { side: "marketo", pairs: ["a", "c"] },
    ],
  ],
];

for (const [what, pairs, shared] of cases) {
  test(`pairs with ${what}`, () => {
    const configs: PairConfig[] = pairs.map((one) => pairSchema.parse(one));
    assert.deepEqual(sharedSystems(configs), shared);
  });
}

test("CS-SHARED-ORG: the file is usable, and the warning stands at the second pair's address", () => {
  const text = JSON.stringify({ pairs: [pair("a", CONTOSO, ONE), pair("b", FABRIKAM, ONE)] });
  const parsed = parsePairFile(text);
  assert(parsed.ok);
  assert.deepEqual(
    parsed.warnings.map(({ code, path, offset, length }) => [
      code,
      path.join("."),
      text.slice(offset, offset + length),
    ]),
    [["CS-SHARED-ORG", "pairs.1.marketo.munchkinId", '"123-ABC-456"']],
  );
  assert.match(
    parsed.warnings[0]!.message,
    /The pairs "a" and "b" share one Marketo instance: .*Keep one of the two pairs\.$/,
  );
});

test("both pairs say the same sentence, so that it is told once", () => {
  assert.equal(
    sharedText({ side: "dynamics", pairs: ["b", "a"] }),
    sharedText({ side: "dynamics", pairs: ["a", "b"] }),
  );
});
