import type { FieldValue, FieldValues } from "../model/record";
import type { SideReading } from "./decision";
import type { FieldRule } from "./fieldRule";

type Read = Extract<SideReading, { kind: "read" }>;

/** Bytes that a new pack starts with: a few records. */
const FIRST_BYTES = 4096;

/**
 * Values of records that wait for their turn, as bytes outside of the collected heap: a cycle knows each record that it
 * decides on, but has the values of only a few at hand. A pack is let go with the last of its readings.
 */
export class Pack {
  #bytes = Buffer.allocUnsafeSlow(FIRST_BYTES);
  #end = 0;
  #readings = 0;

  constructor(private readonly rules: readonly FieldRule[]) {}

  get readings(): number {
    return this.#readings;
  }

  /** The values of the mapped fields, packed; asking the reading for `values` unpacks them anew. */
  add(values: FieldValues): SideReading {
    const list = this.rules.map(({ key }) => {
      const value = values[key];
      return value === undefined ? NOT_READ : value;
    });
    const text = JSON.stringify(list);
    const at = this.#end;
    this.#readings += 1;
    this.#reserve(Buffer.byteLength(text));
    this.#end += this.#bytes.write(text, at);
    return new PackedReading(this, at, this.#end);
  }

  unpack(from: number, to: number): FieldValues {
    const values: Record<string, FieldValue> = {};
    const text = this.#bytes.toString("utf8", from, to);
    const packed = JSON.parse(text) as (FieldValue | typeof NOT_READ)[];
    let at = 0;
    for (const { key } of this.rules) {
      const value = packed[at++];
      if (typeof value !== "object" || value === null) values[key] = value ?? null;
    }
    return values;
  }

  #reserve(extra: number): void {
    const needed = this.#end + extra;
    if (needed <= this.#bytes.length) return;
    const larger = Buffer.allocUnsafeSlow(Math.max(needed, 2 * this.#bytes.length));
    this.#bytes.copy(larger, 0, 0, this.#end);
    this.#bytes = larger;
  }
}

/** A record that waits long keeps its whole pack. */
const MOST_READINGS = 64;

/** The packs of records that are read together, by record type. */
export class Packs {
  readonly #packs = new Map<readonly FieldRule[], Pack>();

  /** A pack with room for one more. */
  of({ rules }: { rules: readonly FieldRule[] }): Pack {
    const known = this.#packs.get(rules);
    if (known && known.readings < MOST_READINGS) return known;
    const pack = new Pack(rules);
    this.#packs.set(rules, pack);
    return pack;
  }
}

class PackedReading implements Read {
  readonly kind = "read";

  constructor(
    private readonly pack: Pack,
    private readonly from: number,
    private readonly to: number,
  ) {}

  get values(): FieldValues {
    return this.pack.unpack(this.from, this.to);
  }
}

/** Stands for a column that was not read, which is not the same as an empty one. */
const NOT_READ = [] as const;
