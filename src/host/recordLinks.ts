import type { PairConfig } from "../config/pairFile";
import type { RecordType } from "../model/record";

/** The record's page in the organization's own web interface. */
export function dynamicsRecordUrl(
  { dynamics }: PairConfig,
  recordType: RecordType,
  id: string,
): string {
  const url = new URL("main.aspx", ensureSlash(dynamics.url));
  url.searchParams.set("etn", recordType);
  url.searchParams.set("pagetype", "entityrecord");
  url.searchParams.set("id", id);
  return url.href;
}

/**
 * The person's page in Marketo. Its host depends on the instance's pod, which the REST address does not tell; Marketo's
 * own start page leads a signed-in user to the right one.
 */
export function marketoPersonUrl(id: number): string {
  return `https://app.marketo.com/leadDatabase/loadLeadDetail?leadId=${id}`;
}

function ensureSlash(url: string): string {
  return url.endsWith("/") ? url : `${url}/`;
}
