import { retryFailed } from "../engine/retryFailed";
import { openState } from "../state/openState";
import type { FailedRecord } from "../sync/statePort";
import type { Arguments } from "./arguments";
import { pairsIn, withStates, type CommandContext } from "./commands";
import { csvLine } from "./csv";
import { EXIT } from "./exitCode";
import { table } from "./output";

/** Shows records that could not be written (B-92), exports them, or clears the delay of one reason (R5). */
export async function errors(
  options: Arguments<"errors">,
  context: CommandContext,
): Promise<number> {
  if (options.retry === undefined) {
    return withStates(options, (state) => print(state.failed(filterOf(options)), options, context));
  }
  for (const pair of await pairsIn(options.state, options.pair)) {
    await retry(options.state, { pair, code: options.retry }, context);
  }
  return EXIT.done;
}

function filterOf({ record, limit, csv }: Arguments<"errors">) {
  // An export is whole unless a limit is asked for.
  const most = limit ?? (csv ? undefined : 100);
  return { ...(record !== undefined && { record }), ...(most !== undefined && { limit: most }) };
}

function print(
  failed: readonly FailedRecord[],
  { json, csv }: Arguments<"errors">,
  { output }: CommandContext,
): void {
  if (json) {
    failed.forEach((record) => output.out(JSON.stringify({ type: "error", ...record })));
    return;
  }
  if (csv) {
    output.out(csvLine(CSV_HEAD));
    failed.forEach((record) => output.out(csvLine(csvCells(record))));
    return;
  }
  const rows = failed.map(errorRow);
  if (!rows.length) return output.out("Every record is written.");
  const head = ["record", "person", "outcome", "tries", "next try", "reason"];
  table(head, rows).forEach((line) => output.out(line));
}

async function retry(
  folder: string,
  { pair, code }: { pair: string; code: string },
  { output }: CommandContext,
): Promise<void> {
  const owner = "contact-sync errors";
  const state = await openState({ folder, pair, mode: "write", owner, now: Date.now });
  try {
    const count = await retryFailed(state, Date.now(), code === "all" ? undefined : code);
    output.out(`${pair}: ${count} records are tried again in the next cycle.`);
  } finally {
    await state.close();
  }
}

function errorRow(record: FailedRecord): string[] {
  const { nextAttempt } = record;
  return [
    record.dynamicsId ? `${record.recordType} ${record.dynamicsId}` : record.recordType,
    String(record.personId ?? ""),
    record.outcome,
    String(record.attempts),
    nextAttempt === null ? "on change" : new Date(nextAttempt).toISOString().slice(0, 19),
    `${record.code} ${record.message}`,
  ];
}

const CSV_HEAD = [
  "recordType",
  "dynamicsId",
  "personId",
  "side",
  "outcome",
  "code",
  "message",
  "attempts",
  "firstAt",
  "lastAt",
  "nextAttempt",
];

function csvCells(record: FailedRecord): string[] {
  const at = (time: number | null) => (time === null ? "" : new Date(time).toISOString());
  return [
    record.recordType,
    record.dynamicsId ?? "",
    String(record.personId ?? ""),
    record.side,
    record.outcome,
    record.code,
    record.message,
    String(record.attempts),
    at(record.firstAt),
    at(record.lastAt),
    at(record.nextAttempt),
  ];
}
