import type { Answer } from "../model/answer";
import type { Question } from "../protocol/questions";
import { say } from "./text";

/** One way to answer, as the picker shows it. */
export interface AnswerChoice {
  label: string;
  detail: string;
  answer: Answer;
}

/** Every way to answer this question; what each of them leads to stands below it. */
export function answerChoices({ kind, personIds, other }: Question): AnswerChoice[] {
  if (kind === "ambiguous") {
    const persons = personIds.map((personId) => ({
      label: say("Person {0}", personId),
      detail: say("The record belongs to this person."),
      answer: { kind: "match" as const, personId },
    }));
    const none = {
      label: say("None of them"),
      detail: say("The record gets a person of its own."),
      answer: { kind: "new" as const },
    };
    return [...persons, none];
  }
  if (kind === "persons") return personChoices(personIds);
  const [person = ""] = personIds;
  const record = other ? `${other.recordType} ${other.dynamicsId}` : "";
  return [
    {
      label: say("Take the person over"),
      detail: say("The held record gets person {0}; the link of {1} ends.", person, record),
      answer: { kind: "take" },
    },
    {
      label: say("Leave the person where it is"),
      detail: say("Person {0} stays with {1}; the held link ends.", person, record),
      answer: { kind: "leave" },
    },
  ];
}

/** Either person can stay; a merge cannot be undone, and the choice says so. */
function personChoices(personIds: readonly number[]): AnswerChoice[] {
  const keep = personIds.map((personId) => ({
    label: say("Keep person {0}", personId),
    detail: say(
      "Person {0} is merged into it in Marketo, for good.",
      personIds.find((id) => id !== personId) ?? "",
    ),
    answer: { kind: "keep" as const, personId },
  }));
  const [linked = "", left = ""] = personIds;
  const both = {
    label: say("Leave both"),
    detail: say("Person {0} goes on syncing; person {1} stays as it is.", linked, left),
    answer: { kind: "leave" as const },
  };
  return [...keep, both];
}
