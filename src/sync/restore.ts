import type { FieldChange } from "./decideField";
import { baseHash, isHashOf } from "./hash";
import type { Subject } from "./subject";

/**
 * Looks at both sides, as they are now, before a value that our write replaced unseen goes back. A value that somebody
 * wrote to the person in the meantime stands and travels by itself; the row's present value is what loses the clash.
 */
export function settleRestores(subjects: Iterable<Subject>): void {
  for (const subject of subjects) {
    if (subject.restore.length) subject.restore = subject.restore.flatMap(presentOf(subject));
  }
}

/** Does the value of this field go back? */
export function isRestored({ restore }: Subject, key: string): boolean {
  return restore.some(({ rule }) => rule.key === key);
}

/** A value that goes back to Marketo only, because Dynamics cannot hold it: nothing is agreed on by that. */
export function isOneSided({ restore, row }: Subject, change: FieldChange): boolean {
  const { rule, to, after } = change;
  if (to !== "marketo" || row.kind !== "read" || !restore.includes(change)) return false;
  const { codec, key } = rule;
  const isInRow = codec.compareKey(row.values[key] ?? null) === codec.compareKey(after);
  return !isInRow && !restore.some((twin) => twin.rule === rule && twin.to === "dynamics");
}

function presentOf(subject: Subject): (change: FieldChange) => FieldChange[] {
  const { link, row, person, setup } = subject;
  if (link?.state !== "active" || row.kind !== "read" || person.kind !== "read") return () => [];
  return (change) => {
    const { rule, to, after } = change;
    const { codec, key } = rule;
    const agreed = baseHash(link.base, setup.positions.get(key)!);
    const isOurs =
      agreed !== null && isHashOf(agreed, codec.compareKey(person.values[key] ?? null));
    if (!isOurs) return [];
    const before = (to === "dynamics" ? row : person).values[key] ?? null;
    if (codec.compareKey(before) === codec.compareKey(after)) return [];
    const present: FieldChange = { rule, to, before, after, clash: true };
    return [to === "dynamics" ? { ...present, lost: before } : present];
  };
}
