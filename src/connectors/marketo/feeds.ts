import { CallError } from "../../model/failure";
import type { CallOptions, MarketoPage } from "../../sync/ports";
import {
  advance,
  FEEDS,
  firstCheckpoint,
  formatCheckpoint,
  parseCheckpoint,
  startOf,
  type Checkpoint,
  type Feed,
  type Position,
} from "./checkpoint";
import { MarketoCallError, type MarketoClient, type Query } from "./client";
import { integer, type Envelope, type Json } from "./envelope";
import { ruleOf } from "./errors";
import { ACTIVITY, isoSeconds, toEvent, type EventContext } from "./events";

/** Deletions older than 14 days may be missing from their feed: after a longer pause only a full compare is safe. */
const FEED_MEMORY_MS = 14 * 24 * 3_600_000;
/** Pages in a row that are empty and yet say "more"; each is a call of the budget. */
const MOST_EMPTY_PAGES = 1_000;
/** Pages in a row that leave the cursor where it was. */
const MOST_STANDING_PAGES = 20;
const PAGING_TOKEN_TIMEOUT_MS = 310_000;

export interface FeedContext {
  client: MarketoClient;
  now(): number;
  /** Loads the field names when the first score change comes along. */
  fieldNames(options: CallOptions): Promise<EventContext["nameOf"]>;
}

export interface ChangesRequest extends CallOptions {
  fields: readonly string[];
  scores: boolean;
  checkpoint: string;
}

export async function checkpointAt(
  context: FeedContext,
  since: number,
  options: CallOptions,
): Promise<string> {
  const token = await mintToken(context.client, since, options);
  return formatCheckpoint(firstCheckpoint({ token, at: since }));
}

export async function* readChanges(
  context: FeedContext,
  request: ChangesRequest,
): AsyncGenerator<MarketoPage> {
  const readAt = context.now();
  const checkpoint = usableCheckpoint(request.checkpoint, readAt);
  const readers = FEEDS.map((feed) => openFeed(context, feed, request, checkpoint));
  // The first pages are asked for together: on a quiet day there are no others.
  const firstPages = await settleAll(readers.map((reader) => reader.next()));
  const positions = { ...checkpoint.positions };
  const eventContext = toEventContext(request, readAt);
  for (const [index, feed] of FEEDS.entries()) {
    const reader = readers[index]!;
    for (let page = firstPages[index]!; ; page = await reader.next()) {
      if (page.done) {
        positions[feed] = advance(checkpoint.positions[feed], readAt, page.value);
        break;
      }
      const events = await toEvents(context, page.value, eventContext, request);
      if (events.length > 0) yield { events, checkpoint: null };
    }
  }
  yield { events: [], checkpoint: formatCheckpoint({ readAt, positions }) };
}

/** Waits for all before it throws, so that nothing goes on in the background. */
async function settleAll<T>(promises: readonly Promise<T>[]): Promise<T[]> {
  await Promise.allSettled(promises);
  return Promise.all(promises);
}

function usableCheckpoint(text: string, now: number): Checkpoint {
  const checkpoint = parseCheckpoint(text);
  if (checkpoint && checkpoint.readAt >= now - FEED_MEMORY_MS) return checkpoint;
  throw new CallError({
    class: "expired",
    code: "CS-EXPIRED",
    message: checkpoint
      ? "The last read of Marketo's changes is more than 14 days ago and deletions may be missing from its feed; all records are compared."
      : "The place in Marketo's change feed was lost; all records are compared.",
    side: "marketo",
  });
}

function toEventContext(request: ChangesRequest, readAt: number): EventContext {
  return {
    watched: new Set(request.fields),
    nameOf: () => undefined,
    readAt: isoSeconds(readAt),
  };
}

async function toEvents(
  context: FeedContext,
  rows: readonly Json[],
  eventContext: EventContext,
  { signal, urgent }: CallOptions,
): Promise<MarketoPage["events"]> {
  const hasScores = rows.some((row) => integer(row["activityTypeId"]) === ACTIVITY.changeScore);
  const nameOf = hasScores ? await context.fieldNames({ signal, urgent }) : eventContext.nameOf;
  const events = rows.map((row) => toEvent(row, { ...eventContext, nameOf }));
  return events.filter((event) => event !== undefined);
}

/** The rows of one feed page by page; the return value is the position at its end. */
export async function* openFeed(
  context: FeedContext,
  feed: Feed,
  request: ChangesRequest,
  checkpoint: Checkpoint,
): AsyncGenerator<readonly Json[], Position> {
  const start = startOf(checkpoint.positions[feed], checkpoint.readAt)!;
  const readPage = pageReader(context.client, feed, request);
  let token = start.token;
  let mayMint = true;
  let [emptyPages, standingPages] = [0, 0];
  for (;;) {
    const at = context.now();
    const page = await (mayMint ? orNull(readPage(token)) : readPage(token));
    if (page === null) {
      // The token was lost: one for the time of the start begins the feed anew; events may come twice.
      mayMint = false;
      token = await mintToken(context.client, start.at, request);
      continue;
    }
    yield page.result;
    const next = page.nextPageToken ?? token;
    emptyPages = page.result.length === 0 ? emptyPages + 1 : 0;
    standingPages = next === token ? standingPages + 1 : 0;
    // A cursor that stands still for long is at its end, whatever `moreResult` says.
    if (!page.moreResult || standingPages > MOST_STANDING_PAGES) return { token: next, at };
    if (emptyPages >= MOST_EMPTY_PAGES) throw endlessFeed();
    token = next;
  }
}

/** The page, or null when its token was refused. */
async function orNull(page: Promise<Envelope>): Promise<Envelope | null> {
  try {
    return await page;
  } catch (error) {
    if (isTokenRefusal(error)) return null;
    throw error;
  }
}

/** What a call with a lost or expired token is answered with; the field names of the map are checked elsewhere. */
function isTokenRefusal(error: unknown): boolean {
  if (!(error instanceof MarketoCallError) || error.error === null) return false;
  const { action, split } = ruleOf(error.error);
  return action === "giveUp" && split === true && error.error.code !== "1006";
}

function endlessFeed(): CallError {
  return new CallError({
    class: "retry",
    code: "CS-ENDLESS-FEED",
    message: `Marketo's change feed gave ${MOST_EMPTY_PAGES} empty pages in a row and promised more; it is read again in the next cycle.`,
    side: "marketo",
  });
}

function pageReader(
  client: MarketoClient,
  feed: Feed,
  { fields, scores, signal, urgent }: ChangesRequest,
): (token: string) => Promise<Envelope> {
  const { path, query } = feedCall(feed, fields, scores);
  return (nextPageToken) =>
    client.call({ method: "GET", path, query: { nextPageToken, ...query } }, { signal, urgent });
}

function feedCall(
  feed: Feed,
  fields: readonly string[],
  scores: boolean,
): { path: string; query: Query } {
  switch (feed) {
    case "changes":
      // The parameter must not be empty; new persons are told of whatever it says.
      return {
        path: "/rest/v1/activities/leadchanges.json",
        query: { fields: fields.length > 0 ? fields.join(",") : "email" },
      };
    case "activities": {
      const types = scores ? [ACTIVITY.changeScore, ACTIVITY.mergeLeads] : [ACTIVITY.mergeLeads];
      return { path: "/rest/v1/activities.json", query: { activityTypeIds: types } };
    }
    case "deletions":
      return { path: "/rest/v1/activities/deletedleads.json", query: {} };
  }
}

export async function mintToken(
  client: MarketoClient,
  since: number,
  { signal, urgent }: CallOptions,
): Promise<string> {
  const path = "/rest/v1/activities/pagingtoken.json";
  const query = { sinceDatetime: isoSeconds(since) };
  const envelope = await client.call(
    { method: "GET", path, query, timeoutMs: PAGING_TOKEN_TIMEOUT_MS },
    { signal, urgent },
  );
  if (envelope.nextPageToken !== null) return envelope.nextPageToken;
  throw new CallError({
    class: "retry",
    code: "CS-NO-PAGING-TOKEN",
    message: "Marketo gave no paging token; it is asked for again in the next cycle.",
    side: "marketo",
  });
}
