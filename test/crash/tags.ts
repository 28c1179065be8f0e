import { RECORD_TYPES } from "../../src/model/record";
import type { Sandbox } from "../../src/sandbox/sandbox";

/** The names that the scenario gave to records: no id is the same in two runs. */
export class Tags {
  readonly rows = new Map<string, string>();
  readonly persons = new Map<number, string>();

  of(dynamicsId: string | null, personId: number | null): string {
    const row = dynamicsId === null ? undefined : this.rows.get(dynamicsId);
    const person = personId === null ? undefined : this.persons.get(personId);
    return row ?? person ?? "nobody";
  }
}

export function tagsOf({ dynamics, marketo }: Sandbox): Tags {
  const tags = new Tags();
  for (const type of RECORD_TYPES) {
    const known = new Set<string>();
    for (const row of dynamics.rows(type)) {
      const tag = unique(known, String(row["middlename"]));
      tags.rows.set(String(row[`${type}id`]), `${type} ${tag}`);
    }
  }
  for (const person of marketo.persons())
    tags.persons.set(Number(person["id"]), `person ${person["middleName"]}`);
  return tags;
}

/** A record may get the tag of another one with that one's values; the older one comes first. */
function unique(known: Set<string>, tag: string): string {
  const name = known.has(tag) ? `${tag}#2` : tag;
  known.add(name);
  return name;
}
