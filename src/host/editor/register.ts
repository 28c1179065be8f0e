import * as vscode from "vscode";
import type { PairSchema } from "../../protocol/engine";
import type { Host } from "../host";
import { smallestChange } from "../pairs/textChange";
import { say } from "../text";
import type { Finding } from "./diagnose";

const PAIR_FILES: vscode.DocumentSelector = [
  { pattern: "**/contact-sync.jsonc" },
  { pattern: "**/*.contact-sync.jsonc" },
];
const WAIT_MS = 300;

/** The pair file in the editor: names, explanations, problems and their remedies. */
export function registerEditor(host: Host): void {
  const { disposables } = host;
  const diagnostics = new PairFileDiagnostics(host);
  disposables.add(diagnostics);
  disposables.add(
    vscode.languages.registerCompletionItemProvider(
      PAIR_FILES,
      { provideCompletionItems: (document, position) => complete(host, document, position) },
      '"',
    ),
  );
  disposables.add(
    vscode.languages.registerHoverProvider(PAIR_FILES, {
      provideHover: (document, position) => hover(host, document, position),
    }),
  );
  disposables.add(
    vscode.languages.registerCodeActionsProvider(
      PAIR_FILES,
      { provideCodeActions: (document, range) => diagnostics.actions(document, range) },
      { providedCodeActionKinds: [vscode.CodeActionKind.QuickFix] },
    ),
  );
}

/** The descriptions of a pair; asked for once when the file is open and the pair is not described yet. */
async function schemaOf({ sessions }: Host, pair: string): Promise<PairSchema | null> {
  const session = sessions.find(pair);
  if (!session) return null;
  if (session.schema || !session.isWriter) return session.schema;
  // A pair that cannot be reached has no names to offer; its trouble is shown in the tree.
  return session.describe().catch(() => null);
}

async function complete(host: Host, document: vscode.TextDocument, position: vscode.Position) {
  const { nameAt } = await import("./places");
  const place = nameAt(document.getText(), document.offsetAt(position));
  const schema = place && (await schemaOf(host, place.pair));
  if (!place || !schema) return undefined;
  const { namesFor } = await import("./names");
  const inside = new vscode.Range(
    document.positionAt(place.word.offset + 1),
    document.positionAt(place.word.offset + Math.max(1, place.word.length - 1)),
  );
  return namesFor(place, schema).map(({ name, label, detail, documentation, fits }) => {
    const item = new vscode.CompletionItem(
      { label: name, detail: ` ${detail}`, description: label },
      vscode.CompletionItemKind.Field,
    );
    item.range = inside;
    item.insertText = name;
    item.filterText = `${name} ${label}`;
    item.documentation = documentation;
    item.sortText = `${fits ? "0" : "1"}${name}`;
    return item;
  });
}

async function hover(host: Host, document: vscode.TextDocument, position: vscode.Position) {
  const { nameAt } = await import("./places");
  const place = nameAt(document.getText(), document.offsetAt(position));
  const schema = place && (await schemaOf(host, place.pair));
  if (!place || !schema) return undefined;
  const { nameText } = await import("./names");
  const text = nameText(place, schema);
  if (text === null) return undefined;
  const { offset, length } = place.word;
  const range = new vscode.Range(document.positionAt(offset), document.positionAt(offset + length));
  // Names come from the systems: they are shown as text, never read as Markdown.
  return new vscode.Hover(new vscode.MarkdownString().appendText(text), range);
}

/** Underlines what is wrong in open pair files and remembers what would mend it. */
class PairFileDiagnostics {
  readonly #collection = vscode.languages.createDiagnosticCollection("contact-sync");
  readonly #findings = new Map<string, readonly Finding[]>();
  readonly #listeners: vscode.Disposable[];
  readonly #timers = new Map<string, NodeJS.Timeout>();

  constructor(private readonly host: Host) {
    const soon = (document: vscode.TextDocument) => this.#soon(document);
    this.#listeners = [
      vscode.workspace.onDidOpenTextDocument(soon),
      vscode.workspace.onDidChangeTextDocument(({ document }) => soon(document)),
      vscode.workspace.onDidCloseTextDocument(({ uri }) => this.#forget(uri)),
      new vscode.Disposable(
        host.sessions.changed.listen((session) => {
          if (session?.phase.kind !== "running") vscode.workspace.textDocuments.forEach(soon);
        }).dispose,
      ),
    ];
    vscode.workspace.textDocuments.forEach(soon);
  }

  #soon(document: vscode.TextDocument): void {
    if (vscode.languages.match(PAIR_FILES, document) === 0) return;
    const key = document.uri.toString();
    clearTimeout(this.#timers.get(key));
    this.#timers.set(
      key,
      setTimeout(() => void this.#check(document), WAIT_MS),
    );
  }

  async #check(document: vscode.TextDocument): Promise<void> {
    if (document.isClosed) return;
    const [{ findingsOf }, { mappingPlaces }] = await Promise.all([
      import("./diagnose"),
      import("./places"),
    ]);
    const text = document.getText();
    const schemas = new Map<string, PairSchema>();
    for (const pair of new Set(mappingPlaces(text).map((place) => place.pair))) {
      const schema = await schemaOf(this.host, pair);
      if (schema) schemas.set(pair, schema);
    }
    const findings = findingsOf(text, schemas);
    this.#findings.set(document.uri.toString(), findings);
    this.#collection.set(
      document.uri,
      findings.map((finding) => diagnosticOf(document, finding)),
    );
  }

  #forget(uri: vscode.Uri): void {
    this.#findings.delete(uri.toString());
    this.#collection.delete(uri);
  }

  async actions(document: vscode.TextDocument, range: vscode.Range): Promise<vscode.CodeAction[]> {
    const { fixedText, fixTitle } = await import("./fixText");
    const text = document.getText();
    const touched = (this.#findings.get(document.uri.toString()) ?? []).filter((finding) =>
      diagnosticOf(document, finding).range.intersection(range),
    );
    return touched.flatMap((finding) =>
      finding.fixes.flatMap((fix) => {
        const after = fixedText(text, finding, fix);
        if (after === undefined) return [];
        const action = new vscode.CodeAction(fixTitle(fix), vscode.CodeActionKind.QuickFix);
        action.diagnostics = [diagnosticOf(document, finding)];
        action.isPreferred = fix.kind === "rename";
        action.edit = editOf(document, text, after);
        return [action];
      }),
    );
  }

  dispose(): void {
    for (const timer of this.#timers.values()) clearTimeout(timer);
    for (const listener of this.#listeners) listener.dispose();
    this.#collection.dispose();
  }
}

function diagnosticOf(document: vscode.TextDocument, finding: Finding): vscode.Diagnostic {
  const range = new vscode.Range(
    document.positionAt(finding.offset),
    document.positionAt(finding.offset + finding.length),
  );
  const { Error, Warning } = vscode.DiagnosticSeverity;
  const severity = finding.severity === "error" ? Error : Warning;
  const diagnostic = new vscode.Diagnostic(range, finding.message, severity);
  diagnostic.source = say("Contact Sync");
  diagnostic.code = finding.code;
  return diagnostic;
}

function editOf(document: vscode.TextDocument, before: string, after: string) {
  const { offset, length, text } = smallestChange(before, after);
  const edit = new vscode.WorkspaceEdit();
  const range = new vscode.Range(document.positionAt(offset), document.positionAt(offset + length));
  edit.replace(document.uri, range, text);
  return edit;
}
