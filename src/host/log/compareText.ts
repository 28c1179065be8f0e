import type { Activity, ActivityChange } from "../../model/activity";
import type { FieldValue } from "../../model/record";
import type { ColumnDescription } from "../../model/schema";
import { say } from "../text";

/** Before and after as two texts with the same lines, for the diff editor. */
export function compareTexts({ changes }: Pick<Activity, "changes">): {
  before: string;
  after: string;
} {
  const text = (value: (change: ActivityChange) => FieldValue | undefined) =>
    changes.map((change) => `${change.field}: ${shown(value(change))}`).join("\n");
  return {
    before: text((change) => (change.before === undefined ? change.lost : change.before)),
    after: text((change) => change.after),
  };
}

/** A value as a person reads it. */
export function shown(value: FieldValue | undefined): string {
  if (value === undefined) return say("(not known)");
  if (value === null || value === "") return say("(empty)");
  if (typeof value === "boolean") return value ? say("Yes") : say("No");
  return String(value);
}

/** Options by their names; a column of several holds them parted by commas. */
export function shownIn(
  column: Pick<ColumnDescription, "options"> | undefined,
  value: FieldValue | undefined,
): string {
  const { options = [] } = column ?? {};
  if (value === undefined || value === null || typeof value === "boolean") return shown(value);
  if (value === "" || options.length === 0) return shown(value);
  const nameOf = (part: string) => options.find((option) => String(option.value) === part)?.label;
  const parts = String(value).split(",");
  return parts.map((part) => nameOf(part.trim()) ?? part.trim()).join(", ");
}
