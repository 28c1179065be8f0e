import type { TemplateResult } from "lit";
import { html } from "lit";
import type { Activity } from "../src/model/activity";
import type { Outcome } from "../src/model/record";
import type { LogSortKey } from "../src/protocol/log";
import type { Direction, Texts } from "./texts";
import { directionOf } from "./texts";

export type ColumnName = "time" | "record" | "outcome" | "reason" | "fields" | "direction";

export interface Column {
  name: ColumnName;
  render(activity: Activity, texts: Texts): TemplateResult;
}

/** The columns that the database can sort by. */
export const SORT_KEYS: Partial<Record<ColumnName, LogSortKey>> = {
  time: "time",
  record: "record",
  outcome: "outcome",
};

export const OUTCOME_ICONS: Record<Outcome, string> = {
  applied: "pass",
  skipped: "circle-slash",
  conflicted: "git-compare",
  refused: "error",
  failed: "warning",
};

const DIRECTION_ICONS: Record<Direction, string> = {
  dynamics: "arrow-left",
  marketo: "arrow-right",
  both: "arrow-swap",
  none: "dash",
};

export const COLUMNS: readonly Column[] = [
  { name: "time", render: (activity, texts) => text(texts.time(activity.time)) },
  { name: "record", render: (activity, texts) => text(texts.record(activity)) },
  { name: "outcome", render: (activity, texts) => outcome(activity.outcome, texts) },
  { name: "reason", render: (activity, texts) => text(texts.say(`reason.${activity.reason}`)) },
  { name: "fields", render: (activity, texts) => text(texts.fields(activity)) },
  {
    name: "direction",
    render: (activity, texts) =>
      html`${icon(DIRECTION_ICONS[directionOf(activity)])}${text(texts.direction(activity))}`,
  },
];

/** The outcome as an icon and a word: color alone says nothing to some readers. */
export function outcome(value: Outcome, texts: Texts): TemplateResult {
  return html`${icon(OUTCOME_ICONS[value], `outcome-${value}`)}${text(texts.say(`outcome.${value}`))}`;
}

export function icon(name: string, style = ""): TemplateResult {
  return html`<span class="codicon codicon-${name} ${style}" aria-hidden="true"></span>`;
}

function text(value: string): TemplateResult {
  return html`<span class="text" title=${value}>${value}</span>`;
}
