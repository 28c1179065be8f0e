import type { Activity } from "../src/model/activity";
import type { FieldValue, Side } from "../src/model/record";
import type { LogChoices } from "../src/protocol/log";
import type { StringKey } from "./strings";
import { ENGLISH } from "./strings";

export type Direction = Side | "both" | "none";

/** Says everything that the panel shows, in the user's language and time zone. */
export class Texts {
  private readonly numbers: Intl.NumberFormat;
  private readonly times: Intl.DateTimeFormat;
  private labels = new Map<string, string>();

  constructor(
    locale = "en",
    timeZone?: string,
    private readonly translations: Readonly<Record<string, string>> = {},
  ) {
    this.numbers = new Intl.NumberFormat(locale);
    this.times = new Intl.DateTimeFormat(locale, {
      year: "numeric",
      month: "2-digit",
      day: "2-digit",
      hour: "2-digit",
      minute: "2-digit",
      second: "2-digit",
      hourCycle: "h23",
      timeZone,
    });
  }

  /** The fields' display names come with the choices. */
  useChoices(choices: LogChoices): void {
    this.labels = new Map(choices.fields.map(({ name, label }) => [name, label]));
  }

  say(key: StringKey, ...values: readonly string[]): string {
    const text = this.translations[key] ?? ENGLISH[key];
    return text.replace(/\{(\d)\}/g, (hole, index) => values[Number(index)] ?? hole);
  }

  number(value: number): string {
    return this.numbers.format(value);
  }

  rows(count: number): string {
    return count === 1 ? this.say("rows.one") : this.say("rows.many", this.number(count));
  }

  exported(count: number): string {
    return count === 1
      ? this.say("export.done.one")
      : this.say("export.done.many", this.number(count));
  }

  time(instant: string): string {
    const date = new Date(instant);
    return Number.isNaN(date.getTime()) ? instant : this.times.format(date);
  }

  field(name: string): string {
    return this.labels.get(name) ?? name;
  }

  value(value: FieldValue): string {
    if (value === null) return this.say("value.empty");
    if (typeof value === "boolean") return this.say(value ? "value.true" : "value.false");
    return String(value);
  }

  /** Type and short ids, never a name: the list is read over many shoulders. */
  record(activity: Activity): string {
    const parts: string[] = [];
    if (activity.dynamicsId !== null) {
      const type = this.say(`record.${activity.recordType}`);
      parts.push(`${type} ${activity.dynamicsId.slice(0, 8)}`);
    }
    if (activity.personId !== null) {
      parts.push(`${this.say("record.person")} ${activity.personId}`);
    }
    return parts.join(" · ") || this.say("record.unknown");
  }

  fields(activity: Activity): string {
    return [...new Set(activity.changes.map((change) => this.field(change.field)))].join(", ");
  }

  direction(activity: Activity): string {
    return this.say(`direction.${directionOf(activity)}`);
  }
}

/** Where the activity's values went. */
export function directionOf(activity: Activity): Direction {
  const [first, ...others] = new Set(activity.changes.map((change) => change.to));
  if (first === undefined) return "none";
  return others.length > 0 ? "both" : first;
}
