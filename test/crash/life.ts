import type { FieldConfig, PairConfig } from "../../src/config/pairFile";
import type { Scenario, ScenarioHands } from "./scenario";

/** How campaigns of the scenario ask for records. */
type RequestKind = "list" | "field";

/** The first static list of an instance. */
const LIST_ID = 1001;
const FABRIKAM = "aaaaaaaa-0000-4000-8000-000000000001";
const CONTOSO = "aaaaaaaa-0000-4000-8000-000000000002";

/**
 * One cycle with every event in the life of a record; requests of campaigns come by a list in the cycle, or by a field in
 * real time before it. With the field goes a failing record.
 */
export function lifeScenario(kind: RequestKind): Scenario {
  return {
    name: `the whole life of records, asked for by a ${kind}`,
    configure: (config, hands) => configure(config, hands, kind),
    records,
    synced: true,
    history: [
      (hands) => {
        hands.editRow("contact", "flips", { jobtitle: "CEO" });
        hands.editRow("lead", "qualified-late", { statecode: 1, statuscode: 3 });
        hands.mergePersons("taken-from", "takes");
      },
      (hands) => hands.editPerson("flips", { title: "ceo" }),
      (hands) => hands.editRow("contact", "flips", { jobtitle: "CEO" }),
    ],
    answers: [{ tag: "takes", answer: () => ({ kind: "take" }) }],
    edits: (hands) => everyEvent(hands, kind),
    ...(kind === "field" && { polls: true }),
  };
}

function configure(
  { recordTypes, marketo, policies }: PairConfig,
  { sandbox }: ScenarioHands,
  kind: RequestKind,
): void {
  const owner: FieldConfig = {
    column: "ownerid",
    field: "department",
    direction: "toMarketo",
    enabled: true,
  };
  recordTypes.contact!.fields = [...recordTypes.contact!.fields!, owner];
  recordTypes.contact!.filter = { column: "new_synctomkto", onLeave: "freeze" };
  // Nearly every record of these small orgs has news at once, which is no accident here.
  for (const brake of Object.values(policies.brakes)) brake.percent = 100;
  marketo.activityLog = true;
  marketo.request = {
    ...(kind === "list" ? { listId: LIST_ID } : { field: "syncToDynamics" }),
    pollSeconds: 30,
    syncAs: "contact",
    // Switched off on the way: the records fall to the sync user, and the log says so.
    assignTo: formerColleague(sandbox),
  };
}

function formerColleague({ dataset }: ScenarioHands["sandbox"]): string {
  return dataset.owners.users.find((user) => user.isdisabled)!.systemuserid;
}

const LEADS = ["lead", "qualified", "qualified-late", "qualified-by-email", "disqualified"];
const CONTACTS = [
  "merge-winner",
  "merge-loser",
  "merge-heir-loser",
  "person-merged",
  "both-linked",
  "both-linked-too",
  "taken-from",
  "takes",
  "row-deleted",
  "person-deleted",
  "person-deleted-row-changed",
  "leaves",
  "leaves-and-changes",
  "refused",
  "does-not-fit",
  "fails",
  "flips",
  "changes-owner",
];

function records(hands: ScenarioHands): void {
  const { dynamics, marketo, salesUserId } = hands.sandbox;
  dynamics.create("account", { accountid: FABRIKAM, name: "Fabrikam" }, salesUserId);
  dynamics.create("account", { accountid: CONTOSO, name: "Contoso" }, salesUserId);
  for (const tag of LEADS) hands.row("lead", tag, { jobtitle: "Clerk", subject: "Wants one" });
  for (const tag of CONTACTS) {
    hands.row("contact", tag, { jobtitle: "Clerk", parentcustomerid: FABRIKAM });
  }
  for (const tag of ["enters", "merge-heir"]) hands.row("contact", tag, { new_synctomkto: false });
  hands.person("merged-into", { phone: "5" });
  marketo.createList("Sync to CRM");
  for (const tag of ["asks", "asks-in-vain", "asks-without-address"]) hands.person(tag);
  hands.editPerson("asks-without-address", { email: null });
  hands.editPerson("asks-in-vain", { lastName: "x".repeat(51) });
}

function everyEvent(hands: ScenarioHands, kind: RequestKind): void {
  leadEvents(hands);
  mergeEvents(hands);
  deletesAndFilter(hands);
  refusals(hands);
  hands.editPerson("fails", { title: "Unlucky" });
  if (kind === "field") failure(hands);
  hands.editPerson("flips", { title: "ceo" });
  const { users } = hands.sandbox.dataset.owners;
  const newOwner = { ownerid: users[1]!.systemuserid, parentcustomerid: CONTOSO };
  hands.editRow("contact", "changes-owner", newOwner);
  hands.row("contact", "new-row", { jobtitle: "Buyer", parentcustomerid: CONTOSO });
  ask(hands, kind);
}

function leadEvents(hands: ScenarioHands): void {
  hands.editPerson("lead", { title: "Buyer" });
  hands.editRow("lead", "lead", { jobtitle: "Seller", telephone1: "1" });
  hands.row("lead", "new-lead", { jobtitle: "Buyer" });
  hands.editPerson("qualified", { phone: "2" });
  hands.qualify("qualified");
  // Closed in an earlier delta; its contact comes now.
  const originatingleadid = hands.rowId("lead", "qualified-late");
  hands.row("contact", "qualified-late", { originatingleadid });
  hands.editRow("lead", "qualified-by-email", { statecode: 1, statuscode: 3 });
  hands.row("contact", "qualified-by-email", { jobtitle: "Buyer" });
  hands.editRow("lead", "disqualified", { statecode: 2, statuscode: 4 });
}

function mergeEvents(hands: ScenarioHands): void {
  hands.mergeRows("merge-winner", "merge-loser");
  // The survivor has no person yet.
  hands.editRow("contact", "merge-heir", { new_synctomkto: true });
  hands.mergeRows("merge-heir", "merge-heir-loser");
  hands.mergePersons("merged-into", "person-merged");
  hands.mergePersons("both-linked", "both-linked-too");
}

function deletesAndFilter(hands: ScenarioHands): void {
  hands.removeRow("row-deleted");
  hands.removePerson("person-deleted");
  hands.removePerson("person-deleted-row-changed");
  hands.editRow("contact", "person-deleted-row-changed", { jobtitle: "Buyer" });
  hands.editRow("contact", "leaves", { new_synctomkto: false });
  hands.editRow("contact", "leaves-and-changes", { new_synctomkto: false, jobtitle: "Buyer" });
  hands.editPerson("leaves-and-changes", { phone: "3" });
  hands.editRow("contact", "enters", { new_synctomkto: true });
}

function refusals(hands: ScenarioHands): void {
  hands.forbidJobTitle("King");
  hands.editPerson("refused", { title: "King" });
  hands.editPerson("does-not-fit", { title: "x".repeat(101), phone: "4" });
}

/** Dynamics never takes a batch with this record in it; the others of the batch go with the next cycle. */
function failure({ sandbox }: ScenarioHands): void {
  sandbox.faults.add({
    server: "dynamics",
    method: "POST",
    path: "\\$batch",
    body: "Unlucky",
    times: 1000,
    action: { kind: "respond", status: 503 },
  });
}

/** Two new persons, one that Dynamics cannot take, one that is there already. */
function ask(hands: ScenarioHands, kind: RequestKind): void {
  for (const tag of ["asks", "asks-in-vain", "asks-without-address", "lead"]) {
    const id = hands.personId(tag);
    if (kind === "list") hands.sandbox.marketo.addToList(LIST_ID, [id]);
    else hands.sandbox.marketo.setRequest(id);
  }
}
