import type { Activity } from "../../model/activity";
import { REASON_TEXT } from "../../model/reasons";
import type { FailedRow } from "../../protocol/engineContract";
import { counted, say } from "../text";
import type { TreeNode } from "./node";

export interface ConflictsView {
  pair: string;
  name: string;
  conflicts: readonly Activity[];
  failed: readonly FailedRow[];
}

/** What waits for a human, what was refused, and the clashes of late. */
export function conflictNodes(views: readonly ConflictsView[], locale: string): TreeNode[] {
  const isOne = views.length === 1;
  const groups = views.flatMap((view) => groupsOf(view, locale));
  if (isOne || groups.length === 0) return groups;
  return views
    .map((view) => {
      const children = groupsOf(view, locale);
      return {
        id: `conflicts ${view.pair}`,
        label: view.name,
        description: String(
          children.reduce((sum, group) => sum + (group.children?.length ?? 0), 0),
        ),
        context: "conflictPair",
        isOpen: true,
        subject: { kind: "text", pair: view.pair },
        children,
      } satisfies TreeNode;
    })
    .filter(({ children }) => children.length > 0);
}

function groupsOf(view: ConflictsView, locale: string): TreeNode[] {
  const open = view.failed.filter((row) => row.outcome === "conflicted");
  const refused = view.failed.filter((row) => row.outcome !== "conflicted");
  return [
    group(
      view,
      "open",
      say("Open questions"),
      open.map((row) => failedNode(view, row)),
    ),
    group(
      view,
      "refused",
      say("Refused and failed records"),
      refused.map((row) => failedNode(view, row)),
    ),
    group(
      view,
      "recent",
      say("Recent conflicts"),
      view.conflicts.map((activity) => activityNode(view, activity, locale)),
    ),
  ].filter(({ children }) => children && children.length > 0);
}

function group(
  { pair }: ConflictsView,
  key: string,
  label: string,
  children: readonly TreeNode[],
): TreeNode {
  return {
    id: `conflicts ${pair} ${key}`,
    label,
    description: String(children.length),
    context: `conflictGroup ${key}`,
    isOpen: key !== "refused",
    subject: { kind: "text", pair },
    children,
  };
}

/** Type and short ids; a name would be a personal value in a place that everyone sees. */
function recordText(row: Pick<Activity, "recordType" | "dynamicsId" | "personId">): string {
  const type = row.recordType === "contact" ? say("Contact") : say("Lead");
  const parts = [
    row.dynamicsId === null ? null : `${type} ${row.dynamicsId.slice(0, 8)}`,
    row.personId === null ? null : say("Person {0}", row.personId),
  ].filter((part) => part !== null);
  return parts.join(" · ") || type;
}

function failedNode({ pair }: ConflictsView, row: FailedRow): TreeNode {
  const record = row.dynamicsId ?? String(row.personId ?? "");
  const icons = { conflicted: "question", refused: "circle-slash", failed: "history" } as const;
  return {
    id: `failed ${pair} ${row.recordType} ${record}`,
    label: recordText(row),
    description: row.message,
    tooltip: `${row.code}: ${row.message}\n${counted(row.attempts, "1 attempt", "{0} attempts")}`,
    icon: icons[row.outcome],
    color: "list.warningForeground",
    context: `record ${row.outcome}`,
    command: { id: "contactSync.openLog", title: say("Show in Log") },
    subject: { kind: "record", pair, record },
  };
}

function activityNode({ pair }: ConflictsView, activity: Activity, locale: string): TreeNode {
  const fields = [...new Set(activity.changes.map((change) => change.field))].join(", ");
  const time = new Date(activity.time).toLocaleString(locale);
  const reason = say(REASON_TEXT[activity.reason]);
  return {
    id: `activity ${pair} ${activity.id}`,
    label: recordText(activity),
    description: [fields, reason].filter(Boolean).join(" · "),
    tooltip: [reason, fields, time].filter(Boolean).join("\n"),
    icon: "git-compare",
    context: "activity",
    command: { id: "contactSync.openLog", title: say("Show in Log") },
    subject: { kind: "activity", pair, activity: activity.id, cycle: activity.cycle },
  };
}
