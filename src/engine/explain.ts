import type { Activity } from "../model/activity";
import { REASON_TEXT } from "../model/reasons";
import type { FieldValue, RecordType } from "../model/record";
import type { ExplainedChange, Explanation, NextStep } from "../protocol/explain";
import { setupOf, type CycleContext } from "../sync/cycleContext";
import type { Decision } from "../sync/decision";
import type { FieldRule } from "../sync/fieldRule";
import { readPersons, readRows } from "../sync/gather";
import { matchUnlinked } from "../sync/matchCycle";
import { changesOf } from "../sync/plan";
import { readForDecisions } from "../sync/planCycle";
import { decideSubject, newSubject, type Subject } from "../sync/subject";
import { namedValues, namingOf, type Naming } from "./ownerNames";

/** A record by either id, and a field by its column or its REST name. */
export interface ExplainRequest {
  recordType: RecordType;
  dynamicsId?: string;
  personId?: number;
  field: string;
}

/** Changes of one field that are told, newest first. */
const MOST_CHANGES = 500;

/** Explain Field Value: every change that is logged, what both sides hold, and what the next cycle would do. */
export async function explain(
  context: CycleContext,
  request: ExplainRequest,
): Promise<Explanation> {
  const { state } = context;
  const link =
    request.personId === undefined
      ? state
          .linksByDynamicsId(request.recordType, [request.dynamicsId ?? ""])
          .get(request.dynamicsId ?? "")
      : state.linksByPersonId([request.personId]).get(request.personId);
  const recordType = link?.recordType ?? request.recordType;
  const setup = setupOf(context, recordType);
  const rule = setup?.rules.find(({ key, field }) => [key, field].includes(request.field));
  const ids = {
    dynamicsId: link?.dynamicsId ?? request.dynamicsId ?? null,
    personId: link?.personId ?? request.personId ?? null,
  };
  const column = rule?.key ?? request.field;
  const told = {
    recordType,
    ...ids,
    column,
    field: rule?.field ?? null,
    history: historyOf(context, ids, column),
  };
  if (!setup || !rule) return { ...told, current: UNKNOWN, next: notMapped(request.field) };
  if (ids.dynamicsId === null) return { ...told, current: UNKNOWN, next: NOT_PUSHED };
  const subject = newSubject(setup, {
    dynamicsId: ids.dynamicsId,
    personId: ids.personId,
    link: link ?? null,
  });
  const next = await nextStep(context, subject, rule);
  const naming = namingOf(state);
  return {
    ...told,
    history: told.history.map((change) => namedValues(change, naming)),
    personId: subject.personId,
    current: currentOf(subject, rule, naming),
    next: namedValues(next, naming),
  };
}

const UNKNOWN = { dynamics: undefined, marketo: undefined };

function historyOf(
  { state }: CycleContext,
  { dynamicsId, personId }: { dynamicsId: string | null; personId: number | null },
  column: string,
): ExplainedChange[] {
  const record = dynamicsId ?? String(personId ?? "");
  const activities = state.activities({ record, field: column, limit: MOST_CHANGES });
  return activities.flatMap((activity) => explained(activity, column));
}

function explained(activity: Activity, column: string): ExplainedChange[] {
  const { time, cycle, outcome, reason, changes, error } = activity;
  return changes
    .filter((change) => change.field === column)
    .map(({ to, before, after, lost }) => ({
      activity: activity.id,
      time,
      cycle,
      to,
      outcome,
      reason,
      rule: error ? `${REASON_TEXT[reason]} ${error.message}` : REASON_TEXT[reason],
      before,
      after,
      ...(lost !== undefined && { lost }),
    }));
}

/** Asks the very functions that the next cycle asks. */
async function nextStep(
  context: CycleContext,
  subject: Subject,
  rule: FieldRule,
): Promise<NextStep> {
  await readRows(context, [subject]);
  if (subject.row.kind !== "read" && !subject.link) {
    return { action: "nothing", to: null, text: "Dynamics has no such record." };
  }
  await readPersons(context, [subject]);
  await matchUnlinked(context, [subject]);
  await readForDecisions(context, [subject]);
  return describe(decideSubject(subject, context), rule);
}

function describe(decision: Decision, rule: FieldRule): NextStep {
  const change = changesOf(decision).find((planned) => planned.rule.key === rule.key);
  if (change) {
    const { to, before, after, lost } = change;
    const text = "reason" in decision ? REASON_TEXT[decision.reason] : "";
    return { action: "write", to, before, after, ...(lost !== undefined && { lost }), text };
  }
  const refusal =
    "refusals" in decision
      ? decision.refusals.find(({ changes }) => changes.some((c) => c.rule.key === rule.key))
      : undefined;
  if (refusal) {
    const problems = refusal.problems.map(
      ({ rule: bad, problem }) => `${bad.key}: ${problem.message}`,
    );
    const text = `${REASON_TEXT["does-not-fit"]} ${problems.join(" ")}`;
    return { action: "refuse", to: refusal.side, text };
  }
  if ("drift" in decision && decision.drift.some((diff) => diff.rule.key === rule.key)) {
    return { action: "nothing", to: null, text: REASON_TEXT["direction-off"] };
  }
  if (decision.kind === "ambiguous" || decision.kind === "hold") {
    return { action: "ask", to: null, text: REASON_TEXT[decision.reason] };
  }
  const rests = decision.kind === "skip" && decision.reason !== "no-difference";
  const reason = rests ? decision.reason : "no-difference";
  return { action: "nothing", to: null, text: REASON_TEXT[reason] };
}

function currentOf(
  { row, person }: Subject,
  { key }: FieldRule,
  naming: Naming,
): Explanation["current"] {
  const value = (reading: Subject["row"]): FieldValue | undefined =>
    reading.kind === "read" ? naming(reading.values[key]) : undefined;
  return { dynamics: value(row), marketo: value(person) };
}

function notMapped(field: string): NextStep {
  return {
    action: "nothing",
    to: null,
    text: `${field} does not sync: no mapping of this record type that is in force names it.`,
  };
}

const NOT_PUSHED: NextStep = {
  action: "nothing",
  to: null,
  text: "The person is not linked to a record; persons born in Marketo are created in Dynamics only when they are asked for.",
};
