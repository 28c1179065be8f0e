import { HALT_TEXT, REASON_TEXT } from "../../model/reasons";
import type { PlannedChange, Preview } from "../../protocol/engine";
import { shown } from "../log/compareText";
import { counted, say } from "../text";
import { plain, table } from "./markdown";

/** The next cycle before it runs, as a Markdown document. */
export function previewText(name: string, preview: Preview): string {
  const { halt, calls } = preview;
  const parts = [
    `# ${say("Next cycle of {0}", plain(name))}`,
    say("Nothing has been written. This is what the next cycle would do now."),
    halt &&
      `**${say("This plan is halted.")}** ${say(HALT_TEXT[halt.reason])} ${say("{0} planned, limit {1}", halt.planned, halt.limit)}. ${say('"Approve and Run" above runs exactly this plan.')}`,
    `## ${say("Counts")}`,
    table([say("What"), say("Records")], countRows(preview)),
    say("Calls: {0} to Dynamics, {1} to Marketo", calls.dynamics, calls.marketo),
    ...warnings(preview),
    ...refusals(preview),
    ...sample(preview),
  ];
  return `${parts.filter(Boolean).join("\n\n")}\n`;
}

function countRows({ counts }: Preview): string[][] {
  const rows: readonly (readonly [string, number])[] = [
    [say("created in Dynamics"), counts.created.dynamics],
    [say("created in Marketo"), counts.created.marketo],
    [say("changed in Dynamics"), counts.updated.dynamics],
    [say("changed in Marketo"), counts.updated.marketo],
    [say("linked"), counts.linked],
    [say("conflicts"), counts.conflicts],
    [say("ambiguous"), counts.ambiguous],
    [say("refused"), counts.refused],
    [say("values emptied"), counts.emptied],
    [say("deletions noticed"), counts.deleted],
  ];
  return rows.map(([what, count]) => [what, String(count)]);
}

function warnings({ warnings: texts }: Preview): string[] {
  if (texts.length === 0) return [];
  return [`## ${say("Warnings")}`, texts.map((text) => `- ${plain(text)}`).join("\n")];
}

function refusals({ refusals: groups }: Preview): string[] {
  if (groups.length === 0) return [];
  const rows = groups.map(({ message, count }) => [String(count), plain(message)]);
  return [`## ${say("Refused")}`, table([say("Records"), say("Why")], rows)];
}

function sample({ sample: changes }: Preview): string[] {
  if (changes.length === 0) return [];
  return [
    `## ${say("Sample")}`,
    counted(changes.length, "The first record of the plan.", "The first {0} records of the plan."),
    ...changes.map(changeText),
  ];
}

function changeText(change: PlannedChange): string {
  const { changes, message, reason } = change;
  const why = message ?? say(REASON_TEXT[reason]);
  const head = `### ${actionText(change)}`;
  if (changes.length === 0) return `${head}\n\n${plain(why)}`;
  const rows = changes.map(({ field, to, before, after, lost }) => [
    plain(field),
    to === "dynamics" ? "Dynamics" : "Marketo",
    plain(shown(before)),
    plain(shown(after)),
    lost === undefined ? "" : plain(shown(lost)),
  ]);
  const columns = [say("Field"), say("To"), say("Before"), say("After"), say("Lost value")];
  return `${head}\n\n${plain(why)}\n\n${table(columns, rows)}`;
}

function actionText({ action, recordType, dynamicsId, personId, to }: PlannedChange): string {
  const verbs: Record<PlannedChange["action"], string> = {
    create: to === "dynamics" ? say("Create in Dynamics") : say("Create in Marketo"),
    update: say("Change"),
    link: say("Link"),
    flag: say("Flag as deleted"),
    unlink: say("Unlink"),
    merge: say("Merge persons"),
    ask: say("Ask"),
    refuse: say("Refuse"),
    skip: say("Skip"),
  };
  const type = recordType === "contact" ? say("Contact") : say("Lead");
  const record = [
    dynamicsId === null ? type : `${type} ${dynamicsId}`,
    personId === null ? null : say("Person {0}", personId),
  ];
  return `${verbs[action]}: ${record.filter(Boolean).join(" · ")}`;
}
