import { CallError } from "../../model/failure";
import type { CallOptions, WriteResult } from "../../sync/ports";
import { MarketoCallError, type MarketoClient } from "./client";
import { ruleOf } from "./errors";

/** The API works on a merge for up to three minutes before it gives up. */
const MERGE_TIMEOUT_MS = 200_000;

/** Merges the loser into the winner. The call takes no body, and its answer has no result. */
export async function mergePersons(
  client: MarketoClient,
  { winnerId, loserId }: { winnerId: number; loserId: number },
  options: CallOptions,
): Promise<WriteResult> {
  try {
    const { requestId } = await client.call(
      {
        method: "POST",
        path: `/rest/v1/leads/${winnerId}/merge.json`,
        query: { leadIds: [loserId] },
        timeoutMs: MERGE_TIMEOUT_MS,
      },
      options,
    );
    return { kind: "written", id: String(winnerId), version: null, created: false, requestId };
  } catch (error) {
    if (!(error instanceof CallError)) throw error;
    return resultOf(error);
  }
}

/** What concerns these two persons is a result; everything else ends the work. */
function resultOf(error: CallError): WriteResult {
  const { failure } = error;
  if (!(error instanceof MarketoCallError)) throw error;
  if (error.mayHaveApplied) return { kind: "unknown", failure };
  if (error.error && ruleOf(error.error).split) return { kind: "failed", failure };
  throw error;
}
