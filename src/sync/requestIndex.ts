import type { CycleContext } from "./cycleContext";
import type { MarketoPull } from "./pullMarketo";
import type { FailedRecord, StateWriter } from "./statePort";

/** A person that asked to be created in Dynamics and was not: there is no row yet, so it has no id. */
export function isRequest({ dynamicsId, personId }: FailedRecord): boolean {
  return dynamicsId === null && personId !== null;
}

/** The person of a refused request has changed: the request is due again. */
export function wakeRequests(
  { state, world }: CycleContext,
  writer: StateWriter,
  { persons }: MarketoPull,
): void {
  for (const failed of state.failedAmongPersons([...persons.keys()]).values()) {
    if (!isRequest(failed)) continue;
    const news = persons.get(failed.personId!)!;
    const { recordType, dynamicsId, personId } = failed;
    // The attempt read the person as it was then; times of the feed are whole seconds.
    const isNewer = Date.parse(news.at) + 1000 > failed.lastAt;
    if (news.deleted) writer.removeFailed({ recordType, dynamicsId, personId });
    else if (news.events.length && isNewer) {
      writer.putFailed({ ...failed, nextAttempt: world.now() });
    }
  }
}
