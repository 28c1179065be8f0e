import { createHash } from "node:crypto";
import { newer, wrongPair } from "./errors";
import { removeObsolete, writeNewFile } from "./files";
import type { FileSystem } from "./files";
import { snapshotPath } from "./folder";
import type { Generation } from "./frames";

/** The whole state as it was after commit `sequence`. */
export interface Snapshot {
  pair: string;
  schema: number;
  generation: Generation;
  sequence: number;
  database: Uint8Array;
}

interface Header {
  format: number;
  pair: string;
  schema: number;
  generation: Generation;
  sequence: number;
  length: number;
}

/** A snapshot file is one line of JSON with the header and its checksum, then the database. */
const FORMAT = 1;
const LONGEST_HEADER = 4096;

/** Writes a snapshot under its final name, in one step that either happened or did not. */
export async function writeSnapshot(
  files: FileSystem,
  folder: string,
  snapshot: Snapshot,
  mayRename: () => Promise<void>,
): Promise<void> {
  const path = snapshotPath(folder, snapshot.generation);
  const temporary = `${path}.tmp`;
  const { database, ...rest } = snapshot;
  const header: Header = { format: FORMAT, ...rest, length: database.length };
  const line = `${JSON.stringify({ ...header, sha256: checksum(header, database) })}\n`;
  await removeObsolete(files, temporary);
  await writeNewFile(files, temporary, [Buffer.from(line), database]);
  await mayRename();
  await files.rename(temporary, path);
  await files.syncFolder(folder);
}

/** Reads a snapshot; null when it is not whole. One of a newer version is refused, whatever else there is. */
export async function readSnapshot(
  files: FileSystem,
  folder: string,
  generation: Generation,
  expected: { pair: string; schema: number },
): Promise<Snapshot | null> {
  const bytes = await files.read(snapshotPath(folder, generation));
  const lineEnd = bytes.subarray(0, LONGEST_HEADER).indexOf(10);
  const parsed = lineEnd < 0 ? null : parseHeader(Buffer.from(bytes.subarray(0, lineEnd)));
  if (!parsed) return null;
  const { sha256, ...header } = parsed;
  if (header.format > FORMAT) throw newer(folder, header.format, FORMAT);
  const database = bytes.subarray(lineEnd + 1);
  if (database.length !== header.length || checksum(header, database) !== sha256) return null;
  if (header.schema > expected.schema) throw newer(folder, header.schema, expected.schema);
  if (header.pair !== expected.pair) throw wrongPair(folder, header.pair, expected.pair);
  const { pair, schema, sequence } = header;
  return header.generation === generation ? { pair, schema, generation, sequence, database } : null;
}

function parseHeader(line: Buffer): (Header & { sha256: string }) | null {
  try {
    const value = JSON.parse(line.toString("utf8")) as Header & { sha256: string };
    return typeof value.format === "number" && typeof value.sha256 === "string" ? value : null;
  } catch {
    // Not JSON: the file is torn or was overwritten, which the caller treats as "not whole".
    return null;
  }
}

function checksum(header: Header, database: Uint8Array): string {
  return createHash("sha256").update(JSON.stringify(header)).update(database).digest("hex");
}
