import type { Activity } from "../src/model/activity";
import type {
  LogChoices,
  LogFilter,
  LogHostContract,
  LogLook,
  LogOpening,
  LogQuery,
  LogSort,
} from "../src/protocol/log";
import type { Rpc } from "../src/protocol/rpc";
import { pageAt, RowPages } from "./rowPages";
import { Texts } from "./texts";
import type { StateStore } from "./viewState";
import { ROW_HEIGHT } from "./viewState";

export type Phase =
  { kind: "loading" } | { kind: "ready" } | { kind: "error"; code: string; message: string };

/** The rows that are on screen. */
export interface VisibleRows {
  first: number;
  last: number;
}

/** What the panel shows and where it comes from; the elements only draw it. */
export class LogModel {
  phase: Phase = { kind: "loading" };
  /** An answer is on its way while older rows are still shown. */
  busy = false;
  rows = 0;
  /** Activities that meet the filter and came after those that are shown. */
  fresh = 0;
  texts = new Texts();
  choices: LogChoices = { cycles: [], fields: [] };
  opened: Activity | null = null;
  private pages: RowPages | null = null;
  private generation = 0;
  private hearOpening!: (opening: LogOpening) => void;
  /** What the host tells a new page before that has asked. */
  private readonly told = new Promise<LogOpening>((hear) => (this.hearOpening = hear));
  private wasTold = false;
  /** Words and choices are there. */
  welcomed = false;
  private visible: VisibleRows;
  private drawn: readonly number[] = [];

  constructor(
    private readonly host: Rpc<LogHostContract>,
    readonly store: StateStore,
    private readonly changed: () => void,
  ) {
    // After a reload the list comes back where it was.
    const first = Math.floor(store.state.scrollTop / ROW_HEIGHT);
    this.visible = { first, last: first };
  }

  get filter(): LogFilter {
    return this.store.state.filter;
  }

  get sort(): LogSort {
    return this.store.state.sort;
  }

  row(index: number): Activity | undefined {
    return this.pages?.get(index);
  }

  /** Rows are drawn beyond the visible ones: around them, and the one that the keyboard is on. */
  want(visible: VisibleRows, drawn: readonly number[]): void {
    this.visible = visible;
    this.drawn = drawn;
    this.pages?.want(drawn);
  }

  /** Loads everything anew; also the way out of an error. */
  async load(): Promise<void> {
    const generation = ++this.generation;
    this.busy = true;
    if (this.phase.kind === "error") this.phase = { kind: "loading" };
    this.changed();
    try {
      const { filter, sort } = this;
      const look = await this.look({ filter, sort, ...pageAt(this.visible.first) });
      const pages = this.pagesOf({ ...filter, upTo: look.latest }, look.rows);
      const last = Math.max(0, look.rows - 1);
      const first = Math.min(this.visible.first, last);
      pages.put(this.visible.first, look.page);
      if (look.rows > 0) await pages.load(first, Math.min(this.visible.last, last));
      if (generation !== this.generation) return pages.close();
      this.pages?.close();
      Object.assign(this, { pages, rows: look.rows, fresh: 0, phase: { kind: "ready" } });
    } catch (error) {
      if (generation !== this.generation) return;
      this.fail(error);
    }
    this.busy = false;
    this.changed();
  }

  setFilter(filter: LogFilter): void {
    this.store.update({ filter, scrollTop: 0 });
    this.visible = { first: 0, last: this.visible.last - this.visible.first };
    void this.load();
  }

  /** A second click on a column turns its order around. */
  sortBy(by: LogSort["by"]): void {
    const descending = this.sort.by === by ? !this.sort.descending : by === "time";
    this.store.update({ sort: { by, descending } });
    void this.load();
  }

  useChoices(choices: LogChoices): void {
    this.choices = choices;
    this.texts.useChoices(choices);
    this.changed();
  }

  /** New activities slide in at the top only while the user looks there; else they are counted. */
  async onChanged(amended: boolean): Promise<void> {
    if (this.phase.kind !== "ready") return;
    const { by, descending } = this.sort;
    const atNewest = by === "time" && descending && this.visible.first === 0;
    if (atNewest || this.rows === 0) return this.load();
    const generation = this.generation;
    try {
      const { rows } = await this.host.request("count", this.filter);
      if (generation !== this.generation) return;
      this.fresh = Math.max(0, rows - this.rows);
      if (amended) this.refetch();
    } catch (error) {
      if (generation === this.generation) this.fail(error);
    }
    this.changed();
  }

  async open(id: number, row: number): Promise<void> {
    this.store.update({ opened: { id, row } });
    this.opened = this.row(row)?.id === id ? (this.row(row) ?? null) : null;
    if (!this.opened) {
      const found = await this.host.request("activity", id);
      if (this.store.state.opened?.id !== id) return;
      this.opened = found;
      if (!found) this.store.update({ opened: null });
    }
    this.changed();
  }

  close(): void {
    this.opened = null;
    this.store.update({ opened: null });
    this.changed();
  }

  onOpened(opening: LogOpening): void {
    this.wasTold = true;
    this.hearOpening(opening);
  }

  /** The answer to the first question: what was told comes before what is asked for now. */
  private async opening(query: LogQuery): Promise<LogOpening> {
    const answer = await this.host.request("open", query);
    if (answer) return answer;
    // It was told to a page that was closed before it could listen.
    return this.wasTold ? this.told : this.opening(query);
  }

  /** The first answer brings the words with it. */
  private async look(query: LogQuery): Promise<LogLook> {
    if (this.welcomed) return this.host.request("look", query);
    const opening = await Promise.race([this.told, this.opening(query)]);
    const { locale, timeZone, strings, choices, look } = opening;
    this.texts = new Texts(locale, timeZone, strings);
    this.useChoices(choices);
    this.welcomed = true;
    return look;
  }

  private pagesOf(filter: LogFilter, rows: number): RowPages {
    const sort = this.sort;
    return new RowPages(
      {
        fetch: (offset, limit) => this.host.request("query", { filter, sort, offset, limit }),
        arrived: this.changed,
        failed: (error) => {
          this.fail(error);
          this.changed();
        },
      },
      rows,
    );
  }

  /** Values that became known later are fetched with the rows that are visible. */
  private refetch(): void {
    this.pages?.forget();
    this.pages?.want(this.drawn);
  }

  private fail(error: unknown): void {
    const code = error instanceof Error && "code" in error ? String(error.code) : "";
    const message = error instanceof Error ? error.message : String(error);
    this.phase = { kind: "error", code, message };
    this.busy = false;
  }
}
