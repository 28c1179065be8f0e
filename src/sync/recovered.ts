import type { ActivityChange, ReasonCode } from "../model/activity";
import type { Side } from "../model/record";
import type { AgreedValue, FieldChange } from "./decideField";
import type { Job } from "./jobs";
import type { Attempt, Subject } from "./subject";

/** What a link by id stands for when it answers an interrupted creation. */
export interface CreatedBefore {
  side: Side;
  kind: Job["kind"];
  reason: ReasonCode;
  changes: FieldChange[];
}

/**
 * A link by id that answers an interrupted creation: the record is the one that was being created, so that what both
 * sides agree on is what the creation wrote. Null for every other link.
 */
export function createdBefore(job: Job): CreatedBefore | null {
  const { suspect, attempts } = job.subject;
  const attempt = attempts.find(({ kind }) => kind === "create");
  const isAnswer = attempt || (suspect?.kind === "create" && suspect.side === "marketo");
  if (!isAnswer || !ANSWERS.has(job.reason)) return null;
  const to = attempt?.side ?? "marketo";
  const written = job.agreed
    .filter(({ value }) => value !== null)
    .map(({ rule, value }): FieldChange => ({
      ...{ rule, to, before: null, after: value, clash: false },
    }));
  const changes = [...written, ...job.changes];
  // A lost answer is no crash: within the cycle it is still known what was done and why.
  return attempt
    ? { side: to, kind: "create", reason: attempt.reason, changes }
    : { side: to, kind: job.kind, reason: job.reason, changes };
}

/** Why a link is made that only says that its creation had been carried out. */
const ANSWERS: ReadonlySet<ReasonCode> = new Set(["linked-by-id", "recovered-after-crash"]);

/** The lost writes of this cycle, each with those of its changes that both sides now agree on, and no change twice. */
export function carriedOut({ attempts }: Subject, agreed: readonly AgreedValue[]): Attempt[] {
  const keys = new Map(agreed.map(({ rule, value }) => [rule.key, rule.codec.compareKey(value)]));
  const told = new Set<string>();
  const found = [...attempts].reverse().map((attempt) => ({
    ...attempt,
    changes: attempt.changes.filter(({ rule, to, after }) => {
      const change = `${to} ${rule.key}`;
      if (told.has(change) || keys.get(rule.key) !== rule.codec.compareKey(after)) return false;
      told.add(change);
      return true;
    }),
  }));
  return found.filter(({ changes }) => changes.length > 0).reverse();
}

/**
 * What the interrupted write replaced by a rule, as far as nothing else tells of it. A value that its side still holds
 * was not replaced: this cycle decides on it again. Neither is one that the log gets with the rest of a lost write.
 */
export function replacedUnheard(
  subject: Subject,
  agreed: readonly AgreedValue[],
): readonly ActivityChange[] {
  const told = carriedOut(subject, agreed).flatMap(({ changes }) => changes);
  const clashes = subject.suspect?.clashes ?? [];
  return clashes.filter(({ field, to, lost }) => {
    const isTold = told.some((change) => change.rule.key === field && change.to === to);
    const rule = subject.setup.rules.find(({ key }) => key === field);
    const reading = to === "dynamics" ? subject.row : subject.person;
    if (isTold || !rule || reading.kind !== "read") return !isTold;
    const { compareKey } = rule.codec;
    return compareKey(reading.values[field] ?? null) !== compareKey(lost ?? null);
  });
}
