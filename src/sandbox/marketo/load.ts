import type { FieldDefinition, FieldValue, Values } from "./fieldTypes";
import type { Org } from "./org";
import { TOUCHED } from "./persons";
import { isoSeconds, parseDateTime, toSeconds } from "./time";
import { coerce } from "./values";

/** Puts persons in as they are, with their ids and stamps if given; a wrong field is an error of the caller. */
export function loadPersons(org: Org, persons: Iterable<Record<string, unknown>>): void {
  const now = toSeconds(org.clock.now());
  for (const record of persons) {
    const createdAt = stamp(record["createdAt"]) ?? now;
    const updatedAt = stamp(record["updatedAt"]) ?? createdAt;
    const values: Values = {
      createdAt,
      updatedAt,
      [TOUCHED]: updatedAt,
      leadPartitionId: Number(record["leadPartitionId"] ?? 1),
    };
    for (const name in record) {
      if (systemFields.has(name)) continue;
      const value = stored(org, name, record[name]);
      if (value !== null) values[name] = value;
    }
    const id = org.persons.insert(record["id"] === undefined ? undefined : Number(record["id"]));
    org.persons.fill(id, values);
  }
}

const systemFields = new Set(["id", "createdAt", "updatedAt", "leadPartitionId"]);

function stamp(value: unknown): number | undefined {
  if (typeof value === "number") return toSeconds(value);
  const ms = typeof value === "string" ? parseDateTime(value) : undefined;
  return ms === undefined ? undefined : toSeconds(ms);
}

/** The stored form of an operator's value; unlike a web service's, a bad one throws. */
export function stored(org: Org, name: string, raw: unknown): FieldValue {
  const field = org.fields.must(name);
  if (needsNoCheck(field, raw)) return raw as FieldValue;
  const plain = raw instanceof Date ? isoSeconds(toSeconds(raw.getTime())) : raw;
  const coerced = coerce(plain, field, org.quirks.longStrings);
  if (!coerced.ok) throw new Error(`The field ${name} cannot be loaded: ${coerced.reason.message}`);
  return coerced.value;
}

const plainText: ReadonlySet<string> = new Set(["string", "text", "phone", "url"]);

/** Most values of a million are short texts and booleans; they take no detour. */
function needsNoCheck(field: FieldDefinition, raw: unknown): boolean {
  if (typeof raw === "boolean") return field.dataType === "boolean";
  if (typeof raw !== "string" || raw === "" || !plainText.has(field.dataType)) return false;
  return raw.length * 4 <= (field.length ?? 0);
}
