import type { ActivityTypeSpec, NewActivityRow } from "../connectors/marketo/customActivities";
import type { Activity, ReasonCode } from "../model/activity";
import { CallError, type FailureClass } from "../model/failure";
import type { FieldValue } from "../model/record";
import { REASON_TEXT } from "../model/reasons";
import { stopIfCanceled, type CycleContext } from "../sync/cycleContext";
import type { WriteResult } from "../sync/ports";
import type { StatePort } from "../sync/statePort";
import type { ConnectorSet } from "./connect";

/** The custom activity that tells on the person what became of it. Its name can never be changed once it is approved. */
export const PERSON_LOG_TYPE: ActivityTypeSpec = {
  apiName: "contactSyncOutcome",
  name: "Contact Sync Outcome",
  triggerName: "Contact Sync Has an Outcome",
  filterName: "Had Contact Sync Outcome",
  description: "What Contact Sync did with this person's Dynamics record, and what was refused.",
  primaryAttribute: { apiName: "outcome", name: "Outcome", dataType: "string" },
  attributes: [
    { apiName: "record", name: "Record", dataType: "string" },
    { apiName: "reason", name: "Reason", dataType: "string" },
    { apiName: "fields", name: "Fields", dataType: "text" },
    { apiName: "message", name: "Message", dataType: "text" },
    { apiName: "cycle", name: "Cycle", dataType: "integer" },
  ],
};

/** Where the log was read up to: an activity of ours is written to its person once. */
const POSITION_KEY = "personLog";
/** Activities that are known not to have arrived and are written again. */
const AGAIN_KEY = "personLogAgain";
const ROWS_A_CALL = 300;
const ROWS_READ = 1000;
/** Calls of one round, so that a first sync does not spend the day's calls on its own story. */
const MOST_CALLS = 10;
/** Without the type or the permission nothing is tried for a while. */
const OFF_MS = 60 * 60 * 1000;
/** Far below the 65,536 bytes that all attributes may have together. */
const LONGEST_TEXT = 8_000;
const LONGEST_STRING = 255;

/**
 * Writes refusals, conflicts and creations to the persons' own activity logs. Marketo neither looks such rows up nor
 * takes them back, so each is announced (the position moves) before it is sent: a row whose answer was lost is not
 * written again, it may be missing but never stands there twice.
 */
export class PersonLog {
  #type: { id: number; attributes: ReadonlySet<string> } | null = null;
  #offUntil = 0;
  #told = new Set<string>();

  constructor(private readonly marketo: ConnectorSet["marketo"]) {}

  /** What was logged before this was switched on is not told afterwards. */
  async begin(state: StatePort): Promise<void> {
    if (state.checkpoint(POSITION_KEY) !== null) return;
    const last = String(state.lastActivity());
    await state.commit((writer) => writer.setCheckpoint(POSITION_KEY, last));
  }

  /** Set-up has made the type, or an administrator has granted the permission: try again at once. */
  reset(): void {
    this.#type = null;
    this.#offUntil = 0;
  }

  /** Writes what is waiting; returns the number of rows. A call that fails never fails the cycle. */
  async write(context: CycleContext): Promise<number> {
    if (context.world.now() < this.#offUntil) return 0;
    let rows = 0;
    try {
      rows += await this.#writeAgain(context);
      for (let call = 0; call < MOST_CALLS; call++) {
        const written = await this.#writeNext(context);
        if (written === null) break;
        rows += written;
      }
    } catch (error) {
      if (!(error instanceof CallError) || error.failure.class === "canceled") throw error;
      this.#warn(context, error.failure.code, error.failure.message);
      if (error.failure.class === "configuration") this.#offUntil = context.world.now() + OFF_MS;
    }
    return rows;
  }

  async #writeAgain(context: CycleContext): Promise<number> {
    const stored = context.state.checkpoint(AGAIN_KEY);
    if (stored === null) return 0;
    const ids = JSON.parse(stored) as number[];
    const now = ids.slice(0, ROWS_A_CALL);
    const activities = now.flatMap((id) => context.state.activities({ id }));
    if (!(await this.#readType(context))) return 0;
    return this.#send(context, activities, { again: ids.slice(ROWS_A_CALL) });
  }

  /** The next rows; null when nothing is left. */
  async #writeNext(context: CycleContext): Promise<number | null> {
    stopIfCanceled(context.signal);
    const { state } = context;
    const position = Number(state.checkpoint(POSITION_KEY) ?? state.lastActivity());
    const read = state.activitiesAfter(position, ROWS_READ);
    const last = read.at(-1);
    if (!last) return null;
    const worth = read.filter(isWorthTelling).slice(0, ROWS_A_CALL);
    const end = worth.length === ROWS_A_CALL ? worth.at(-1)!.id : last.id;
    if (!worth.length) {
      await state.commit((writer) => writer.setCheckpoint(POSITION_KEY, String(end)));
      return 0;
    }
    if (!(await this.#readType(context))) return null;
    const written = await this.#send(context, worth, { position: end });
    return state.checkpoint(AGAIN_KEY) === null ? written : null;
  }

  /** Announces, sends, and keeps what is known not to have arrived. */
  async #send(
    context: CycleContext,
    activities: readonly Activity[],
    moves: { position?: number; again?: readonly number[] },
  ): Promise<number> {
    const { state, signal } = context;
    const { position, again = [] } = moves;
    const keep = (ids: readonly number[]) => (ids.length ? JSON.stringify(ids) : null);
    await state.commit((writer) => {
      if (position !== undefined) writer.setCheckpoint(POSITION_KEY, String(position));
      writer.setCheckpoint(AGAIN_KEY, keep(again));
    });
    const rows = activities.map((activity) => toRow(activity, this.#type!));
    const results = await this.marketo.addActivities(rows, { signal });
    const waiting = activities.filter((_, at) => isPassing(results[at]!)).map(({ id }) => id);
    if (waiting.length) {
      await state.commit((writer) => writer.setCheckpoint(AGAIN_KEY, keep([...waiting, ...again])));
    }
    this.#tellProblems(context, results);
    return results.filter(({ kind }) => kind === "written").length;
  }

  async #readType(context: CycleContext) {
    if (this.#type) return this.#type;
    const { apiName } = PERSON_LOG_TYPE;
    const type = await this.marketo.findActivityType(apiName, { signal: context.signal });
    if (type?.approved) {
      this.#type = { id: type.id, attributes: new Set(type.attributes) };
      return this.#type;
    }
    this.#offUntil = context.world.now() + OFF_MS;
    this.#warn(
      context,
      "CS-NO-ACTIVITY-TYPE",
      `The person's activity log is not written: Marketo has no approved custom activity type "${apiName}". Set-up makes it ("Validate Connection" offers it); until then outcomes are in this log only.`,
    );
    return null;
  }

  #tellProblems(context: CycleContext, results: readonly WriteResult[]): void {
    for (const result of results) {
      if (result.kind === "written") continue;
      const { code, message, class: kind } = result.failure;
      // A person that is gone has no log.
      if (kind === "gone") continue;
      if (kind === "configuration") {
        this.reset();
        this.#offUntil = context.world.now() + OFF_MS;
      }
      const lost =
        result.kind === "unknown"
          ? " Rows whose answer was lost are not written again, so some may be missing."
          : "";
      this.#warn(context, code, `The person's activity log: ${message}${lost}`);
    }
  }

  /** The same trouble is told once. */
  #warn({ report }: CycleContext, code: string, message: string): void {
    if (this.#told.has(code)) return;
    this.#told.add(code);
    report.warning(code, message);
  }
}

/** Nothing was written, and it may work later. */
function isPassing(result: WriteResult): boolean {
  return result.kind === "failed" && PASSING.has(result.failure.class);
}

const PASSING: ReadonlySet<FailureClass> = new Set([
  "retry",
  "quota",
  "signIn",
  "canceled",
  "configuration",
]);

/** Reasons that tell of a person that came to Dynamics, or should have. */
const TOLD_REASONS: ReadonlySet<ReasonCode> = new Set([
  "created-from-dynamics",
  "created-from-marketo",
  "requested-by-marketo",
  "requested-by-command",
  "recreated-after-delete",
  "already-linked",
  "already-in-dynamics",
  "owner-fallback",
]);

/** Is the row of the log written to its person, too? */
export function isWorthTelling({ personId, outcome, reason }: Activity): boolean {
  if (personId === null) return false;
  return outcome === "refused" || outcome === "conflicted" || TOLD_REASONS.has(reason);
}

function toRow(
  activity: Activity,
  type: { id: number; attributes: ReadonlySet<string> },
): NewActivityRow {
  const { recordType, dynamicsId, reason, cycle, changes } = activity;
  const attributes: Record<string, string | number> = {
    record: dynamicsId ? `${recordType} ${dynamicsId}` : recordType,
    reason,
    fields: cut([...new Set(changes.map(({ field }) => field))].join(", "), LONGEST_TEXT),
    message: cut(messageOf(activity), LONGEST_TEXT),
    cycle,
  };
  const known = Object.entries(attributes).filter(
    ([name, value]) => type.attributes.has(name) && value !== "",
  );
  return {
    personId: activity.personId!,
    at: Date.parse(activity.time),
    typeId: type.id,
    primaryValue: cut(outcomeOf(activity), LONGEST_STRING),
    attributes: Object.fromEntries(known),
  };
}

function outcomeOf({ outcome, reason, changes }: Activity): string {
  if (outcome === "conflicted") return "Conflict";
  if (outcome === "refused" || outcome === "failed") return "Refused";
  if (outcome === "skipped") return "Already in Dynamics";
  if (reason === "owner-fallback") return "Other owner";
  return changes.some(({ to }) => to === "dynamics") ? "Created in Dynamics" : "Created in Marketo";
}

function messageOf({ error, reason, changes }: Activity): string {
  const lost = changes
    .filter((change) => change.lost !== undefined)
    .map(
      ({ field, after, lost: value }) =>
        `${field}: ${inWords(after)} stays, ${inWords(value)} was lost.`,
    );
  return [error?.message ?? REASON_TEXT[reason], ...lost].join(" ");
}

function inWords(value: FieldValue | undefined): string {
  if (value === null || value === undefined || value === "") return "empty";
  return `"${String(value)}"`;
}

/** A text that is too long says that it was cut; the whole one is in our own log. */
function cut(text: string, most: number): string {
  return text.length <= most ? text : `${text.slice(0, most - 1)}…`;
}

/** Makes the activity type and approves it. Returns its name, or null when it was there already. */
export async function createPersonLogType(
  marketo: ConnectorSet["marketo"],
): Promise<string | null> {
  const { apiName } = PERSON_LOG_TYPE;
  const known = await marketo.findActivityType(apiName);
  if (known?.approved) return null;
  if (!known) await marketo.createActivityType(PERSON_LOG_TYPE);
  await marketo.approveActivityType(apiName);
  return apiName;
}
