import { findNodeAtOffset, getNodePath, parseTree, type Node } from "jsonc-parser";
import type { RecordType } from "../../model/record";
import { RECORD_TYPES } from "../../model/record";

export interface TextRange {
  offset: number;
  length: number;
}

/** A word of the file and where it stands, quotes included. */
export interface Word extends TextRange {
  value: string;
}

/** One mapping as it stands in the file. */
export interface MappingPlace {
  pair: string;
  recordType: RecordType;
  range: TextRange;
  column: Word | null;
  field: Word | null;
  isEnabled: boolean;
  /** The mapping as written, for what decides about it. */
  spec: Readonly<Record<string, unknown>>;
}

/** Where the cursor is, as far as names can be completed or explained. */
export interface NamePlace {
  pair: string;
  recordType: RecordType;
  key: "column" | "field";
  word: Word;
  /** The other name of the same mapping, when it is there already. */
  counterpart: string | null;
}

/** All mappings of a file that can be read at least in part; a file with errors still has places. */
export function mappingPlaces(text: string): MappingPlace[] {
  const root = parseTree(text, [], { allowTrailingComma: true });
  const pairs = property(root, "pairs")?.children ?? [];
  return pairs.flatMap((pair) => {
    const id = String(property(pair, "id")?.value ?? "");
    return RECORD_TYPES.flatMap((recordType) => {
      const fields = property(property(property(pair, "recordTypes"), recordType), "fields");
      return (fields?.children ?? []).map((node) => placeOf(id, recordType, node));
    });
  });
}

function placeOf(pair: string, recordType: RecordType, node: Node): MappingPlace {
  return {
    pair,
    recordType,
    range: { offset: node.offset, length: node.length },
    column: wordOf(property(node, "column")),
    field: wordOf(property(node, "field")),
    isEnabled: property(node, "enabled")?.value !== false,
    spec: Object.fromEntries(
      (node.children ?? []).map((child) => [
        String(child.children?.[0]?.value),
        valueOf(child.children?.[1]),
      ]),
    ),
  };
}

function valueOf(node: Node | undefined): unknown {
  if (node?.type !== "object") return node?.value as unknown;
  return Object.fromEntries(
    (node.children ?? []).map((child) => [
      String(child.children?.[0]?.value),
      valueOf(child.children?.[1]),
    ]),
  );
}

function wordOf(node: Node | undefined): Word | null {
  if (node?.type !== "string") return null;
  return { value: String(node.value), offset: node.offset, length: node.length };
}

function property(node: Node | undefined, key: string): Node | undefined {
  return node?.children?.find((child) => child.children?.[0]?.value === key)?.children?.[1];
}

/** The name at this place of the text, if it is one of a mapping. */
export function nameAt(text: string, offset: number): NamePlace | null {
  const root = parseTree(text, [], { allowTrailingComma: true });
  const node = root && findNodeAtOffset(root, offset, true);
  if (!root || node?.type !== "string") return null;
  const [, index, types, recordType, fields, , key] = getNodePath(node);
  const isName = key === "column" || key === "field";
  if (types !== "recordTypes" || fields !== "fields" || !isName || !isRecordType(recordType)) {
    return null;
  }
  // The name of the property has the same path as its value.
  if (node.parent?.children?.[0] === node) return null;
  const pair = property(root, "pairs")?.children?.[Number(index)];
  const mapping = node.parent?.parent;
  const other = property(mapping, key === "column" ? "field" : "column");
  return {
    pair: String(property(pair, "id")?.value ?? ""),
    recordType,
    key,
    word: { value: String(node.value), offset: node.offset, length: node.length },
    counterpart: other?.type === "string" ? String(other.value) : null,
  };
}

function isRecordType(value: unknown): value is RecordType {
  return RECORD_TYPES.includes(value as RecordType);
}

/** Where a mapping stands; null when the file leaves it to the default map. */
export function mappingRange(
  text: string,
  wanted: { pair: string; recordType: RecordType; column: string; field: string },
): TextRange | null {
  const { pair, recordType, column, field } = wanted;
  const found = mappingPlaces(text).find(
    (place) =>
      place.pair === pair &&
      place.recordType === recordType &&
      place.column?.value === column &&
      place.field?.value === field,
  );
  return found?.range ?? null;
}
