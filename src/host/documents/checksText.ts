import type { Check } from "../../protocol/engineContract";
import { say } from "../text";
import { sideText } from "../trees/words";
import { plain } from "./markdown";

const ORDER = ["red", "amber", "green"] as const;

/** Sign and word, never color alone. */
function stateText(state: Check["state"]): string {
  const words: Record<Check["state"], string> = {
    green: `✔ ${say("OK")}`,
    amber: `⚠ ${say("Limited")}`,
    red: `✖ ${say("Must be fixed")}`,
  };
  return words[state];
}

export function countChecks(checks: readonly Check[]): Record<Check["state"], number> {
  const count = (state: Check["state"]) => checks.filter((check) => check.state === state).length;
  return { green: count("green"), amber: count("amber"), red: count("red") };
}

/** The check list as a Markdown document, like a test run: what must be fixed first. */
export function checksText(name: string, checks: readonly Check[]): string {
  const { green, amber, red } = countChecks(checks);
  const sections = (["dynamics", "marketo"] as const).flatMap((side) => {
    const lines = ORDER.flatMap((state) =>
      checks.filter((check) => check.side === side && check.state === state),
    ).map(lineOf);
    return lines.length > 0 ? [`## ${sideText(side)}`, lines.join("\n")] : [];
  });
  const parts = [
    `# ${say("Connection of {0}", plain(name))}`,
    say("{0} OK, {1} limited, {2} must be fixed", green, amber, red),
    ...sections,
  ];
  return `${parts.join("\n\n")}\n`;
}

/** What set-up can make in Marketo. */
export interface Lacking {
  /** The lines of the missing fields. */
  fields: readonly Check[];
  /** The line of the missing or unapproved activity type. */
  activityType: Check | null;
}

export function lackingOf(checks: readonly Check[]): Lacking {
  const lines = checks.filter(({ state }) => state !== "green");
  return {
    fields: lines.filter(({ id }) => id.startsWith("link:") || id.startsWith("field:")),
    activityType: lines.find(({ id }) => id === "activityType") ?? null,
  };
}

/** What would be made, and what is lost without it. */
export function setUpText({ fields, activityType }: Lacking): string {
  const lines = [...fields, ...(activityType ? [activityType] : [])];
  return [
    ...lines.map(({ title, detail }) => `${title}: ${detail}`),
    ...(fields.length > 0 ? [say("Custom fields cannot be deleted by API.")] : []),
    ...(activityType ? [say("The name of an approved activity type can never be changed.")] : []),
  ].join("\n\n");
}

function lineOf({ state, title, detail, link }: Check): string {
  // What is in order needs no reading.
  const where = link === null || state === "green" ? "" : ` ${link}`;
  return `- ${stateText(state)} — **${plain(title)}**: ${plain(detail)}${where}`;
}
