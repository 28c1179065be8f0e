import assert from "node:assert/strict";
import { readdirSync } from "node:fs";
import { join } from "node:path";
import * as vscode from "vscode";
import { documentWith, extension, pairWhen, run, until } from "./support";

const PAIR = "sandbox";

/** The whole round of a new user, in the order in which one would make it. */
suite("sandbox orgs", () => {
  let file: vscode.TextDocument;

  suiteSetup(async () => {
    await extension();
  });

  test("one command starts, connects and syncs them", async () => {
    await run("startSandbox");
    const pair = await pairWhen(PAIR, "has run", ({ lastCycle }) => lastCycle !== null);
    assert.equal(pair.lastCycle?.error, null);
    assert.equal(pair.lastCycle?.halted, null);
    assert.ok((pair.lastCycle?.counts.created.marketo ?? 0) > 0);
    assert.ok((pair.lastCycle?.counts.updated.dynamics ?? 0) > 0);
  });

  test("the preview opens as a document whose plan can be run from it", async () => {
    await run("previewCycle", { pair: PAIR });
    const document = await documentWith("Next cycle of Sandbox");
    const lenses = await vscode.commands.executeCommand<vscode.CodeLens[]>(
      "vscode.executeCodeLensProvider",
      document.uri,
    );
    const commands = lenses.map(({ command }) => command?.command);
    assert.deepEqual(commands, ["contactSync.approve", "contactSync.previewCycle"]);
    assert.equal(document.getText().includes("Nothing has been written."), true);
  });

  test("the check list has no line that must be fixed", async () => {
    await run("validate", { pair: PAIR });
    const document = await documentWith("Connection of Sandbox");
    assert.match(document.getText(), /^\d+ OK, \d+ limited, 0 must be fixed$/m);
  });

  test("a field's value is explained for the record that a person is linked to", async () => {
    for (let person = 1; person <= 30; person++) {
      await run("explainField", { pair: PAIR, record: String(person), field: "jobtitle" });
      const found = vscode.workspace.textDocuments.find(({ uri }) => uri.path.includes("jobtitle"));
      if (!found) continue;
      assert.match(found.getText(), /## Now/);
      assert.match(found.getText(), /## History/);
      return;
    }
    assert.fail("None of 30 persons is linked.");
  });

  test("the log opens as a panel, once for each pair", async () => {
    await run("openLog", { pair: PAIR });
    await run("openLog", { pair: PAIR, cycle: 1 });
    const logs = () =>
      vscode.window.tabGroups.all
        .flatMap(({ tabs }) => tabs)
        .filter(({ label }) => label === "Contact Sync Log");
    await until("the panel's tab", () => logs().length > 0);
    assert.equal(logs().length, 1);
  });

  test("the pair file completes and explains real names", async () => {
    await run("openPairFile", { pair: PAIR });
    file = await until("the pair file", () => vscode.window.activeTextEditor?.document);
    const inside = file.positionAt(file.getText().indexOf('"jobtitle"') + 3);
    const list = await vscode.commands.executeCommand<vscode.CompletionList>(
      "vscode.executeCompletionItemProvider",
      file.uri,
      inside,
    );
    const labels = list.items.map(({ label }) => label);
    const mobile = labels.find((l) => typeof l === "object" && l.label === "mobilephone");
    assert.deepEqual(mobile, {
      label: "mobilephone",
      detail: " phone(50)",
      description: "Mobile Phone",
    });
    const hovers = await vscode.commands.executeCommand<vscode.Hover[]>(
      "vscode.executeHoverProvider",
      file.uri,
      inside,
    );
    const texts = hovers.flatMap(({ contents }) =>
      contents.map((content) => (content as vscode.MarkdownString).value),
    );
    assert.ok(texts.some((text) => text.includes("Dynamics column")));
  });

  test("a mistyped column is underlined, and its quick fix mends the file", async () => {
    const at = file.getText().indexOf('"jobtitle"');
    const range = new vscode.Range(file.positionAt(at), file.positionAt(at + 10));
    const edit = new vscode.WorkspaceEdit();
    edit.replace(file.uri, range, '"jobtitel"');
    await vscode.workspace.applyEdit(edit);
    await until("the diagnostic", () =>
      vscode.languages
        .getDiagnostics(file.uri)
        .find(({ source, message }) => source === "Contact Sync" && message.includes("jobtitel")),
    );
    const actions = await vscode.commands.executeCommand<vscode.CodeAction[]>(
      "vscode.executeCodeActionProvider",
      file.uri,
      range,
    );
    const fix = actions.find(({ title }) => title === 'Change to "jobtitle"');
    assert.ok(fix?.edit);
    await vscode.workspace.applyEdit(fix.edit);
    assert.equal(file.getText(range), '"jobtitle"');
  });

  test("pause stops the timer, resume starts it again", async () => {
    await pairWhen(PAIR, "is idle", ({ phase }) => phase.kind === "waiting");
    await run("pause", { pair: PAIR });
    await pairWhen(PAIR, "is paused", ({ phase }) => phase.kind === "paused");
    const before = await pairWhen(PAIR, "is known", () => true);
    await run("resume", { pair: PAIR });
    await pairWhen(
      PAIR,
      "has run again",
      ({ lastCycle }) => (lastCycle?.cycle ?? 0) > (before.lastCycle?.cycle ?? 0),
    );
  });

  test("the timer follows the interval of the file, from the end of a cycle", async () => {
    const edit = new vscode.WorkspaceEdit();
    const at = file.getText().indexOf('"environment"');
    edit.insert(file.uri, file.positionAt(at), '"intervalSeconds": 2,\n      ');
    await vscode.workspace.applyEdit(edit);
    await file.save();
    const first = await pairWhen(
      PAIR,
      "runs every two seconds",
      ({ phase, lastCycle }) =>
        phase.kind === "waiting" && phase.nextAt - Date.parse(lastCycle?.endedAt ?? "") === 2000,
    );
    const cycle = first.lastCycle?.cycle ?? 0;
    const next = await pairWhen(
      PAIR,
      "has run twice more",
      ({ lastCycle }) => (lastCycle?.cycle ?? 0) >= cycle + 2,
    );
    assert.equal(next.lastCycle?.error, null);
  });

  test("they end and are forgotten by one command", async () => {
    const { exports } = await extension();
    await run("stopSandbox");
    await until("no pair", () => exports.pairs().length === 0);
    const states = readdirSync(join(exports.storage, "state"));
    assert.deepEqual(
      states.filter((name) => name.startsWith(`${PAIR}-`)),
      [],
    );
  });
});
