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
    for (const row of dynamics.rows(type))
      tags.rows.set(String(row[`${type}id`]), `${type} ${row["middlename"]}`);
  }
  for (const person of marketo.persons())
    tags.persons.set(Number(person["id"]), `person ${person["middleName"]}`);
  return tags;
}
