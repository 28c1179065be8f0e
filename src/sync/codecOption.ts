import type { FieldValue, Side } from "../model/record";
import type { ColumnDescription, FieldDescription } from "../model/schema";
import { booleanOf, numberOf } from "./codecNumber";
import { marketoTextProblem, textOf, unreadable } from "./codecText";
import type { FieldCodec, FitProblem, MappingSpec } from "./fieldRule";
import { STRING_LIKE } from "./fieldTypes";

/** What one Dynamics value is called at Marketo. */
export interface MappedValue {
  value: string | number | boolean;
  image: string | number | boolean;
}

/**
 * The value list of a mapping: the value map if there is one (then it is complete), else labels or numbers of the
 * options, or `true`/`false` (1/0 in a number field) of a yes/no column. Throws nothing; a bad value map is a sentence.
 */
export function mappedValues(
  spec: MappingSpec,
  column: ColumnDescription,
  field: FieldDescription,
): MappedValue[] | { problem: string } {
  if (spec.valueMap) return fromValueMap(spec.valueMap, column, field);
  const text = STRING_LIKE.has(field.type);
  if (column.type === "boolean") {
    const images = text ? (["true", "false"] as const) : ([1, 0] as const);
    return [
      { value: true, image: images[0] },
      { value: false, image: images[1] },
    ];
  }
  if (!column.options) return { problem: "needs a value map, because the types differ" };
  if (field.type === "boolean") return { problem: "needs a value map with true and false" };
  const byLabel = text && spec.options !== "number";
  return column.options.map(({ value, label }) => ({
    value,
    image: byLabel ? label : text ? String(value) : value,
  }));
}

function fromValueMap(
  valueMap: NonNullable<MappingSpec["valueMap"]>,
  column: ColumnDescription,
  field: FieldDescription,
): MappedValue[] | { problem: string } {
  const mapped: MappedValue[] = [];
  for (const [name, image] of Object.entries(valueMap)) {
    const value = valueNamed(name, column);
    if (value === undefined) return { problem: `names "${name}", which is no value of the column` };
    const fitting = imageFor(image, field);
    if (fitting === undefined)
      return { problem: `gives "${name}" a value that the Marketo field cannot hold` };
    mapped.push({ value, image: fitting });
  }
  return mapped.length ? mapped : { problem: "has an empty value map" };
}

/** The column's value that a key of the value map means: an option's number or label, true/false, or a text. */
function valueNamed(name: string, column: ColumnDescription): MappedValue["value"] | undefined {
  if (column.type === "boolean") {
    const value = booleanOf(name);
    return typeof value === "boolean" ? value : undefined;
  }
  if (!column.options) return name === "" ? undefined : name;
  const options = column.options;
  const found =
    options.find(({ value }) => String(value) === name) ??
    options.find(({ label }) => label.toLowerCase() === name.toLowerCase());
  return found?.value;
}

function imageFor(
  image: string | number | boolean,
  field: FieldDescription,
): MappedValue["image"] | undefined {
  if (STRING_LIKE.has(field.type)) return image === "" ? undefined : String(image);
  const value = field.type === "boolean" ? booleanOf(image) : numberOf(image, true);
  return typeof value === (field.type === "boolean" ? "boolean" : "number")
    ? (value ?? undefined)
    : undefined;
}

/**
 * Values that go by a list: options, yes/no in a text field, texts in a yes/no field. They are compared by what
 * Marketo holds, so that two options with one image are the same, and a renamed label carries itself over.
 */
export function mappedCodec(
  column: ColumnDescription,
  field: FieldDescription,
  mapped: readonly MappedValue[],
): FieldCodec {
  const byValue = new Map(mapped.map((entry) => [entry.value, entry]));
  const byImage = firstByImage(mapped);
  const fromDynamics = columnReader(column);
  const fromMarketo = (wire: unknown): FieldValue => {
    const text = textOf(field.type === "boolean" ? booleanOf(wire) : wire);
    return text === null ? null : (byImage.get(imageKey(text))?.value ?? text);
  };
  const entryOf = (value: FieldValue) => (value === null ? undefined : byValue.get(value));
  return {
    fromDynamics,
    toDynamics: (value) => value,
    fromMarketo,
    toMarketo: (value) => entryOf(value)?.image ?? null,
    fromFeed: fromMarketo,
    compareKey: (value) => {
      if (value === null) return "";
      const entry = entryOf(value);
      if (entry) return imageKey(String(entry.image));
      return typeof value === "string" && column.options ? imageKey(value) : `?${value}`;
    },
    fits: (side, value) => {
      if (value === null) return null;
      const entry = entryOf(value);
      return entry ? imageProblem(side, String(entry.image), field) : unmapped(side);
    },
  };
}

/** Several options of one list; canonical as ascending numbers joined by `;`, so that their order never counts. */
export function multiSelectCodec(
  field: FieldDescription,
  mapped: readonly MappedValue[],
): FieldCodec {
  const byNumber = new Map(mapped.map(({ value, image }) => [String(value), String(image)]));
  const byImage = firstByImage(mapped);
  const images = (value: FieldValue): (string | undefined)[] =>
    splitList(value).map((number) => byNumber.get(number));
  const fromMarketo = (wire: unknown): FieldValue =>
    joinNumbers(wire, (part) => byImage.get(imageKey(part))?.value);
  const toMarketo = (value: FieldValue): string | null =>
    value === null ? null : images(value).join(";");
  return {
    fromDynamics: (wire) =>
      joinNumbers(typeof wire === "string" ? wire.replaceAll(",", ";") : wire, wholeNumber),
    toDynamics: (value) => (value === null ? null : splitList(value).join(",")),
    fromMarketo,
    toMarketo,
    fromFeed: fromMarketo,
    compareKey: (value) =>
      splitList(value)
        .map((number) => imageKey(byNumber.get(number) ?? number))
        .filter((key, at, all) => all.indexOf(key) === at)
        .sort()
        .join(";"),
    fits: (side, value) => {
      if (value === null) return null;
      return images(value).every((image) => image !== undefined)
        ? imageProblem(side, toMarketo(value) ?? "", field)
        : unmapped(side);
    },
  };
}

/** The parts of a list as ascending numbers; the text form when one part has no number. */
function joinNumbers(wire: unknown, numberOfPart: (part: string) => unknown): FieldValue {
  const text = textOf(wire);
  const parts = splitList(text);
  if (text === null || parts.length === 0) return null;
  const numbers = parts.map(numberOfPart);
  if (numbers.every((number) => typeof number === "number")) {
    return [...new Set(numbers)].sort((a, b) => a - b).join(";");
  }
  // A refused text must not look like a list of numbers that was understood.
  return /^[\d;\s-]+$/.test(text) ? `"${text}"` : text;
}

function splitList(value: unknown): string[] {
  const text = textOf(value) ?? "";
  return text
    .split(";")
    .map((part) => part.trim())
    .filter((part) => part !== "");
}

function wholeNumber(part: string): number | undefined {
  return /^-?\d+$/.test(part) ? Number(part) : undefined;
}

/** How the values of the column's type look on the Dynamics wire. */
export function columnReader(column: ColumnDescription): (wire: unknown) => FieldValue {
  if (column.type === "boolean") return booleanOf;
  return column.options ? (wire) => numberOf(wire, true) : textOf;
}

/** Of several values with one image the first is the one that comes back. */
function firstByImage(mapped: readonly MappedValue[]): Map<string, MappedValue> {
  const byImage = new Map<string, MappedValue>();
  for (const entry of mapped) {
    const key = imageKey(String(entry.image));
    if (!byImage.has(key)) byImage.set(key, entry);
  }
  return byImage;
}

/** Labels are compared without case and outer blanks: `hot` typed by hand is the option `Hot`. */
export function imageKey(image: string): string {
  // Blanks alone are a value, and only the empty value has the empty key.
  return image.trim().toLowerCase() || image;
}

function imageProblem(side: Side, image: string, field: FieldDescription): FitProblem | null {
  return side === "marketo" && STRING_LIKE.has(field.type)
    ? marketoTextProblem(image, field)
    : null;
}

function unmapped(side: Side): FitProblem {
  const message =
    side === "dynamics"
      ? "Marketo's value is none of the column's options; add it to the value map or to the options."
      : "Dynamics' value has no counterpart at Marketo; add it to the value map.";
  return { code: "unmapped-value", message };
}

const GUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

/** Ids of rows, users and teams: lower-case text on both sides. */
export function idCodec(): FieldCodec {
  const read = (wire: unknown): FieldValue => {
    const text = textOf(wire);
    if (text === null) return null;
    const id = text
      .trim()
      .replace(/^\{(.*)\}$/, "$1")
      .toLowerCase();
    return GUID.test(id) ? id : text;
  };
  return {
    fromDynamics: read,
    toDynamics: (value) => value,
    fromMarketo: read,
    toMarketo: (value) => value,
    fromFeed: read,
    compareKey: (value) => (value === null ? "" : String(value)),
    fits: (_side, value) =>
      value === null || GUID.test(String(value)) ? null : unreadable("an id (GUID)"),
  };
}
