import type { Dataset } from "./data/dataset";
import type { PersonRow } from "./data/personRows";
import type { DataverseSandbox } from "./dataverse/dataverse";
import type { MarketoSandbox } from "./marketo/marketo";

/**
 * Puts in the people of the organization: the sellers, the client's application user and a team. A seller comes first,
 * because the first user is the one who made the rows that are loaded.
 */
export function addUsers(
  dynamics: DataverseSandbox,
  given: { clientId: string; objectId: string; dataset: Dataset },
): { applicationUserId: string; salesUserId: string } {
  const { clientId, objectId, dataset } = given;
  for (const user of dataset.owners.users) {
    dynamics.users.add({
      id: user.systemuserid,
      name: `${user.firstname} ${user.lastname}`,
      objectId: user.azureactivedirectoryobjectid,
      email: user.email,
    });
    if (user.isdisabled) dynamics.users.setDisabled(user.systemuserid, true);
  }
  const applicationUserId = dynamics.users.add({
    name: "Contact Sync",
    kind: "application",
    clientId,
    objectId,
  });
  const { teamid, name } = dataset.owners.team;
  dynamics.users.addTeam({ id: teamid, name });
  return { applicationUserId, salesUserId: dataset.owners.users[0]!.systemuserid };
}

/** Fills both orgs, row by row. */
export function fill(dynamics: DataverseSandbox, marketo: MarketoSandbox, dataset: Dataset): void {
  dynamics.load("account", dataset.accounts());
  dynamics.load("contact", dataset.contacts());
  // An organization without the Sales app has no such table, and the data set no such rows.
  if (dataset.size.leads > 0) dynamics.load("lead", dataset.leads());
  marketo.load(knownFields(dataset.persons(), marketo));
}

/** An instance without the custom fields for a CRM cannot hold their values. */
function* knownFields(persons: Iterable<PersonRow>, marketo: MarketoSandbox): Generator<PersonRow> {
  const known = new Set(marketo.fields.list().map((field) => field.name));
  for (const person of persons) {
    yield Object.fromEntries(Object.entries(person).filter(([name]) => known.has(name)));
  }
}
