import assert from "node:assert/strict";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { DEFAULT_MAP } from "../../../src/config/defaultMap";
import { parsePairFile } from "../../../src/config/parse";
import { pairFileText, writePairFile } from "../../../src/sandbox/pairFile";
import type { ReadyLine } from "../../../src/sandbox/ready";

const ready: ReadyLine = {
  dynamics: {
    url: "http://127.0.0.1:4001",
    tenantId: "7e4a0000-0000-4000-8000-000000000001",
    clientId: "c11e0000-0000-4000-8000-000000000001",
    clientSecret: "dynamics-hush",
    authority: "https://login.emu.test/7e4a0000-0000-4000-8000-000000000001",
    authorityMetadata: '{"token_endpoint":"http://127.0.0.1:4001/t/oauth2/v2.0/token"}',
  },
  marketo: {
    url: "http://127.0.0.1:4002",
    clientId: "marketo-client",
    clientSecret: "marketo-hush",
  },
  control: { url: "http://127.0.0.1:4003" },
  env: {
    CONTACT_SYNC_SANDBOX_DYNAMICS_SECRET: "dynamics-hush",
    CONTACT_SYNC_SANDBOX_MARKETO_SECRET: "marketo-hush",
  },
};

describe("the pair file of a sandbox", () => {
  let folder: string;
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), "sandbox-pair-"));
  });
  after(() => rm(folder, { recursive: true }));

  it("is a valid pair with the whole default map", () => {
    const parsed = parsePairFile(pairFileText(ready, ["contact", "lead"]));
    assert.ok(parsed.ok, JSON.stringify(parsed));
    const [pair] = parsed.file.pairs;
    const map = (type: "contact" | "lead") =>
      pair!.recordTypes[type]!.fields!.map(({ column, field, direction }) => ({
        column,
        field,
        direction,
      }));
    assert.equal(pair!.environment, "sandbox");
    assert.deepEqual(pair!.dynamics.authority, {
      url: ready.dynamics.authority,
      metadata: ready.dynamics.authorityMetadata,
    });
    assert.deepEqual(
      [map("contact"), map("lead")],
      [[...DEFAULT_MAP.contact], [...DEFAULT_MAP.lead]],
    );
  });

  it("holds no secret, names the variables that do, and shows a mapping per line", () => {
    const text = pairFileText(ready, ["contact"]);
    assert.doesNotMatch(text, /hush/);
    for (const variable of Object.keys(ready.env)) assert.ok(text.includes(variable));
    assert.match(text, /^ +\{ "column": "jobtitle", "field": "title", "direction": "both" \},$/m);
    assert.doesNotMatch(text, /"lead"/);
  });

  const text = pairFileText(ready, ["contact"]);
  for (const [name, existing, written] of [
    ["a new file", undefined, true],
    ["an older sandbox pair", text, true],
    [
      "a pair of a real org",
      text.replace('"environment": "sandbox"', '"environment": "production"'),
      false,
    ],
    ["another file", "notes", false],
  ] as const) {
    it(`${written ? "replaces" : "leaves alone"} ${name}`, async () => {
      const file = join(folder, `${name}.jsonc`);
      if (existing !== undefined) await writeFile(file, existing);
      const problem = await writePairFile(file, text);
      assert.deepEqual(
        [problem, await readFile(file, "utf8")],
        written
          ? [undefined, text]
          : [
              `${file} holds something else than a sandbox pair; remove it or choose another file.`,
              existing,
            ],
      );
    });
  }
});
