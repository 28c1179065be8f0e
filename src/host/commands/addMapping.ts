import * as vscode from "vscode";
import type { RecordType } from "../../model/record";
import type { ColumnDescription, FieldDescription } from "../../model/schema";
import type { FieldSamples, PairSchema } from "../../protocol/engine";
import {
  columnAccess,
  columnProblem,
  columnTypeText,
  fieldAccess,
  fieldsFor,
  fieldTypeText,
  samplesText,
} from "../fields";
import type { Host } from "../host";
import type { PairSession } from "../pairs/session";
import { say } from "../text";
import { editPair } from "./editPair";

interface Place {
  session: PairSession;
  schema: PairSchema;
  recordType: RecordType;
  samples: FieldSamples;
}

/** Any column with any field, one after the other; what does not fit is said and not written. */
export async function addMapping(host: Host, place: Place): Promise<void> {
  const column = await chooseColumn(place);
  if (!column) return;
  const field = await chooseField(place, column);
  if (!field) return;
  const { session, recordType } = place;
  const { putField } = await import("../../config/edit");
  const target = { pairId: session.id, recordType };
  await editPair(host, session.id, (text) =>
    putField(text, target, { column: column.name, field: field.name }),
  );
}

async function chooseColumn({
  schema,
  recordType,
  samples,
}: Place): Promise<ColumnDescription | undefined> {
  const taken = new Set((schema.maps[recordType] ?? []).map(({ column }) => column));
  const columns = (schema.tables[recordType]?.columns ?? []).filter(({ name }) => !taken.has(name));
  const picked = await vscode.window.showQuickPick(
    columns.map((column) => ({
      label: column.displayName,
      description: `${column.name} · ${columnTypeText(column)} · ${columnAccess(column)}`,
      detail: columnProblem(column) ?? samplesText(samples.dynamics[column.name]),
      column,
    })),
    {
      title: say("Add a Mapping"),
      placeHolder: say("Choose a Dynamics column"),
      matchOnDescription: true,
      ignoreFocusOut: true,
    },
  );
  return picked?.column;
}

/** Asked again until something that fits was chosen, or nothing. */
async function chooseField(
  { schema, samples }: Place,
  column: ColumnDescription,
): Promise<FieldDescription | undefined> {
  for (;;) {
    const picked = await vscode.window.showQuickPick(
      fieldsFor(column, schema).map(({ field, refusal }) => ({
        label: refusal === null ? field.displayName : `$(circle-slash) ${field.displayName}`,
        description: `${field.name} · ${fieldTypeText(field)} · ${fieldAccess(field)}`,
        detail: refusal ?? samplesText(samples.marketo[field.name]),
        field,
        refusal,
      })),
      {
        title: say("Add a Mapping"),
        placeHolder: say("Choose a Marketo field"),
        matchOnDescription: true,
        ignoreFocusOut: true,
      },
    );
    if (!picked || picked.refusal === null) return picked?.field;
    void vscode.window.showWarningMessage(say("Not mapped: {0}", picked.refusal));
  }
}
