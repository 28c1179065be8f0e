import { damaged, newer, wrongPair } from "./errors";
import type { FileSystem } from "./files";
import { journalPath, readFolder } from "./folder";
import type { FolderContent } from "./folder";
import { scanFrames } from "./frames";
import type { Frame, Generation } from "./frames";
import { readSnapshot } from "./snapshots";
import type { Snapshot } from "./snapshots";

/** What a journal file says at its start. */
export interface JournalStart {
  pair: string;
  schema: number;
}

export interface JournalScan {
  generation: Generation;
  /** The commit that this journal continues; null when not even the start was written. */
  follows: number | null;
  commits: Frame[];
  end: number;
  brokenInside: boolean;
}

/** The last durable state of a folder: a snapshot and the commits after it. */
export interface Recovered {
  snapshot: Snapshot;
  commits: Frame[];
  /** Number of the last durable commit. */
  sequence: number;
  /** Bytes of the journals after the snapshot. */
  journalBytes: number;
  journalFiles: number;
  /** Where a reader goes on: the last journal and the end of its whole frames. */
  tail: { generation: Generation; end: number } | null;
}

export interface Expected {
  pair: string;
  schema: number;
  /** The last commit that the lease knows to be durable; a state that ends before it has lost something. */
  sequence: number | null;
}

/** Returns null only when the folder never had a state. Everything else is the last durable commit, or refused. */
export async function recover(
  files: FileSystem,
  folder: string,
  expected: Expected,
): Promise<Recovered | null> {
  const content = await readFolder(files, folder);
  if (content.snapshots.length + content.journals.length === 0) {
    if (expected.sequence === null) return null;
    throw damaged(folder, "its files are gone");
  }
  const journals = await scanJournals(files, folder, content, expected);
  let behind: Recovered | null = null;
  for (const generation of content.snapshots.toReversed()) {
    const snapshot = await readSnapshot(files, folder, generation, expected);
    const recovered = snapshot && chain(snapshot, journals);
    if (recovered && recovered.sequence >= (expected.sequence ?? 0)) return recovered;
    behind ??= recovered;
  }
  if (behind)
    throw damaged(
      folder,
      `the commits ${behind.sequence + 1} to ${expected.sequence} are missing from its journal`,
    );
  throw damaged(folder, "no snapshot with a whole journal after it was found");
}

async function scanJournals(
  files: FileSystem,
  folder: string,
  content: FolderContent,
  expected: Expected,
): Promise<JournalScan[]> {
  const scans: JournalScan[] = [];
  for (const generation of content.journals) {
    const bytes = await files.read(journalPath(folder, generation));
    scans.push(scanJournal(bytes, generation, folder, expected));
  }
  return scans;
}

/** Reads one journal file from its start. */
export function scanJournal(
  bytes: Uint8Array,
  generation: Generation,
  folder: string,
  expected: { pair: string; schema: number },
): JournalScan {
  const { frames, end, brokenInside } = scanFrames(bytes, generation);
  const [first, ...commits] = frames;
  if (first?.kind !== "start")
    return {
      generation,
      follows: null,
      commits: [],
      end: 0,
      brokenInside: frames.length > 0 || brokenInside,
    };
  const start = JSON.parse(Buffer.from(first.payload).toString("utf8")) as JournalStart;
  if (start.schema > expected.schema) throw newer(folder, start.schema, expected.schema);
  if (start.pair !== expected.pair) throw wrongPair(folder, start.pair, expected.pair);
  return { generation, follows: first.sequence, commits, end, brokenInside };
}

/**
 * Puts the journals after a snapshot in a row; null when a commit is missing in between. Where a later journal goes
 * on from an earlier commit, what stands behind that commit was written by a process that had been replaced.
 */
function chain(snapshot: Snapshot, journals: readonly JournalScan[]): Recovered | null {
  const later = journals.filter(({ generation }) => generation >= snapshot.generation);
  const commits: Frame[] = [];
  let sequence = snapshot.sequence;
  let journalBytes = 0;
  let tail: Recovered["tail"] = null;
  for (const [place, journal] of later.entries()) {
    const limit =
      later.slice(place + 1).find(({ follows }) => follows !== null)?.follows ?? Infinity;
    if (journal.follows !== null && journal.follows !== sequence) return null;
    for (const commit of journal.commits) {
      if (commit.sequence > limit) break;
      if (commit.sequence !== sequence + 1) return null;
      commits.push(commit);
      sequence += 1;
    }
    if (journal.brokenInside && sequence < limit) return null;
    journalBytes += journal.end;
    if (journal.follows !== null) tail = { generation: journal.generation, end: journal.end };
  }
  const journalFiles = later.length;
  return { snapshot, commits, sequence, journalBytes, journalFiles, tail };
}
