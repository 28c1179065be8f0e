import { marketoUrl } from "../../config/pairFile";
import { LOST_WITHOUT, PERMISSIONS, type PermissionName } from "../../connectors/marketo/features";
import type { ActivityType } from "../../connectors/marketo/customActivities";
import { PERSON_LOG_TYPE } from "../personLog";
import type { CheckList, CheckState, Finding } from "./checkList";
import type { CheckGround } from "./ground";

/** Sign-in, quota, permissions, and what a campaign and the person's log need; true when the instance can be read. */
export async function checkMarketo(list: CheckList, ground: CheckGround): Promise<boolean> {
  const { config, connectors, tokens } = ground;
  const line = { id: "signIn", title: "Sign-in to Marketo" };
  const token = await list.attempt("marketo", line, () => tokens.marketo.token());
  if (token === null) return false;
  const { host } = new URL(marketoUrl(config));
  const detail = `${host} gives a token to the API-only user.`;
  list.add("marketo", { ...line, state: "green", detail });
  if (!(await checkQuota(list, ground))) return false;
  const missing = await list.attempt("marketo", { id: "permission", title: "Permissions" }, () =>
    connectors.marketo.missingPermissions(PERMISSIONS),
  );
  if (missing) checkPermissions(list, missing);
  await checkActivityType(list, ground);
  await checkRequestList(list, ground);
  return !(missing ?? []).includes("Read-Only Lead");
}

const FEW_LEFT = 0.1;

async function checkQuota(
  list: CheckList,
  { config, connectors, ledger, now }: CheckGround,
): Promise<boolean> {
  const line = { id: "quota", title: "Daily calls left" };
  const usage = await list.attempt("marketo", line, () => connectors.marketo.usage());
  if (!usage) return false;
  const share = config.budget.marketoDailyCalls;
  const left = Math.max(0, share - ledger.usedToday(now));
  const state: CheckState = left === 0 ? "red" : left < share * FEW_LEFT ? "amber" : "green";
  const remedy =
    state === "green"
      ? ""
      : " Raise budget.marketoDailyCalls, or wait for midnight US Central time.";
  const detail = `${left} of this pair's ${share} calls are left today; the instance used ${usage.usedToday}.${remedy}`;
  list.add("marketo", { ...line, state, detail });
  return true;
}

/** Without these three nothing syncs; the others cost one feature each. */
const NEEDED: ReadonlySet<PermissionName> = new Set([
  "Read-Only Lead",
  "Read-Write Lead",
  "Read-Only Activity",
]);

function checkPermissions(list: CheckList, missing: readonly PermissionName[]): void {
  for (const name of PERMISSIONS) {
    const isMissing = missing.includes(name);
    const state = NEEDED.has(name) ? "red" : "amber";
    list.add("marketo", {
      id: `permission:${name}`,
      title: name,
      state: isMissing ? state : "green",
      detail: isMissing
        ? `603: The API user's role lacks it: ${LOST_WITHOUT[name]}. Add it under Admin, Users & Roles.`
        : "Granted.",
    });
  }
}

const LOG_LOST = "refusals, conflicts and creations stand in the log here only, not on the person";

async function checkActivityType(list: CheckList, ground: CheckGround): Promise<void> {
  const { apiName } = PERSON_LOG_TYPE;
  const line = { id: "activityType", title: "The person's activity log" };
  if (!ground.config.marketo.activityLog) {
    const detail = `Off: ${LOG_LOST}. Set marketo.activityLog to true to have them there, too.`;
    return list.add("marketo", { ...line, state: "green", detail });
  }
  const found = await list.attempt(
    "marketo",
    { ...line, id: "activityType:unknown", state: "amber" },
    async () => ({
      type: await ground.connectors.marketo.findActivityType(apiName),
    }),
  );
  if (!found) return;
  list.add("marketo", { ...line, ...activityTypeLine(found.type) });
}

function activityTypeLine(
  type: ActivityType | null,
): Pick<Finding, "state" | "detail"> & { id?: string } {
  const { apiName, attributes } = PERSON_LOG_TYPE;
  if (!type) {
    const detail = `Marketo has no custom activity type ${apiName}: ${LOG_LOST}. "Create in Marketo" makes it.`;
    return { state: "amber", detail };
  }
  if (!type.approved) {
    const detail = `The custom activity type ${apiName} is a draft: ${LOG_LOST}. "Create in Marketo" approves it.`;
    return { state: "amber", detail };
  }
  const lacking = attributes.filter((one) => !type.attributes.includes(one.apiName));
  if (lacking.length > 0) {
    const names = lacking.map((one) => one.apiName).join(", ");
    const detail = `The custom activity type ${apiName} lacks the attributes ${names}: they are left out of each row. Add and approve them in Marketo's admin.`;
    return { id: "activityType:attributes", state: "amber", detail };
  }
  return { state: "green", detail: `The custom activity type ${apiName} is approved.` };
}

/** One page of the list that campaigns fill; the field of that purpose is checked with the other fields. */
async function checkRequestList(list: CheckList, ground: CheckGround): Promise<void> {
  const listId = ground.config.marketo.request?.listId;
  if (listId === undefined) return;
  const line = { id: "request:list", title: `List ${listId} for requests of campaigns` };
  const query = { listId, fields: ["id"], page: null };
  const page = await list.attempt("marketo", line, () =>
    ground.connectors.marketo.listMembers(query),
  );
  if (!page) return;
  const detail = `It can be read; ${page.persons.length}${page.nextPage ? " or more" : ""} persons wait in it.`;
  list.add("marketo", { ...line, state: "green", detail });
}
