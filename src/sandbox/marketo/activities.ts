import type { FieldValue } from "./fieldTypes";

export interface FieldChange {
  fieldId: number;
  name: string;
  displayName: string;
  oldValue: FieldValue;
  newValue: FieldValue;
}

/** One row of the activity log as it is stored; `renderActivity` makes its wire forms. */
export interface Activity {
  id: number;
  typeId: number;
  leadId: number;
  /** Seconds. */
  at: number;
  /** Milliseconds of the clock from which the feeds show the row. */
  visibleAt: number;
  primaryId?: number;
  primaryValue?: FieldValue;
  /** Of types 13 and 22. */
  change?: FieldChange;
  attributes: readonly (readonly [name: string, value: FieldValue])[];
}

/** A place in the log: after the row `id` of second `at`. */
export interface Cursor {
  at: number;
  id: number;
}

export interface FeedPage {
  rows: Activity[];
  next: Cursor;
  more: boolean;
}

/** The activity log, ordered by date and then by id. Rows that become visible late keep their place. */
export class ActivityLog {
  #rows: Activity[] = [];
  #nextId = 1;

  get count(): number {
    return this.#rows.length;
  }

  add(row: Omit<Activity, "id" | "visibleAt">, visibleAt: (row: Activity) => number): Activity {
    const activity: Activity = { ...row, id: this.#nextId++, visibleAt: 0 };
    activity.visibleAt = visibleAt(activity);
    const last = this.#rows.at(-1);
    if (!last || last.at <= activity.at) this.#rows.push(activity);
    else this.#rows.splice(this.#after({ at: activity.at, id: Infinity }), 0, activity);
    return activity;
  }

  all(): readonly Activity[] {
    return this.#rows;
  }

  /** Up to `limit` matching rows after the cursor, looking at no more than `window` rows. */
  page(
    after: Cursor,
    options: { now: number; limit: number; window: number; match: (row: Activity) => boolean },
  ): FeedPage {
    const rows: Activity[] = [];
    let next = after;
    let index = this.#after(after);
    const end = Math.min(this.#rows.length, index + options.window);
    for (; index < end && rows.length < options.limit; index++) {
      const row = this.#rows[index]!;
      // The cursor passes over a row that is not visible yet as soon as a later one is: such rows are lost to it.
      if (row.visibleAt > options.now) continue;
      next = { at: row.at, id: row.id };
      if (options.match(row)) rows.push(row);
    }
    return { rows, next, more: this.#anyVisibleFrom(index, options.now) };
  }

  #anyVisibleFrom(index: number, now: number): boolean {
    for (let i = index; i < this.#rows.length; i++) {
      if (this.#rows[i]!.visibleAt <= now) return true;
    }
    return false;
  }

  /** The place of the first row after the cursor. */
  #after(cursor: Cursor): number {
    let low = 0;
    let high = this.#rows.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      const row = this.#rows[middle]!;
      if (row.at < cursor.at || (row.at === cursor.at && row.id <= cursor.id)) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
