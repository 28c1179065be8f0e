import { presetRule, type PresetName } from "../../../src/sandbox/control/presets";
import type { FaultRule } from "../../../src/sandbox/kernel/faults";
import type { Sandbox } from "../../../src/sandbox/sandbox";

/** One thing that goes wrong while a cycle runs, and what the cycle makes of it. */
export interface Accident {
  name: string;
  arm(sandbox: Sandbox): void;
  /** Puts right what only a human can put right (a right that was taken away); without it the accident passes by itself. */
  repair?(sandbox: Sandbox): void;
  /** Nothing new may be there meanwhile: a full compare asks before it creates. */
  withoutNew?: true;
}

const MARKETO_WRITES = "^/rest/v1/leads\\.json$";
const BATCH = "^/api/data/v9\\.2/\\$batch";

function preset(name: PresetName, options: Parameters<typeof presetRule>[1] = {}): Accident {
  const where = options.path ? ` (${options.path === BATCH ? "batch" : "writes"})` : "";
  return {
    name: `${name}${where}`,
    arm: ({ faults }) => void faults.add(presetRule(name, options)),
  };
}

function rule(name: string, fault: FaultRule): Accident {
  return { name, arm: ({ faults }) => void faults.add(fault) };
}

function quirk(name: string, change: (sandbox: Sandbox) => void): Accident {
  return { name, arm: change };
}

function marketoError(code: string, message: string, fault: Partial<FaultRule> = {}): Accident {
  const body = JSON.stringify({ requestId: "1#1", success: false, errors: [{ code, message }] });
  const headers = { "Content-Type": "application/json" };
  const action = { kind: "respond" as const, status: 200, headers, body };
  return rule(`marketo-${code}`, { server: "marketo", path: "^/rest/", ...fault, action });
}

/** Skips: the first calls of a cycle read, the later ones write, so both kinds are hit. */
export const PASSING: readonly Accident[] = [
  preset("dynamics-429", { retryAfterSeconds: 120 }),
  preset("dynamics-429", { path: BATCH, retryAfterSeconds: 30, times: 2 }),
  preset("dynamics-502"),
  preset("dynamics-503", { times: 3 }),
  preset("dynamics-502-after-commit", { path: BATCH, times: 2 }),
  preset("dynamics-lost-answer", { path: BATCH, times: 2 }),
  preset("dynamics-reset", { path: BATCH }),
  preset("dynamics-html", { path: BATCH }),
  preset("dynamics-html"),
  preset("marketo-606", { times: 2 }),
  preset("marketo-607"),
  preset("marketo-607", { path: MARKETO_WRITES }),
  preset("marketo-615", { times: 3 }),
  preset("marketo-611"),
  preset("marketo-611", { path: MARKETO_WRITES, times: 4 }),
  preset("marketo-604"),
  preset("marketo-604-after-commit", { times: 2 }),
  preset("marketo-502", { times: 2 }),
  preset("marketo-502-after-commit"),
  preset("marketo-lost-answer", { times: 2 }),
  preset("marketo-html"),
  preset("marketo-empty-body"),
  preset("marketo-empty-body", { path: MARKETO_WRITES }),
  marketoError("713", "Transient error", { times: 2 }),
  marketoError("1022", "Object lock"),
  rule("marketo connection reset before", {
    server: "marketo",
    path: "^/rest/",
    times: 2,
    action: { kind: "resetBefore" },
  }),
  preset("identity-503"),
  quirk(
    "marketo empty bodies after commit",
    ({ marketo }) => void (marketo.quirks.emptyBodies = 2),
  ),
  quirk("marketo token expired", ({ marketo }) => marketo.expireTokens()),
  { name: "delta expired", arm: ({ dynamics }) => dynamics.expireDelta(), withoutNew: true },
  quirk("late activities", ({ marketo, clock }) => {
    // Every second row of the coming minutes is seen nine minutes late, behind rows with a later date.
    const until = clock.now() / 1000 + 120;
    marketo.quirks.activityDelay = ({ at, id }) => (at <= until && id % 2 === 0 ? 540_000 : 0);
  }),
  quirk("empty pages with moreResult", ({ marketo }) => {
    marketo.quirks.emptyPages = 3;
    marketo.quirks.omitResult = true;
  }),
];

/** Somebody takes something away; it stays away until a human repairs it. */
export const LASTING: readonly Accident[] = [
  {
    name: "write privilege lost",
    arm: ({ dynamics, applicationUserId }) =>
      dynamics.users.setPrivilege(applicationUserId, "prvWriteContact", undefined),
    repair: ({ dynamics, applicationUserId }) =>
      dynamics.users.setPrivilege(applicationUserId, "prvWriteContact", "Global"),
  },
  {
    name: "marketo-603 (permission lost)",
    arm: ({ marketo, ready }) =>
      marketo.permissions.revoke(ready.marketo.clientId, "Read-Write Lead"),
    repair: ({ marketo, ready }) =>
      marketo.permissions.grant(ready.marketo.clientId, "Read-Write Lead"),
  },
  {
    name: "column security appears",
    arm: ({ dynamics, applicationUserId }) => {
      dynamics.model.setColumn("contact", "jobtitle", { secured: true });
      dynamics.users.setColumnRights(applicationUserId, "contact.jobtitle", {});
    },
    repair: ({ dynamics }) => dynamics.model.setColumn("contact", "jobtitle", { secured: false }),
  },
  {
    name: "plug-in refuses",
    arm: ({ dynamics }) => {
      takeOut = dynamics.plugins.add(({ values }) =>
        String(values["middlename"] ?? "").endsWith("7") ? { refuse: "No sevens." } : undefined,
      );
    },
    repair: () => takeOut?.(),
  },
];

/** Ends the plug-in that the last accident put in. */
let takeOut: (() => void) | undefined;
