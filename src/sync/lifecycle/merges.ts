import type { MarketoPull } from "../pullMarketo";

/** The surviving person by the merged one, as the feed tells it. */
export function winnersOf({ persons }: MarketoPull): Map<number, number> {
  const winners = new Map<number, number>();
  for (const { events } of persons.values()) {
    for (const event of events) {
      if (event.kind !== "merged") continue;
      for (const id of event.loserIds) winners.set(id, event.personId);
    }
  }
  return winners;
}

/** Persons that the feed tells of, and those that are gone because they were merged. */
export function touchedPersons(feed: MarketoPull): ReadonlySet<number> {
  return new Set([...feed.persons.keys(), ...winnersOf(feed).keys()]);
}

/** A survivor may have been merged in its turn. */
export function finalWinner(winners: ReadonlyMap<number, number>, loserId: number): number {
  let id = loserId;
  for (let step = 0; step < winners.size; step++) {
    const next = winners.get(id);
    if (next === undefined) break;
    id = next;
  }
  return id;
}
