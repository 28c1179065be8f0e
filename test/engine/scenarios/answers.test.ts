import assert from "node:assert/strict";
import { test } from "node:test";
import { answerQuestion, questionsOf } from "../../../src/engine/answers";
import type { Answer } from "../../../src/model/answer";
import { ContactSyncError } from "../../../src/model/failure";
import { openSandboxPair, type SandboxPair } from "../../support/enginePair";
import { playAll, type Story } from "./story";

const WHY = { by: "Ada", because: "I asked them." };

async function answer(story: Story, name: string, given: Answer): Promise<void> {
  const { state, clock, config } = story.pair;
  const request = {
    recordType: "contact",
    dynamicsId: story.id(name),
    answer: given,
    ...WHY,
  } as const;
  await answerQuestion(state, request, { pair: config.id, now: clock.now() });
}

/** Ann and Bob each have a person; a marketer merges Bob's into Ann's. */
function mergedPersons(story: Story): void {
  story.contact("Ann");
  story.contact("Bob");
}

const HELD =
  "contact Bob P2: conflicted merge-held [P2 was merged into P1 in Marketo. contact Ann stays linked to P1; contact Bob is held and does not sync. Merge the two records in Dynamics, delete contact Bob, or answer which of the two has the person.]";
const SAME = { lastName: "Two", email: "two@web.test" };
const AMBIGUOUS =
  "contact Two -: conflicted ambiguous-match [Persons 1, 2 match 1 record; merge the duplicates, give them different e-mail addresses, or answer which one it is.]";

playAll([
  {
    name: "a held merge, answered: the held record takes the person, the other one gets its own",
    start: mergedPersons,
    chapters: [
      { events: (story) => story.mergePersons("P1", "P2"), log: [HELD] },
      {
        events: (story) => answer(story, "Bob", { kind: "take" }),
        log: [
          "contact Bob P2: skipped answered [Ada answered: the record takes P1 over from contact Ann. Reason given: I asked them.]",
          "contact Ann P1: applied answered",
          "contact Bob P2: applied merged-in-marketo",
          "contact Bob P1: applied merged-in-marketo",
          "contact Bob P1: applied merged-in-marketo lastname>dynamics=Ann emailaddress1>dynamics=ann@web.test",
        ],
      },
      {
        events: (story) => story.edit("Ann", { jobtitle: "Boss" }),
        log: [
          "contact Ann P3: applied created-from-dynamics lastname>marketo=Ann emailaddress1>marketo=ann@web.test jobtitle>marketo=Boss statecode>marketo=0",
        ],
      },
    ],
    end: [
      "contact Bob = P1 active",
      "contact Ann = P3 active",
      "P1: Ann - - Active, contact Bob",
      "P3: Ann Boss - Active, contact Ann",
    ],
  },
  {
    name: "a held merge, answered: the other record keeps the person",
    start: mergedPersons,
    chapters: [
      { events: (story) => story.mergePersons("P1", "P2"), log: [HELD] },
      {
        events: (story) => answer(story, "Bob", { kind: "leave" }),
        log: [
          "contact Bob P2: skipped answered [Ada answered: P1 stays with contact Ann. Reason given: I asked them.]",
          "contact Bob P2: applied answered",
        ],
      },
      {
        // Nobody holds the record any more: its next change makes a person of its own.
        events: (story) => story.edit("Bob", { jobtitle: "Boss" }),
        log: [
          "contact Bob P3: applied created-from-dynamics lastname>marketo=Bob emailaddress1>marketo=bob@web.test jobtitle>marketo=Boss statecode>marketo=0",
        ],
      },
    ],
    end: [
      "contact Ann = P1 active",
      "contact Bob = P3 active",
      "P1: Ann - - Active, contact Ann",
      "P3: Bob Boss - Active, contact Bob",
    ],
  },
  {
    name: "B-20: an ambiguous match, answered with the person that is meant",
    start: (story) => {
      story.person({ ...SAME, title: "Wrong" });
      story.person({ ...SAME, phone: "1" });
    },
    chapters: [
      { events: (story) => story.contact("Two"), log: [AMBIGUOUS] },
      {
        events: (story) => answer(story, "Two", { kind: "match", personId: story.personId("P2") }),
        log: [
          "contact Two P2: skipped answered [Ada answered: the record belongs to P2. Reason given: I asked them.]",
          "contact Two P2: applied answered statecode>marketo=0",
          "contact Two P2: applied answered telephone1>dynamics=1",
        ],
      },
    ],
    end: ["contact Two = P2 active", "P1: Two Wrong - -, - -", "P2: Two - 1 Active, contact Two"],
  },
  {
    name: "B-20: an ambiguous match, answered with none of them",
    start: (story) => {
      story.person(SAME);
      story.person(SAME);
    },
    chapters: [
      { events: (story) => story.contact("Two"), log: [AMBIGUOUS] },
      {
        events: (story) => answer(story, "Two", { kind: "new" }),
        log: [
          "contact Two -: skipped answered [Ada answered: the record is none of the persons 1, 2; it gets a new one. Reason given: I asked them.]",
          "contact Two P3: applied created-from-dynamics lastname>marketo=Two emailaddress1>marketo=two@web.test statecode>marketo=0",
        ],
      },
    ],
    end: [
      "contact Two = P3 active",
      "P1: Two - - -, - -",
      "P2: Two - - -, - -",
      "P3: Two - - Active, contact Two",
    ],
  },
  {
    name: "two records that want one person, answered for one: the other gets its own in the same cycle",
    start: (story) => void story.person(SAME),
    chapters: [
      {
        events: (story) => {
          story.contact("Two");
          story.contact("Too", { emailaddress1: "two@web.test" });
        },
        log: ["Two", "Too"].map(
          (name) =>
            `contact ${name} -: conflicted ambiguous-match [P1 matches 2 records; merge the duplicates, give them different e-mail addresses, or answer which one it is.]`,
        ),
      },
      {
        events: (story) => answer(story, "Too", { kind: "match", personId: story.personId("P1") }),
        log: [
          "contact Too P1: skipped answered [Ada answered: the record belongs to P1. Reason given: I asked them.]",
          "contact Two P2: applied created-from-dynamics lastname>marketo=Two emailaddress1>marketo=two@web.test statecode>marketo=0",
          "contact Too P1: conflicted clash-dynamics-wins lastname>marketo=Too (lost Two) statecode>marketo=0",
        ],
      },
    ],
    end: [
      "contact Too = P1 active",
      "contact Two = P2 active",
      "P1: Too - - Active, contact Too",
      "P2: Two - - Active, contact Two",
    ],
  },
]);

/** A contact whose two persons have one address, after the cycle that asked. */
async function askedPair(): Promise<SandboxPair & { contact: string; persons: number[] }> {
  const pair = await openSandboxPair({ sandbox: { leads: 0 } });
  const persons = [SAME, SAME].map((values) => pair.sandbox.marketo.create(values));
  const values = { lastname: "Two", emailaddress1: SAME.email };
  const contact = pair.sandbox.dynamics.create("contact", values, pair.sandbox.salesUserId);
  await pair.run();
  return Object.assign(pair, { contact, persons });
}

test("an answer that does not fit the question is refused and changes nothing", async () => {
  const pair = await askedPair();
  const { state, contact, persons } = pair;
  const give = async (given: Answer, dynamicsId = contact): Promise<string> => {
    const request = { recordType: "contact", dynamicsId, answer: given, ...WHY } as const;
    try {
      await answerQuestion(state, request, { pair: pair.config.id, now: pair.clock.now() });
      return "accepted";
    } catch (error) {
      assert.ok(error instanceof ContactSyncError);
      return `${error.code} ${error.message}`;
    }
  };
  try {
    const before = pair.activities().length;
    const [question, ...more] = questionsOf(state);
    const { kind, personIds, other, answer: given } = question!;
    assert.deepEqual([kind, personIds, other, given, more], ["ambiguous", persons, null, null, []]);
    assert.equal(
      await give({ kind: "match", personId: 77 }),
      `CS-ARGUMENT Person 77 is none of those in question (${persons.join(", ")}).`,
    );
    assert.equal(
      await give({ kind: "take" }),
      `CS-ARGUMENT contact ${contact} needs the person that it belongs to, or that it is a new one.`,
    );
    const nobody = "aaaaaaaa-0000-4000-8000-000000000009";
    assert.equal(
      await give({ kind: "new" }, nobody),
      `CS-ARGUMENT Nothing is asked about contact ${nobody}.`,
    );
    assert.deepEqual([pair.activities().length, questionsOf(state)[0]?.answer], [before, null]);
    assert.equal(await give({ kind: "match", personId: persons[0]! }), "accepted");
    assert.deepEqual(questionsOf(state)[0]?.answer, { kind: "match", personId: persons[0] });
    assert.equal(state.countLinks("contact"), 0, "the answer alone writes nothing");
    pair.clock.advance(300_000);
    await pair.run();
    assert.deepEqual([state.countLinks("contact"), questionsOf(state)], [1, []]);
    assert.equal(state.checkpoint("answers"), null, "nothing of it is left in the state");
  } finally {
    await pair.close();
  }
});

test("an answer that cannot be carried out any more is told, and the question stays", async () => {
  const pair = await askedPair();
  const { state, contact, persons } = pair;
  try {
    const given = { kind: "match", personId: persons[1]! } as const;
    const request = { recordType: "contact", dynamicsId: contact, answer: given, ...WHY } as const;
    await answerQuestion(state, request, { pair: pair.config.id, now: pair.clock.now() });
    pair.sandbox.marketo.remove(persons[1]!);
    pair.sandbox.marketo.create(SAME);
    pair.clock.advance(300_000);
    assert.equal((await pair.run()).error, null);
    const told = pair.events.flatMap((event) => (event.type === "warning" ? [event] : []));
    assert.match(
      told.find(({ code }) => code === "CS-ANSWERED")?.message ?? "",
      new RegExp(
        `^The answer about contact ${contact} cannot be carried out: person ${persons[1]} is gone`,
      ),
    );
    assert.equal(state.countLinks("contact"), 0);
    assert.equal(questionsOf(state).length, 1);
  } finally {
    await pair.close();
  }
});
