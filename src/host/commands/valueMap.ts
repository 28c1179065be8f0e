import * as vscode from "vscode";
import type { FieldConfig } from "../../config/pairFile";
import type { RecordType } from "../../model/record";
import type { ColumnDescription, FieldDescription } from "../../model/schema";
import type { PairSchema, SeenValues } from "../../protocol/engine";
import { choosePair, withProgress, type CommandArgument } from "../ask";
import type { Host } from "../host";
import type { PairSession } from "../pairs/session";
import { say } from "../text";
import { editPair } from "./editPair";
import { chooseType } from "./recordType";
import {
  imagesOf,
  valueMapItems,
  valueMapOf,
  type Images,
  type ValueMapItem,
} from "../valueMapItems";

interface Mapping {
  recordType: RecordType;
  column: ColumnDescription;
  field: FieldDescription;
}

/** The value map of one mapping: every option and every value seen at Marketo, until all have a counterpart. */
export async function editValueMap(host: Host, argument: CommandArgument): Promise<void> {
  const session = await choosePair(host, argument);
  if (!session) return;
  const schema = session.schema ?? (await session.describe());
  const mapping = await chooseMapping(session, schema, argument);
  if (mapping) await editMapping(host, session, mapping);
}

async function chooseMapping(
  session: PairSession,
  schema: PairSchema,
  argument: CommandArgument,
): Promise<Mapping | undefined> {
  const recordType = await chooseType(session, argument);
  if (!recordType) return undefined;
  const given = typeof argument === "object" ? argument : undefined;
  const wanted = given?.subject?.kind === "field" ? given.subject.column : given?.field;
  const columns = new Map(schema.tables[recordType]?.columns.map((one) => [one.name, one]));
  const fields = new Map(schema.fields.map((one) => [one.name, one]));
  const listed = (schema.maps[recordType] ?? []).flatMap((mapped) => {
    const column = columns.get(mapped.column);
    const field = fields.get(mapped.field);
    return column && field && goesByList(column) ? [{ recordType, column, field }] : [];
  });
  const named = listed.find(({ column }) => column.name === wanted);
  if (named) return named;
  if (wanted) throw new Error(say("The column {0} has no list of values.", wanted));
  const picked = await vscode.window.showQuickPick(
    listed.map((mapping) => ({
      label: mapping.column.displayName,
      description: `${mapping.column.name} ↔ ${mapping.field.name}`,
      mapping,
    })),
    { title: say("Edit Value Map"), placeHolder: say("Choose a field"), matchOnDescription: true },
  );
  return picked?.mapping;
}

/** Columns whose values are options or yes and no. */
export function goesByList({ options, type }: ColumnDescription): boolean {
  return options !== undefined || type === "boolean";
}

export async function editMapping(
  host: Host,
  session: PairSession,
  { recordType, column, field }: Mapping,
): Promise<void> {
  const { mappingOf } = await import("../../config/edit");
  const spec = mappingOf(session.config, recordType, column.name);
  if (!spec) throw new Error(say("The column {0} is not mapped.", column.name));
  const wanted = { pair: session.id, recordType, field: field.name };
  const seen = await withProgress(say("Reading the values of {0}…", field.displayName), () =>
    host.engine.request("seenValues", wanted),
  );
  let images = imagesOf(spec, column, field);
  for (;;) {
    const item = await askItem({ column, field }, images, seen);
    if (!item) return;
    if (item.step === "save") break;
    images = await changed(images, item, { column, seen });
  }
  const valueMap = valueMapOf(images);
  const isEmpty = Object.keys(valueMap).length === 0;
  const target = { recordType, column: column.name };
  await write(host, session.id, target, isEmpty ? undefined : valueMap);
}

async function askItem(
  parts: Pick<Mapping, "column" | "field">,
  images: Images,
  seen: SeenValues,
): Promise<ValueMapItem | undefined> {
  return vscode.window.showQuickPick(valueMapItems(parts, images, seen), {
    title: say("Value Map of {0}", parts.column.displayName),
    placeHolder: say("Choose a value to give it a counterpart, then save"),
    ignoreFocusOut: true,
    matchOnDescription: true,
  });
}

/** The map after one answer; an answer that was refused changes nothing. */
async function changed(
  images: Images,
  item: Exclude<ValueMapItem, { step: "save" }>,
  { column, seen }: { column: ColumnDescription; seen: SeenValues },
): Promise<Images> {
  if (item.step === "seen") {
    const options = [...images].map(([value, line]) => ({
      label: line.label,
      description: value,
      value,
    }));
    const option = await vscode.window.showQuickPick(options, {
      title: say('Which value of {0} is "{1}"?', column.displayName, item.value),
      ignoreFocusOut: true,
    });
    return option ? withImage(images, option.value, item.value) : images;
  }
  const known = seen.values
    .map(({ value }) => value)
    .slice(0, SUGGESTED)
    .join(", ");
  const typed = await vscode.window.showInputBox({
    title: say("What does Marketo hold for {0}?", item.label.replace(/^\$\([a-z-]+\) /, "")),
    prompt: known
      ? say("Seen at Marketo: {0}. Leave empty for no counterpart.", known)
      : say("Leave empty for no counterpart."),
    value: String(images.get(item.value)?.image ?? ""),
    ignoreFocusOut: true,
  });
  return typed === undefined ? images : withImage(images, item.value, typed.trim() || null);
}

const SUGGESTED = 10;

function withImage(images: Images, value: string, image: string | null): Images {
  const line = images.get(value);
  return line ? new Map(images).set(value, { ...line, image }) : images;
}

async function write(
  host: Host,
  pairId: string,
  target: { recordType: RecordType; column: string },
  valueMap: FieldConfig["valueMap"],
): Promise<void> {
  const { setValueMap } = await import("../../config/edit");
  await editPair(host, pairId, (text) => setValueMap(text, { pairId, ...target }, valueMap));
}
