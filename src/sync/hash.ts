import type { Base } from "./statePort";

/** Bytes of one field's slot in a base. */
export const HASH_BYTES = 8;

/** The hash of a compare key: two independent 32-bit mixes, so that two values of one field never meet by accident. */
export function hashKey(key: string): Uint8Array {
  const hash = new Uint8Array(HASH_BYTES);
  writeHash(hash, 0, key);
  return hash;
}

/** The slot of a field in a base; null when there is none (missing or all zero). */
export function baseHash(base: Base, position: number): Uint8Array | null {
  const at = position * HASH_BYTES;
  if (at + HASH_BYTES > base.length) return null;
  for (let i = at; i < at + HASH_BYTES; i++) {
    if (base[i] !== 0) return base.subarray(at, at + HASH_BYTES);
  }
  return null;
}

/** Is this the hash of the key? The same as `sameHash(hash, hashKey(key))`, without a new array for each of millions. */
export function isHashOf(hash: Uint8Array, key: string): boolean {
  writeHash(SCRATCH, 0, key);
  return sameHash(hash, SCRATCH);
}

/** The beginning of the hash of a key, as a number: enough to know one's own value again. */
export function markOf(key: string): number {
  writeHash(SCRATCH, 0, key);
  return ((SCRATCH[0]! << 24) | (SCRATCH[1]! << 16) | (SCRATCH[2]! << 8) | SCRATCH[3]!) >>> 0;
}

/** A base with one slot set; a null hash empties the slot. The given base stays as it is. */
export function withHash(base: Base, position: number, hash: Uint8Array | null): Base {
  const next = grown(base, position);
  next.set(hash ?? NO_HASH, position * HASH_BYTES);
  return next;
}

/** A base with the slots of several keys set, in one copy. */
export function withKeys(base: Base, keys: readonly { position: number; key: string }[]): Base {
  let highest = -1;
  for (const { position } of keys) highest = Math.max(highest, position);
  const next = grown(base, highest);
  for (const { position, key } of keys) writeHash(next, position * HASH_BYTES, key);
  return next;
}

/** Two missing hashes are not the same: nothing was ever agreed on. */
export function sameHash(one: Uint8Array | null, two: Uint8Array | null): boolean {
  if (!one || !two) return false;
  for (let i = 0; i < HASH_BYTES; i++) if (one[i] !== two[i]) return false;
  return true;
}

const NO_HASH = new Uint8Array(HASH_BYTES);
const SCRATCH = new Uint8Array(HASH_BYTES);

function grown(base: Base, position: number): Uint8Array {
  const next = new Uint8Array(Math.max(base.length, (position + 1) * HASH_BYTES));
  next.set(base);
  return next;
}

/** Murmur-like mixing of both halves with different multipliers and a crosswise finish. */
function writeHash(target: Uint8Array, at: number, key: string): void {
  let one = 0x9e3779b9 ^ key.length;
  let two = 0x85ebca6b + key.length;
  for (let i = 0; i < key.length; i++) {
    const code = key.charCodeAt(i);
    one = Math.imul(one ^ code, 0x9e3779b1);
    one ^= one >>> 15;
    two = Math.imul(two ^ code, 0x5f356495);
    two = (two << 13) | (two >>> 19);
  }
  one = finish(one ^ (two >>> 16));
  two = finish(two ^ (one >>> 13));
  // All zero means "no base", so that one hash in 2^64 gives way to its neighbor.
  if (one === 0 && two === 0) two = 1;
  writeWord(target, at, one);
  writeWord(target, at + 4, two);
}

function finish(word: number): number {
  let mixed = Math.imul(word ^ (word >>> 16), 0x85ebca6b);
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35);
  return (mixed ^ (mixed >>> 16)) >>> 0;
}

function writeWord(target: Uint8Array, at: number, word: number): void {
  target[at] = word & 255;
  target[at + 1] = (word >>> 8) & 255;
  target[at + 2] = (word >>> 16) & 255;
  target[at + 3] = word >>> 24;
}
