import type { PropertyValues, TemplateResult } from "lit";
import { html, LitElement, nothing } from "lit";
import { repeat } from "lit/directives/repeat.js";
import type { Activity } from "../src/model/activity";
import type { LogSort } from "../src/protocol/log";
import type { Cell } from "./gridKeys";
import { HEADER, moveCell } from "./gridKeys";
import { COLUMNS, SORT_KEYS } from "./logColumns";
import type { VisibleRows } from "./logModel";
import type { RowWindow } from "./rowWindow";
import { drawnRows, scrollTopFor, visibleRows } from "./rowWindow";
import type { Texts } from "./texts";
import { ROW_HEIGHT } from "./viewState";

/** What the grid draws; a new object makes it draw again. */
export interface GridData {
  rows: number;
  row(index: number): Activity | undefined;
  texts: Texts;
  sort: LogSort;
  busy: boolean;
  openedId: number | null;
}

/** What the grid tells the panel. */
export interface GridEvents {
  visible(rows: VisibleRows, drawn: readonly number[]): void;
  scrolled(scrollTop: number): void;
  sort(by: LogSort["by"]): void;
  open(activity: Activity, row: number): void;
  close(): void;
}

/** The list of activities: any number of rows, of which only the visible ones exist. */
export class LogGrid extends LitElement {
  static override properties = {
    data: { attribute: false },
    active: { state: true },
  };

  data!: GridData;
  events!: GridEvents;
  /** Where the list is scrolled to when it is first shown. */
  initialScrollTop = 0;
  private active: Cell = { row: 0, column: 0 };
  private focusWanted = false;
  private isMarked = false;
  private window: RowWindow = { scrollTop: 0, height: 0 };
  private drawn: readonly number[] = [];
  private readonly resized = new ResizeObserver(() => this.look());

  /** Puts the focus on the active cell. */
  override focus(): void {
    this.focusWanted = true;
    this.requestUpdate();
  }

  scrollToTop(): void {
    this.active = { row: 0, column: this.active.column };
    if (this.body) this.body.scrollTop = 0;
  }

  /** Light DOM: the page's style sheet and the icon font apply. */
  protected override createRenderRoot(): HTMLElement {
    return this;
  }

  protected override willUpdate(changed: PropertyValues): void {
    if (changed.has("data")) {
      const row = Math.min(this.active.row, this.data.rows - 1);
      if (row !== this.active.row) this.active = { ...this.active, row: Math.max(0, row) };
    }
    // Before the list has a place, nobody knows which rows can be seen.
    if (this.window.height === 0) return;
    const { rows } = this.data;
    const visible = visibleRows(this.window, rows);
    this.drawn = drawnRows(visible, rows, this.active.row);
    this.events.visible(visible, this.drawn);
  }

  protected override firstUpdated(): void {
    if (!this.body) return;
    this.body.scrollTop = this.initialScrollTop;
    this.resized.observe(this.body);
    this.look();
  }

  protected override updated(): void {
    this.markRows();
    if (!this.focusWanted) return;
    const cell = this.querySelector<HTMLElement>('.cell[tabindex="0"]');
    if (!cell) return;
    this.focusWanted = false;
    cell.focus({ preventScroll: true });
  }

  /** A mark of the browser's own clock, for whoever measures how soon the log opens. */
  private markRows(): void {
    if (this.isMarked || !this.querySelector(".grid-body .text")) return;
    this.isMarked = true;
    performance.mark("contact-sync-rows");
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.resized.disconnect();
  }

  protected override render(): TemplateResult {
    const { rows, texts, busy } = this.data;
    // As a property: the content security policy forbids style attributes.
    const height = `height: ${rows * ROW_HEIGHT}px`;
    return html`<div
      class="grid"
      role="grid"
      aria-label=${texts.say("title")}
      aria-rowcount=${rows + 1}
      aria-colcount=${COLUMNS.length}
      aria-busy=${busy ? "true" : "false"}
      @keydown=${this.onKey}
    >
      <div class="grid-head" role="rowgroup">
        <div class="row" role="row" aria-rowindex="1">${COLUMNS.map((_, i) => this.header(i))}</div>
      </div>
      <div class="grid-body" role="rowgroup" @scroll=${this.onScroll}>
        <div class="grid-sizer" role="presentation" .style=${height}>
          ${repeat(
            this.drawn,
            (index) => index,
            (index) => this.row(index),
          )}
        </div>
      </div>
    </div>`;
  }

  private header(column: number): TemplateResult {
    const { texts, sort } = this.data;
    const name = COLUMNS[column]?.name ?? "time";
    const key = SORT_KEYS[name];
    const label = texts.say(`column.${name}`);
    const sorted = key !== undefined && sort.by === key;
    const order = sort.descending ? "descending" : "ascending";
    const arrow = sort.descending ? "codicon-arrow-down" : "codicon-arrow-up";
    return html`<div
      class="cell ${key ? "sortable" : ""}"
      role="columnheader"
      aria-colindex=${column + 1}
      aria-sort=${sorted ? order : key ? "none" : nothing}
      title=${key ? texts.say("sort.hint", label) : nothing}
      tabindex=${this.tabIndexOf(HEADER, column)}
      @click=${() => this.choose({ row: HEADER, column })}
    >
      <span>${label}</span>
      ${sorted ? html`<span class="codicon ${arrow}" aria-hidden="true"></span>` : nothing}
    </div>`;
  }

  private row(index: number): TemplateResult {
    const activity = this.data.row(index);
    const opened = activity !== undefined && activity.id === this.data.openedId;
    return html`<div
      class="row ${opened ? "opened" : ""} ${index === this.active.row ? "active" : ""}"
      role="row"
      aria-rowindex=${index + 2}
      aria-selected=${opened ? "true" : "false"}
      .style=${`transform: translateY(${index * ROW_HEIGHT}px)`}
    >
      ${COLUMNS.map(
        (column, i) =>
          html`<div
            class="cell ${column.name}"
            role="gridcell"
            aria-colindex=${i + 1}
            tabindex=${this.tabIndexOf(index, i)}
            @click=${() => this.choose({ row: index, column: i })}
          >
            ${activity ? column.render(activity, this.data.texts) : this.placeholder(i)}
          </div>`,
      )}
    </div>`;
  }

  private placeholder(column: number): TemplateResult {
    const text = column === 0 ? this.data.texts.say("row.loading") : "";
    return html`<span class="placeholder">${text}</span>`;
  }

  private tabIndexOf(row: number, column: number): number {
    return this.active.row === row && this.active.column === column ? 0 : -1;
  }

  /** A click, Enter or the space bar on a cell. */
  private choose(cell: Cell): void {
    this.active = cell;
    this.focusWanted = true;
    if (cell.row === HEADER) {
      const key = SORT_KEYS[COLUMNS[cell.column]?.name ?? "reason"];
      if (key) this.events.sort(key);
      return;
    }
    const activity = this.data.row(cell.row);
    if (activity) this.events.open(activity, cell.row);
  }

  private readonly onKey = (event: KeyboardEvent): void => {
    if (event.altKey || event.metaKey) return;
    if (event.key === "Escape") return this.events.close();
    if (event.key === "Enter" || event.key === " ") {
      event.preventDefault();
      return this.choose(this.active);
    }
    const target = moveCell(this.active, event, {
      rows: this.data.rows,
      columns: COLUMNS.length,
      pageRows: Math.max(1, Math.floor(this.window.height / ROW_HEIGHT)),
    });
    if (!target) return;
    event.preventDefault();
    this.active = target;
    this.focusWanted = true;
    if (target.row !== HEADER) this.reveal(target.row);
  };

  private readonly onScroll = (): void => {
    this.look();
    this.events.scrolled(this.window.scrollTop);
  };

  private get body(): HTMLElement | null {
    return this.querySelector<HTMLElement>(".grid-body");
  }

  private reveal(row: number): void {
    if (!this.body) return;
    const { scrollTop, clientHeight: height } = this.body;
    this.body.scrollTop = scrollTopFor(row, { scrollTop, height }) ?? scrollTop;
  }

  /** The list was scrolled or has another size. */
  private look(): void {
    if (!this.body) return;
    const { scrollTop, clientHeight: height } = this.body;
    if (scrollTop === this.window.scrollTop && height === this.window.height) return;
    this.window = { scrollTop, height };
    this.requestUpdate();
  }
}

customElements.define("log-grid", LogGrid);
