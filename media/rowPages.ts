import type { Activity } from "../src/model/activity";
import { FIRST_LOOK } from "../src/protocol/log";

export const PAGE_ROWS = FIRST_LOOK.limit;
const MAX_IN_FLIGHT = 3;
const MAX_PAGES = 40;

export interface PageSource {
  /** Fetches the rows of one page. */
  fetch(offset: number, limit: number): Promise<readonly Activity[]>;
  /** Rows arrived. */
  arrived(): void;
  /** A page could not be fetched. */
  failed(error: unknown): void;
}

/**
 * The rows that are near the visible ones. The latest wish is fetched first, so that dragging the scroll bar over
 * 100,000 rows does not queue up a thousand pages.
 */
export class RowPages {
  private readonly pages = new Map<number, readonly Activity[]>();
  private readonly inFlight = new Set<number>();
  private stale = new Set<number>();
  private wanted: number[] = [];
  private closed = false;

  constructor(
    private readonly source: PageSource,
    private readonly rows: number,
  ) {}

  get(row: number): Activity | undefined {
    return this.pages.get(pageOf(row))?.[row % PAGE_ROWS];
  }

  /** Sees to it that these rows are there soon. */
  want(rows: readonly number[]): void {
    const visible = [...new Set(rows.filter((row) => row < this.rows).map(pageOf))];
    this.wanted = visible.filter((page) => !this.pages.has(page) || this.stale.has(page));
    this.touch(visible);
    this.fetchNext();
  }

  /** Rows that are there already, of the page that this row is on. */
  put(row: number, rows: readonly Activity[]): void {
    if (rows.length > 0) this.keep(pageOf(row), rows);
  }

  /** Fetches these rows, if they are not there, before they are shown for the first time; rejects when that fails. */
  async load(first: number, last: number): Promise<void> {
    const pages: number[] = [];
    for (let page = pageOf(first); page <= pageOf(last); page++) {
      if (!this.pages.has(page)) pages.push(page);
    }
    const fetched = await Promise.all(
      pages.map((page) => this.source.fetch(page * PAGE_ROWS, PAGE_ROWS)),
    );
    for (const [index, rows] of fetched.entries()) this.keep(pages[index] ?? 0, rows);
  }

  /** The rows may have changed; they are shown until they are fetched again. */
  forget(): void {
    this.stale = new Set(this.pages.keys());
  }

  /** Answers that are still on their way belong to another filter and are dropped. */
  close(): void {
    this.closed = true;
  }

  /** Marks pages as used last. */
  private touch(pages: readonly number[]): void {
    for (const page of pages) {
      const rows = this.pages.get(page);
      if (!rows) continue;
      this.pages.delete(page);
      this.pages.set(page, rows);
    }
  }

  private fetchNext(): void {
    while (this.inFlight.size < MAX_IN_FLIGHT) {
      const page = this.wanted.find((candidate) => !this.inFlight.has(candidate));
      if (page === undefined) return;
      void this.fetch(page);
    }
  }

  private async fetch(page: number): Promise<void> {
    this.inFlight.add(page);
    try {
      const rows = await this.source.fetch(page * PAGE_ROWS, PAGE_ROWS);
      if (this.closed) return;
      this.keep(page, rows);
      this.source.arrived();
    } catch (error) {
      if (this.closed) return;
      this.wanted = [];
      this.source.failed(error);
    } finally {
      this.inFlight.delete(page);
      if (!this.closed) this.fetchNext();
    }
  }

  private keep(page: number, rows: readonly Activity[]): void {
    this.pages.set(page, rows);
    this.stale.delete(page);
    this.wanted = this.wanted.filter((candidate) => candidate !== page);
    for (const oldest of this.pages.keys()) {
      if (this.pages.size <= MAX_PAGES) return;
      this.pages.delete(oldest);
    }
  }
}

/** Where the page of this row lies. */
export function pageAt(row: number): { offset: number; limit: number } {
  return { offset: pageOf(row) * PAGE_ROWS, limit: PAGE_ROWS };
}

function pageOf(row: number): number {
  return Math.floor(row / PAGE_ROWS);
}
