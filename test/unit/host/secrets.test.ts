import assert from "node:assert/strict";
import { test } from "node:test";
import type { SecretStorage } from "vscode";
import { tokenCacheKey } from "../../../src/auth/secretStore";
import { Secrets } from "../../../src/host/secrets";
import { configOf } from "./samples";

/** The editor's storage; a platform without a keyring takes a secret and forgets it, or refuses it. */
function storageThat(does: "keeps" | "forgets" | "refuses") {
  const kept = new Map<string, string>();
  const storage = {
    get: async (name: string) => kept.get(name),
    store: async (name: string, value: string) => {
      if (does === "refuses") throw new Error("No keyring.");
      if (does === "keeps") kept.set(name, value);
    },
    delete: async (name: string) => void kept.delete(name),
    onDidChange: () => ({ dispose: () => undefined }),
  } satisfies SecretStorage;
  return { kept, storage };
}

const config = configOf();
const VARIABLE = "CONTACT_SYNC_CONTOSO_MARKETO_SECRET";

test("a secret is kept under a name that holds for one address and one client only", async () => {
  const { kept, storage } = storageThat("keeps");
  const secrets = new Secrets(storage, {});
  await secrets.keep(config, "marketo", "hunter2");
  assert.equal(await secrets.get(config, "marketo"), "hunter2");
  assert.equal(kept.size, 1);
  const elsewhere = { ...config, marketo: { ...config.marketo, munchkinId: "999-EVL-999" } };
  await assert.rejects(secrets.get(elsewhere, "marketo"), { code: "CS-SECRET-MISSING" });
  await secrets.keep(config, "dynamics", "hunter3");
  await secrets.tokenStore(config).set(tokenCacheKey(config.id), "{}");
  await secrets.forget(config);
  assert.equal(await secrets.has(config, "marketo"), false);
  assert.deepEqual([...kept.keys()], []);
});

for (const does of ["forgets", "refuses"] as const) {
  test(`a platform that ${does} secrets is noticed at once, with the remedy`, async () => {
    const secrets = new Secrets(storageThat(does).storage, {});
    await assert.rejects(secrets.keep(config, "marketo", "hunter2"), (error: Error) => {
      assert.match(error.message, /does not keep secrets/);
      assert.ok(error.message.includes(VARIABLE));
      assert.ok(!error.message.includes("hunter2"));
      return true;
    });
  });
}

test("without a keyring the environment gives the secret", async () => {
  const secrets = new Secrets(storageThat("forgets").storage, { [VARIABLE]: "from outside" });
  assert.equal(await secrets.get(config, "marketo"), "from outside");
  assert.equal(await secrets.has(config, "dynamics"), false);
});
