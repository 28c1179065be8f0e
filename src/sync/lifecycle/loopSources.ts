import type { CycleContext } from "../cycleContext";
import type { MarketoEvent } from "../ports";
import type { MarketoPull } from "../pullMarketo";
import type { HeldField } from "./holdLoops";

/** A loop began at most so long ago, with the default time between cycles. */
const LOOP_MS = 60 * 60 * 1000;

/**
 * Fills in who wrote the held fields in Marketo. News of this cycle tell; what an earlier cycle has read is read once
 * more, which happens only when a field begins to be held.
 */
export async function nameSources(
  context: CycleContext,
  held: readonly HeldField[],
  { persons }: MarketoPull,
): Promise<void> {
  for (const field of held) {
    const { personId } = field.subject;
    const news = personId === null ? undefined : persons.get(personId);
    field.source = sourceIn(news?.events ?? [], field);
  }
  const unnamed = held.filter(({ source }) => source === null);
  if (!unnamed.length) return;
  const events = await earlierEvents(context, unnamed);
  for (const field of unnamed) field.source = sourceIn(events, field);
}

/** What the field's last change names as its writer. */
function sourceIn(events: readonly MarketoEvent[], { subject, change }: HeldField): string | null {
  const last = events.findLast(
    (event) =>
      event.kind === "changed" &&
      event.personId === subject.personId &&
      event.fields.some(({ name }) => name === change.rule.field),
  );
  return last?.kind === "changed" ? last.source : null;
}

async function earlierEvents(
  { connectors, world, signal }: CycleContext,
  held: readonly HeldField[],
): Promise<MarketoEvent[]> {
  const { marketo } = connectors;
  const fields = [...new Set(held.map(({ change }) => change.rule.field))].sort();
  const ids = new Set(held.map(({ subject }) => subject.personId));
  const checkpoint = await marketo.checkpointAt(world.now() - LOOP_MS, { signal });
  const events: MarketoEvent[] = [];
  for await (const page of marketo.changes({ fields, scores: true, checkpoint, signal })) {
    events.push(...page.events.filter(({ personId }) => ids.has(personId)));
  }
  return events;
}
