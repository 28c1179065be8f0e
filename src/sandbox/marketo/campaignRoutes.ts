import { ApiError, fail } from "./errors";
import { inputPerson } from "./leadRoutes";
import {
  intParam,
  isObject,
  listParameter,
  permission,
  route,
  type Answer,
  type Call,
  type Route,
} from "./routing";

function getCampaigns(call: Call): Answer {
  const ids = listParameter(call, "id").map(Number);
  const names = listParameter(call, "name");
  const result = call.org.campaigns
    .list()
    .filter((campaign) => ids.length === 0 || ids.includes(campaign.id))
    .filter((campaign) => names.length === 0 || names.includes(campaign.name))
    .map((campaign) => ({
      id: campaign.id,
      name: campaign.name,
      type: campaign.type,
      active: campaign.active,
      workspaceName: "Default",
      createdAt: new Date(campaign.createdAt).toISOString(),
      updatedAt: new Date(campaign.createdAt).toISOString(),
    }));
  return { result, moreResult: false };
}

const MAX_TRIGGER = 100;

function triggerCampaign(call: Call): Answer {
  const { org } = call;
  const campaign = org.campaigns.get(intParam(call.params[0], "campaignId"));
  if (!campaign) fail("1013", "Campaign");
  if (campaign.type !== "trigger" || !campaign.active) fail("1003", "Campaign is not requestable");
  const input = isObject(call.body) ? call.body["input"] : undefined;
  const leads = isObject(input) ? input["leads"] : undefined;
  if (!isObject(input) || !Array.isArray(leads) || leads.length === 0) fail("1002", "leads");
  if (leads.length > MAX_TRIGGER)
    fail("1003", `Number of leads exceeds the limit of ${MAX_TRIGGER}`);
  const leadIds = leads.map((lead) => {
    const id = inputPerson(call, isObject(lead) ? lead["id"] : undefined);
    if (typeof id !== "number") throw new ApiError(id);
    return id;
  });
  const tokens = Array.isArray(input["tokens"]) ? input["tokens"].filter(isObject) : [];
  org.campaigns.trigger({
    campaign,
    leadIds,
    tokens: tokens.map((token) => ({
      name: String(token["name"]),
      value: String(token["value"] ?? ""),
    })),
  });
  return { result: [{ id: campaign.id }] };
}

export const campaignRoutes: Route[] = [
  route("GET /rest/v1/campaigns.json", permission.readCampaign, "none", getCampaigns),
  route(
    "POST /rest/v1/campaigns/{campaignId}/trigger.json",
    permission.executeCampaign,
    "json",
    triggerCampaign,
  ),
];
