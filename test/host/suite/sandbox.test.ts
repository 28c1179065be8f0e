import assert from "node:assert/strict";
import * as vscode from "vscode";
import { extension } from "./support";

suite("sandbox orgs", () => {
  suiteSetup(async () => {
    await extension();
  });
  suiteTeardown(async () => {
    void vscode.commands.executeCommand("contactSync.stopSandbox");
  });

  test("are started, connected and synced by one command", async () => {
    await vscode.commands.executeCommand("contactSync.startSandbox");
    assert.ok(true);
  });
});
