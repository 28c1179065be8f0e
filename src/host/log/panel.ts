import * as vscode from "vscode";
import {
  FIRST_LOOK,
  type LogChoices,
  type LogFilter,
  type LogHostContract,
  type LogLook,
  type LogOpening,
  type LogPanelContract,
  type LogQuery,
} from "../../protocol/log";
import { logPage } from "../../protocol/logPage";
import { connect, type Handlers, type Rpc } from "../../protocol/rpc";
import { openRecord } from "../commands/records";
import type { Host } from "../host";
import type { PairSession } from "../pairs/session";
import { problemOf } from "../problem";
import { Disposables, type Disposable } from "../signal";
import { say } from "../text";
import { compareTexts } from "./compareText";
import { exportRows } from "./exportFile";
import { LogRows } from "./rows";
import { panelStrings } from "./strings";

export const PANEL_TYPE = "contactSync.log";
/** A quarter of a second: at most four times a second. */
const TELL_MS = 250;

/** One log panel: answers what its page asks and tells it of news while it can be seen. */
export class LogPanel implements Disposable {
  readonly #disposables = new Disposables();
  readonly #rpc: Rpc<LogPanelContract>;
  #timer: NodeJS.Timeout | undefined;
  #isStale = false;
  #isWelcomed = false;
  /** What a new page is told before it asks; null when it is not new, has asked, or there is news. */
  #early: Promise<LogOpening> | null = null;
  #wish: { filter: LogFilter; open?: number } | null = null;

  constructor(
    private readonly host: Host,
    private readonly panel: vscode.WebviewPanel,
    readonly pair: string,
  ) {
    const { webview } = panel;
    const { extensionUri } = host.context;
    const roots = ["dist", "media"].map((name) => vscode.Uri.joinPath(extensionUri, name));
    webview.options = { enableScripts: true, localResourceRoots: roots };
    panel.iconPath = vscode.Uri.joinPath(extensionUri, "media", "icons", "log.svg");
    this.#rpc = connect<LogHostContract, LogPanelContract>(
      {
        post: (message) => void webview.postMessage(message),
        listen: (receive) => {
          const listening = webview.onDidReceiveMessage(receive);
          return () => listening.dispose();
        },
      },
      { requests: this.#requests(), notifications: {} },
      { describe: problemOf, onError: (error) => host.log.error(problemOf(error).message) },
    );
    this.#disposables.add({ dispose: () => this.#rpc.dispose() });
    this.#disposables.add({ dispose: () => clearTimeout(this.#timer) });
    this.#disposables.add(
      host.sessions.events.listen((event) => {
        if (event.type === "logged" && event.pair === pair) this.#tellSoon();
        if (event.type === "ended" && event.summary.pair === pair) this.#tellChoices();
      }),
    );
    let seen = host.sessions.find(pair)?.version;
    // What another window does is no event here; it is seen when this one looks.
    this.#disposables.add(
      host.sessions.changed.listen((session) => {
        if (session?.id !== pair || session.version === seen) return;
        seen = session.version;
        this.#tellChoices();
      }),
    );
    // A hidden page gets no messages; what it missed is told when it is seen again.
    this.#disposables.add(panel.onDidChangeViewState(() => this.#isStale && this.#tellSoon()));
    panel.onDidDispose(() => this.dispose());
    webview.html = logPage(this.#page());
  }

  /** The engine looks while the page is still being loaded, and the page finds the answer when it begins to listen. */
  openEarly(): void {
    const early = this.#open(FIRST_LOOK);
    this.#early = early;
    early.then(
      (opening) => this.#early === early && this.#rpc.notify("opened", opening),
      // The page asks as well, and hears of the failure.
      () => (this.#early = null),
    );
  }

  /** Shows these rows; a page that is still loading shows them as soon as it has asked for its words. */
  show(filter: LogFilter, open?: number): void {
    this.panel.reveal();
    if (Object.keys(filter).length === 0 && open === undefined) return;
    this.#wish = { filter, ...(open !== undefined && { open }) };
    if (this.#isWelcomed) this.#grant();
  }

  #grant(): void {
    if (this.#wish) this.#rpc.notify("show", this.#wish);
    this.#wish = null;
  }

  #page() {
    const { webview } = this.panel;
    const { extensionUri } = this.host.context;
    const uri = (...path: string[]) =>
      webview.asWebviewUri(vscode.Uri.joinPath(extensionUri, ...path)).toString();
    return {
      source: webview.cspSource,
      script: uri("dist", "log.js"),
      styles: { log: uri("media", "log.css"), icons: uri("dist", "codicon.css") },
      title: say("Activity and Conflict Log"),
      language: vscode.env.language,
    };
  }

  get #session(): PairSession {
    const session = this.host.sessions.find(this.pair);
    if (session) return session;
    throw new Error(say('There is no pair "{0}" in this window.', this.pair));
  }

  get #rows(): LogRows {
    return new LogRows(this.host.engine.request, this.#session.id);
  }

  #requests(): Handlers<LogHostContract>["requests"] {
    return {
      open: async (query) => {
        const opening = (await this.#wasTold()) ? null : await this.#open(query);
        this.#isWelcomed = true;
        // After the answer, so that the page knows its words before it shows rows.
        setTimeout(() => this.#grant(), 0);
        return opening;
      },
      look: (query) => this.#look(query),
      count: async (filter) => {
        await this.#whenOpen();
        const [rows, latest] = await Promise.all([this.#rows.count(filter), this.#rows.latest()]);
        return { rows, latest };
      },
      query: (query) => this.#rows.query(query),
      activity: (id) => this.#rows.byId(id),
      openRecord: async ({ activity, side }) => {
        const found = await this.#rows.byId(activity);
        if (found) await openRecord(this.#session, found, side);
        return null;
      },
      compare: async ({ activity }) => {
        await this.#compare(activity);
        return null;
      },
      copy: async ({ text }) => {
        await vscode.env.clipboard.writeText(text);
        return null;
      },
      export: (wish) => exportRows(this.#session, this.#rows, wish),
    };
  }

  /** Whether the page that asks has been told the answer before; only the first page of a panel can have been. */
  async #wasTold(): Promise<boolean> {
    const early = this.#early;
    await early?.catch(() => undefined);
    const isTold = early !== null && this.#early === early;
    this.#early = null;
    return isTold;
  }

  async #open(query: LogQuery): Promise<LogOpening> {
    const [welcome, look] = await Promise.all([this.#welcome(), this.#look(query)]);
    return { ...welcome, look };
  }

  async #look(query: LogQuery): Promise<LogLook> {
    await this.#whenOpen();
    return this.#rows.look(query);
  }

  async #welcome() {
    const session = await this.#whenOpen();
    // The rows do not wait for the fields' names: they follow as new choices.
    if (!session.schema && session.isWriter) {
      session.describe().then(
        () => this.#tellChoices(),
        (error: unknown) => this.host.log.warn(problemOf(error).message),
      );
    }
    return {
      locale: vscode.env.language,
      strings: await panelStrings(this.host.context.extensionPath, vscode.env.language),
      choices: this.#choices(),
    };
  }

  /** After a reload the panel is there before the pairs are. */
  async #whenOpen(): Promise<PairSession> {
    const ready = () => {
      const session = this.host.sessions.find(this.pair);
      return session && session.phase.kind !== "opening" ? session : undefined;
    };
    const now = ready();
    if (now) return now;
    return new Promise((resolve, reject) => {
      const stop = (): void => {
        clearTimeout(limit);
        listening.dispose();
      };
      const listening = this.host.sessions.changed.listen(() => {
        const session = ready();
        if (!session) return;
        stop();
        resolve(session);
      });
      const limit = setTimeout(() => {
        stop();
        reject(new Error(say('There is no pair "{0}" in this window.', this.pair)));
      }, 15_000);
    });
  }

  #choices(): LogChoices {
    const session = this.#session;
    const names = new Map<string, string>();
    for (const fields of Object.values(session.schema?.maps ?? {})) {
      for (const { column, columnLabel } of fields) names.set(column, columnLabel ?? column);
    }
    return {
      cycles: session.known.cycles.map(({ cycle, startedAt }) => ({ cycle, startedAt })),
      fields: [...names].map(([name, label]) => ({ name, label })),
    };
  }

  async #compare(id: number): Promise<void> {
    const activity = await this.#rows.byId(id);
    if (!activity) return;
    const { before, after } = compareTexts(activity);
    const { documents } = this.host;
    const left = documents.put(`${this.pair}/${id}/before.txt`, before);
    const right = documents.put(`${this.pair}/${id}/after.txt`, after);
    const title = say("Activity {0}: before ↔ after", id);
    await vscode.commands.executeCommand("vscode.diff", left, right, title);
  }

  #tellSoon(): void {
    this.#isStale = true;
    if (!this.panel.visible) return;
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined;
      this.#isStale = false;
      this.#rpc.notify("changed", { amended: true });
    }, TELL_MS);
  }

  #tellChoices(): void {
    if (this.host.sessions.find(this.pair)) this.#rpc.notify("choices", this.#choices());
    this.#tellSoon();
  }

  dispose(): void {
    this.#disposables.dispose();
  }
}
