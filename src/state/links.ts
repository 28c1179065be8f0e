import type { RecordType } from "../model/record";
import type { Link } from "../sync/statePort";
import type { Row, SqlDatabase } from "./database";
import { packId, unpackId } from "./ids";

const COLUMNS = "type, id, person, version, state, base";
const PAGE = 1000;

/** So many answers are kept at most. */
const MOST_KEPT = 4000;

/**
 * Links by either id. Answers are kept until the next commit, because a commit asks for the same links several times,
 * and several ids are asked for at once: a question costs SQLite's caller far more than SQLite.
 */
export class Links {
  readonly #database: SqlDatabase;
  readonly #byRow: Record<RecordType, Map<string, Link | null>> = {
    contact: new Map(),
    lead: new Map(),
  };
  readonly #byPerson = new Map<number, Link | null>();

  constructor(database: SqlDatabase) {
    this.#database = database;
  }

  /** To be called with every change of the database. */
  forget(): void {
    for (const kept of [this.#byRow.contact, this.#byRow.lead, this.#byPerson]) kept.clear();
  }

  ofRows(recordType: RecordType, ids: readonly string[]): Map<string, Link> {
    return known(this.#byRow[recordType], ids, (open) => {
      const packed = open.map(packId);
      const sql = `SELECT ${COLUMNS} FROM link WHERE type = ? AND id`;
      const rows = this.#database.all(
        `${sql} IN (SELECT unhex(value) FROM json_each(?))`,
        ...[recordType, JSON.stringify(packed.filter(isBytes).map(toHex))],
      );
      for (const id of packed.filter((one) => !isBytes(one)))
        rows.push(...this.#database.all(`${sql} = ?`, recordType, id));
      return new Map(rows.map(linkFromRow).map((link) => [link.dynamicsId, link]));
    });
  }

  ofPersons(ids: readonly number[]): Map<number, Link> {
    return known(this.#byPerson, ids, (open) => {
      const sql = `SELECT ${COLUMNS} FROM link WHERE person IN (SELECT value FROM json_each(?))`;
      const rows = this.#database.all(sql, JSON.stringify(open));
      return new Map(rows.map(linkFromRow).map((link) => [link.personId, link]));
    });
  }
}

/** Answers from those that are kept, after asking for the others; in the order of the ids, each a copy of its own. */
function known<Id>(
  kept: Map<Id, Link | null>,
  ids: readonly Id[],
  ask: (ids: readonly Id[]) => Map<Id, Link>,
): Map<Id, Link> {
  if (kept.size + ids.length > MOST_KEPT) kept.clear();
  const open = ids.filter((id) => !kept.has(id));
  const asked = open.length > 0 ? ask(open) : null;
  const isFew = ids.length <= MOST_KEPT;
  if (isFew) for (const id of open) kept.set(id, asked?.get(id) ?? null);
  const found = new Map<Id, Link>();
  for (const id of ids) {
    const link = (isFew ? kept : asked)?.get(id);
    if (link) found.set(id, { ...link });
  }
  return found;
}

function isBytes(id: Uint8Array | string): id is Uint8Array {
  return typeof id !== "string";
}

function toHex(id: Uint8Array): string {
  return Buffer.from(id.buffer, id.byteOffset, id.byteLength).toString("hex");
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
