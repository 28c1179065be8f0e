import { createHash } from "node:crypto";
import type { RecordType } from "../model/record";

/**
 * The id of the row that a person gets. The same request always names the same id, so that a request that is carried
 * out twice (a crash in between, a lost answer, a state that was lost) meets the row that is there already. `former` is
 * the person's deleted record, if any: its successor needs an id of its own.
 */
export function requestedRowId(request: {
  pair: string;
  recordType: RecordType;
  personId: number;
  former: string | null;
}): string {
  const { pair, recordType, personId, former } = request;
  const name = JSON.stringify(["contact-sync", pair, recordType, personId, former]);
  const bytes = createHash("sha256").update(name).digest().subarray(0, 16);
  // Version 8: an id that its maker derives in his own way.
  bytes[6] = (bytes[6]! & 0x0f) | 0x80;
  bytes[8] = (bytes[8]! & 0x3f) | 0x80;
  const hex = bytes.toString("hex");
  return [
    hex.slice(0, 8),
    hex.slice(8, 12),
    hex.slice(12, 16),
    hex.slice(16, 20),
    hex.slice(20),
  ].join("-");
}
