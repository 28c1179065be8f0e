import assert from "node:assert/strict";
import { test } from "node:test";
import type { OptionDescription } from "../../../src/model/schema";
import { lostIn, open, run } from "./meanwhile";

const FIELDS = {
  contact: ["preferredcontactmethodcode", "crmPreferredContactMethod"],
  lead: ["leadsourcecode", "leadSource"],
} as const;
const SIXTH = { value: 6, label: "Option 6" };

/**
 * Both sides hold the first option when the list is edited in Dynamics; `row` and `person` are what somebody chooses then.
 * In the end both sides hold the same, and nothing was a clash, because only one side changed (R3).
 */
const CASES: {
  name: string;
  list: (options: readonly OptionDescription[]) => OptionDescription[];
  row?: number;
  person?: string;
  expected: readonly [row: number, person: string];
}[] = [
  {
    name: "an option that is new, and chosen at once",
    list: (options) => [...options, SIXTH],
    row: 6,
    expected: [6, "Option 6"],
  },
  {
    name: "an option that is new, beside an edit of the person",
    list: (options) => [...options, SIXTH],
    person: "Option 2",
    expected: [2, "Option 2"],
  },
  {
    name: "an option that is called otherwise",
    list: ([, ...rest]) => [{ value: 1, label: "First" }, ...rest],
    expected: [1, "First"],
  },
  {
    name: "two options that change their names",
    list: ([, , ...rest]) => [
      { value: 1, label: "Option 2" },
      { value: 2, label: "Option 1" },
      ...rest,
    ],
    expected: [1, "Option 2"],
  },
  {
    name: "an option that is gone, in favor of another one",
    list: (options) => options.slice(1),
    row: 2,
    expected: [2, "Option 2"],
  },
];

for (const type of ["contact", "lead"] as const) {
  for (const { name, list, row, person, expected } of CASES) {
    test(`an edited list of options is no clash: ${name} (${type})`, async (t) => {
      const pair = await open(t);
      const [column, field] = FIELDS[type];
      const rows = pair.dynamics.store;
      const persons = pair.marketo.store;
      const id = rows.create(type, { lastname: "Ortiz", [column]: 1 });
      await run(pair);
      const [personId] = [...persons.persons.keys()];
      assert.equal(persons.value(personId!, field), "Option 1");
      const described = rows.column(type, column)!;
      described.options = list(described.options ?? []);
      if (row !== undefined) rows.edit(type, id, { [column]: row });
      if (person !== undefined) persons.edit(personId!, { [field]: person });
      // The descriptions are read again after half a day.
      await run(pair, 13 * 3_600_000);
      assert.deepEqual([rows.value(type, id, column), persons.value(personId!, field)], expected);
      assert.deepEqual([lostIn(pair), pair.state.failed()], [[], []]);
    });
  }
}
