import { parsePairFile, type ConfigProblem } from "../../config/parse";
import type { PairSchema } from "../../protocol/engine";
import { buildFieldMap, type MappingProblem } from "../../sync/fieldMap";
import type { MappingSpec } from "../../sync/fieldRule";
import { nearestName } from "./names";
import { mappingPlaces, type MappingPlace, type TextRange } from "./places";

/** Something to underline, and what would mend it. */
export interface Finding extends TextRange {
  code: string;
  message: string;
  /** A warning should be mended and stops nothing. */
  severity: "error" | "warning";
  fixes: readonly Fix[];
}

export type Fix =
  /** Replaces the underlined word. */
  | { kind: "rename"; name: string }
  /** Keeps the mapping but does not sync it. */
  | { kind: "switchOff"; mapping: TextRange }
  /** Takes the underlined property or element out. */
  | { kind: "remove"; range: TextRange };

/** Everything wrong with a pair file, with the schemas of the pairs that are known. */
export function findingsOf(text: string, schemas: ReadonlyMap<string, PairSchema>): Finding[] {
  const parsed = parsePairFile(text);
  const found = parsed.ok
    ? parsed.warnings.map((warning) => findingOf(warning, "warning"))
    : parsed.problems.map((problem) => findingOf(problem, "error"));
  return [...found, ...mappingFindings(text, schemas)];
}

function findingOf(
  { code, message, offset, length }: ConfigProblem,
  severity: Finding["severity"],
): Finding {
  const isSecret = code === "CS-SECRET-IN-FILE";
  return {
    code,
    message,
    offset,
    length: Math.max(1, length),
    severity,
    fixes: isSecret ? [{ kind: "remove", range: { offset, length } }] : [],
  };
}

function mappingFindings(text: string, schemas: ReadonlyMap<string, PairSchema>): Finding[] {
  const groups = new Map<string, MappingPlace[]>();
  for (const place of mappingPlaces(text)) {
    const key = `${place.pair} ${place.recordType}`;
    groups.set(key, [...(groups.get(key) ?? []), place]);
  }
  return [...groups.values()].flatMap((places) => {
    const schema = schemas.get(places[0]?.pair ?? "");
    return schema ? findingsOfMap(places, schema) : [];
  });
}

function findingsOfMap(places: readonly MappingPlace[], schema: PairSchema): Finding[] {
  const table = schema.tables[places[0]?.recordType ?? "contact"];
  if (!table) return [];
  const whole = places.filter((place) => place.isEnabled && place.column && place.field);
  const map = buildFieldMap(whole.map(specOf), table, schema.fields);
  // Its warnings stay out: they hold for nearly every mapping of the default map, and the hover tells them.
  return map.problems.flatMap((problem) => {
    const place = placeFor(whole, problem);
    return place ? [findingFor(place, problem, schema)] : [];
  });
}

function specOf({ spec }: MappingPlace): MappingSpec {
  const { column, field, direction, valueMap, options } = spec;
  return {
    column: String(column),
    field: String(field),
    direction: direction === "toMarketo" || direction === "toDynamics" ? direction : "both",
    ...(isValueMap(valueMap) && { valueMap }),
    ...((options === "label" || options === "number") && { options }),
  };
}

function isValueMap(value: unknown): value is NonNullable<MappingSpec["valueMap"]> {
  return typeof value === "object" && value !== null;
}

/** A name that stands twice: the later one is the wrong one. */
function placeFor(
  places: readonly MappingPlace[],
  { column, field }: { column: string; field: string },
): MappingPlace | undefined {
  return places.findLast((place) => place.column?.value === column && place.field?.value === field);
}

function findingFor(place: MappingPlace, problem: MappingProblem, schema: PairSchema): Finding {
  const { code, message } = problem;
  const switchOff: Fix = { kind: "switchOff", mapping: place.range };
  if (code === "column-missing" || code === "field-missing") {
    const isColumn = code === "column-missing";
    const word = isColumn ? place.column : place.field;
    const names = isColumn
      ? (schema.tables[place.recordType]?.columns ?? []).map(({ name }) => name)
      : schema.fields.map(({ name }) => name);
    const near = word && nearestName(word.value, names);
    const rename: Fix[] = near ? [{ kind: "rename", name: near }] : [];
    return finding(word ?? place.range, message, [...rename, switchOff]);
  }
  return finding(place.range, message, [switchOff, { kind: "remove", range: place.range }]);
}

function finding({ offset, length }: TextRange, message: string, fixes: Fix[]): Finding {
  return { offset, length, code: "CS-CONFIG", message, severity: "error", fixes };
}
