import type { Side } from "../model/record";
import { SIDES } from "../model/record";
import { hashKey, markOf, withHash } from "./hash";
import type { Job } from "./jobs";
import type { Base, Intent } from "./statePort";
import type { Subject } from "./subject";

/** A value that we sent, whose arrival nobody confirmed. */
export interface SentValue {
  side: Side;
  /** Was the record itself made by that write? Then it arrived, if the record is there. */
  kind: Intent["kind"];
  /** Position of the field in the base. */
  position: number;
  /** What the value is known by (`markOf`). */
  mark: number;
}

type SentBytes = Pick<Intent, "sent" | "side" | "kind">;
type Sending = Pick<Job, "subject" | "side" | "kind" | "changes">;

/** What a job carries from one side to the other; a value that goes back to a side was not on the other one. */
export function sentBy({ subject, side, kind, changes }: Sending): SentValue[] {
  const { positions } = subject.setup;
  const carried = changes.filter((change) => !subject.restore.includes(change));
  return carried.map(({ rule, after }) => ({
    side,
    kind,
    position: positions.get(rule.key)!,
    mark: markOf(rule.codec.compareKey(after)),
  }));
}

/** A first sync announces millions of values, so that half of a hash must do. */
const ENTRY_BYTES = 2 + 4;

/** What an announcement keeps of a job's values: two bytes of position and four of mark, for each. */
export function packSent(job: Sending): Uint8Array {
  const sent = sentBy(job);
  const bytes = new Uint8Array(sent.length * ENTRY_BYTES);
  const view = new DataView(bytes.buffer);
  for (const [at, { position, mark }] of sent.entries()) {
    view.setUint16(at * ENTRY_BYTES, position);
    view.setUint32(at * ENTRY_BYTES + 2, mark);
  }
  return bytes;
}

export function unpackSent({ sent, side, kind }: SentBytes): SentValue[] {
  const view = new DataView(sent.buffer, sent.byteOffset, sent.byteLength);
  return Array.from({ length: Math.floor(sent.length / ENTRY_BYTES) }, (_, at) => ({
    side,
    kind,
    position: view.getUint16(at * ENTRY_BYTES),
    mark: view.getUint32(at * ENTRY_BYTES + 2),
  }));
}

/**
 * The base, moved on to what our own interrupted writes brought about: where the written side holds what we sent and the
 * other side has changed since then, that is news, and no clash with our own writing. A record that was made has had
 * what we sent in any case, so that there the other side may be the one that still holds it. Where both sides hold the
 * same, they agree without this.
 */
export function recognizedBase({ sent, setup, row, person, match }: Subject, base: Base): Base {
  if (!sent.length || row.kind !== "read" || person.kind !== "read") return base;
  const isOurs = match?.kind !== "found" || match.by === "id";
  let known = base;
  for (const { key, codec } of setup.rules) {
    const position = setup.positions.get(key)!;
    const values = sent.filter((value) => value.position === position);
    if (!values.length) continue;
    const keys = {
      dynamics: codec.compareKey(row.values[key] ?? null),
      marketo: codec.compareKey(person.values[key] ?? null),
    };
    if (keys.dynamics === keys.marketo) continue;
    for (const side of SIDES) {
      const mark = markOf(keys[side]);
      const isOwn = (value: SentValue) =>
        value.mark === mark && (value.side === side || (value.kind === "create" && isOurs));
      if (values.some(isOwn)) known = withHash(known, position, hashKey(keys[side]));
    }
  }
  return known;
}
