import assert from "node:assert/strict";
import type {
  ColumnDescription,
  ColumnType,
  FieldDescription,
  MarketoType,
} from "../../../src/model/schema";
import type { FieldRule, MappingSpec } from "../../../src/sync/fieldRule";
import { pairField } from "../../../src/sync/fieldMap";
import { hashKey, withKeys } from "../../../src/sync/hash";
import type { FieldValue } from "../../../src/model/record";

/** A column that the sync user may do everything with. */
export function column(
  name: string,
  type: ColumnType,
  more: Partial<ColumnDescription> = {},
): ColumnDescription {
  const open = { readable: true, creatable: true, updatable: true, hidden: false };
  return { name, displayName: name, type, required: "none", ...open, ...more };
}

export function field(
  name: string,
  type: MarketoType,
  more: Partial<FieldDescription> = {},
): FieldDescription {
  const open = { updatable: true, searchable: false, crmManaged: false };
  return { name, displayName: name, type, ...open, ...more };
}

export const OPTIONS = [
  { value: 1, label: "Hot" },
  { value: 2, label: "Warm" },
  { value: 3, label: "Cold" },
] as const;

/** A rule that must be possible. */
export function rule(
  columnDescription: ColumnDescription,
  fieldDescription: FieldDescription,
  spec: Partial<MappingSpec> = {},
): FieldRule {
  const paired = pairField(
    {
      column: columnDescription.name,
      field: fieldDescription.name,
      direction: "both",
      ...spec,
    },
    columnDescription,
    fieldDescription,
  );
  assert.ok(paired.ok, paired.ok ? "" : paired.problem.message);
  return paired.rule;
}

/** A text rule of up to 10 characters in Dynamics and 20 in Marketo. */
export function textRule(name: string, spec: Partial<MappingSpec> = {}): FieldRule {
  return rule(
    column(name, "text", { maxLength: 10 }),
    field(`m_${name}`, "string", { maxLength: 20 }),
    spec,
  );
}

/** Positions in the order of the rules, and a base in which the given values are agreed on. */
export function agreedOn(
  rules: readonly FieldRule[],
  values: Readonly<Record<string, FieldValue>>,
): { positions: Map<string, number>; base: Uint8Array } {
  const positions = new Map(rules.map(({ key }, position) => [key, position]));
  const keys = rules.flatMap(({ key, codec }, position) => {
    const value = values[key];
    return value === undefined ? [] : [{ position, key: codec.compareKey(value) }];
  });
  return { positions, base: withKeys(new Uint8Array(), keys) };
}

export function hashOf({ codec }: FieldRule, value: FieldValue): Uint8Array {
  return hashKey(codec.compareKey(value));
}
