import { createRandom, type Random } from "../kernel/random";

/** The tables of the generator; each has its own run of random numbers. */
export type Kind = "account" | "contact" | "lead" | "person" | "owner";

const KIND_SALT: Record<Kind, number> = {
  account: 0x2f0b4c47,
  contact: 0x51ed270b,
  lead: 0x6c8e9cf5,
  person: 0x3c6ef372,
  owner: 0x14292967,
};

/**
 * The random numbers of row `index` alone. Any row can be made again without the ones before it, which is how a person
 * finds its contact without a second copy of the contacts.
 */
export function rowRandom(seed: number, kind: Kind, index: number): Random {
  let state = (seed ^ KIND_SALT[kind]) >>> 0;
  state = Math.imul(state ^ (index + 0x9e3779b9), 0x85ebca6b);
  state = Math.imul(state ^ (state >>> 13), 0xc2b2ae35);
  return createRandom((state ^ (state >>> 16)) >>> 0);
}

/** A version 4 GUID from four numbers; much cheaper than digit by digit. */
export function quickGuid(random: Random): string {
  const word = () => Math.floor(random.next() * 0x1_0000_0000);
  const hex = (value: number) => value.toString(16).padStart(8, "0");
  const text = hex(word()) + hex(word()) + hex(word()) + hex(word());
  const variant = "89ab"[Number.parseInt(text[16]!, 16) & 3]!;
  return `${text.slice(0, 8)}-${text.slice(8, 12)}-4${text.slice(13, 16)}-${variant}${text.slice(17, 20)}-${text.slice(20)}`;
}

/** Replaces each `#` by a digit. */
export function digits(random: Random, pattern: string): string {
  return pattern.replaceAll("#", () => String(random.below(10)));
}
