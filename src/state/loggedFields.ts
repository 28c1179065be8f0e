import type { Side } from "../model/record";
import type { SqlDatabase } from "./database";

/** A field that activities write on a side, and the character that stands for it in their shapes. */
export interface LoggedField {
  mark: string;
  side: Side;
  field: string;
}

/** Above the digits that a shape also has; up to the surrogates there is room for more fields than any org has. */
const FIRST_MARK = 0x100;

/** The fields that the log knows, found by mark and by name. */
export class LoggedFields {
  readonly #byMark = new Map<string, LoggedField>();
  readonly #byName: Record<Side, Map<string, LoggedField>> = {
    dynamics: new Map(),
    marketo: new Map(),
  };

  constructor(database: SqlDatabase) {
    for (const [mark, side, field] of database.all("SELECT mark, side, field FROM logged_field"))
      this.add({ mark: String(mark), side: String(side) as Side, field: String(field) });
  }

  add(logged: LoggedField): void {
    this.#byMark.set(logged.mark, logged);
    this.#byName[logged.side].set(logged.field, logged);
  }

  ofMark(mark: string): LoggedField {
    const logged = this.#byMark.get(mark);
    if (!logged) throw new Error(`The log has no field with the mark ${mark.charCodeAt(0)}.`);
    return logged;
  }

  has(side: Side, field: string): boolean {
    return this.#byName[side].has(field);
  }

  /** The mark of a field that was added before. */
  markOf(side: Side, field: string): string {
    const logged = this.#byName[side].get(field);
    if (!logged) throw new Error(`The log has no mark for ${field} on ${side}.`);
    return logged.mark;
  }

  /** A field that was not logged before, with a mark of its own. */
  next(side: Side, field: string): LoggedField {
    return { mark: String.fromCharCode(FIRST_MARK + this.#byMark.size), side, field };
  }

  /** The marks of a field, one for each side that it was written on. */
  marksOf(field: string): string[] {
    return this.#marks((name) => name === field);
  }

  /** The marks of fields whose name has this text in it, in any case. */
  marksLike(text: string): string[] {
    const wanted = text.toLowerCase();
    return this.#marks((name) => name.toLowerCase().includes(wanted));
  }

  #marks(matches: (field: string) => boolean): string[] {
    return [...this.#byMark.values()].filter(({ field }) => matches(field)).map(({ mark }) => mark);
  }
}

/** Applies the journal's `addLoggedField`. */
export function addLoggedField(database: SqlDatabase, { mark, side, field }: LoggedField): void {
  database.run("INSERT INTO logged_field (mark, side, field) VALUES (?, ?, ?)", mark, side, field);
}
