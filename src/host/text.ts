type Argument = string | number;
export type Translate = (message: string, ...values: Argument[]) => string;

let translate: Translate = fill;

/** The editor's translations; without them everything is said in English. */
export function useTranslations(translations: Translate): void {
  translate = translations;
}

/** One text in the user's language; the English text is the key. Holes are {0}, {1} and so on. */
export function say(message: string, ...values: Argument[]): string {
  return translate(message, ...values);
}

/** A number of things: one has words of its own. */
export function counted(count: number, one: string, more: string): string {
  return translate(count === 1 ? one : more, count);
}

function fill(message: string, ...values: Argument[]): string {
  return message.replace(/\{(\d)\}/g, (hole, index) => String(values[Number(index)] ?? hole));
}

/** How long something takes or took, in the two largest units. */
export function duration(ms: number): string {
  const seconds = Math.max(0, Math.round(ms / 1000));
  if (seconds < 60) return say("{0} s", seconds);
  const minutes = Math.round(seconds / 60);
  if (minutes < 60) return say("{0} min", minutes);
  return say("{0} h {1} min", Math.floor(minutes / 60), minutes % 60);
}
