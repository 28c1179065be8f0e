import type { PairConfig } from "../config/pairFile";
import { CallError } from "../model/failure";
import type { ConnectorSet } from "./connect";

/** Makes the person fields that hold a link, where they are missing. Returns the names made. */
export async function createLinkFields(
  config: PairConfig,
  { marketo }: ConnectorSet,
): Promise<string[]> {
  const present = new Set((await marketo.describe()).map((field) => field.name));
  const { id, type, deleted } = config.marketo.linkFields;
  const specs = [
    { name: id, displayName: "CRM Record Id", type: "string" as const },
    { name: type, displayName: "CRM Record Type", type: "string" as const },
    { name: deleted, displayName: "CRM Is Deleted", type: "boolean" as const },
  ].filter((spec) => !present.has(spec.name));
  if (!specs.length) return [];
  const results = await marketo.createFields(specs);
  const made: string[] = [];
  for (const result of results) {
    if (result.kind === "created") made.push(result.name);
    else if (result.failure.class !== "exists") throw new CallError(result.failure);
  }
  return made;
}
