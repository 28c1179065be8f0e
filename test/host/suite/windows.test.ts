import assert from "node:assert/strict";
import { rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import * as vscode from "vscode";
import { pairSchema } from "../../../src/config/pairFile";
import { EngineClient } from "../../../src/host/engine/client";
import { fingerprint } from "../../../src/host/pairs/identity";
import { PLAIN_NETWORK } from "../../../src/model/network";
import { extension, pairWhen, run, until } from "./support";

const PAIR = {
  id: "two-windows",
  environment: "test",
  dynamics: {
    url: "http://127.0.0.1:9",
    tenantId: "33333333-3333-4333-8333-333333333333",
    clientId: "11111111-1111-4111-8111-111111111111",
  },
  marketo: { url: "http://127.0.0.1:9", clientId: "c" },
};

/** A second engine stands for another window: it holds the state folder, then gives it back. */
suite("several windows", () => {
  const config = pairSchema.parse(PAIR);
  let other: EngineClient;
  let file: string;

  suiteSetup(async () => {
    const { extensionPath, exports } = await extension();
    const folder = vscode.workspace.workspaceFolders?.[0]?.uri.fsPath;
    assert.ok(folder, "The suite needs a workspace folder.");
    file = join(folder, "contact-sync.jsonc");
    other = new EngineClient({
      script: join(extensionPath, "dist", "engine.js"),
      network: () => Promise.resolve(PLAIN_NETWORK),
      token: () => Promise.reject(new Error("No token here.")),
      log: () => undefined,
    });
    const storage = exports.storage;
    const stateFolder = join(storage, "state", fingerprint(config));
    const owner = "the other window";
    const opened = await other.request("open", { config, stateFolder, owner });
    assert.deepEqual(opened, { kind: "writer" });
  });

  suiteTeardown(async () => {
    await rm(file, { force: true });
    await other.stop();
  });

  test("the second one only looks, and says who runs", async () => {
    await writeFile(file, JSON.stringify({ pairs: [PAIR] }));
    const { phase } = await pairWhen(PAIR.id, "is open", (pair) => pair.phase.kind === "reader");
    assert.deepEqual(phase, { kind: "reader", owner: "the other window" });
  });

  test("a cycle by command is refused while the other one runs", async () => {
    await run("runCycle", { pair: PAIR.id });
    const { phase, lastCycle } = await pairWhen(PAIR.id, "still looks", () => true);
    assert.equal(phase.kind, "reader");
    assert.equal(lastCycle, null);
  });

  test("when the other one closes, this one takes over", async () => {
    await other.stop();
    await pairWhen(PAIR.id, "has taken over", ({ phase }) => phase.kind !== "reader");
  });

  test("a secret that is missing stops the timer and names the remedy", async () => {
    const { phase } = await pairWhen(PAIR.id, "has no secret", (p) => p.phase.kind === "signIn");
    assert.equal(phase.kind === "signIn" && phase.problem.code, "CS-SECRET-MISSING");
  });

  test("without the file the pair is gone", async () => {
    const { exports } = await extension();
    await rm(file);
    await until("no pair", () => exports.pairs().length === 0);
  });
});
