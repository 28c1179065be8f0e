import * as vscode from "vscode";
import type { CommandArgument } from "../ask";
import { connectPair } from "../connect/connectPair";
import { signInAgain } from "../connect/signInAgain";
import type { Host } from "../host";
import { answerConflict } from "./answerConflict";
import { chooseFields } from "./chooseFields";
import { createContact } from "./createContact";
import { cancelCycle, pause, resume, runCycle } from "./cycles";
import { explainFieldValue } from "./explainField";
import { exportLog } from "./exportLog";
import { guarded } from "./guard";
import { openMenu } from "./menu";
import { openPairFile, revealMapping } from "./pairFile";
import { previewCycle } from "./previewCycle";
import { removePair } from "./removePair";
import { openDynamics, openMarketo } from "./records";
import { startSandbox, stopSandbox } from "./sandbox";
import { startAnew } from "./startAnew";
import { editValueMap } from "./valueMap";
import { refreshFields, validateConnection } from "./validate";
import { openLog } from "../log/openLog";

type Command = (host: Host, argument: CommandArgument) => Promise<unknown>;

/** Every command by its id; the palette shows those of package.json. */
const COMMANDS: Readonly<Record<string, Command>> = {
  "contactSync.createContact": createContact,
  "contactSync.runCycle": runCycle,
  "contactSync.cancelCycle": cancelCycle,
  "contactSync.previewCycle": previewCycle,
  "contactSync.pause": pause,
  "contactSync.resume": resume,
  "contactSync.openLog": openLog,
  "contactSync.connect": connectPair,
  "contactSync.signInAgain": signInAgain,
  "contactSync.startAnew": startAnew,
  "contactSync.removePair": removePair,
  "contactSync.chooseFields": chooseFields,
  "contactSync.editValueMap": editValueMap,
  "contactSync.answerConflict": answerConflict,
  "contactSync.refreshFields": refreshFields,
  "contactSync.validate": validateConnection,
  "contactSync.explainField": explainFieldValue,
  "contactSync.startSandbox": startSandbox,
  "contactSync.stopSandbox": stopSandbox,
  "contactSync.exportLog": exportLog,
  "contactSync.openPairFile": openPairFile,
  "contactSync.revealMapping": revealMapping,
  "contactSync.openDynamics": openDynamics,
  "contactSync.openMarketo": openMarketo,
  "contactSync.menu": openMenu,
  "contactSync.showOutput": async ({ log }) => log.show(),
};

/** Registers all commands at once, before anything is awaited: none is ever "not found". */
export function registerCommands(host: Host): void {
  for (const [id, command] of Object.entries(COMMANDS)) {
    host.disposables.add(
      vscode.commands.registerCommand(id, (argument?: CommandArgument) =>
        guarded(host, id, () => command(host, argument)),
      ),
    );
  }
}
