import assert from "node:assert/strict";
import { test } from "node:test";
import type { MemoryPair } from "../../support/enginePair";
import { meanwhile, open, run } from "./meanwhile";

/** So many new rows that their persons are searched while further rows are read. */
const ROWS = 300;

/**
 * Leads are switched on beside contacts that sync already. Something happens to Lee in Marketo after the persons were
 * searched and before the change feeds are read; `title` is what Lee's lead has in the end, and nobody is there twice.
 */
const CASES: {
  name: string;
  before?: (pair: MemoryPair) => number;
  meanwhile: (pair: MemoryPair, lee: number) => void;
  title: string | null;
}[] = [
  {
    name: "a value that is edited",
    before: (pair) => pair.marketo.store.create({ ...LEE, title: "old" }),
    meanwhile: (pair, lee) => pair.marketo.store.edit(lee, { title: "new" }),
    title: "new",
  },
  {
    name: "a person that is born",
    meanwhile: (pair) => void pair.marketo.store.create({ ...LEE, title: "new" }),
    title: "new",
  },
  {
    name: "a person that gets the address",
    before: (pair) => pair.marketo.store.create({ lastName: "Lee", title: "new" }),
    meanwhile: (pair, lee) => pair.marketo.store.edit(lee, LEE),
    title: "new",
  },
  {
    name: "a person that is deleted",
    before: (pair) => pair.marketo.store.create({ ...LEE, title: "old" }),
    meanwhile: (pair, lee) => pair.marketo.store.remove(lee),
    title: null,
  },
];
const LEE = { lastName: "Lee", email: "p0@web.test" };

for (const { name, before, meanwhile: act, title } of CASES) {
  test(`what happens between a search ahead and the change feeds is not missed: ${name}`, async (t) => {
    const { wrap, arm } = meanwhile();
    const pair = await open(t, {
      wrap,
      configure: ({ recordTypes, policies }) => {
        recordTypes.lead!.enabled = false;
        policies.brakes.maxCreates.percent = 100_000;
      },
    });
    const rows = pair.dynamics.store;
    rows.create("contact", { lastname: "Ortiz" });
    await run(pair);
    const lee = before?.(pair) ?? 0;
    const leads = Array.from({ length: ROWS }, (_, n) =>
      rows.create("lead", { lastname: `L${n}`, emailaddress1: `p${n}@web.test` }),
    );
    await run(pair, 3_600_000);
    pair.config.recordTypes.lead!.enabled = true;
    await pair.restart();
    // By id first, then by address.
    arm("after", "marketo", () => arm("after", "marketo", () => act(pair, lee), "find"), "find");
    await run(pair);
    for (let n = 0; n < 3; n++) await run(pair, 300_000);
    assert.deepEqual(
      [rows.value("lead", leads[0]!, "jobtitle"), pair.marketo.store.persons.size],
      [title, ROWS + 1],
    );
  });
}
