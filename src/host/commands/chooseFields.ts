import * as vscode from "vscode";
import type { RecordType } from "../../model/record";
import { RECORD_TYPES } from "../../model/record";
import type { PairSchema } from "../../protocol/engine";
import { choosePair, withProgress, type CommandArgument } from "../ask";
import {
  columnProblem,
  columnTypeText,
  fieldTypeText,
  mappingDetail,
  suggestionsOf,
} from "../fields";
import type { Host } from "../host";
import type { PairSession } from "../pairs/session";
import { say } from "../text";
import { recordTypeText } from "../trees/organizations";

interface FieldItem extends vscode.QuickPickItem {
  column: string;
  field: string;
  isMapped: boolean;
}

/** The fields of a record type as one list with check boxes; what is changed is written into the pair file. */
export async function chooseFields(host: Host, argument: CommandArgument): Promise<void> {
  const session = await choosePair(host, argument);
  if (!session) return;
  const schema =
    session.schema ??
    (await withProgress(say("Reading the fields of both sides…"), () => session.describe()));
  const recordType = await chooseType(session, argument);
  if (!recordType) return;
  const items = itemsOf(schema, recordType);
  const answer = await pickFields(items);
  if (answer === "add") return addMapping(host, session, schema, recordType);
  if (!answer) return;
  await write(host, session.id, recordType, { items, chosen: new Set(answer) });
  await vscode.commands.executeCommand("setContext", "contactSync.fieldsChosen", true);
}

async function chooseType(
  { config }: PairSession,
  argument: CommandArgument,
): Promise<RecordType | undefined> {
  const given = typeof argument === "object" ? argument : undefined;
  const subject = given?.subject;
  if (subject?.kind === "recordType" || subject?.kind === "field") return subject.recordType;
  if (given?.recordType) return given.recordType;
  const types = RECORD_TYPES.filter((type) => config.recordTypes[type]?.enabled);
  if (types.length <= 1) return types[0];
  const picked = await vscode.window.showQuickPick(
    types.map((type) => ({ label: recordTypeText(type), type })),
    { placeHolder: say("Choose a record type") },
  );
  return picked?.type;
}

function itemsOf(schema: PairSchema, recordType: RecordType): FieldItem[] {
  const mapped = (schema.maps[recordType] ?? []).map((mapping) => ({
    label: `${mapping.columnLabel ?? mapping.column} ↔ ${mapping.fieldLabel ?? mapping.field}`,
    description: mapping.problem ? `$(warning) ${mapping.column}` : mapping.column,
    detail: mappingDetail(mapping),
    picked: mapping.enabled,
    column: mapping.column,
    field: mapping.field,
    isMapped: true,
  }));
  const suggested = suggestionsOf(schema, recordType).map(({ column, field }) => ({
    label: `${column.displayName} ↔ ${field.displayName}`,
    description: column.name,
    detail: `${columnTypeText(column)} ↔ ${fieldTypeText(field)} · ${say("suggested by name")}`,
    picked: false,
    column: column.name,
    field: field.name,
    isMapped: false,
  }));
  return [...mapped, ...suggested];
}

async function pickFields(
  items: readonly FieldItem[],
): Promise<readonly FieldItem[] | "add" | undefined> {
  const picker = vscode.window.createQuickPick<FieldItem>();
  picker.title = say("Choose Fields");
  picker.placeholder = say("Checked fields are synced");
  picker.canSelectMany = true;
  picker.matchOnDescription = true;
  picker.ignoreFocusOut = true;
  picker.items = items;
  picker.selectedItems = items.filter((item) => item.picked);
  picker.buttons = [{ iconPath: new vscode.ThemeIcon("add"), tooltip: say("Add a Mapping") }];
  return new Promise((resolve) => {
    picker.onDidTriggerButton(() => {
      resolve("add");
      picker.hide();
    });
    picker.onDidAccept(() => {
      resolve([...picker.selectedItems]);
      picker.hide();
    });
    picker.onDidHide(() => {
      resolve(undefined);
      picker.dispose();
    });
    picker.show();
  });
}

async function write(
  { pairFiles }: Host,
  pairId: string,
  recordType: RecordType,
  { items, chosen }: { items: readonly FieldItem[]; chosen: ReadonlySet<FieldItem> },
): Promise<void> {
  const { putField, setFieldEnabled } = await import("../../config/edit");
  const uri = await pairFiles.uriOf(pairId);
  await pairFiles.edit(uri, (text) => {
    let changed = text;
    for (const item of items) {
      const isOn = chosen.has(item);
      const { column, field } = item;
      if (item.isMapped && isOn !== item.picked) {
        changed = setFieldEnabled(changed, { pairId, recordType, column }, isOn) ?? changed;
      } else if (!item.isMapped && isOn) {
        changed = putField(changed, { pairId, recordType }, { column, field }) ?? changed;
      }
    }
    return changed === text ? undefined : changed;
  });
}

/** Any column with any field, one after the other; what does not fit is said before it is written. */
async function addMapping(
  { pairFiles }: Host,
  session: PairSession,
  schema: PairSchema,
  recordType: RecordType,
): Promise<void> {
  const taken = new Set((schema.maps[recordType] ?? []).map(({ column }) => column));
  const columns = (schema.tables[recordType]?.columns ?? []).filter(({ name }) => !taken.has(name));
  const column = await vscode.window.showQuickPick(
    columns.map((found) => ({
      label: found.displayName,
      description: `${found.name} · ${columnTypeText(found)}`,
      detail: columnProblem(found) ?? undefined,
      name: found.name,
    })),
    {
      title: say("Add a Mapping"),
      placeHolder: say("Choose a Dynamics column"),
      matchOnDescription: true,
    },
  );
  if (!column) return;
  const field = await vscode.window.showQuickPick(
    schema.fields.map((found) => ({
      label: found.displayName,
      description: `${found.name} · ${fieldTypeText(found)}`,
      detail: found.updatable ? undefined : say("cannot be written by the API"),
      name: found.name,
    })),
    {
      title: say("Add a Mapping"),
      placeHolder: say("Choose a Marketo field"),
      matchOnDescription: true,
    },
  );
  if (!field) return;
  const { putField } = await import("../../config/edit");
  const target = { pairId: session.id, recordType };
  const uri = await pairFiles.uriOf(session.id);
  await pairFiles.edit(uri, (text) =>
    putField(text, target, { column: column.name, field: field.name }),
  );
}
