import type { SqlDatabase } from "./database";

/**
 * Each entry leads from the version that is its index to the next one; a new store runs them all. Entries are never
 * changed once released, only added. The journal holds operations, not SQL, so it is replayed after migrating.
 */
export const MIGRATIONS: readonly string[] = [
  `CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
   CREATE TABLE field (
     type TEXT NOT NULL, position INTEGER NOT NULL, key TEXT NOT NULL, retired INTEGER NOT NULL DEFAULT 0,
     PRIMARY KEY (type, position)) WITHOUT ROWID;
   CREATE TABLE link (
     type TEXT NOT NULL, id BLOB NOT NULL, person INTEGER NOT NULL, version TEXT, state TEXT NOT NULL, base BLOB);
   CREATE UNIQUE INDEX link_by_id ON link (type, id);
   CREATE UNIQUE INDEX link_by_person ON link (person);
   CREATE TABLE checkpoint (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
   CREATE TABLE intent (
     id INTEGER PRIMARY KEY AUTOINCREMENT, cycle INTEGER NOT NULL, side TEXT NOT NULL, type TEXT NOT NULL,
     kind TEXT NOT NULL, dynamics_id TEXT, person INTEGER, reason TEXT NOT NULL);
   CREATE TABLE echo (
     person INTEGER NOT NULL, position INTEGER NOT NULL, field TEXT NOT NULL, prior BLOB, sent BLOB,
     activity INTEGER NOT NULL, cycle INTEGER NOT NULL, sent_at INTEGER NOT NULL,
     PRIMARY KEY (person, position)) WITHOUT ROWID;
   CREATE INDEX echo_by_time ON echo (sent_at);
   CREATE TABLE seen (guid BLOB PRIMARY KEY, at INTEGER NOT NULL) WITHOUT ROWID;
   CREATE INDEX seen_by_time ON seen (at);
   CREATE TABLE failed (
     type TEXT NOT NULL, dynamics_id TEXT, person INTEGER, outcome TEXT NOT NULL, side TEXT NOT NULL,
     code TEXT NOT NULL, message TEXT NOT NULL, attempts INTEGER NOT NULL, first_at INTEGER NOT NULL,
     last_at INTEGER NOT NULL, next_attempt INTEGER);
   CREATE INDEX failed_by_id ON failed (dynamics_id);
   CREATE INDEX failed_by_person ON failed (person);
   CREATE INDEX failed_by_next ON failed (next_attempt);
   CREATE INDEX failed_by_last ON failed (last_at);
   CREATE TABLE calls (side TEXT NOT NULL, day TEXT NOT NULL, calls INTEGER NOT NULL,
     PRIMARY KEY (side, day)) WITHOUT ROWID;
   CREATE TABLE cycle (number INTEGER PRIMARY KEY, summary TEXT NOT NULL);
   CREATE TABLE activity (
     id INTEGER PRIMARY KEY AUTOINCREMENT, at INTEGER NOT NULL, cycle INTEGER NOT NULL, pair TEXT NOT NULL,
     type TEXT NOT NULL, dynamics_id TEXT, person INTEGER, outcome TEXT NOT NULL, reason TEXT NOT NULL,
     shape TEXT NOT NULL, contents TEXT NOT NULL, error_code TEXT, error_message TEXT,
     changed_dynamics TEXT, changed_marketo TEXT, request_id TEXT,
     sides INTEGER NOT NULL, conflict INTEGER NOT NULL);
   CREATE INDEX activity_by_time ON activity (at, id, outcome, sides, conflict, cycle);
   CREATE INDEX activity_by_cycle ON activity (cycle, id);
   CREATE INDEX activity_by_outcome ON activity (outcome, at, id);
   CREATE INDEX activity_by_record ON activity (dynamics_id, person, id);
   CREATE INDEX activity_by_person ON activity (person, id);
   CREATE INDEX activity_conflicts ON activity (at, id) WHERE conflict = 1;
   CREATE TABLE logged_field (mark TEXT PRIMARY KEY, side TEXT NOT NULL, field TEXT NOT NULL)
     WITHOUT ROWID;`,
  // Each write of ours is looked for in the feed by itself: a second one to a field must not hide what the first replaced.
  `CREATE TABLE pending_echo (
     person INTEGER NOT NULL, position INTEGER NOT NULL, field TEXT NOT NULL, prior BLOB, sent BLOB,
     activity INTEGER NOT NULL, cycle INTEGER NOT NULL, sent_at INTEGER NOT NULL,
     PRIMARY KEY (person, position, activity)) WITHOUT ROWID;
   INSERT INTO pending_echo (person, position, field, prior, sent, activity, cycle, sent_at)
     SELECT person, position, field, prior, sent, activity, cycle, sent_at FROM echo;
   DROP TABLE echo;
   ALTER TABLE pending_echo RENAME TO echo;
   CREATE INDEX echo_by_time ON echo (sent_at);`,
  `ALTER TABLE intent ADD COLUMN clashes TEXT;`,
  `ALTER TABLE intent ADD COLUMN sent BLOB;`,
];

/** The version a database has; 0 is an empty one. */
export function schemaVersion(database: SqlDatabase): number {
  const row = database.get("PRAGMA user_version");
  return Number(row?.[0] ?? 0);
}

/** Brings a database to the newest version, each step as a whole or not at all. Returns whether anything was done. */
export function migrate(database: SqlDatabase, migrations: readonly string[]): boolean {
  const from = schemaVersion(database);
  for (let version = from; version < migrations.length; version += 1) {
    database.transaction(() => {
      database.script(migrations[version] ?? "");
      database.script(`PRAGMA user_version = ${version + 1}`);
    });
  }
  return from < migrations.length;
}
