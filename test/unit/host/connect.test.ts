import assert from "node:assert/strict";
import { test } from "node:test";
import {
  checkGuid,
  checkSecret,
  marketoInstance,
  nameFromUrl,
  pairIdFrom,
} from "../../../src/host/connect/answers";
import { suggestionsOf } from "../../../src/host/fields";
import { fingerprint, secretName } from "../../../src/host/pairs/identity";
import { configOf, schemaOf } from "./samples";

const GUID = "11111111-1111-4111-8111-111111111111";

const instances: readonly [typed: string, found: object | RegExp][] = [
  ["123-ABC-456", { munchkinId: "123-ABC-456" }],
  [" 123-abc-456 ", { munchkinId: "123-ABC-456" }],
  ["https://123-ABC-456.mktorest.com/rest", { url: "https://123-abc-456.mktorest.com" }],
  ["123-ABC-456.mktorest.com", { url: "https://123-abc-456.mktorest.com" }],
  ["http://127.0.0.1:8080", { url: "http://127.0.0.1:8080" }],
  ["https://app-sj01.marketo.com/#MM0A1", /web interface/],
  ["http://123-ABC-456.mktorest.com", /neither a Munchkin id/],
  ["123-AB-456", /neither a Munchkin id/],
  ["", /neither a Munchkin id/],
];

for (const [typed, found] of instances) {
  test(`Marketo instance: "${typed}"`, () => {
    const result = marketoInstance(typed);
    if (!(found instanceof RegExp)) assert.deepEqual(result, found);
    else assert.match("problem" in result ? result.problem : "", found);
  });
}

test("a secret's id is not taken for its value", () => {
  assert.match(checkSecret(GUID) ?? "", /secret's id/);
  assert.match(checkSecret("  ") ?? "", /Paste/);
  assert.equal(checkSecret("abc~def.123"), undefined);
  assert.equal(checkGuid(` ${GUID} `), undefined);
  assert.match(checkGuid("contoso") ?? "", /GUID/);
});

const ids: readonly [name: string, taken: string[], id: string][] = [
  ["Contoso Sales", [], "contoso-sales"],
  ["Contoso", ["contoso"], "contoso-2"],
  ["Contoso", ["CONTOSO", "contoso-2"], "contoso-3"],
  ["日本", [], "pair"],
  ["--", [], "pair"],
];

for (const [name, taken, id] of ids) {
  test(`pair id from "${name}": ${id}`, () => {
    assert.equal(pairIdFrom(name, taken), id);
  });
}

test("a first name comes from the organization's address", () => {
  assert.equal(nameFromUrl("https://contoso.crm4.dynamics.com"), "contoso");
  assert.equal(nameFromUrl("nonsense"), "");
});

test("a state belongs to what the pair connects, not to where its file lies", () => {
  const same = configOf({ name: "Other name", intervalSeconds: 60 });
  assert.equal(fingerprint(same), fingerprint(configOf()));
  const elsewhere = configOf({ marketo: { munchkinId: "999-ZZZ-999", clientId: "client" } });
  assert.notEqual(fingerprint(elsewhere), fingerprint(configOf()));
});

test("a secret is not given to another address, client or sign-in server under the same pair id", () => {
  const own = configOf();
  const dynamics = own.dynamics;
  const others = [
    { ...dynamics, url: "https://evil.example" },
    { ...dynamics, clientId: "22222222-2222-4222-8222-222222222222" },
    { ...dynamics, authority: { url: "https://evil.example", metadata: "{}" } },
  ].map((changed) => secretName({ ...own, dynamics: changed }, "dynamics"));
  assert.equal(new Set([secretName(own, "dynamics"), ...others]).size, 4);
  const marketo = { ...own.marketo, munchkinId: "999-ZZZ-999" };
  assert.notEqual(secretName({ ...own, marketo }, "marketo"), secretName(own, "marketo"));
});

test("suggestions pair unmapped columns with unmapped fields of the same name or label", () => {
  const found = suggestionsOf(schemaOf(), "contact");
  assert.deepEqual(
    found.map(({ column, field }) => [column.name, field.name]),
    [["fax", "fax"]],
  );
});
