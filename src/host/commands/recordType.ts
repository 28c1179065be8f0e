import * as vscode from "vscode";
import type { RecordType } from "../../model/record";
import { RECORD_TYPES } from "../../model/record";
import type { CommandArgument } from "../ask";
import type { PairSession } from "../pairs/session";
import { say } from "../text";
import { recordTypeText } from "../trees/words";

/** The record type that an argument names, the only one, or the one that the user picks. */
export async function chooseType(
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
