import * as vscode from "vscode";
import type { PairConfig, PairFile } from "../../config/pairFile";
import { withProgress, type CommandArgument } from "../ask";
import type { Host } from "../host";
import { say } from "../text";
import { marketoInstance, nameFromUrl, pairIdFrom } from "./answers";
import { runSteps } from "./multiStep";
import { stepsOf, type Draft } from "./steps";

/** From two addresses to a pair that works: each answer is checked where it is given. */
export async function connectPair(host: Host, _argument: CommandArgument): Promise<void> {
  if (!vscode.workspace.isTrusted) {
    void vscode.window.showWarningMessage(
      say(
        "Contact Sync does not run in a workspace that is not trusted: its pair file decides where data is sent.",
      ),
    );
    return;
  }
  const { pairFiles } = host;
  await pairFiles.read();
  if (pairFiles.problem !== null) throw new Error(pairFiles.problem);
  const draft: Draft = {
    orgUrl: "",
    tenantId: undefined,
    authority: undefined,
    clientId: "",
    signIn: isRemoteBrowser() ? "deviceCode" : "clientSecret",
    dynamicsSecret: "",
    certificateFile: undefined,
    marketo: "",
    marketoClientId: "",
    marketoSecret: "",
    environment: "test",
    recordTypes: ["contact"],
    name: "",
  };
  if (!(await runSteps(say("Connect Dynamics and Marketo"), stepsOf(host, draft)))) return;
  const config = await configOf(draft, pairFiles.pairs);
  await keepSecrets(host, config, draft);
  if (config.dynamics.signIn === "deviceCode" || config.dynamics.signIn === "interactive") {
    await withProgress(
      say("Continue in your browser…"),
      (signal) => host.signIn.signIn(config, signal),
      10 * 60_000,
    );
  }
  await write(host, draft, config);
  await afterwards(host, config);
}

/** A browser on this machine cannot come back to a server elsewhere. */
function isRemoteBrowser(): boolean {
  return vscode.env.remoteName !== undefined || vscode.env.uiKind === vscode.UIKind.Web;
}

/** The pair as it is written; defaults are left to the schema. */
function pairInput(draft: Draft, id: string): object {
  const instance = marketoInstance(draft.marketo);
  return {
    id,
    name: draft.name,
    environment: draft.environment,
    dynamics: {
      url: draft.orgUrl,
      ...(draft.tenantId && { tenantId: draft.tenantId }),
      clientId: draft.clientId,
      signIn: draft.signIn,
      ...(draft.certificateFile && { certificateFile: draft.certificateFile }),
      ...(draft.authority && { authority: draft.authority }),
    },
    marketo: { ...instance, clientId: draft.marketoClientId },
    recordTypes: Object.fromEntries(draft.recordTypes.map((type) => [type, {}])),
  };
}

async function configOf(draft: Draft, pairs: PairFile["pairs"] | readonly PairConfig[]) {
  const { pairSchema } = await import("../../config/pairFile");
  const taken = pairs.map(({ id }) => id);
  const id = pairIdFrom(draft.name || nameFromUrl(draft.orgUrl), taken);
  return pairSchema.parse(pairInput(draft, id));
}

async function keepSecrets({ secrets }: Host, config: PairConfig, draft: Draft): Promise<void> {
  if (config.dynamics.signIn === "clientSecret") {
    await secrets.keep(config, "dynamics", draft.dynamicsSecret);
  }
  await secrets.keep(config, "marketo", draft.marketoSecret);
}

async function write({ pairFiles }: Host, draft: Draft, config: PairConfig): Promise<void> {
  const { addPair } = await import("../../config/edit");
  const input = pairInput(draft, config.id);
  await pairFiles.edit(pairFiles.uri, (text) => addPair(text, input));
}

async function afterwards(host: Host, config: PairConfig): Promise<void> {
  const { sessions, pairFiles } = host;
  await sessions.use(pairFiles.pairs);
  // The schema's library is loaded with the first pair, not with the extension.
  const { sharedSystems } = await import("../../config/sharedSystems");
  const shared = sharedSystems(pairFiles.pairs).filter(({ pairs }) => pairs.includes(config.id));
  for (const [one, other] of new Map(shared.map(({ pairs }) => [pairs.join(), pairs])).values()) {
    void vscode.window.showWarningMessage(
      say(
        "The pairs {0} and {1} share an organization or an instance: each would answer the other's writes. Keep one of them.",
        one,
        other,
      ),
    );
  }
  await vscode.commands.executeCommand("contactSync.organizations.focus");
  const validate = say("Validate Connection");
  const fields = say("Choose Fields…");
  const answer = await vscode.window.showInformationMessage(
    say(
      "{0} is connected. The first sync is always previewed before anything is written.",
      config.name ?? config.id,
    ),
    validate,
    fields,
  );
  const command = answer === validate ? "validate" : answer === fields ? "chooseFields" : undefined;
  if (command) await vscode.commands.executeCommand(`contactSync.${command}`, { pair: config.id });
}
