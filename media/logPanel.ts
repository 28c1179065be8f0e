import "@vscode-elements/elements/dist/vscode-button/index.js";
import "@vscode-elements/elements/dist/vscode-toolbar-button/index.js";
import type { TemplateResult } from "lit";
import { html, LitElement, nothing } from "lit";
import type { Activity } from "../src/model/activity";
import type {
  ExportFormat,
  LogFilter,
  LogHostContract,
  LogPanelContract,
} from "../src/protocol/log";
import type { Handlers, MessagePortLike, Rpc } from "../src/protocol/rpc";
import { connect } from "../src/protocol/rpc";
import "./filterBar";
import { icon } from "./logColumns";
import type { DetailAction } from "./logDetail";
import { detailText } from "./logDetail";
import type { GridData, GridEvents, LogGrid } from "./logGrid";
import "./logGrid";
import { LogModel } from "./logModel";
import type { VsCodeApi } from "./viewState";
import { StateStore } from "./viewState";

/** Each asks the user something before it answers: where to save, whether to leave for a website. */
const DIALOGS: readonly (keyof LogHostContract["requests"])[] = ["export", "openRecord"];

/** The log: filters, list and details, and what is shown when there is no list. */
export class LogPanel extends LitElement {
  private host!: Rpc<LogHostContract>;
  private model!: LogModel;
  /** Said by screen readers and shown beside the count until the next change. */
  private announcement = "";
  private hasShownList = false;

  private readonly gridEvents: GridEvents = {
    visible: (rows, drawn) => this.model.want(rows, drawn),
    scrolled: (scrollTop) => this.onScrolled(scrollTop),
    sort: (by) => {
      this.grid?.scrollToTop();
      this.model.sortBy(by);
    },
    open: (activity, row) => this.run(this.model.open(activity.id, row)),
    close: () => this.model.close(),
  };

  /** Called once by the page's entry. */
  start(api: VsCodeApi, port: MessagePortLike): void {
    const handlers: Handlers<LogPanelContract> = {
      requests: {},
      notifications: {
        opened: (opening) => this.model.onOpened(opening),
        changed: ({ amended }) => this.run(this.model.onChanged(amended)),
        choices: (choices) => this.model.useChoices(choices),
        show: ({ filter, open }) => {
          this.setFilter(filter);
          if (open !== undefined) this.run(this.model.open(open, 0));
        },
      },
    };
    this.host = connect<LogPanelContract, LogHostContract>(port, handlers, { patient: DIALOGS });
    const store = new StateStore(api);
    this.model = new LogModel(this.host, store, () => this.requestUpdate());
    const { opened } = store.state;
    const restore = async () => {
      await this.model.load();
      if (opened && this.model.phase.kind === "ready") {
        await this.model.open(opened.id, opened.row);
      }
    };
    this.run(restore());
    window.addEventListener("focus", this.focusList);
  }

  protected override updated(): void {
    if (this.hasShownList || !this.grid) return;
    this.hasShownList = true;
    this.focusList();
  }

  /** Whoever opens the log by the keyboard goes on in its list. A focus that is anywhere in the page stays there. */
  private readonly focusList = (): void => {
    if (document.hasFocus() && document.activeElement === document.body) this.grid?.focus();
  };

  protected override createRenderRoot(): HTMLElement {
    return this;
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    window.removeEventListener("focus", this.focusList);
    this.host.dispose();
  }

  protected override render(): TemplateResult {
    const { texts, choices, filter, opened, welcomed, phase } = this.model;
    // Nothing is drawn twice while the first answer is on its way.
    if (!welcomed && phase.kind === "loading") {
      return html`<main class="log"><div class="log-content">${this.content()}</div></main>`;
    }
    return html`<main class="log ${opened ? "with-detail" : ""}">
      <h1 class="hidden">${texts.say("title")}</h1>
      <filter-bar
        .filter=${filter}
        .choices=${choices}
        .texts=${texts}
        .filtered=${this.setFilter}
      ></filter-bar>
      ${this.summary()}
      <div class="log-content">
        ${this.content()}
        ${
          opened
            ? html`<log-detail
                .activity=${opened}
                .texts=${texts}
                .act=${(action: DetailAction) => this.onDetail(action, opened)}
              ></log-detail>`
            : nothing
        }
      </div>
    </main>`;
  }

  /** Count, news and exports. */
  private summary(): TemplateResult {
    const { texts, phase, rows, fresh, busy } = this.model;
    const count = phase.kind === "ready" ? texts.rows(rows) : "";
    return html`<div class="summary">
      <div class="progress ${busy ? "busy" : ""}"></div>
      <span class="count">${count}</span>
      <span class="hidden" role="status">${this.announcement || count}</span>
      ${
        fresh > 0
          ? html`<vscode-button
              class="fresh"
              icon="arrow-up"
              title=${texts.say("rows.new.hint")}
              @click=${this.showFresh}
              >${texts.say("rows.new", texts.number(fresh))}</vscode-button
            >`
          : nothing
      }
      <span class="announcement" aria-hidden="true">${this.announcement}</span>
      <span class="spacer"></span>
      ${this.exportButton("csv")}${this.exportButton("ndjson")}
    </div>`;
  }

  private exportButton(format: ExportFormat): TemplateResult {
    const { texts, rows } = this.model;
    const label = texts.say(`export.${format}`);
    return html`<vscode-toolbar-button
      icon="export"
      label=${label}
      title=${label}
      ?disabled=${rows === 0}
      @click=${() => this.run(this.exportRows(format))}
      >${format.toUpperCase()}</vscode-toolbar-button
    >`;
  }

  private content(): TemplateResult {
    const { texts, phase, rows, filter } = this.model;
    if (phase.kind === "error") {
      return html`<div class="message" role="alert">
        ${icon("error", "outcome-refused")}
        <h2>${texts.say("state.error.title")}</h2>
        <p>${phase.code ? html`<code>${phase.code}</code> ` : nothing}${phase.message}</p>
        <vscode-button @click=${() => this.run(this.model.load())}
          >${texts.say("state.error.retry")}</vscode-button
        >
      </div>`;
    }
    if (phase.kind === "loading") {
      return html`<div class="message loading">
        ${icon("loading", "codicon-modifier-spin")}
        <p>${texts.say("state.loading")}</p>
      </div>`;
    }
    if (rows === 0) {
      const kind = Object.keys(filter).length > 0 ? "none" : "empty";
      return html`<div class="message">
        ${icon(kind === "none" ? "filter" : "history")}
        <h2>${texts.say(`state.${kind}.title`)}</h2>
        <p>${texts.say(`state.${kind}.hint`)}</p>
      </div>`;
    }
    return html`<log-grid
      .data=${this.gridData()}
      .events=${this.gridEvents}
      .initialScrollTop=${this.model.store.state.scrollTop}
    ></log-grid>`;
  }

  private gridData(): GridData {
    const { rows, texts, sort, busy, opened } = this.model;
    const row = (index: number) => this.model.row(index);
    return { rows, row, texts, sort, busy, openedId: opened?.id ?? null };
  }

  private get grid(): LogGrid | null {
    return this.querySelector<LogGrid>("log-grid");
  }

  private readonly setFilter = (filter: LogFilter): void => {
    this.grid?.scrollToTop();
    this.model.setFilter(filter);
  };

  private onScrolled(scrollTop: number): void {
    this.model.store.update({ scrollTop });
    // Whoever scrolls back to the newest rows wants to see them.
    if (scrollTop === 0 && this.model.fresh > 0) this.run(this.model.load());
  }

  private readonly showFresh = (): void => {
    this.grid?.scrollToTop();
    this.model.want({ first: 0, last: 0 }, [0]);
    this.run(this.model.load());
  };

  private onDetail(action: DetailAction, activity: Activity): void {
    const { id } = activity;
    const actions: Record<DetailAction, () => void> = {
      openDynamics: () =>
        this.run(this.host.request("openRecord", { activity: id, side: "dynamics" })),
      openMarketo: () =>
        this.run(this.host.request("openRecord", { activity: id, side: "marketo" })),
      compare: () => this.run(this.host.request("compare", { activity: id })),
      copy: () => this.run(this.copy(activity)),
      close: () => {
        this.model.close();
        this.grid?.focus();
      },
    };
    actions[action]();
  }

  private async copy(activity: Activity): Promise<void> {
    const { texts } = this.model;
    await this.host.request("copy", { text: detailText(activity, texts) });
    this.announce(texts.say("detail.copied"));
  }

  private async exportRows(format: ExportFormat): Promise<void> {
    const { filter, sort, texts } = this.model;
    const done = await this.host.request("export", { filter, sort, format });
    if (done) this.announce(texts.exported(done.rows));
  }

  private announce(text: string): void {
    this.announcement = text;
    this.requestUpdate();
  }

  /** What a request answers with a failure is said where the user looks. */
  private run(work: Promise<unknown>): void {
    this.announcement = "";
    work.catch((error: unknown) =>
      this.announce(error instanceof Error ? error.message : String(error)),
    );
  }
}

customElements.define("log-panel", LogPanel);
