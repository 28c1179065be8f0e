import type { Value } from "../model/column";
import type { Shape } from "./shapes";

/** One row: its values stand in the order of its shape's columns. */
export class Row {
  constructor(
    readonly id: string,
    /** Place in the table's reading order. */
    readonly sequence: number,
    /** The row version; -1 once the row is deleted. */
    public version: number,
    public shape: Shape,
    public values: Value[],
  ) {}

  get live(): boolean {
    return this.version >= 0;
  }
}
