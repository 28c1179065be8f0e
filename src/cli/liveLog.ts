import { withOwnerNames } from "../engine/ownerNames";
import type { Activity, CycleSummary } from "../model/activity";
import type { CycleEvent } from "../protocol/engine";
import type { StatePort } from "../sync/statePort";
import { printActivity } from "./commands";
import { summaryLines, type Output } from "./output";

/** So many rows wait for names; a first sync of a large organization shows the ids of owners that are new to it. */
const MOST_WAITING = 500;
const OWNER_COLUMN = "ownerid";

/**
 * Prints a cycle as it goes, with owners by name as in the log. A cycle looks new names up at its end, so a row with an
 * owner that is not known yet waits until then.
 */
export class LiveLog {
  #waiting: Activity[] = [];

  constructor(
    private readonly output: Output,
    /** Open by the time that something happens. */
    private readonly state: () => Pick<StatePort, "checkpoint">,
  ) {}

  tell(event: CycleEvent): void {
    if (event.type === "activities") return event.activities.forEach((row) => this.#tellRow(row));
    if (event.type === "ended") this.#printWaiting();
    printEvent(this.output, event, false);
  }

  #tellRow(row: Activity): void {
    const [named] = withOwnerNames(this.state(), [row]);
    if (named && this.#waiting.length < MOST_WAITING && lacksName(row, named)) {
      this.#waiting.push(row);
    } else printActivity(this.output, named ?? row, false);
  }

  #printWaiting(): void {
    withOwnerNames(this.state(), this.#waiting).forEach((row) =>
      printActivity(this.output, row, false),
    );
    this.#waiting = [];
  }
}

/** Some owner of the row has no name yet: naming it left its id as it was. */
function lacksName(row: Activity, named: Activity): boolean {
  return row.changes.some(({ field, before, after, lost }, at) => {
    if (field !== OWNER_COLUMN) return false;
    const shown = named.changes[at]!;
    const pairs = [
      [before, shown.before],
      [after, shown.after],
      [lost, shown.lost],
    ];
    return pairs.some(([id, name]) => typeof id === "string" && id === name);
  });
}

/** Prints what happens as it happens. */
export function printEvent(output: Output, event: CycleEvent, json: boolean): void {
  switch (event.type) {
    case "activities":
      return event.activities.forEach((activity) => printActivity(output, activity, json));
    case "ended":
      if (json) return output.out(JSON.stringify(cycleLine(event.summary)));
      return summaryLines(event.summary).forEach((line) => output.out(line));
    case "warning":
      if (json) return output.out(JSON.stringify(event));
      return output.err(`${event.code}: ${event.message}`);
    case "started":
    case "progress":
      return;
  }
}

/** The last line of a cycle as programs read it. */
function cycleLine(summary: CycleSummary): object {
  const { pair, cycle, counts, calls, ms, halted, error } = summary;
  return { type: "cycle", pair, cycle, counts, calls, ms, halted, error };
}
