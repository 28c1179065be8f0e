import {
  applyEdits,
  findNodeAtLocation,
  modify,
  parseTree,
  type FormattingOptions,
  type JSONPath,
} from "jsonc-parser";
import type { RecordType } from "../model/record";
import { DEFAULT_MAP } from "./defaultMap";
import { parsePairFile } from "./parse";
import type { MappingSpec } from "../sync/fieldRule";
import type { FieldConfig, PairConfig, PairFile } from "./pairFile";

/** A mapping as a user writes it: what has a default may be left out. */
export type FieldInput = Pick<FieldConfig, "column" | "field"> & Partial<FieldConfig>;

const FORMAT: FormattingOptions = { insertSpaces: true, tabSize: 2, eol: "\n" };

function set(text: string, path: JSONPath, value: unknown, isArrayInsertion = false): string {
  return applyEdits(
    text,
    modify(text, path, value, { formattingOptions: FORMAT, isArrayInsertion }),
  );
}

/** Sets a property of an object; one that stands on one line stays on one line. */
function setProperty(text: string, object: JSONPath, name: string, value: unknown): string {
  const root = parseTree(text);
  const node = root && findNodeAtLocation(root, object);
  const path = [...object, name];
  if (!node || text.slice(node.offset, node.offset + node.length).includes("\n")) {
    return set(text, path, value);
  }
  // The library's formatter would spread the object over several lines.
  const edits = modify(text, path, value, {});
  return applyEdits(
    text,
    edits.map((edit) => ({ ...edit, content: edit.content.replace(/^,(?=")/, ", ") })),
  );
}

function place(text: string, pairId: string): { file: PairFile; index: number } | undefined {
  const parsed = parsePairFile(text);
  if (!parsed.ok) return undefined;
  const index = parsed.file.pairs.findIndex((pair) => pair.id === pairId);
  return index < 0 ? undefined : { file: parsed.file, index };
}

interface MappingTarget {
  pairId: string;
  recordType: RecordType;
  column: string;
}

/**
 * The file with the record type's map written out (one that relies on the default map has none), and where the column's
 * mapping stands in it; `at` is -1 when there is none. Undefined when the file cannot be read or has no such pair.
 */
function findMapping(
  text: string,
  target: MappingTarget,
): { written: string; map: JSONPath; at: number; count: number } | undefined {
  const found = place(text, target.pairId);
  if (!found) return undefined;
  const written = withWrittenMap(text, found, target.recordType);
  const fields = fieldsOf(written, target);
  const at = fields.findIndex((mapping) => mapping.column === target.column);
  return { written, map: mapPath(found.index, target.recordType), at, count: fields.length };
}

/**
 * Switches one mapping on or off and keeps every comment. A file that relies on the default map gets that map written
 * out first. Returns undefined when the file cannot be read or has no such pair or column.
 */
export function setFieldEnabled(
  text: string,
  target: MappingTarget,
  enabled: boolean,
): string | undefined {
  const found = findMapping(text, target);
  if (!found || found.at < 0) return undefined;
  return setProperty(
    found.written,
    [...found.map, found.at],
    "enabled",
    enabled ? undefined : false,
  );
}

/** Adds a mapping at the end of the map, or replaces the one of the same column. */
export function putField(
  text: string,
  target: Omit<MappingTarget, "column">,
  mapping: FieldInput,
): string | undefined {
  const found = findMapping(text, { ...target, column: mapping.column });
  if (!found) return undefined;
  const { written, map, at, count } = found;
  return at < 0
    ? set(written, [...map, count], mapping, true)
    : set(written, [...map, at], mapping);
}

/** Gives a mapping a value map, or takes it away, and keeps every comment. A list that was chosen by number goes by the map now. */
export function setValueMap(
  text: string,
  target: MappingTarget,
  valueMap: FieldConfig["valueMap"],
): string | undefined {
  const found = findMapping(text, target);
  if (!found || found.at < 0) return undefined;
  return setProperty(found.written, [...found.map, found.at], "valueMap", valueMap);
}

/** The mapping of a column as the file or the default map has it. */
export function mappingOf(
  config: PairConfig,
  recordType: RecordType,
  column: string,
): MappingSpec | undefined {
  const fields = config.recordTypes[recordType]?.fields ?? DEFAULT_MAP[recordType];
  return fields.find((mapping) => mapping.column === column);
}

/** Adds a pair at the end of the file; an empty text becomes a new file. */
export function addPair(text: string, pair: object): string {
  if (!text.trim()) return `${JSON.stringify({ pairs: [pair] }, null, 2)}\n`;
  const parsed = parsePairFile(text);
  const count = parsed.ok ? parsed.file.pairs.length : 0;
  return set(text, ["pairs", count], pair, true);
}

/** Takes a pair out of the file. */
export function removePair(text: string, pairId: string): string | undefined {
  const found = place(text, pairId);
  return found && set(text, ["pairs", found.index], undefined);
}

function mapPath(index: number, recordType: RecordType): JSONPath {
  return ["pairs", index, "recordTypes", recordType, "fields"];
}

function withWrittenMap(
  text: string,
  { file, index }: { file: PairFile; index: number },
  recordType: RecordType,
): string {
  if (file.pairs[index]?.recordTypes[recordType]?.fields) return text;
  return set(text, mapPath(index, recordType), DEFAULT_MAP[recordType]);
}

function fieldsOf(
  text: string,
  { pairId, recordType }: { pairId: string; recordType: RecordType },
): readonly FieldConfig[] {
  const found = place(text, pairId);
  return found?.file.pairs[found.index]?.recordTypes[recordType]?.fields ?? [];
}
