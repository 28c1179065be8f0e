import * as vscode from "vscode";
import type { PairConfig } from "../../config/pairFile";
import { Disposables, Signal, type Disposable } from "../signal";
import { smallestChange } from "./textChange";

export const FILE_NAME = "contact-sync.jsonc";

/** Where the pairs of this window stand: the workspace's own file, else one in the extension's storage. */
export class PairFiles implements Disposable {
  readonly changed = new Signal<void>();
  pairs: readonly PairConfig[] = [];
  /** Why the file cannot be used, in one sentence; null when it can or when there is none. */
  problem: string | null = null;
  readonly #disposables = new Disposables();
  #reading: Promise<void> = Promise.resolve();
  #watched: string | undefined;
  #watcher: Disposable | undefined;

  constructor(private readonly storage: vscode.Uri) {
    const reread = () => void this.read();
    this.#disposables.add(vscode.workspace.onDidChangeWorkspaceFolders(reread));
    this.#disposables.add(vscode.workspace.onDidGrantWorkspaceTrust(reread));
    this.#disposables.add(
      vscode.workspace.onDidChangeConfiguration((event) => {
        if (event.affectsConfiguration("contactSync.pairFile")) reread();
      }),
    );
    this.#disposables.add({ dispose: () => this.#watcher?.dispose() });
  }

  get uri(): vscode.Uri {
    const folder = vscode.workspace.workspaceFolders?.[0]?.uri;
    if (!folder || folder.scheme !== "file") return vscode.Uri.joinPath(this.storage, FILE_NAME);
    const chosen = vscode.workspace.getConfiguration("contactSync").get<string>("pairFile");
    return vscode.Uri.joinPath(folder, chosen?.trim() || FILE_NAME);
  }

  /** The sandbox's pair is kept apart, so that trying it out never touches a file of the user. */
  get sandboxUri(): vscode.Uri {
    return vscode.Uri.joinPath(this.storage, "sandbox", FILE_NAME);
  }

  /** Reads after any reading before; resolves when `pairs` is what the files say. */
  read(): Promise<void> {
    this.#watch();
    this.#reading = this.#reading.then(() => this.#read());
    return this.#reading;
  }

  async #read(): Promise<void> {
    try {
      const text = await readText(this.uri);
      const sandbox = await readText(this.sandboxUri);
      this.problem = null;
      const own = text === undefined ? [] : await this.#parse(text);
      const tried = sandbox === undefined ? [] : await this.#parse(sandbox);
      const ids = new Set(own.map(({ id }) => id));
      this.pairs = [...own, ...tried.filter(({ id }) => !ids.has(id))];
    } catch (error) {
      // A file that cannot be read changes nothing; the next reading may succeed.
      this.problem = error instanceof Error ? error.message : String(error);
    }
    this.changed.tell();
  }

  async #parse(text: string): Promise<readonly PairConfig[]> {
    // The schema's library is loaded with the first file, not with the extension.
    const { parsePairFile } = await import("../../config/parse");
    const parsed = parsePairFile(text);
    if (parsed.ok) return parsed.file.pairs;
    this.problem = parsed.problems[0]?.message ?? null;
    return [];
  }

  #watch(): void {
    const { uri } = this;
    if (this.#watched === uri.toString()) return;
    this.#watched = uri.toString();
    this.#watcher?.dispose();
    const disposables = new Disposables();
    for (const file of [uri, this.sandboxUri]) {
      const folder = vscode.Uri.joinPath(file, "..");
      const pattern = new vscode.RelativePattern(folder, file.path.split("/").at(-1) ?? "");
      const watcher = disposables.add(vscode.workspace.createFileSystemWatcher(pattern));
      const reread = () => void this.read();
      watcher.onDidChange(reread);
      watcher.onDidCreate(reread);
      watcher.onDidDelete(reread);
    }
    this.#watcher = disposables;
  }

  /** The file that holds this pair. */
  async uriOf(pair: string): Promise<vscode.Uri> {
    const { parsePairFile } = await import("../../config/parse");
    const parsed = parsePairFile((await readText(this.uri)) ?? "");
    const isOwn = parsed.ok && parsed.file.pairs.some(({ id }) => id === pair);
    if (isOwn || (await readText(this.sandboxUri)) === undefined) return this.uri;
    return this.sandboxUri;
  }

  /**
   * Changes the text of a file through the editor, so that an open document and its undo history take part, and saves
   * it. False when `change` has nothing to change.
   */
  async edit(
    uri: vscode.Uri,
    change: (text: string) => string | undefined | Promise<string | undefined>,
  ): Promise<boolean> {
    if ((await readText(uri)) === undefined) {
      const fresh = await change("");
      if (fresh === undefined) return false;
      await vscode.workspace.fs.createDirectory(vscode.Uri.joinPath(uri, ".."));
      await vscode.workspace.fs.writeFile(uri, new TextEncoder().encode(fresh));
      await this.read();
      return true;
    }
    const document = await vscode.workspace.openTextDocument(uri);
    const before = document.getText();
    const after = await change(before);
    if (after === undefined) return false;
    const { offset, length, text } = smallestChange(before, after);
    const edit = new vscode.WorkspaceEdit();
    const range = new vscode.Range(
      document.positionAt(offset),
      document.positionAt(offset + length),
    );
    edit.replace(uri, range, text);
    const isDone = (await vscode.workspace.applyEdit(edit)) && (await document.save());
    await this.read();
    return isDone;
  }

  dispose(): void {
    this.#disposables.dispose();
  }
}

async function readText(uri: vscode.Uri): Promise<string | undefined> {
  const { readFile } = await import("node:fs/promises");
  try {
    return await readFile(uri.fsPath, "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  }
}
