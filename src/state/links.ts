import type { RecordType } from "../model/record";
import type { Link } from "../sync/statePort";
import type { Row, SqlDatabase } from "./database";
import { packId, unpackId } from "./ids";

const COLUMNS = "type, id, person, version, state, base";
const PAGE = 1000;

export function linksByDynamicsId(
  database: SqlDatabase,
  recordType: RecordType,
  ids: readonly string[],
): Map<string, Link> {
  const found = new Map<string, Link>();
  for (const id of ids) {
    const row = database.get(
      `SELECT ${COLUMNS} FROM link WHERE type = ? AND id = ?`,
      recordType,
      packId(id),
    );
    if (row) found.set(id, linkFromRow(row));
  }
  return found;
}

export function linksByPersonId(database: SqlDatabase, ids: readonly number[]): Map<number, Link> {
  const found = new Map<number, Link>();
  for (const id of ids) {
    const link = linkOfPerson(database, id);
    if (link) found.set(id, link);
  }
  return found;
}

export function linkOfPerson(database: SqlDatabase, personId: number): Link | undefined {
  const row = database.get(`SELECT ${COLUMNS} FROM link WHERE person = ?`, personId);
  return row && linkFromRow(row);
}

/** Each page is a query of its own behind the last id, so a commit in between does not disturb the walk. */
export function* allLinks(
  database: () => SqlDatabase,
  recordType: RecordType,
): Generator<readonly Link[]> {
  let rows = database().all(
    `SELECT ${COLUMNS} FROM link WHERE type = ? ORDER BY id LIMIT ${PAGE}`,
    recordType,
  );
  while (rows.length > 0) {
    yield rows.map(linkFromRow);
    rows = database().all(
      `SELECT ${COLUMNS} FROM link WHERE type = ? AND id > ? ORDER BY id LIMIT ${PAGE}`,
      recordType,
      rows.at(-1)?.[1] ?? null,
    );
  }
}

/** Links in id order, from the one after `dynamicsId` (null: from the first) on. */
export function linksAfter(
  database: SqlDatabase,
  recordType: RecordType,
  { dynamicsId, limit }: { dynamicsId: string | null; limit: number },
): Link[] {
  const order = "ORDER BY id LIMIT ?";
  const rows =
    dynamicsId === null
      ? database.all(`SELECT ${COLUMNS} FROM link WHERE type = ? ${order}`, recordType, limit)
      : database.all(
          `SELECT ${COLUMNS} FROM link WHERE type = ? AND id > ? ${order}`,
          recordType,
          packId(dynamicsId),
          limit,
        );
  return rows.map(linkFromRow);
}

export function countLinks(database: SqlDatabase, recordType: RecordType): number {
  return Number(database.get("SELECT count(*) FROM link WHERE type = ?", recordType)?.[0] ?? 0);
}

function linkFromRow([type, id, person, version, state, base]: Row): Link {
  return {
    recordType: String(type) as RecordType,
    dynamicsId: unpackId(id as Uint8Array | string),
    personId: Number(person),
    version: typeof version === "string" ? version : null,
    state: String(state) as Link["state"],
    base: base instanceof Uint8Array ? base : new Uint8Array(0),
  };
}
