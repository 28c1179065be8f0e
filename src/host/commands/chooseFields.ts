import * as vscode from "vscode";
import type { RecordType } from "../../model/record";
import type { FieldSamples, PairSchema } from "../../protocol/engine";
import { choosePair, withProgress, type CommandArgument } from "../ask";
import {
  bothSamples,
  columnTypeText,
  fieldTypeText,
  mappingDetail,
  NO_SAMPLES,
  suggestionsOf,
} from "../fields";
import type { Host } from "../host";
import type { PairSession } from "../pairs/session";
import { problemOf } from "../problem";
import { say } from "../text";
import { addMapping } from "./addMapping";
import { editPair } from "./editPair";
import { chooseType } from "./recordType";
import { editMapping, goesByList } from "./valueMap";

interface FieldItem extends vscode.QuickPickItem {
  column: string;
  field: string;
  isMapped: boolean;
  /** Why the two cannot be mapped; choosing them says so and changes nothing. */
  refusal: string | null;
}

interface Choice {
  session: PairSession;
  schema: PairSchema;
  recordType: RecordType;
  samples: FieldSamples;
}

/** The fields of a record type as one list with check boxes; what is changed is written into the pair file. */
export async function chooseFields(host: Host, argument: CommandArgument): Promise<void> {
  const session = await choosePair(host, argument);
  if (!session) return;
  const recordType = await chooseType(session, argument);
  if (!recordType) return;
  const choice = await withProgress(say("Reading the fields of both sides…"), async () => {
    const schema = session.schema ?? (await session.describe());
    return { session, schema, recordType, samples: await samplesOf(host, session, recordType) };
  });
  const items = itemsOf(choice);
  const answer = await pickFields(items);
  if (answer?.kind === "add") return addMapping(host, choice);
  if (answer?.kind === "values") return editValues(host, choice, answer.item);
  if (answer?.kind !== "chosen") return;
  await write(host, choice, { items, chosen: new Set(answer.items) });
  sayRefusals(answer.items);
  host.walkthrough.done("fieldsChosen");
}

/** Values are a help to choose by; without them the list is still of use. */
async function samplesOf(
  { engine, log }: Host,
  { id }: PairSession,
  recordType: RecordType,
): Promise<FieldSamples> {
  try {
    return await engine.request("samples", { pair: id, recordType });
  } catch (error) {
    log.warn(`${id}: ${problemOf(error).code}: no sample values`);
    return NO_SAMPLES;
  }
}

function itemsOf({ schema, recordType, samples }: Choice): FieldItem[] {
  const columns = new Map(schema.tables[recordType]?.columns.map((one) => [one.name, one]));
  const edit = { iconPath: new vscode.ThemeIcon("list-unordered"), tooltip: say("Edit Value Map") };
  const mapped = (schema.maps[recordType] ?? []).map((mapping): FieldItem => {
    const column = columns.get(mapping.column);
    return {
      label: `${mapping.columnLabel ?? mapping.column} ↔ ${mapping.fieldLabel ?? mapping.field}`,
      description: mapping.problem ? `$(warning) ${mapping.column}` : mapping.column,
      detail: mappingDetail(mapping, samples),
      picked: mapping.enabled,
      buttons: column && goesByList(column) ? [edit] : [],
      column: mapping.column,
      field: mapping.field,
      isMapped: true,
      refusal: null,
    };
  });
  const suggested = suggestionsOf(schema, recordType).map(
    ({ column, field, refusal }): FieldItem => ({
      label: `${column.displayName} ↔ ${field.displayName}`,
      description: refusal === null ? column.name : `$(circle-slash) ${column.name}`,
      detail: [
        `${columnTypeText(column)} ↔ ${fieldTypeText(field)}`,
        refusal ?? say("suggested by name and type"),
        bothSamples(samples, column.name, field.name),
      ]
        .filter(Boolean)
        .join(" · "),
      picked: false,
      column: column.name,
      field: field.name,
      isMapped: false,
      refusal,
    }),
  );
  return [...mapped, ...suggested];
}

type Answer =
  | { kind: "chosen"; items: readonly FieldItem[] }
  | { kind: "add" }
  | { kind: "values"; item: FieldItem };

async function pickFields(items: readonly FieldItem[]): Promise<Answer | undefined> {
  const picker = vscode.window.createQuickPick<FieldItem>();
  picker.title = say("Choose Fields");
  picker.placeholder = say("Checked fields are synced");
  picker.canSelectMany = true;
  picker.matchOnDescription = true;
  picker.matchOnDetail = true;
  picker.ignoreFocusOut = true;
  picker.items = items;
  picker.selectedItems = items.filter((item) => item.picked);
  picker.buttons = [{ iconPath: new vscode.ThemeIcon("add"), tooltip: say("Add a Mapping") }];
  return new Promise((resolve) => {
    const end = (answer: Answer) => {
      resolve(answer);
      picker.hide();
    };
    picker.onDidTriggerButton(() => end({ kind: "add" }));
    picker.onDidTriggerItemButton(({ item }) => end({ kind: "values", item }));
    picker.onDidAccept(() => end({ kind: "chosen", items: [...picker.selectedItems] }));
    picker.onDidHide(() => {
      resolve(undefined);
      picker.dispose();
    });
    picker.show();
  });
}

async function editValues(
  host: Host,
  { session, schema, recordType }: Choice,
  item: FieldItem,
): Promise<void> {
  const column = schema.tables[recordType]?.columns.find(({ name }) => name === item.column);
  const field = schema.fields.find(({ name }) => name === item.field);
  if (column && field) await editMapping(host, session, { recordType, column, field });
}

async function write(
  host: Host,
  { session, recordType }: Choice,
  { items, chosen }: { items: readonly FieldItem[]; chosen: ReadonlySet<FieldItem> },
): Promise<void> {
  const { putField, setFieldEnabled } = await import("../../config/edit");
  const pairId = session.id;
  await editPair(host, pairId, (text) => {
    let changed = text;
    for (const item of items) {
      const isOn = chosen.has(item);
      const { column, field } = item;
      if (item.isMapped && isOn !== item.picked) {
        changed = setFieldEnabled(changed, { pairId, recordType, column }, isOn) ?? changed;
      } else if (!item.isMapped && isOn && item.refusal === null) {
        changed = putField(changed, { pairId, recordType }, { column, field }) ?? changed;
      }
    }
    return changed === text ? undefined : changed;
  });
}

/** What was checked and cannot be mapped was not written; the reason is said. */
function sayRefusals(items: readonly FieldItem[]): void {
  const refused = items.flatMap(({ refusal }) => refusal ?? []);
  if (refused.length > 0) {
    void vscode.window.showWarningMessage(say("Not mapped: {0}", refused.join(" ")));
  }
}
