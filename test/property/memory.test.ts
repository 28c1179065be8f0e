import { test } from "node:test";
import { play } from "./machine";
import { playMany } from "./run";
import type { Step } from "./steps";

// Few, short and fixed histories, so that the suite is quick and says the same each time; `long.ts` takes seeds by chance.
const SEED = 20_260_310;

for (const weather of ["calm", "stormy", "lively"] as const) {
  test(`${weather} histories keep every rule, in memory`, async (t) => {
    t.diagnostic(`seed ${SEED}`);
    await playMany({ ground: "memory", weather, longest: 25, runs: 25, seed: SEED });
  });
}

/** Histories that a cycle once could not finish, at their shortest. */
const ONCE_BROKEN: readonly [string, Step[]][] = [
  [
    "a row that is restored keeps its person, although another one was merged into it meanwhile",
    [
      { do: "createRow", type: "lead", address: null, edits: [{ field: "jobtitle", value: "b" }] },
      {
        do: "createRow",
        type: "lead",
        address: null,
        edits: [
          { field: "emailaddress1", value: "empty" },
          { field: "emailaddress1", value: "fresh" },
          { field: "preferredcontactmethodcode", value: "fresh" },
        ],
      },
      { do: "createRow", type: "lead", address: 3, edits: [{ field: "jobtitle", value: "fresh" }] },
      {
        do: "createRow",
        type: "lead",
        address: 1,
        edits: [
          { field: "jobtitle", value: "fresh" },
          { field: "birthdate", value: "fresh" },
          { field: "jobtitle", value: "fresh" },
        ],
      },
      { do: "cycle" },
      { do: "removeRow", at: 5 },
      {
        do: "createRow",
        type: "lead",
        address: 1,
        edits: [
          { field: "jobtitle", value: "fresh" },
          { field: "donotphone", value: "a" },
          { field: "emailaddress1", value: "fresh" },
        ],
      },
      { do: "cycle" },
      { do: "mergePersons", at: 6, loser: 7 },
      { do: "register", address: 1, edits: [{ field: "birthdate", value: "a" }] },
      { do: "poll" },
      { do: "restoreRow", at: 1 },
    ],
  ],
  [
    "a merged lead's person is the master's, although a new contact has its address",
    [
      { do: "createRow", type: "lead", address: 0, edits: [] },
      { do: "createRow", type: "contact", address: 0, edits: [] },
      { do: "createRow", type: "lead", address: null, edits: [] },
      { do: "createRow", type: "lead", address: 2, edits: [] },
      { do: "createRow", type: "contact", address: null, edits: [] },
      { do: "cycle" },
      { do: "mergeRows", at: 7, loser: 3 },
      { do: "createRow", type: "contact", address: 2, edits: [] },
      { do: "removePerson", at: 3 },
    ],
  ],
  [
    "an edit of a column that was hidden meanwhile is no clash with a side that nobody touched",
    [
      { do: "createRow", type: "lead", address: 1, edits: [{ field: "jobtitle", value: "b" }] },
      { do: "cycle" },
      { do: "hide", field: "jobtitle", isHidden: true },
      { do: "editRow", at: 0, edits: [{ field: "donotphone", value: "fresh" }] },
      { do: "cycle" },
      { do: "editRow", at: 0, edits: [{ field: "jobtitle", value: "fresh" }] },
      { do: "cycle" },
    ],
  ],
  [
    "a value that our write replaced unseen does not come back over what was written there since then",
    [
      { do: "createRow", type: "lead", address: null, edits: [] },
      { do: "cycle" },
      { do: "late", minutes: 7 },
      { do: "editBoth", at: 0, field: "firstname", row: "fresh", person: "fresh" },
      // Every second row is late: this one makes that the next one is.
      { do: "touchPerson", at: 0 },
      { do: "cycle" },
      { do: "editPerson", at: 0, edits: [{ field: "firstname", value: "fresh" }] },
      { do: "cycle" },
    ],
  ],
  [
    "a value that comes back to a side does not take the note away of another one that does not fit there",
    [
      { do: "createRow", type: "lead", address: 2, edits: [] },
      { do: "cycle" },
      { do: "late", minutes: 2 },
      { do: "editBoth", at: 0, field: "emailaddress1", row: "long", person: "fresh" },
      { do: "cycle" },
      { do: "editPerson", at: 0, edits: [{ field: "firstname", value: "long" }] },
    ],
  ],
  [
    "a record that a campaign asked for is told as created, although the answer to its creation was lost",
    [
      { do: "cycle" },
      { do: "register", address: null, edits: [{ field: "firstname", value: "fresh" }] },
      { do: "fault", side: "dynamics", operation: "write", how: "lostAfter", skip: 0 },
      { do: "poll" },
    ],
  ],
  [
    "a request that came over to another person in a merge is answered, although no change of its field is told",
    [
      { do: "createRow", type: "lead", address: null, edits: [] },
      { do: "cycle" },
      // The survivor's creation is no news any more: what tells of it would lead to the request as well.
      { do: "advance", minutes: 30 },
      { do: "askBy", by: "field" },
      { do: "register", address: null, edits: [] },
      { do: "mergePersons", at: 0, loser: 1 },
    ],
  ],
  ...(["contact", "lead"] as const).map((type): [string, Step[]] => [
    `news of a ${type} after our own write, whose answer was lost with the cycle, is no clash with that write`,
    [
      { do: "createRow", type, address: 1, edits: [] },
      { do: "cycle" },
      { do: "editRow", at: 0, edits: [{ field: "jobtitle", value: "fresh" }] },
      { do: "fault", side: "marketo", operation: "write", how: "lostAfter", skip: 0 },
      { do: "fault", side: "marketo", operation: "read", how: "fail", skip: 0 },
      { do: "cycle" },
      { do: "editRow", at: 0, edits: [{ field: "jobtitle", value: "fresh" }] },
    ],
  ]),
];

for (const [name, steps] of ONCE_BROKEN) {
  test(name, () => play({ ground: "memory", calm: false, lively: true, steps }));
}
