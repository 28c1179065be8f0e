import type { CallOptions } from "../../sync/ports";
import {
  advance,
  firstCheckpoint,
  formatCheckpoint,
  parseCheckpoint,
  type Checkpoint,
} from "./checkpoint";
import { integer, text } from "./envelope";
import { mintToken, openFeed, type FeedContext } from "./feeds";

/** What a watched field's feed told; `guid` names the event, because rows come again in the overlap. */
export interface Watched {
  events: readonly { personId: number; guid: string }[];
  cursor: string;
}

/** A first look goes back this far: requests of the last day are not lost when the pair is new. */
const FIRST_LOOK_MS = 24 * 3_600_000;

/** Reads the change feed for one field alone, which is one call on a quiet day (the cycle's read takes three). */
export async function watchField(
  context: FeedContext,
  { field, cursor }: { field: string; cursor: string | null },
  options: CallOptions,
): Promise<Watched> {
  const readAt = context.now();
  const checkpoint = await startingPoint(context, cursor, options);
  const request = { fields: [field], scores: false, checkpoint: "", ...options };
  const reader = openFeed(context, "changes", request, { ...checkpoint, readAt });
  const events: { personId: number; guid: string }[] = [];
  for (;;) {
    const page = await reader.next();
    if (page.done) {
      const changes = advance(checkpoint.positions.changes, readAt, page.value);
      return { events, cursor: formatCheckpoint({ readAt, positions: onlyChanges(changes) }) };
    }
    for (const row of page.value) {
      const personId = integer(row["leadId"]);
      if (personId === undefined) continue;
      events.push({ personId, guid: text(row["marketoGUID"]) ?? `${integer(row["id"]) ?? 0}` });
    }
  }
}

async function startingPoint(
  context: FeedContext,
  cursor: string | null,
  options: CallOptions,
): Promise<Checkpoint> {
  const known = cursor === null ? undefined : parseCheckpoint(cursor);
  if (known) return known;
  const at = context.now() - FIRST_LOOK_MS;
  return firstCheckpoint({ token: await mintToken(context.client, at, options), at });
}

/** The other two feeds are not read here; their cursors only make the text a whole checkpoint. */
function onlyChanges(changes: Checkpoint["positions"]["changes"]): Checkpoint["positions"] {
  return { changes, activities: changes.slice(0, 1), deletions: changes.slice(0, 1) };
}
