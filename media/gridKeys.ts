/** The header's place in a cell's `row`. */
export const HEADER = -1;

export interface Cell {
  row: number;
  column: number;
}

export interface GridSize {
  rows: number;
  columns: number;
  /** Rows that fit on the screen. */
  pageRows: number;
}

/** Where a key leads to in the grid pattern; null when the key is not one of the grid's. */
export function moveCell(
  cell: Cell,
  { key, ctrlKey }: { key: string; ctrlKey: boolean },
  size: GridSize,
): Cell | null {
  const { row, column } = cell;
  const [lastRow, lastColumn] = [size.rows - 1, size.columns - 1];
  const to = (toRow: number, toColumn: number): Cell => ({
    row: clamp(toRow, HEADER, lastRow),
    column: clamp(toColumn, 0, lastColumn),
  });
  switch (key) {
    case "ArrowDown":
      return to(row + 1, column);
    case "ArrowUp":
      return to(row - 1, column);
    case "ArrowRight":
      return to(row, column + 1);
    case "ArrowLeft":
      return to(row, column - 1);
    case "PageDown":
      return to(Math.max(row, 0) + size.pageRows, column);
    case "PageUp":
      return to(Math.max(0, row - size.pageRows), column);
    case "Home":
      return ctrlKey ? to(0, 0) : to(row, 0);
    case "End":
      return ctrlKey ? to(lastRow, lastColumn) : to(row, lastColumn);
    default:
      return null;
  }
}

function clamp(value: number, least: number, most: number): number {
  return Math.max(least, Math.min(most, value));
}
