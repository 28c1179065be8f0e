import { createHash } from "node:crypto";
import type { CycleCounts } from "../model/activity";
import { emptyCounts } from "../model/activity";
import type { Pair, RecordType } from "../model/record";
import { SIDES } from "../model/record";
import type { FieldChange } from "./decideField";
import type { Decision } from "./decision";

/** One record of a plan; a record that is to be created has no id on that side yet. */
export interface PlannedAction {
  recordType: RecordType;
  dynamicsId: string | null;
  personId: number | null;
  decision: Decision;
}

/** What one decision writes to each side; null: nothing. */
export type Writes = Readonly<Pair<"create" | "update" | null>>;

/** What a plan would do, without the records: enough for the brakes. */
export interface PlanTotals {
  counts: CycleCounts;
  /** Filled values that would become empty (or whose value before is not known). */
  empties: number;
  /** Columns that would be filled because they were read as empty, which was never agreed on. */
  fills: number;
  /** Persons that would be flagged or whose link would end because a record was deleted. */
  deletes: number;
}

/** Adds a plan up action by action, so that a long one need not be kept whole. */
export class PlanTally {
  readonly #counts = emptyCounts();
  #empties = 0;
  #fills = 0;
  #deletes = 0;

  add(decision: Decision, writes: Writes): void {
    countWrites(this.#counts, writes);
    count(this.#counts, decision);
    if (isDeleting(decision)) this.#deletes++;
    for (const change of changesOf(decision)) {
      if (emptiesTarget(change)) this.#empties++;
      else if (fillsRow(change, decision)) this.#fills++;
    }
  }

  totals(): PlanTotals {
    const counts = structuredClone(this.#counts);
    return { counts, empties: this.#empties, fills: this.#fills, deletes: this.#deletes };
  }
}

/** The same for the same actions in any order; anything that would be written makes it another one. */
export function planHash(actions: Iterable<PlannedAction>): string {
  // Sum of the actions' digests, word by word: a sum does not know an order.
  const sum = new Uint32Array(8);
  let added = 0;
  for (const { recordType, dynamicsId, personId, decision } of actions) {
    const changes = changesOf(decision).map(({ rule, to, after }) => [
      to,
      rule.key,
      rule.codec.compareKey(after),
    ]);
    const line = JSON.stringify([recordType, dynamicsId, personId, decision.kind, changes.sort()]);
    const digest = createHash("sha256").update(line).digest();
    for (let i = 0; i < 8; i++) sum[i] = (sum[i] ?? 0) + digest.readUInt32LE(i * 4);
    added++;
  }
  return createHash("sha256").update(`${added}:`).update(sum).digest("hex");
}

/** Everything that a decision would write. */
export function changesOf(decision: Decision): readonly FieldChange[] {
  switch (decision.kind) {
    case "write":
    case "link":
      return [...decision.toDynamics, ...decision.toMarketo];
    case "createPerson":
    case "recreatePerson":
    case "createRow":
      return decision.changes;
    default:
      return [];
  }
}

const DELETING: ReadonlySet<Decision["kind"]> = new Set([
  "flagDeleted",
  "unlinkPerson",
  "dissolve",
  "end",
  "hold",
  "mergePersons",
]);

/** A record that leaves the filter counts when its person is marked or let go. */
function isDeleting(decision: Decision): boolean {
  if (decision.kind === "leave") return decision.onLeave !== "freeze";
  return DELETING.has(decision.kind);
}

function emptiesTarget({ before, after }: FieldChange): boolean {
  return after === null && before !== null;
}

function countWrites(counts: CycleCounts, writes: Writes): void {
  for (const side of SIDES) {
    if (writes[side] === "create") counts.created[side]++;
    if (writes[side] === "update") counts.updated[side]++;
  }
}

/** Does the write go by an empty column that was not agreed on? Column security may hide the value that it replaces. */
function fillsRow({ to, before, clash }: FieldChange, { kind }: Decision): boolean {
  return to === "dynamics" && before === null && (clash || kind === "link");
}

/** Adds what a decision means beside its writes; a conflict that is resolved by a write counts as both. */
function count(counts: CycleCounts, decision: Decision): void {
  switch (decision.kind) {
    case "write":
    case "link":
      if (decision.conflict) counts.conflicts++;
      if (decision.refusals.length) counts.refused++;
      break;
    case "refused":
      counts.refused++;
      if (decision.conflict) counts.conflicts++;
      break;
    case "ambiguous":
    case "end":
    case "hold":
      counts.conflicts++;
      break;
    case "skip":
      counts.skipped++;
      break;
    case "createPerson":
    case "recreatePerson":
    case "createRow":
    case "flagDeleted":
    case "leave":
    case "agree":
    case "follow":
    case "unlinkPerson":
    case "dissolve":
    case "mergePersons":
    case "close":
    case "read":
      break;
  }
}
