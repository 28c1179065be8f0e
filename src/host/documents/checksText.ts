import type { Check } from "../../protocol/engineContract";
import { say } from "../text";
import { plain } from "./markdown";

const ORDER = ["red", "amber", "green"] as const;

/** Sign and word, never color alone. */
function stateText(state: Check["state"]): string {
  const words: Record<Check["state"], string> = {
    green: `✅ ${say("OK")}`,
    amber: `⚠️ ${say("Limited")}`,
    red: `❌ ${say("Must be fixed")}`,
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
    return lines.length > 0
      ? [`## ${side === "dynamics" ? "Dynamics 365" : "Marketo"}`, lines.join("\n")]
      : [];
  });
  const parts = [
    `# ${say("Connection of {0}", plain(name))}`,
    say("{0} OK, {1} limited, {2} must be fixed", green, amber, red),
    ...sections,
  ];
  return `${parts.join("\n\n")}\n`;
}

function lineOf({ state, title, detail, link }: Check): string {
  const where = link === null ? "" : ` ${link}`;
  return `- ${stateText(state)} — **${plain(title)}**: ${plain(detail)}${where}`;
}
