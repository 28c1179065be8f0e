/** Marketo's instance zone: the quota resets at its midnight and feed values are written in it. */
const ZONE = "America/Chicago";
const HOUR = 3_600_000;
export const DAY = 24 * HOUR;

const zoneParts = new Intl.DateTimeFormat("en-CA", {
  timeZone: ZONE,
  hourCycle: "h23",
  year: "numeric",
  month: "2-digit",
  day: "2-digit",
  hour: "2-digit",
  minute: "2-digit",
  second: "2-digit",
});

export const toSeconds = (ms: number): number => Math.floor(ms / 1000);

/** `2016-05-17T22:11:45Z`: the API has second resolution. */
export function isoSeconds(seconds: number): string {
  return `${new Date(seconds * 1000).toISOString().slice(0, 19)}Z`;
}

/** `2016-05-17 17:11:45` in the instance's zone. */
export function centralText(ms: number): string {
  const parts: Record<string, string> = {};
  for (const { type, value } of zoneParts.formatToParts(ms)) parts[type] = value;
  return `${parts["year"]}-${parts["month"]}-${parts["day"]} ${parts["hour"]}:${parts["minute"]}:${parts["second"]}`;
}

let cachedHour = -1;
let cachedDay = "";

/** The calendar day in the instance's zone; asked on every call, so one answer serves an hour. */
export function centralDay(ms: number): string {
  const hour = Math.floor(ms / HOUR);
  if (hour !== cachedHour) {
    cachedHour = hour;
    cachedDay = centralText(hour * HOUR).slice(0, 10);
  }
  return cachedDay;
}

const DATE = /^(\d{4})-(\d{2})-(\d{2})$/;
const monthDays = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

export function isDate(text: string): boolean {
  const match = DATE.exec(text);
  if (!match) return false;
  const [year, month, day] = [Number(match[1]), Number(match[2]), Number(match[3])];
  const isLeap = year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
  const days = month === 2 && isLeap ? 29 : (monthDays[month - 1] ?? 0);
  return day >= 1 && day <= days;
}

const DATE_TIME =
  /^(\d{4}-\d{2}-\d{2})[T ](\d{2}:\d{2}(?::\d{2})?)(\.\d{1,3})?(Z|[+-]\d{2}:?\d{2})?$/;

/** Milliseconds of an ISO date-time with at most milliseconds; without an offset it is read in the instance's zone. */
export function parseDateTime(text: string): number | undefined {
  const match = DATE_TIME.exec(text);
  if (!match || !isDate(match[1]!)) return undefined;
  const [, date, clock, fraction = "", zone] = match;
  const offset = (zone ?? "Z").replace(/^([+-]\d{2})(\d{2})$/, "$1:$2");
  const ms = Date.parse(`${date}T${clock}${fraction}${offset}`);
  if (Number.isNaN(ms)) return undefined;
  return zone ? ms : ms + (ms - Date.parse(`${centralText(ms).replace(" ", "T")}Z`));
}

/** Waits in real time: for the quirks that make a call take long. */
export async function pause(ms: number): Promise<void> {
  if (ms > 0) await new Promise((resolve) => setTimeout(resolve, ms));
}
