import { REASON_TEXT } from "../../model/reasons";
import type { Side } from "../../model/record";
import type { MappedField } from "../../protocol/engine";
import type { ExplainedChange, Explanation, NextStep } from "../../protocol/explain";
import { shown } from "../log/compareText";
import { say } from "../text";
import { plain, table } from "./markdown";

export interface Explained {
  explanation: Explanation;
  mapped: MappedField;
  locale: string;
}

/** How a field came to its value and what would happen next, in words. */
export function explainText({ explanation, mapped, locale }: Explained): string {
  const { current, history, recordType, dynamicsId, personId } = explanation;
  const label = mapped.columnLabel ?? mapped.column;
  const type = recordType === "contact" ? say("Contact") : say("Lead");
  const record = dynamicsId ? `${type} ${dynamicsId}` : say("Person {0}", personId ?? "");
  const titles = [
    say("Time"),
    say("Cycle"),
    say("To"),
    say("Before"),
    say("After"),
    say("Lost value"),
    say("Rule"),
  ];
  const parts = [
    `# ${plain(label)} · ${record}`,
    `\`${mapped.column}\` ↔ \`${mapped.field}\``,
    `## ${say("Now")}`,
    table(
      ["Dynamics", "Marketo"],
      [[plain(shown(current.dynamics)), plain(shown(current.marketo))]],
    ),
    `## ${say("Next")}`,
    nextText(explanation.next, mapped),
    `## ${say("History")}`,
    history.length > 0
      ? table(
          titles,
          history.map((change) => rowOf(change, locale)),
        )
      : say("The log has no change of this field."),
  ];
  return `${parts.join("\n\n")}\n`;
}

const NAME: Record<Side, string> = { dynamics: "Dynamics", marketo: "Marketo" };

function rowOf(change: ExplainedChange, locale: string): string[] {
  const { reason, rule } = change;
  const known = REASON_TEXT[reason];
  // The rule's own words may be followed by the server's.
  const words = rule.startsWith(known)
    ? `${say(REASON_TEXT[reason])}${rule.slice(known.length)}`
    : rule;
  return [
    new Date(change.time).toLocaleString(locale),
    String(change.cycle),
    NAME[change.to],
    plain(shown(change.before)),
    plain(shown(change.after)),
    change.lost === undefined ? "" : plain(shown(change.lost)),
    plain(words),
  ];
}

/** What the next cycle would do: the engine asked the very rules that the cycle asks. */
export function nextText(
  next: NextStep,
  { enabled, problem }: Pick<MappedField, "enabled" | "problem">,
): string {
  if (!enabled) return say("The field is not synced: nothing will happen.");
  if (problem !== null) return say("The field cannot sync: {0}", plain(problem));
  const why = plain(next.text);
  const side = next.to === null ? "" : NAME[next.to];
  switch (next.action) {
    case "nothing":
      return say("Nothing will happen: {0}", why);
    case "ask":
      return say("It waits for your answer: {0}", why);
    case "refuse":
      return say("The next cycle would not write it to {0}: {1}", side, why);
    case "write":
      return [
        say(
          "The next cycle writes {0} to {1}, where {2} stands now: {3}",
          plain(shown(next.after)),
          side,
          plain(shown(next.before)),
          why,
        ),
        ...(next.lost === undefined ? [] : [say("{0} is lost.", plain(shown(next.lost)))]),
      ].join(" ");
  }
}
