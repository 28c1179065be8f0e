import type { Activity, ActivityChange } from "../../model/activity";
import { REASON_TEXT } from "../../model/reasons";
import type { FieldValue, RecordType } from "../../model/record";
import type { MappedField } from "../../protocol/engine";
import { shown } from "../log/compareText";
import { say } from "../text";
import { plain, table } from "./markdown";

export interface Explained {
  recordType: RecordType;
  dynamicsId: string;
  mapped: MappedField;
  /** Newest first. */
  activities: readonly Activity[];
  current: { dynamics: FieldValue | undefined; marketo: FieldValue | undefined };
  /** Whose value stays when both sides change. */
  winner: "dynamics" | "marketo";
  locale: string;
}

/** How a field came to its value and what would happen next, in words. */
export function explainText(explained: Explained): string {
  const { mapped, activities, current, locale, recordType, dynamicsId } = explained;
  const label = mapped.columnLabel ?? mapped.column;
  const history = activities.flatMap((activity) =>
    activity.changes
      .filter((change) => change.field === mapped.column)
      .map((change) => rowOf(activity, change, locale)),
  );
  const type = recordType === "contact" ? say("Contact") : say("Lead");
  const parts = [
    `# ${plain(label)} · ${type} ${dynamicsId}`,
    `\`${mapped.column}\` ↔ \`${mapped.field}\``,
    `## ${say("Now")}`,
    table(
      ["Dynamics", "Marketo"],
      [[plain(shown(current.dynamics)), plain(shown(current.marketo))]],
    ),
    nextText(explained),
    `## ${say("History")}`,
    history.length > 0
      ? table(
          [
            say("Time"),
            say("Cycle"),
            say("To"),
            say("Before"),
            say("After"),
            say("Lost value"),
            say("Rule"),
          ],
          history,
        )
      : say("The log has no change of this field."),
  ];
  return `${parts.join("\n\n")}\n`;
}

function rowOf(activity: Activity, change: ActivityChange, locale: string): string[] {
  const rule = say(REASON_TEXT[activity.reason]);
  return [
    new Date(activity.time).toLocaleString(locale),
    String(activity.cycle),
    change.to === "dynamics" ? "Dynamics" : "Marketo",
    plain(shown(change.before)),
    plain(shown(change.after)),
    change.lost === undefined ? "" : plain(shown(change.lost)),
    plain(activity.error ? `${rule} ${activity.error.message}` : rule),
  ];
}

/** What the next cycle would do, from what both sides hold now. */
export function nextText({ mapped, current, winner }: Explained): string {
  if (!mapped.enabled) return say("The field is not synced: nothing will happen.");
  if (mapped.problem !== null) return say("The field cannot sync: {0}", plain(mapped.problem));
  const { dynamics, marketo } = current;
  if (dynamics === undefined) return say("There is no record in Dynamics.");
  if (marketo === undefined) return say("No person is linked to this record.");
  if (dynamics === marketo) return say("Both sides agree: nothing will happen.");
  const side = winner === "dynamics" ? "Dynamics" : "Marketo";
  const rules: Record<MappedField["direction"], string> = {
    both: say(
      "The sides differ: the next cycle copies the side that changed; if both changed, {0} wins.",
      side,
    ),
    toMarketo: say("The sides differ: a change in Dynamics travels to Marketo, not the other way."),
    toDynamics: say(
      "The sides differ: a change in Marketo travels to Dynamics, not the other way.",
    ),
  };
  return rules[mapped.direction];
}
