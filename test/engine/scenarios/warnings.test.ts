import assert from "node:assert/strict";
import { test } from "node:test";
import type { PairConfig } from "../../../src/config/pairFile";
import { openSandboxPair } from "../../support/enginePair";

type Filter = NonNullable<NonNullable<PairConfig["recordTypes"]["contact"]>["filter"]>;

/** What the first cycle of a pair with such a filter tells, and whether it went on. */
async function firstCycle(filter: Partial<Filter>) {
  const pair = await openSandboxPair({
    configure: ({ recordTypes }) => {
      recordTypes.contact!.filter = { column: "new_synctomkto", onLeave: "freeze", ...filter };
    },
  });
  try {
    const { error } = await pair.run();
    const told = pair.events.flatMap((event) =>
      event.type === "warning" && event.code === "CS-NO-FILTER-COLUMN" ? [event.message] : [],
    );
    return { told, error: error && `${error.code} ${error.message}` };
  } finally {
    await pair.close();
  }
}

test("B-50: a filter column that does not exist is told, and nobody is kept out", async () => {
  assert.deepEqual(await firstCycle({ column: "new_nosuchcolumn" }), {
    told: [
      "The filter column new_nosuchcolumn of contact does not exist; it keeps no record out. Create the column, or name another one in the pair file.",
    ],
    error: null,
  });
});

test("B-50: a filter column of another type is told, and nobody is kept out", async () => {
  assert.deepEqual(await firstCycle({ column: "jobtitle" }), {
    told: [
      "The filter column jobtitle of contact is not a yes/no column that the sync user can read; it keeps no record out. Create the column, or name another one in the pair file.",
    ],
    error: null,
  });
});

test("a condition on a column that is not synced lets nobody through: the cycle ends with the remedy", async () => {
  assert.deepEqual(await firstCycle({ where: "nickname = 'Ann'" }), {
    told: [],
    error:
      "CS-CONFIG The condition \"nickname = 'Ann'\" of contact uses the column nickname, which is not synced; add it to the field map. Nothing syncs until then, because every record would be let through.",
  });
});

test("a copied or restored organization is not written to: the state belongs to the other one", async () => {
  const pair = await openSandboxPair();
  try {
    await pair.run();
    pair.sandbox.dynamics.newOrganizationId();
    pair.engine.forgetSchema();
    const { error, counts, halted } = await pair.run();
    const nothing = { dynamics: 0, marketo: 0 };
    assert.deepEqual(
      [error?.code, counts.created, counts.updated, halted],
      ["CS-ORG-CHANGED", nothing, nothing, null],
    );
  } finally {
    await pair.close();
  }
});
