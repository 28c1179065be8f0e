import type { ColumnDescription, FieldDescription } from "../model/schema";
import type { SeenValues } from "../protocol/engine";
import type { MappingSpec } from "../sync/fieldRule";
import { valueLines, valuesWithoutCounterpart, type ValueLine } from "../sync/valueMap";
import { say } from "./text";

/** The lines of a value map while it is edited, by the column's value. */
export type Images = ReadonlyMap<string, ValueLine>;

/** One row of the list that edits a value map. */
export type ValueMapItem = { label: string; description?: string; detail?: string } & (
  | { step: "save" }
  /** A value of the column. */
  | { step: "option"; value: string }
  /** A value that Marketo holds and the column does not know. */
  | { step: "seen"; value: string }
);

export function imagesOf(
  spec: MappingSpec,
  column: ColumnDescription,
  field: FieldDescription,
): Images {
  return new Map((valueLines(spec, column, field) ?? []).map((line) => [line.value, line]));
}

/** As the pair file has it: values without a counterpart are left out. */
export function valueMapOf(images: Images): Record<string, string | number | boolean> {
  return Object.fromEntries(
    [...images].flatMap(([value, { image }]) => (image === null ? [] : [[value, image]])),
  );
}

/** What would be saved, then what has no counterpart on either side, then the rest. */
export function valueMapItems(
  { column, field }: { column: ColumnDescription; field: FieldDescription },
  images: Images,
  seen: SeenValues,
): ValueMapItem[] {
  const spec: MappingSpec = {
    column: column.name,
    field: field.name,
    direction: "both",
    valueMap: valueMapOf(images),
  };
  const counts = countsOf(column, seen);
  const strangers = valuesWithoutCounterpart([...counts.keys()], spec, column, field);
  const lines = [...images.values()];
  const lost = lines.filter(({ image }) => image === null);
  const open = lost.length + strangers.length;
  return [
    {
      step: "save",
      label: `$(save) ${say("Save")}`,
      description:
        open === 0
          ? say("every value has a counterpart")
          : say("{0} values have none: records that hold them are refused", open),
    },
    ...lost.map(optionItem),
    ...strangers.map((value): ValueMapItem => ({
      step: "seen",
      value,
      label: `$(warning) "${value}"`,
      description: say("at {0} of {1} persons looked at", counts.get(value) ?? 0, seen.persons),
      detail: say("No value of the column means this"),
    })),
    ...lines.filter(({ image }) => image !== null).map(optionItem),
  ];
}

/** Several options of one text are counted one by one. */
function countsOf({ type }: ColumnDescription, { values }: SeenValues): Map<string, number> {
  const counts = new Map<string, number>();
  for (const { value, count } of values) {
    const parts = type === "multiSelect" ? value.split(";").map((part) => part.trim()) : [value];
    for (const part of parts) counts.set(part, (counts.get(part) ?? 0) + count);
  }
  return counts;
}

function optionItem({ value, label, image }: ValueLine): ValueMapItem {
  const name = label === value ? label : `${label} (${value})`;
  return image === null
    ? {
        step: "option",
        value,
        label: `$(warning) ${name}`,
        description: say("no counterpart at Marketo"),
      }
    : { step: "option", value, label: name, description: `→ ${String(image)}` };
}
