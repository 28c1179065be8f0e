import type { Preview, PlannedChange } from "../protocol/engine";
import { guardPlan, type CycleRules } from "../sync/cycle";
import type { CycleContext } from "../sync/cycleContext";
import type { Decision } from "../sync/decision";
import { readPersons, readRows } from "../sync/gather";
import { changesOf } from "../sync/plan";
import { planCycle, type PlannedCycle } from "../sync/planCycle";
import { changeOf } from "../sync/record";
import { refusalMessage } from "../sync/refusal";
import { decideSubject, type Subject } from "../sync/subject";

/** Name of the checkpoint that holds the hash of the plan shown last. */
export const PREVIEWED_KEY = "previewedPlan";

const MANY_CREATES_WARNING =
  'Creating persons can start Marketo campaigns that listen to "Person is Created" (welcome mails, scoring). Look at them before you approve.';

/** Plans the next cycle and describes it; the plan is the one that the cycle itself would make. */
export async function makePreview(
  context: CycleContext,
  rules: CycleRules,
  sampleSize: number,
): Promise<Preview> {
  const before = callsOf(context);
  const planned = await planCycle(context);
  const halt = guardPlan(context, planned, rules);
  const { counts, empties, deletes } = planned.totals;
  const tally = tallyOf(context, planned);
  const sample = await sampleOf(context, planned, sampleSize);
  const after = callsOf(context);
  return {
    pair: context.pair,
    planHash: planned.hash(),
    counts: {
      created: counts.created,
      updated: counts.updated,
      linked: tally.linked,
      conflicts: counts.conflicts - tally.ambiguous,
      ambiguous: tally.ambiguous,
      refused: counts.refused,
      emptied: empties,
      deleted: deletes,
    },
    halt,
    refusals: [...tally.refusals]
      .map(([message, count]) => ({ message, count }))
      .sort((a, b) => b.count - a.count),
    sample,
    calls: {
      dynamics: after.dynamics - before.dynamics,
      marketo: after.marketo - before.marketo,
    },
    warnings: counts.created.marketo > 0 ? [MANY_CREATES_WARNING] : [],
  };
}

function callsOf({ connectors }: CycleContext) {
  return { dynamics: connectors.dynamics.calls, marketo: connectors.marketo.calls };
}

function tallyOf(context: CycleContext, { subjects }: PlannedCycle) {
  const refusals = new Map<string, number>();
  let linked = 0;
  let ambiguous = 0;
  for (const subject of subjects) {
    const decision = decideSubject(subject, context);
    if (decision.kind === "link") linked++;
    if (decision.kind === "ambiguous") ambiguous++;
    if (!("refusals" in decision) || !decision.refusals.length) continue;
    const message = refusalMessage(decision.refusals);
    refusals.set(message, (refusals.get(message) ?? 0) + 1);
  }
  return { refusals, linked, ambiguous };
}

/** The first planned changes, with the values that they would replace (read for the sample only). */
async function sampleOf(
  context: CycleContext,
  { subjects }: PlannedCycle,
  size: number,
): Promise<PlannedChange[]> {
  const chosen: Subject[] = [];
  for (const subject of subjects) {
    if (chosen.length >= size) break;
    if (ACTION[decideSubject(subject, context).kind] !== null) chosen.push(subject);
  }
  const decisions = chosen.map((subject) => decideSubject(subject, context));
  const copies = chosen.map((subject) => ({
    ...subject,
    changedAt: { ...subject.changedAt },
  }));
  const linked = copies.filter((subject) => subject.link !== null);
  await readPersons(context, linked);
  await readRows(context, linked);
  return copies.map((subject, at) => plannedChange(subject, decisions[at]!));
}

function plannedChange(subject: Subject, decision: Decision): PlannedChange {
  const changes = changesOf(decision).map((change) => {
    const reading = change.to === "dynamics" ? subject.row : subject.person;
    const known = reading.kind === "read" ? reading.values[change.rule.key] : undefined;
    return changeOf({ ...change, before: change.before === undefined ? known : change.before });
  });
  const sides = new Set(changes.map((change) => change.to));
  return {
    recordType: subject.setup.recordType,
    dynamicsId: subject.requested ? null : subject.dynamicsId,
    personId: subject.personId,
    action: ACTION[decision.kind] ?? "skip",
    to: sides.size === 1 ? [...sides][0]! : null,
    reason: "reason" in decision ? decision.reason : "no-difference",
    message:
      "refusals" in decision && decision.refusals.length ? refusalMessage(decision.refusals) : null,
    changes,
  };
}

/** What a preview calls each decision; null is not worth a line. */
const ACTION: Record<Decision["kind"], PlannedChange["action"] | null> = {
  write: "update",
  link: "link",
  createPerson: "create",
  recreatePerson: "create",
  createRow: "create",
  flagDeleted: "flag",
  unlinkPerson: "unlink",
  dissolve: "unlink",
  end: "unlink",
  mergePersons: "merge",
  close: null,
  hold: "ask",
  follow: "link",
  leave: "unlink",
  ambiguous: "ask",
  refused: "refuse",
  agree: null,
  read: null,
  skip: null,
};
