import type { RecordType } from "../model/record";
import type { CycleContext } from "./cycleContext";
import type { FieldChange } from "./decideField";
import { baseHash, isHashOf } from "./hash";
import type { Job } from "./jobs";

/**
 * Fills in what an update replaces on a side that was not read: our own log often has the value, because we wrote it or
 * carried it ourselves. It is trusted only if the base says that this is what both sides agreed on.
 */
export function fillBefore({ state }: CycleContext, jobs: readonly Job[]): void {
  for (const [recordType, group] of byType(jobs)) {
    const wanted = new Map(
      group.map(({ subject, changes }) => [
        subject.dynamicsId,
        changes.filter(isUnknown).map(({ rule }) => rule.key),
      ]),
    );
    const logged = state.loggedValues(recordType, wanted);
    for (const { subject, changes } of group) {
      const values = logged.get(subject.dynamicsId);
      if (!values || !subject.link) continue;
      for (const change of changes.filter(isUnknown)) {
        const value = values.get(change.rule.key);
        const position = subject.setup.positions.get(change.rule.key);
        if (value === undefined || position === undefined) continue;
        const agreed = baseHash(subject.link.base, position);
        if (agreed && isHashOf(agreed, change.rule.codec.compareKey(value))) change.before = value;
      }
    }
  }
}

function isUnknown({ before }: FieldChange): boolean {
  return before === undefined;
}

function byType(jobs: readonly Job[]): Map<RecordType, Job[]> {
  const groups = new Map<RecordType, Job[]>();
  for (const job of jobs) {
    if (job.kind === "create" || !job.changes.some(isUnknown)) continue;
    const { recordType } = job.subject.setup;
    const group = groups.get(recordType);
    if (group) group.push(job);
    else groups.set(recordType, [job]);
  }
  return groups;
}
