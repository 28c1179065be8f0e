import { asObject, type Json } from "./envelope";

/** The three change feeds; each has its own cursor. */
export const FEEDS = ["changes", "activities", "deletions"] as const;
export type Feed = (typeof FEEDS)[number];

/** A cursor and the time at which it stood at the end of the feed. */
export interface Position {
  token: string;
  /** Milliseconds since 1970; a new cursor can be had for this time when the token is lost. */
  at: number;
}

/**
 * Rows can become visible ten minutes late, behind rows with a later date (Q2). Each read therefore starts at a cursor
 * that is at least ten minutes older than the read before it, and a short history of cursors makes that possible
 * without asking for a new one.
 */
export interface Checkpoint {
  /** When the last read began, milliseconds since 1970. */
  readAt: number;
  /** Ascending in time and never empty. */
  positions: Readonly<Record<Feed, readonly Position[]>>;
}

export const OVERLAP_MS = 10 * 60_000;
/** Cursors of reads in quick succession are not all kept. */
const SPACING_MS = 150_000;
const VERSION = 1;

export function firstCheckpoint(position: Position): Checkpoint {
  const positions = [position];
  return {
    readAt: position.at,
    positions: { changes: positions, activities: positions, deletions: positions },
  };
}

/** Where the next read starts: the newest cursor that is old enough, or the oldest there is. */
export function startOf(positions: readonly Position[], readAt: number): Position | undefined {
  return positions.findLast(({ at }) => at <= readAt - OVERLAP_MS) ?? positions[0];
}

/** The history after one more read that ended at `end`. */
export function advance(
  positions: readonly Position[],
  readAt: number,
  end: Position,
): readonly Position[] {
  const start = startOf(positions, readAt);
  const useful = positions.filter(({ at }) => start === undefined || at >= start.at);
  const newest = useful.at(-1);
  const before = useful.at(-2);
  // The newest one can go when its neighbor is near: the one that is added now takes its place.
  if (newest && before && newest.at - before.at < SPACING_MS) return [...useful.slice(0, -1), end];
  return [...useful, end];
}

export function formatCheckpoint({ readAt, positions }: Checkpoint): string {
  const compact = Object.fromEntries(
    FEEDS.map((feed) => [feed, positions[feed].map(({ token, at }) => [token, at])]),
  );
  return JSON.stringify({ version: VERSION, readAt, ...compact });
}

/** Undefined when the text is not a checkpoint of this connector. */
export function parseCheckpoint(text: string): Checkpoint | undefined {
  const json = parseJson(text);
  const readAt = json?.["readAt"];
  if (json?.["version"] !== VERSION || typeof readAt !== "number") return undefined;
  const changes = toPositions(json["changes"]);
  const activities = toPositions(json["activities"]);
  const deletions = toPositions(json["deletions"]);
  if (!changes || !activities || !deletions) return undefined;
  return { readAt, positions: { changes, activities, deletions } };
}

function toPositions(value: unknown): Position[] | undefined {
  if (!Array.isArray(value) || value.length === 0) return undefined;
  const positions: Position[] = [];
  for (const entry of value as readonly unknown[]) {
    const [token, at]: readonly unknown[] = Array.isArray(entry) ? entry : [];
    if (typeof token !== "string" || typeof at !== "number") return undefined;
    positions.push({ token, at });
  }
  return positions;
}

function parseJson(text: string): Json | undefined {
  try {
    return asObject(JSON.parse(text));
  } catch {
    // The caller reports the checkpoint as lost.
    return undefined;
  }
}
