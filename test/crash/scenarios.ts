import { lifeScenario } from "./life";
import type { Scenario, ScenarioHands } from "./scenario";

const CONTACTS = [
  "quiet",
  "row-changed",
  "person-changed",
  "both-changed",
  "clash",
  "same-change",
  "row-deleted",
  "person-deleted",
  "person-deleted-row-changed",
  "does-not-fit",
  "refused-by-plugin",
  "refused-by-marketo",
];

function everyone(hands: ScenarioHands): void {
  for (const tag of CONTACTS) hands.row("contact", tag, { jobtitle: "Clerk" });
  for (const tag of ["lead-clash", "lead-changed"]) hands.row("lead", tag, { jobtitle: "Clerk" });
  hands.person("marketo-only");
}

/** One edit of every kind, on both sides. */
function everything(hands: ScenarioHands): void {
  hands.editRow("contact", "row-changed", { jobtitle: "Buyer", telephone1: "1" });
  hands.editPerson("person-changed", { title: "Buyer", phone: "2" });
  hands.editRow("contact", "both-changed", { jobtitle: "Buyer" });
  hands.editPerson("both-changed", { phone: "3" });
  hands.editRow("contact", "clash", { jobtitle: "Seller", telephone1: "4" });
  hands.editPerson("clash", { title: "Buyer", mobilePhone: "5" });
  hands.editRow("contact", "same-change", { jobtitle: "Buyer" });
  hands.editPerson("same-change", { title: "Buyer" });
  hands.removeRow("row-deleted");
  hands.removePerson("person-deleted");
  hands.removePerson("person-deleted-row-changed");
  hands.editRow("contact", "person-deleted-row-changed", { jobtitle: "Buyer" });
  hands.editPerson("does-not-fit", { title: "x".repeat(101), phone: "6" });
  hands.forbidJobTitle("King");
  hands.editPerson("refused-by-plugin", { title: "King" });
  hands.editRow("contact", "refused-by-marketo", { emailaddress1: "ärger@fabrikam.test" });
  hands.editRow("lead", "lead-clash", { jobtitle: "Seller", telephone1: "7" });
  hands.editPerson("lead-clash", { title: "Buyer" });
  hands.editPerson("lead-changed", { title: "Buyer" });
  newcomers(hands);
}

/** Rows that are not linked yet: nobody, one or two persons fit. */
function newcomers(hands: ScenarioHands): void {
  hands.row("contact", "new-row", { jobtitle: "Buyer", telephone1: "8" });
  hands.row("lead", "new-lead", { jobtitle: "Buyer" });
  hands.row("contact", "by-email", { jobtitle: "Buyer", telephone1: "9" });
  hands.person("by-email", { title: "Seller", mobilePhone: "10" });
  hands.row("contact", "two-persons", { jobtitle: "Buyer" });
  hands.person("two-persons", { firstName: "Bea" });
  hands.person("two-persons", { firstName: "Cleo" });
}

const WRITES = { method: "POST", times: 1 } as const;
const DYNAMICS_WRITES = { ...WRITES, server: "dynamics", path: "\\$batch", body: "PATCH" } as const;
const MARKETO_WRITES = {
  ...WRITES,
  server: "marketo",
  path: "^/rest/v1/leads\\.json",
  body: '"input"',
} as const;

function lostAnswers({ sandbox }: ScenarioHands): void {
  sandbox.faults.add({ ...DYNAMICS_WRITES, action: { kind: "respondAfterCommit", status: 502 } });
  const body = JSON.stringify({
    requestId: "1",
    success: false,
    errors: [{ code: "604", message: "Request timed out" }],
  });
  const answer = { kind: "respondAfterCommit", status: 200, body } as const;
  sandbox.faults.add({ ...MARKETO_WRITES, action: answer });
}

/** Neither side takes a write as long as the cycle lasts. */
function outage({ sandbox }: ScenarioHands): void {
  const times = 1000;
  const action = { kind: "respond", status: 503 } as const;
  sandbox.faults.add({ ...DYNAMICS_WRITES, times, action });
  sandbox.faults.add({ ...MARKETO_WRITES, times, action });
}

/** Persons that a user asks a contact for: one that can be found by e-mail, one that cannot. */
function askedFor(hands: ScenarioHands): void {
  everyone(hands);
  hands.person("asked-for", { phone: "11" });
  hands.person("no-address", { phone: "12", email: null });
}

function everythingWithLostAnswers(hands: ScenarioHands): void {
  everything(hands);
  lostAnswers(hands);
}

function everythingInAnOutage(hands: ScenarioHands): void {
  everything(hands);
  outage(hands);
}

/** The same edits with more or less luck: the orgs end up the same. */
export const EVERYTHING: readonly Scenario["edits"][] = [
  everything,
  everythingWithLostAnswers,
  everythingInAnOutage,
];

const nothing = (): void => undefined;

/** Three contacts became one in Dynamics; their persons are to go one into the other. */
const MERGED_PERSONS: Scenario = {
  name: "persons of merged contacts are merged, as a human answered",
  isMain: true,
  records: (hands) => {
    hands.row("contact", "stays", { jobtitle: "Clerk" });
    hands.row("contact", "goes", { telephone1: "1" });
    hands.row("contact", "goes-too", { telephone2: "2" });
  },
  synced: true,
  history: [
    (hands) => {
      hands.mergeRows("stays", "goes");
      hands.mergeRows("stays", "goes-too");
    },
  ],
  answers: [
    // One goes into the person of the record; that one goes into the other one.
    { tag: "goes", answer: (hands) => ({ kind: "keep", personId: hands.personId("stays") }) },
    {
      tag: "goes-too",
      answer: (hands) => ({ kind: "keep", personId: hands.personId("goes-too") }),
    },
  ],
  edits: (hands) => hands.editRow("contact", "stays", { mobilephone: "3" }),
};

export const SCENARIOS: readonly Scenario[] = [
  {
    name: "the first sync",
    records: everyone,
    synced: false,
    edits: newcomers,
  },
  {
    name: "a cycle with everything in it",
    isMain: true,
    records: everyone,
    synced: true,
    edits: everything,
  },
  {
    name: "a cycle whose answers get lost on both sides",
    records: everyone,
    synced: true,
    edits: everythingWithLostAnswers,
  },
  {
    name: "a cycle that fails on both sides",
    records: everyone,
    synced: true,
    edits: everythingInAnOutage,
  },
  MERGED_PERSONS,
  {
    name: "a person whose own record was deleted before takes another one's place",
    isMain: true,
    records: (hands) => {
      for (const tag of ["goes", "stays", "quiet"])
        hands.row("contact", tag, { jobtitle: "Clerk" });
    },
    synced: true,
    history: [(hands) => hands.removeRow("goes")],
    edits: (hands) => hands.mergePersons("goes", "stays"),
  },
  lifeScenario("list"),
  lifeScenario("field"),
  ...["asked-for", "no-address"].flatMap((tag) =>
    [false, true].map((cyclesFirst): Scenario => ({
      name: `create-contact for ${tag}, then ${cyclesFirst ? "cycles and the command" : "the command and cycles"}`,
      records: askedFor,
      synced: true,
      edits: nothing,
      createFrom: { tag, cyclesFirst },
    })),
  ),
];

/** More chunks than lanes: each lane takes several, and the later ones are cut from what the first decided. */
const MANY = 1900;

/** Scenarios that take too long for every day; the long form tries them. */
export const LONG_SCENARIOS: readonly Scenario[] = [
  {
    name: "the first sync of many chunks",
    records: (hands) => {
      for (let at = 0; at < MANY; at++) hands.row("contact", `many-${at}`, { jobtitle: "Clerk" });
      // The clash rule decides on these at first contact.
      for (let at = 0; at < MANY; at += 10) hands.person(`many-${at}`, { title: "Buyer" });
    },
    synced: false,
    edits: nothing,
  },
];
