import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import * as vscode from "vscode";
import { extension } from "./support";

interface Manifest {
  contributes: { commands: { command: string }[] };
}

suite("activation", () => {
  test("every command of the manifest is registered", async () => {
    const { extensionPath } = await extension();
    const manifest = JSON.parse(
      readFileSync(join(extensionPath, "package.json"), "utf8"),
    ) as Manifest;
    const registered = new Set(await vscode.commands.getCommands(true));
    const missing = manifest.contributes.commands
      .map(({ command }) => command)
      .filter((command) => !registered.has(command));
    assert.deepEqual(missing, []);
  });

  test("the views can be opened while nothing is connected", async () => {
    await extension();
    for (const view of ["organizations", "cycles", "conflicts"]) {
      await vscode.commands.executeCommand(`contactSync.${view}.focus`);
    }
  });
});
