import * as vscode from "vscode";
import type { AuthorityOverride } from "../../auth/clouds";
import type { Environment, PairConfig } from "../../config/pairFile";
import type { RecordType } from "../../model/record";
import type { Host } from "../host";
import { say } from "../text";
import {
  checkGuid,
  checkMarketo,
  checkNotEmpty,
  checkSecret,
  marketoInstance,
  nameFromUrl,
} from "./answers";
import { askChoice, askText, type Choice, type Step } from "./multiStep";

type SignInKind = PairConfig["dynamics"]["signIn"];

/** What the questions have gathered so far. */
export interface Draft {
  orgUrl: string;
  tenantId: string | undefined;
  /** The sign-in server of an organization on this machine; all others use their cloud's. */
  authority: AuthorityOverride | undefined;
  clientId: string;
  signIn: SignInKind;
  dynamicsSecret: string;
  certificateFile: string | undefined;
  marketo: string;
  marketoClientId: string;
  marketoSecret: string;
  environment: Environment;
  recordTypes: readonly RecordType[];
  name: string;
}

/** The questions in their order; each writes its answer into the draft. */
export function stepsOf(host: Host, draft: Draft): readonly Step[] {
  return [
    orgUrl(host, draft),
    clientId(draft),
    signInKind(draft),
    credential(draft),
    marketoAddress(draft),
    marketoClient(draft),
    marketoSecret(host, draft),
    environment(draft),
    recordTypes(draft),
    pairName(draft),
  ];
}

const orgUrl =
  (host: Host, draft: Draft): Step =>
  (place) =>
    askText(
      place,
      {
        prompt: say("Web address of the Dynamics 365 organization"),
        placeholder: "https://contoso.crm.dynamics.com",
        value: draft.orgUrl,
        check: checkNotEmpty,
        // The organization itself tells its tenant.
        prove: async (text) => {
          const found = await (await host.signIn.load()).discover(text);
          draft.orgUrl = found.orgUrl;
          draft.tenantId = found.tenantId;
          draft.authority = found.authority;
        },
      },
      () => undefined,
    );

const clientId =
  (draft: Draft): Step =>
  (place) =>
    askText(
      place,
      {
        prompt: say("Application (client) id of the app registration in Entra"),
        placeholder: "00000000-0000-0000-0000-000000000000",
        value: draft.clientId,
        check: checkGuid,
      },
      (text) => (draft.clientId = text),
    );

const signInKind =
  (draft: Draft): Step =>
  (place) => {
    const kinds: Record<SignInKind, [label: string, detail: string]> = {
      clientSecret: [say("Client secret"), say("An application user; works unattended.")],
      certificate: [
        say("Certificate"),
        say("An application user with a PEM file that holds certificate and private key."),
      ],
      deviceCode: [say("Device code"), say("You, by a code that you type into any browser.")],
      interactive: [say("Browser"), say("You, in the browser of this machine.")],
    };
    // The last answer, or what fits this window, comes first.
    const order = Object.keys(kinds) as SignInKind[];
    order.sort((a, b) => Number(b === draft.signIn) - Number(a === draft.signIn));
    const items = order.map((value) => {
      const [label, detail] = kinds[value];
      return { label, detail, value } satisfies Choice<SignInKind>;
    });
    const question = { placeholder: say("How does the sync sign in to Dynamics?"), items };
    return askChoice(place, question, ([kind]) => (draft.signIn = kind ?? draft.signIn));
  };

/** What the chosen kind needs; a person signs in at the end and is asked nothing here. */
const credential =
  (draft: Draft): Step =>
  async (place) => {
    if (draft.signIn === "clientSecret") {
      return askText(
        place,
        {
          prompt: say("The client secret's value (kept in the editor's secret storage)"),
          isSecret: true,
          check: checkSecret,
        },
        (text) => (draft.dynamicsSecret = text),
      );
    }
    if (draft.signIn !== "certificate") return "next";
    const [file] =
      (await vscode.window.showOpenDialog({
        title: say("PEM file with certificate and private key"),
        filters: { PEM: ["pem", "crt", "cer"] },
      })) ?? [];
    if (!file) return "back";
    draft.certificateFile = file.fsPath;
    return "next";
  };

const marketoAddress =
  (draft: Draft): Step =>
  (place) =>
    askText(
      place,
      {
        prompt: say("Munchkin id or REST address of the Marketo instance"),
        placeholder: "123-ABC-456",
        value: draft.marketo,
        check: checkMarketo,
      },
      (text) => (draft.marketo = text),
    );

const marketoClient =
  (draft: Draft): Step =>
  (place) =>
    askText(
      place,
      {
        prompt: say("Client id of the Marketo custom service (Admin > Integration > LaunchPoint)"),
        value: draft.marketoClientId,
        check: checkNotEmpty,
      },
      (text) => (draft.marketoClientId = text),
    );

const marketoSecret =
  (host: Host, draft: Draft): Step =>
  (place) =>
    askText(
      place,
      {
        prompt: say("Client secret of the Marketo custom service"),
        isSecret: true,
        check: checkNotEmpty,
        prove: async (text) => {
          const found = marketoInstance(draft.marketo);
          if ("problem" in found) throw new Error(found.problem);
          const url = "url" in found ? found.url : `https://${found.munchkinId}.mktorest.com`;
          await (await host.signIn.load()).proveMarketo(url, draft.marketoClientId, text);
        },
      },
      (text) => (draft.marketoSecret = text),
    );

const environment =
  (draft: Draft): Step =>
  (place) => {
    const items: Choice<Environment>[] = [
      { label: say("Test"), detail: say("Development and test organizations."), value: "test" },
      {
        label: say("Production"),
        detail: say("Marked in words wherever the pair is shown."),
        value: "production",
      },
      {
        label: say("Sandbox"),
        detail: say("Nothing is asked before the first sync."),
        value: "sandbox",
      },
    ];
    const question = { placeholder: say("What kind of environment is this?"), items };
    return askChoice(place, question, ([kind]) => (draft.environment = kind ?? "test"));
  };

const recordTypes =
  (draft: Draft): Step =>
  (place) => {
    const picked = (type: RecordType) => draft.recordTypes.includes(type);
    const items: Choice<RecordType>[] = [
      { label: say("Contacts"), picked: picked("contact"), value: "contact" },
      { label: say("Leads"), picked: picked("lead"), value: "lead" },
    ];
    const question = { placeholder: say("Which records are synced?"), items, isMany: true };
    return askChoice(place, question, (types) => (draft.recordTypes = types));
  };

const pairName =
  (draft: Draft): Step =>
  (place) =>
    askText(
      place,
      {
        prompt: say("A name for this pair"),
        value: draft.name || nameFromUrl(draft.orgUrl),
        check: checkNotEmpty,
      },
      (text) => (draft.name = text),
    );
