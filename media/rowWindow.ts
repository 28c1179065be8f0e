import { ROW_HEIGHT } from "./viewState";

/** Rows beyond the visible ones that are drawn, so that a short scroll shows no gap. */
const MARGIN = 8;

/** What the list shows of its rows; all of them are of one height, so nothing is measured. */
export interface RowWindow {
  scrollTop: number;
  height: number;
}

export interface RowRange {
  first: number;
  last: number;
}

/** The rows that can be seen, at least partly. */
export function visibleRows({ scrollTop, height }: RowWindow, rows: number): RowRange {
  const last = Math.ceil((scrollTop + height) / ROW_HEIGHT) - 1;
  const end = Math.max(0, Math.min(rows - 1, last));
  return { first: Math.min(Math.floor(scrollTop / ROW_HEIGHT), end), last: end };
}

/**
 * The rows to draw: around the visible ones, and the one that the keyboard is on wherever it is. They stand in their
 * order, because a row that is moved within the document loses the focus.
 */
export function drawnRows({ first, last }: RowRange, rows: number, active: number): number[] {
  if (rows === 0) return [];
  const start = Math.max(0, first - MARGIN);
  const end = Math.min(rows - 1, last + MARGIN);
  const near = Array.from({ length: end - start + 1 }, (_, index) => start + index);
  if (active < 0 || active >= rows) return near;
  if (active < start) return [active, ...near];
  return active > end ? [...near, active] : near;
}

/** Where to scroll so that the row can be seen whole; null when it can already. */
export function scrollTopFor(row: number, { scrollTop, height }: RowWindow): number | null {
  const [top, bottom] = [row * ROW_HEIGHT, (row + 1) * ROW_HEIGHT];
  if (top < scrollTop) return top;
  return bottom > scrollTop + height ? bottom - height : null;
}
