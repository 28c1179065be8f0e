import { TooManyMatches } from "../model/failure";
import type { CallOptions, MarketoPerson, MarketoPort } from "./ports";

/** What a search found, and the values that more persons have than a search gives. */
export interface FoundPersons {
  persons: readonly MarketoPerson[];
  crowded: readonly string[];
}

/** Searches persons by values; one that too many of them have does not keep the others from being found. */
export async function searchPersons(
  marketo: Pick<MarketoPort, "find">,
  { field, values }: { field: string; values: readonly string[] },
  fields: readonly string[],
  options?: CallOptions,
): Promise<FoundPersons> {
  const crowded: string[] = [];
  let open = values;
  while (open.length) {
    try {
      const persons = await marketo.find({ field, values: open }, fields, options);
      return { persons, crowded };
    } catch (error) {
      if (!(error instanceof TooManyMatches)) throw error;
      crowded.push(error.value);
      const key = searchKey(error.value);
      open = open.filter((value) => searchKey(value) !== key);
    }
  }
  return { persons: [], crowded };
}

/** A search goes without regard to letter case. */
export function searchKey(value: string): string {
  return value.trim().toLowerCase();
}
