import { CallError } from "../model/failure";
import { FEED_KEY, FEED_READ_KEY, stopIfCanceled, type CycleContext } from "./cycleContext";
import { CLOCKS_APART_MS } from "./feed";
import { writes } from "./fieldRule";
import type { MarketoEvent } from "./ports";

/** What the change feeds said about one person since the last cycle. */
export interface PersonNews {
  personId: number;
  /** Changes and merges in the order of the feed. */
  events: MarketoEvent[];
  deleted: boolean;
  /** ISO instant of the last event. */
  at: string;
}

export interface MarketoPull {
  persons: Map<number, PersonNews>;
  checkpoint: string;
  /** Guids to remember, and when they were told, so that rows that come twice (overlap) are read once. */
  guids: { guid: string; at: number }[];
  /** Milliseconds since 1970 at which the feeds were read. */
  readAt: number;
  /** No cycle was finished before. */
  first: boolean;
  /** The place in the feeds was lost or is too old: every person has to be compared. */
  lost: boolean;
}

/** Rows of the feeds, however old, may come again for minutes after they were told (Q2); guids are kept longer. */
export const SEEN_MS = 60 * 60 * 1000;

/**
 * Marks the place from which the change feeds are read, before the first link is made: what happens to a person after
 * that, while the first sync runs or is interrupted, must not be missed, even if our clock is ahead of Marketo's.
 */
export async function startFeed({
  state,
  connectors,
  world,
  signal,
}: CycleContext): Promise<string> {
  const stored = state.checkpoint(FEED_KEY);
  if (stored !== null) return stored;
  const since = world.now() - CLOCKS_APART_MS;
  const started = await connectors.marketo.checkpointAt(since, { signal });
  await state.commit((writer) => writer.setCheckpoint(FEED_KEY, started));
  return started;
}

/** Reads which persons changed since the last cycle. */
export async function pullMarketo(context: CycleContext): Promise<MarketoPull> {
  const { state, connectors, world, signal } = context;
  const readAt = world.now();
  const stored = await startFeed(context);
  const pull: MarketoPull = {
    persons: new Map(),
    checkpoint: stored,
    guids: [],
    readAt,
    first: state.checkpoint(FEED_READ_KEY) === null,
    lost: false,
  };
  // Only linked persons can have news; those that are met while matching are read then.
  const isLinked = context.types.some(({ recordType }) => state.countLinks(recordType) > 0);
  if (pull.first && !isLinked) return pull;
  try {
    await readFeeds(context, pull, stored);
    return pull;
  } catch (error) {
    if (!(error instanceof CallError) || error.failure.class !== "expired") throw error;
    context.report.warning(error.failure.code, error.failure.message);
    const since = readAt - CLOCKS_APART_MS;
    const checkpoint = await connectors.marketo.checkpointAt(since, { signal });
    return { ...pull, persons: new Map(), guids: [], checkpoint, lost: true };
  }
}

async function readFeeds(context: CycleContext, pull: MarketoPull, stored: string): Promise<void> {
  const { connectors, signal } = context;
  const { fields, scores } = watchedFields(context);
  const request = { fields, scores, checkpoint: stored, signal };
  let events = 0;
  for await (const page of connectors.marketo.changes(request)) {
    stopIfCanceled(signal);
    addPage(context, pull, page.events);
    pull.checkpoint = page.checkpoint ?? pull.checkpoint;
    events += page.events.length;
    context.report.progress("reading", events, null);
  }
}

/** Fields whose changes matter: those that travel to Dynamics, and those that we write (audit of our own writes). */
function watchedFields({ types }: CycleContext): { fields: string[]; scores: boolean } {
  const rules = types.flatMap((setup) => setup.rules);
  const fields = [...new Set(rules.map((rule) => rule.field))].sort();
  const scores = rules.some((rule) => rule.target.type === "score" && writes(rule, "dynamics"));
  return { fields, scores };
}

function addPage(
  { state }: CycleContext,
  pull: MarketoPull,
  events: readonly MarketoEvent[],
): void {
  const known = state.seen(events.map((event) => event.guid));
  for (const event of events) {
    if (known.has(event.guid)) continue;
    known.add(event.guid);
    pull.guids.push({ guid: event.guid, at: pull.readAt });
    const news = pull.persons.get(event.personId) ?? newsOf(event);
    pull.persons.set(event.personId, news);
    if (event.kind === "deleted") news.deleted = true;
    else if (event.kind !== "created") news.events.push(event);
    if (event.at > news.at) news.at = event.at;
  }
}

function newsOf({ personId, at }: MarketoEvent): PersonNews {
  return { personId, events: [], deleted: false, at };
}
