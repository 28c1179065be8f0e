import type { ReasonCode } from "../model/activity";
import type { AgreedValue, FieldChange } from "./decideField";
import type { Job } from "./jobs";
import type { Attempt, Subject } from "./subject";

/**
 * A link by id that answers an interrupted creation: the person is the one that was being created, so that what both
 * sides agree on is what the creation wrote. Null for every other link.
 */
export function createdBefore({
  subject,
  reason,
  agreed,
  changes,
}: Job): { reason: ReasonCode; changes: FieldChange[] } | null {
  const { suspect } = subject;
  const isAnswer = suspect?.kind === "create" && suspect.side === "marketo";
  if (!isAnswer || reason !== "linked-by-id") return null;
  const written = agreed
    .filter(({ value }) => value !== null)
    .map(({ rule, value }): FieldChange => ({
      ...{ rule, to: "marketo", before: null, after: value, clash: false },
    }));
  // The reason was a code when the intent was announced.
  return { reason: suspect.reason as ReasonCode, changes: [...written, ...changes] };
}

/** The lost writes of this cycle, each with those of its changes that both sides now agree on. */
export function carriedOut({ attempts }: Subject, agreed: readonly AgreedValue[]): Attempt[] {
  const keys = new Map(agreed.map(({ rule, value }) => [rule.key, rule.codec.compareKey(value)]));
  return attempts
    .map((attempt) => ({
      ...attempt,
      changes: attempt.changes.filter(
        ({ rule, after }) => keys.get(rule.key) === rule.codec.compareKey(after),
      ),
    }))
    .filter(({ changes }) => changes.length > 0);
}
