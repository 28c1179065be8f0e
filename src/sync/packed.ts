import type { FieldValue, FieldValues } from "../model/record";
import type { SideReading } from "./decision";
import type { FieldRule } from "./fieldRule";

type Read = Extract<SideReading, { kind: "read" }>;

/**
 * A record that waits for its turn, with its values as one text: a cycle knows each record that it decides on, but has
 * the values of only a few at hand. Asking for `values` unpacks them anew.
 */
class PackedReading implements Read {
  readonly kind = "read";
  readonly #rules: readonly FieldRule[];
  readonly #text: string;

  constructor(rules: readonly FieldRule[], values: FieldValues) {
    this.#rules = rules;
    this.#text = JSON.stringify(
      rules.map(({ key }) => {
        const value = values[key];
        return value === undefined ? NOT_READ : value;
      }),
    );
  }

  get values(): FieldValues {
    const values: Record<string, FieldValue> = {};
    const packed = JSON.parse(this.#text) as (FieldValue | typeof NOT_READ)[];
    for (const [at, { key }] of this.#rules.entries()) {
      const value = packed[at];
      if (typeof value !== "object" || value === null) values[key] = value ?? null;
    }
    return values;
  }
}

/** Stands for a column that was not read, which is not the same as an empty one. */
const NOT_READ = [] as const;

/** The values of the mapped fields, packed. */
export function packedReading(rules: readonly FieldRule[], values: FieldValues): SideReading {
  return new PackedReading(rules, values);
}
