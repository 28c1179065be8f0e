import type { FieldValue, RecordType } from "../model/record";
import { unpackChanges } from "./activityRows";
import type { SqlDatabase } from "./database";
import { LoggedFields } from "./loggedFields";

/** A record's newest activities are looked through; a value that was written longer ago stays unknown. */
const MOST_ACTIVITIES = 20;

/** The values that the log has as last written, by record and field: what both sides held after that write. */
export function loggedValues(
  database: SqlDatabase,
  recordType: RecordType,
  wanted: ReadonlyMap<string, readonly string[]>,
): Map<string, Map<string, FieldValue>> {
  const logged = new LoggedFields(database);
  const found = new Map<string, Map<string, FieldValue>>();
  for (const [dynamicsId, fields] of wanted) {
    const rows = database.all(
      `SELECT shape, contents FROM activity
       WHERE dynamics_id = ? AND type = ? AND outcome IN ('applied', 'conflicted')
       ORDER BY id DESC LIMIT ${MOST_ACTIVITIES}`,
      dynamicsId,
      recordType,
    );
    const missing = new Set(fields);
    const values = new Map<string, FieldValue>();
    for (const [shape, contents] of rows) {
      if (missing.size === 0) break;
      for (const change of unpackChanges(logged, String(shape), String(contents))) {
        if (missing.delete(change.field)) values.set(change.field, change.after);
      }
    }
    if (values.size > 0) found.set(dynamicsId, values);
  }
  return found;
}
