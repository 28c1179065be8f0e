import type { Table } from "./model/model";
import type { Organization } from "./organization";
import { parsePreferences } from "./preferences";
import { dispatch } from "./routes/dispatch";

/** A seller qualifies a lead; gives the new contact's id, if one was made. Throws the organization's refusal. */
export function qualifyByHand(
  org: Organization,
  leadId: string,
  userId: string,
): string | undefined {
  const answer = act(org, userId, {
    path: `leads(${leadId})/Microsoft.Dynamics.CRM.QualifyLead`,
    body: { CreateAccount: true, CreateContact: true, CreateOpportunity: false, Status: 3 },
  }) as { value: { contactid?: string }[] };
  return answer.value.find((made) => made.contactid !== undefined)?.contactid;
}

/** A seller merges two records of a table. */
export function mergeByHand(
  org: Organization,
  table: Table,
  { winner, loser }: { winner: string; loser: string },
  userId: string,
): void {
  const party = (id: string) => ({ "@odata.type": table.typeName, [table.primaryId]: id });
  act(org, userId, {
    path: "Merge",
    body: { Target: party(winner), Subordinate: party(loser), PerformParentingChecks: false },
  });
}

/** Posts an action as the user, past the sockets but by all the rules of the API. */
function act(
  org: Organization,
  userId: string,
  { path, body }: { path: string; body: object },
): unknown {
  const response = dispatch({
    org,
    method: "POST",
    headers: {},
    preferences: parsePreferences(),
    path,
    query: "",
    body: JSON.stringify(body),
    root: `${org.baseUrl()}/api/data/v9.2`,
    user: org.directory.get(userId),
    references: new Map(),
    meter: { ms: 0 },
  });
  const answer: unknown = response.status === 204 ? {} : JSON.parse(response.body.toString());
  if (response.status >= 400) throw new Error((answer as { error: Error }).error.message);
  return answer;
}
