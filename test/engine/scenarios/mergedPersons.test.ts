import assert from "node:assert/strict";
import { test } from "node:test";
import { answerQuestion, questionsOf } from "../../../src/engine/answers";
import { retryFailed } from "../../../src/engine/retryFailed";
import type { Answer } from "../../../src/model/answer";
import type { FaultAction } from "../../../src/sandbox/kernel/faults";
import { openSandboxPair } from "../../support/enginePair";
import { playAll, Story, useSmallMap, type Chapter } from "./story";

const WHY = { by: "Ada", because: "I asked them." };

/** Answers what is asked about a merged contact. */
async function answer(story: Story, name: string, given: Answer): Promise<void> {
  const { state, clock, config } = story.pair;
  const recordType = "contact";
  const request = { recordType, dynamicsId: story.id(name), answer: given, ...WHY } as const;
  await answerQuestion(state, request, { pair: config.id, now: clock.now() });
}

const keep = (story: Story, person: string) =>
  answer(story, "Bob", { kind: "keep", personId: story.personId(person) });

/** Ann and Bob each have a person; Bob's says more. */
function twoHumans(story: Story): void {
  story.contact("Ann");
  story.contact("Bob", { jobtitle: "Clerk" });
}

const asked = (event: string, who: string, whom: string, linked: string, left: string) =>
  `${who} ${left}: conflicted ${event === "merged" ? "merged-in-dynamics" : "qualified"} [The ${who} was ${event} into ${whom}, which has ${linked}. ${left} was left as it is and does not sync any more. If both are the same human, answer which person stays, so that the other one is merged into it, or merge them in Marketo.]`;
const ASKED = asked("merged", "contact Bob", "contact Ann", "P1", "P2");
const said = (words: string) =>
  `contact Bob P2: skipped answered [Ada answered: ${words} Reason given: I asked them.]`;
const KEEP_1 = said("P1 stays, and P2 is merged into it.");
const KEEP_2 = said("P2 stays, and P1 is merged into it.");
const DONE = "contact Bob P2: applied answered [P2 was merged into P1.]";
const GAP_FILLED = "contact Ann P1: applied changed-in-marketo jobtitle>dynamics=Clerk";
/** The cycle after the merge, in which nothing else happens. */
const gapFills: Chapter = { events: () => undefined, log: [GAP_FILLED] };
const ONE_ANN = ["contact Ann = P1 active", "P1: Ann Clerk - Active, contact Ann"];

const mergeRows: Chapter = { events: (story) => story.merge("Ann", "Bob"), log: [ASKED] };

/** How the next merge of persons is answered. */
function fault(story: Story, action: FaultAction, times = 1): void {
  const path = "^/rest/v1/leads/\\d+/merge\\.json";
  story.pair.sandbox.faults.add({ server: "marketo", method: "POST", path, times, action });
}

const refusal = (code: string, message: string): FaultAction => ({
  kind: "respond",
  status: 200,
  body: JSON.stringify({ requestId: "a#1", success: false, errors: [{ code, message }] }),
});

playAll([
  {
    name: "B-44: both have a person, answered: the survivor's person stays, and what it lacked reaches the row",
    start: twoHumans,
    chapters: [
      mergeRows,
      {
        events: (story) => keep(story, "P1"),
        log: [KEEP_1, DONE],
        // Two looks at tables; three feeds, both persons, the merge.
        calls: [2, 5],
      },
      gapFills,
    ],
    end: ONE_ANN,
  },
  {
    name: "B-44: the same, and the other person stays: the survivor's link goes over to it",
    start: twoHumans,
    chapters: [
      mergeRows,
      {
        events: (story) => keep(story, "P2"),
        log: [KEEP_2, "contact Bob P2: applied answered [P1 was merged into P2.]"],
      },
      {
        events: () => undefined,
        log: [
          "contact Ann P1: applied merged-in-marketo",
          "contact Ann P2: applied merged-in-marketo",
          "contact Ann P2: applied merged-in-marketo lastname>dynamics=Bob emailaddress1>dynamics=bob@web.test jobtitle>dynamics=Clerk",
        ],
      },
    ],
    end: ["contact Ann = P2 active", "P2: Bob Clerk - Active, contact Ann"],
  },
  {
    name: "B-44: the same, and both are left",
    start: twoHumans,
    chapters: [
      mergeRows,
      {
        events: (story) => answer(story, "Bob", { kind: "leave" }),
        log: [said("both persons stay as they are."), "contact Bob P2: applied answered"],
      },
      {
        events: (story) => {
          story.edit("Bob", { jobtitle: "Ghost" });
          story.editPerson("P2", { title: "Nobody" });
        },
        log: [],
      },
    ],
    end: [
      "contact Ann = P1 active",
      "P1: Ann - - Active, contact Ann",
      "P2: Bob Nobody - Active, contact Bob",
    ],
  },
  {
    name: "an edit of the merged row does not end the question",
    start: twoHumans,
    chapters: [
      mergeRows,
      { events: (story) => story.edit("Bob", { jobtitle: "Ghost" }), log: [], calls: [2, 3] },
      { events: (story) => story.remove("Bob"), log: [] },
      { events: (story) => keep(story, "P1"), log: [KEEP_1, DONE] },
      gapFills,
    ],
    end: ONE_ANN,
  },
  {
    name: "a qualified lead whose contact has a person: both are asked about, and one stays",
    start: (story) => {
      story.lead("Lea", { jobtitle: "Clerk" });
      story.contact("Ann");
    },
    chapters: [
      {
        events: (story) =>
          story.edit("Lea", { statecode: 1, statuscode: 3, parentcontactid: story.id("Ann") }),
        log: [asked("qualified", "lead Lea", "contact Ann", "P1", "P2")],
      },
      {
        events: async (story) => {
          const { state, clock, config } = story.pair;
          const given = { kind: "keep", personId: story.personId("P1") } as const;
          const request = {
            recordType: "lead",
            dynamicsId: story.id("Lea"),
            answer: given,
          } as const;
          await answerQuestion(
            state,
            { ...request, ...WHY },
            { pair: config.id, now: clock.now() },
          );
        },
        log: [
          "lead Lea P2: skipped answered [Ada answered: P1 stays, and P2 is merged into it. Reason given: I asked them.]",
          "lead Lea P2: applied answered [P2 was merged into P1.]",
        ],
      },
      gapFills,
    ],
    end: ONE_ANN,
  },
  {
    name: "the answer to the merge is lost after it was carried out: the persons tell so in the same cycle",
    start: twoHumans,
    chapters: [
      mergeRows,
      {
        events: async (story) => {
          await keep(story, "P1");
          fault(story, { kind: "respondAfterCommit", status: 502 });
        },
        log: [KEEP_1, DONE],
        calls: [2, 6],
      },
      gapFills,
    ],
    end: ONE_ANN,
  },
  {
    name: "the call is lost before it was carried out: the next cycle looks first and then merges",
    start: twoHumans,
    chapters: [
      mergeRows,
      {
        events: async (story) => {
          await keep(story, "P1");
          fault(story, { kind: "respond", status: 502 });
        },
        log: [
          KEEP_1,
          "contact Bob P2: failed failed-call [Marketo answered with HTTP status 502.]",
        ],
      },
      { events: () => undefined, log: [DONE] },
      gapFills,
    ],
    end: ONE_ANN,
  },
  {
    name: "Marketo refuses the merge: its own message is told, and the question is open again",
    start: twoHumans,
    chapters: [
      mergeRows,
      {
        events: async (story) => {
          await keep(story, "P1");
          fault(story, refusal("1077", "Merge failed due to field length"));
        },
        log: [
          KEEP_1,
          "contact Bob P2: refused refused-by-marketo [Merge failed due to field length]",
        ],
      },
      { events: () => undefined, log: [], calls: [2, 3] },
      { events: (story) => keep(story, "P1"), log: [KEEP_1, DONE] },
      gapFills,
    ],
    end: ONE_ANN,
  },
  {
    name: "a person was deleted before the answer was carried out: nothing is merged, and nothing is left to ask",
    start: twoHumans,
    chapters: [
      mergeRows,
      {
        events: async (story) => {
          await keep(story, "P1");
          story.removePerson("P2");
        },
        log: [
          KEEP_1,
          "contact Bob P2: applied deleted-in-marketo [P2 was deleted in Marketo; nothing is left to ask.]",
        ],
      },
    ],
    end: ["contact Ann = P1 active", "P1: Ann - - Active, contact Ann"],
  },
  {
    name: "without an answer: a marketer merges the persons, which is one",
    start: twoHumans,
    chapters: [
      mergeRows,
      {
        events: (story) => story.mergePersons("P1", "P2"),
        log: [
          "contact Bob P2: applied merged-in-marketo [P2 was merged into P1 in Marketo; nothing is left to ask.]",
          GAP_FILLED,
        ],
      },
    ],
    end: ONE_ANN,
  },
  {
    name: "the linked person went into a third one before the answer was carried out: it is asked about that one",
    start: twoHumans,
    chapters: [
      mergeRows,
      {
        events: async (story) => {
          await keep(story, "P1");
          story.person({ lastName: "Third", email: "third@web.test" });
          story.mergePersons("P3", "P1");
        },
        log: [
          KEEP_1,
          "contact Ann P1: applied merged-in-marketo",
          asked("merged", "contact Bob", "contact Ann", "P3", "P2"),
          "contact Ann P3: applied merged-in-marketo",
          "contact Ann P3: applied merged-in-marketo lastname>dynamics=Third emailaddress1>dynamics=third@web.test",
        ],
      },
      {
        events: (story) => keep(story, "P3"),
        log: [
          said("P3 stays, and P2 is merged into it."),
          "contact Bob P2: applied answered [P2 was merged into P3.]",
        ],
      },
      {
        events: () => undefined,
        log: ["contact Ann P3: applied changed-in-marketo jobtitle>dynamics=Clerk"],
      },
    ],
    end: ["contact Ann = P3 active", "P3: Third Clerk - Active, contact Ann"],
  },
  {
    name: "three rows became one: the persons go one into the other, in the order in which they must",
    start: (story) => {
      twoHumans(story);
      story.contact("Cyd", { telephone1: "3" });
    },
    chapters: [
      mergeRows,
      {
        events: (story) => story.merge("Cyd", "Ann"),
        log: [asked("merged", "contact Ann", "contact Cyd", "P3", "P1")],
      },
      {
        events: async (story) => {
          await answer(story, "Ann", { kind: "keep", personId: story.personId("P3") });
          await keep(story, "P1");
        },
        log: [
          "contact Ann P1: skipped answered [Ada answered: P3 stays, and P1 is merged into it. Reason given: I asked them.]",
          KEEP_1,
          DONE,
          "contact Ann P1: applied answered [P1 was merged into P3.]",
        ],
      },
      {
        events: () => undefined,
        log: ["contact Cyd P3: applied changed-in-marketo jobtitle>dynamics=Clerk"],
      },
    ],
    end: ["contact Cyd = P3 active", "P3: Cyd Clerk 3 Active, contact Cyd"],
  },
]);

test("the question about two persons: what is asked, what fits, and what the preview shows", async () => {
  const pair = await openSandboxPair({ configure: useSmallMap });
  const story = new Story(pair);
  try {
    twoHumans(story);
    await story.cycle();
    await story.merge("Ann", "Bob");
    await story.cycle();
    const [question] = questionsOf(pair.state);
    const { kind, dynamicsId, personIds, other } = question!;
    assert.deepEqual(
      [kind, dynamicsId, personIds, other],
      ["persons", story.id("Bob"), [1, 2], { recordType: "contact", dynamicsId: story.id("Ann") }],
    );
    const wrong: [Answer, string][] = [
      [{ kind: "take" }, "needs the person that stays, or that both stay as they are."],
      [{ kind: "keep", personId: 9 }, "Person 9 is none of those in question (1, 2)."],
    ];
    for (const [given, message] of wrong) {
      await assert.rejects(answer(story, "Bob", given), ({ message: text }: Error) =>
        text.endsWith(message),
      );
    }
    assert.equal(await retryFailed(pair.state, pair.clock.now()), 0, "a question has no delay");
    await keep(story, "P1");
    const { sample, counts } = await pair.preview();
    const shown = sample.map(({ action, dynamicsId: id, reason }) => [action, id, reason]);
    assert.deepEqual(shown, [["merge", story.id("Bob"), "answered"]]);
    assert.deepEqual([counts.deleted, counts.updated.marketo], [1, 1]);
    assert.equal(pair.sandbox.marketo.count(), 2, "a preview writes nothing");
    await story.cycle();
    assert.deepEqual([questionsOf(pair.state), pair.state.checkpoint("answers")], [[], null]);
    assert.equal(pair.state.openIntents().length, 0);
  } finally {
    await pair.close();
  }
});
