import type { Activity } from "../model/activity";
import { ContactSyncError } from "../model/failure";
import { HALT_TEXT, REASON_TEXT } from "../model/reasons";
import { withOwnerNames } from "../engine/ownerNames";
import { statusOf } from "../engine/status";
import type { Preview } from "../protocol/engine";
import { diskFiles } from "../state/files";
import { listPairs } from "../state/folder";
import type { State } from "../state/state";
import type { Arguments } from "./arguments";
import { EXIT } from "./exitCode";
import {
  activityLines,
  flowText,
  recordText,
  statusLines,
  summaryLines,
  table,
  valueText,
  type Output,
} from "./output";
import { choosePair, openSession, readState, type Environment } from "./session";

export interface CommandContext {
  output: Output;
  environment: Environment;
}

export async function preview(
  options: Arguments<"preview">,
  { output, environment }: CommandContext,
): Promise<number> {
  const config = await choosePair(options.config, options.pair);
  const session = await openSession({
    config,
    stateFolder: options.state,
    owner: "contact-sync preview",
    environment,
    output,
    onEvent: (event) => {
      if (event.type === "warning") output.err(`${event.code}: ${event.message}`);
    },
  });
  try {
    const result = await session.engine.preview({ sampleSize: options.limit ?? 20 });
    const lines = options.json
      ? [JSON.stringify({ type: "preview", ...result })]
      : previewLines(result);
    lines.forEach((line) => output.out(line));
    return EXIT.done;
  } finally {
    await session.close();
  }
}

function previewLines(preview: Preview): string[] {
  const { counts } = preview;
  const lines = [
    `The next cycle of ${preview.pair} would do this (nothing was written):`,
    ...table(
      ["", "created", "updated"],
      (["dynamics", "marketo"] as const).map((side) => [
        side,
        String(counts.created[side]),
        String(counts.updated[side]),
      ]),
    ),
    `linked ${counts.linked}, conflicts ${counts.conflicts}, ambiguous ${counts.ambiguous}, refused ${counts.refused}, values emptied ${counts.emptied}, deleted ${counts.deleted}`,
    ...preview.refusals.map(({ message, count }) => `  refused ${count} x: ${message}`),
    ...preview.warnings.map((warning) => `  note: ${warning}`),
  ];
  for (const planned of preview.sample) {
    lines.push(`${planned.action} ${recordText(planned)}: ${REASON_TEXT[planned.reason]}`);
    for (const { field, to, before, after } of planned.changes) {
      lines.push(
        `    ${field.padEnd(28)} ${flowText(to)} ${valueText(before)} ⇒ ${valueText(after)}`,
      );
    }
  }
  if (preview.halt) {
    const { reason, planned, limit } = preview.halt;
    lines.push(
      `This plan waits for approval: ${HALT_TEXT[reason]} (planned ${planned}, limit ${limit})`,
      'Approve exactly this plan with "run --approve".',
    );
  }
  return lines;
}

export async function createContact(
  options: Arguments<"create-contact">,
  { output, environment }: CommandContext,
): Promise<number> {
  const { person, email, owner } = options;
  if ((person === undefined) === (email === undefined)) {
    throw new ContactSyncError("CS-ARGUMENT", "Give either --person ID or --email ADDRESS.");
  }
  const config = await choosePair(options.config, options.pair);
  const session = await openSession({
    config,
    stateFolder: options.state,
    owner: "contact-sync create-contact",
    environment,
    output,
    onEvent: (event) => {
      if (event.type === "warning") output.err(`${event.code}: ${event.message}`);
    },
  });
  try {
    const request = {
      ...(person !== undefined && { personId: person }),
      ...(email !== undefined && { email }),
      ...(owner !== undefined && { owner }),
    };
    const { activity, dynamicsId } = await session.engine.createRecord(request);
    printActivity(output, activity, options.json);
    if (!options.json && dynamicsId) output.out(`contact ${dynamicsId}`);
    const { outcome } = activity;
    return outcome === "refused" || outcome === "failed" ? EXIT.someFailed : EXIT.done;
  } finally {
    await session.engine.state.commit((writer) => session.engine.ledger.flush(writer));
    await session.close();
  }
}

export function printActivity(output: Output, activity: Activity, json: boolean): void {
  if (json) output.out(JSON.stringify({ type: "activity", ...activity }));
  else activityLines(activity).forEach((line) => output.out(line));
}

/** The pairs that a state folder holds, or the named one. */
export async function pairsIn(folder: string, pair: string | undefined): Promise<string[]> {
  const names = pair !== undefined ? [pair] : await listPairs(diskFiles, folder);
  if (!names.length) {
    throw new ContactSyncError(
      "CS-ARGUMENT",
      `${folder} holds no state yet; run a cycle first ("contact-sync run").`,
    );
  }
  return names;
}

export async function withStates(
  options: { state: string; pair: string | undefined },
  use: (state: State, pair: string) => void,
): Promise<number> {
  const names = await pairsIn(options.state, options.pair);
  const states = await Promise.all(names.map((name) => readState(options.state, name)));
  try {
    for (const [at, state] of states.entries()) use(state, names[at]!);
  } finally {
    await Promise.all(states.map((state) => state.close()));
  }
  return EXIT.done;
}

export async function status(
  options: Arguments<"status">,
  { output }: CommandContext,
): Promise<number> {
  return withStates(options, (state, pair) => {
    const result = statusOf(pair, state, Date.now());
    if (options.json) return output.out(JSON.stringify({ type: "status", ...result }));
    statusLines(result).forEach((line) => output.out(line));
    if (result.lastCycle) summaryLines(result.lastCycle).forEach((line) => output.out(line));
  });
}

export async function log(
  options: Arguments<"log"> | Arguments<"conflicts">,
  { output }: CommandContext,
  conflictsOnly: boolean,
): Promise<number> {
  return withStates(options, (state) => {
    const activities = state.activities({
      ...(options.record !== undefined && { record: options.record }),
      conflictsOnly,
      limit: options.limit ?? 100,
    });
    const rows = options.json ? activities : withOwnerNames(state, activities);
    rows.forEach((activity) => printActivity(output, activity, options.json));
    if (!activities.length && !options.json) output.out("Nothing is logged for this.");
  });
}
