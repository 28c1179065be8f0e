import type { Failure } from "../../model/failure";
import type { MarketoType } from "../../model/schema";
import type { CallOptions } from "../../sync/ports";
import { slices } from "./chunks";
import { MarketoCallError, type MarketoClient } from "./client";
import { firstError, text, type Json } from "./envelope";
import { ruleOf, toFailure } from "./errors";

/** A person field to be made. The REST name and the type of a field can never be changed afterwards. */
export interface FieldSpec {
  name: string;
  displayName: string;
  type: Exclude<MarketoType, "reference" | "formula" | "unsupported" | "text">;
  description?: string;
  hidden?: boolean;
}

export type FieldResult =
  { kind: "created"; name: string } | { kind: "failed"; name: string; failure: Failure };

const MOST_FIELDS = 100;

/** Makes custom fields, and answers for each in the order given. A name that exists already answers `exists`. */
export async function createFields(
  client: MarketoClient,
  specs: readonly FieldSpec[],
  options: CallOptions,
): Promise<FieldResult[]> {
  const results: FieldResult[] = [];
  for (const slice of slices(specs, MOST_FIELDS)) {
    results.push(...(await createSlice(client, slice, options)));
  }
  return results;
}

/** One bad field refuses the whole call, so a refused call is made again field by field. */
async function createSlice(
  client: MarketoClient,
  specs: readonly FieldSpec[],
  options: CallOptions,
): Promise<FieldResult[]> {
  const path = "/rest/v1/leads/schema/fields.json";
  try {
    const call = { method: "POST", path, body: { input: specs.map(toInput) } } as const;
    const { result, requestId } = await client.call(call, options);
    return specs.map(({ name }, place) => toResult(name, result[place] ?? {}, requestId));
  } catch (error) {
    if (!(error instanceof MarketoCallError) || !error.error) throw error;
    if (!ruleOf(error.error).split) throw error;
    const [first] = specs;
    if (specs.length === 1 && first) {
      return [{ kind: "failed", name: first.name, failure: error.failure }];
    }
    const results: FieldResult[] = [];
    for (const spec of specs) results.push(...(await createSlice(client, [spec], options)));
    return results;
  }
}

function toResult(name: string, row: Json, requestId: string | null): FieldResult {
  const error = firstError(row["reasons"]) ?? firstError(row["errors"]);
  if (text(row["status"]) === "created" || !error) return { kind: "created", name };
  return { kind: "failed", name, failure: toFailure(error, requestId) };
}

function toInput({ name, displayName, type, description, hidden }: FieldSpec) {
  return {
    name,
    displayName,
    dataType: type,
    ...(description !== undefined && { description }),
    ...(hidden !== undefined && { isHidden: hidden }),
  };
}
