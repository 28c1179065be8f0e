import type { Side } from "../model/record";
import { SIDES } from "../model/record";
import { HASH_BYTES, hashKey, isHashOf, withHash } from "./hash";
import type { Job } from "./jobs";
import type { Base } from "./statePort";
import type { Subject } from "./subject";

/** A value that we sent, whose arrival nobody confirmed. */
export interface SentValue {
  side: Side;
  /** Position of the field in the base. */
  position: number;
  hash: Uint8Array;
}

/** What a job carries from one side to the other; a value that goes back to a side was not on the other one. */
export function sentBy({ subject, side, changes }: Job): SentValue[] {
  const { positions } = subject.setup;
  const carried = changes.filter((change) => !subject.restore.includes(change));
  return carried.map(({ rule, after }) => ({
    side,
    position: positions.get(rule.key)!,
    hash: hashKey(rule.codec.compareKey(after)),
  }));
}

const ENTRY_BYTES = 2 + HASH_BYTES;
const NOTHING = new Uint8Array();

/**
 * What an announcement keeps of a job's values: two bytes of position and the hash, for each. A person's creation keeps
 * none: there are many of them with many fields, and what differs when it is found again is told as a clash.
 */
export function packSent(job: Job): Uint8Array {
  if (job.side === "marketo" && job.kind === "create") return NOTHING;
  const sent = sentBy(job);
  const bytes = new Uint8Array(sent.length * ENTRY_BYTES);
  const view = new DataView(bytes.buffer);
  for (const [at, { position, hash }] of sent.entries()) {
    view.setUint16(at * ENTRY_BYTES, position);
    bytes.set(hash, at * ENTRY_BYTES + 2);
  }
  return bytes;
}

export function unpackSent(bytes: Uint8Array, side: Side): SentValue[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return Array.from({ length: Math.floor(bytes.length / ENTRY_BYTES) }, (_, at) => ({
    side,
    position: view.getUint16(at * ENTRY_BYTES),
    hash: bytes.slice(at * ENTRY_BYTES + 2, (at + 1) * ENTRY_BYTES),
  }));
}

/**
 * The base, moved on to what our own interrupted writes brought about: where the written side holds what we sent and the
 * other side has changed since then, that is news, and no clash with our own writing. Where both sides hold the same,
 * they agree without this.
 */
export function recognizedBase({ sent, setup, row, person }: Subject, base: Base): Base {
  if (!sent.length || row.kind !== "read" || person.kind !== "read") return base;
  let known = base;
  for (const { key, codec } of setup.rules) {
    const position = setup.positions.get(key)!;
    const keys = {
      dynamics: codec.compareKey(row.values[key] ?? null),
      marketo: codec.compareKey(person.values[key] ?? null),
    };
    if (keys.dynamics === keys.marketo) continue;
    for (const side of SIDES) {
      const isThis = (value: SentValue) => value.side === side && value.position === position;
      const hash = sent.findLast(isThis)?.hash;
      if (hash && isHashOf(hash, keys[side])) known = withHash(known, position, hash);
    }
  }
  return known;
}
