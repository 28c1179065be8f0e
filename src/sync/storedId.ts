import type { CycleContext } from "./cycleContext";
import type { MarketoPerson } from "./ports";
import type { Subject } from "./subject";

type Ground = Pick<CycleContext, "linkFields">;

/** The Dynamics id that the person carries, in lower case. */
export function storedId({ linkFields }: Ground, person: MarketoPerson): string | null {
  const value = linkFields.id ? person.values[linkFields.id] : null;
  return typeof value === "string" && value !== "" ? value.toLowerCase() : null;
}

/** The id of another row that the person of this link carries; null when it carries its own, or none. */
export function foreignId(ground: Ground, subject: Subject, person: MarketoPerson): string | null {
  const id = storedId(ground, person);
  return subject.link?.personId === person.id && id !== subject.dynamicsId ? id : null;
}
