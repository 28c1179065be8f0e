import type { Decision } from "../decision";
import type { Subject } from "../subject";

/** What to do about a row that the filter keeps out; null: the filter has nothing to say. */
export function decideOutside(subject: Subject): Decision | null {
  const { facts, row, link, heir, requested, setup } = subject;
  if (row.kind !== "read" || !facts || facts.isInFilter || !setup.filter) return null;
  if (heir || requested) return null;
  if (link?.state === "held") return null;
  const isLinked = link?.state === "active" || link?.state === "frozen";
  // Without its person the link is over, and entering the filter is a new start.
  if (isLinked && subject.person.kind === "deleted") {
    return { kind: "dissolve", reason: "deleted-in-marketo" };
  }
  if (link?.state !== "active") return { kind: "skip", reason: "left-filter", drift: [] };
  return { kind: "leave", onLeave: setup.filter.onLeave, reason: "left-filter" };
}
