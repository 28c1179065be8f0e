import assert from "node:assert/strict";
import { test } from "node:test";
import { answerChoices } from "../../../src/host/answerChoices";
import type { Question } from "../../../src/protocol/questions";

const HELD_ID = "aaaaaaaa-0000-4000-8000-000000000001";
const OTHER_ID = "aaaaaaaa-0000-4000-8000-000000000002";

const question = (facts: Pick<Question, "kind" | "personIds" | "other">): Question => ({
  recordType: "contact",
  dynamicsId: HELD_ID,
  code: "CS-AMBIGUOUS",
  message: "Who is it?",
  since: "2026-03-10T12:00:00Z",
  answer: null,
  ...facts,
});

test("an ambiguous match offers each person, and none of them", () => {
  const choices = answerChoices(question({ kind: "ambiguous", personIds: [7, 9], other: null }));
  assert.deepEqual(
    choices.map(({ label, answer }) => [label, answer]),
    [
      ["Person 7", { kind: "match", personId: 7 }],
      ["Person 9", { kind: "match", personId: 9 }],
      ["None of them", { kind: "new" }],
    ],
  );
});

test("two persons of merged records: either can stay, for good, or both", () => {
  const other = { recordType: "contact", dynamicsId: OTHER_ID } as const;
  const choices = answerChoices(question({ kind: "persons", personIds: [7, 9], other }));
  assert.deepEqual(
    choices.map(({ label, answer, detail }) => [label, answer, detail]),
    [
      [
        "Keep person 7",
        { kind: "keep", personId: 7 },
        "Person 9 is merged into it in Marketo, for good.",
      ],
      [
        "Keep person 9",
        { kind: "keep", personId: 9 },
        "Person 7 is merged into it in Marketo, for good.",
      ],
      ["Leave both", { kind: "leave" }, "Person 7 goes on syncing; person 9 stays as it is."],
    ],
  );
});

test("a held merge offers both records, and says what becomes of the other one", () => {
  const other = { recordType: "lead", dynamicsId: OTHER_ID } as const;
  const choices = answerChoices(question({ kind: "held", personIds: [7], other }));
  assert.deepEqual(
    choices.map(({ answer, detail }) => [answer.kind, detail]),
    [
      ["take", `The held record gets person 7; the link of lead ${OTHER_ID} ends.`],
      ["leave", `Person 7 stays with lead ${OTHER_ID}; the held link ends.`],
    ],
  );
});
