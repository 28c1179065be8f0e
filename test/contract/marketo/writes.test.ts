import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { MarketoWrite, WriteResult } from "../../../src/sync/ports";
import type { FaultAction } from "../../../src/sandbox/kernel/faults";
import { KEY } from "../marketoContract";
import { calls, inputs, keyed, newPerson, range, tally, withWorld } from "./support";
import type { SandboxWorld } from "./sandboxWorld";

const LEADS = "^/rest/v1/leads\\.json";

const DONE_7 = { id: 7, status: "updated" };

/** A rule of the instance that refuses every Sync Leads call whose body matches. */
function refuseCallsWith({ kernel }: SandboxWorld, body: string, code = "1003"): void {
  const errors = [{ code, message: "Injected." }];
  const answer = JSON.stringify({ requestId: "a#1", success: false, errors });
  const action: FaultAction = { kind: "respond", status: 200, body: answer };
  kernel.faults.add({ server: "marketo", path: LEADS, body, times: Infinity, action });
}

describe("Marketo writes: how records are put into calls", () => {
  it(
    "900 updates are three calls of 300, by id and updateOnly",
    withWorld(async (world) => {
      const ids = range(900).map((n) => world.hands.create({ firstName: `P${n}` }));
      const writes = ids.map((id): MarketoWrite => ({
        kind: "update",
        id,
        values: { city: "Oslo" },
      }));
      assert.deepEqual(tally(await world.port.write(writes, keyed)), { written: 900 });
      assert.deepEqual(
        inputs(world).map(({ length }) => length),
        [300, 300, 300],
      );
      for (const { body } of calls(world)) {
        assert.match(body, /"action":"updateOnly","lookupField":"id"/);
      }
    }),
  );

  it(
    "creates go by the field that holds the Dynamics id",
    withWorld(async (world) => {
      await world.port.write([newPerson(1)], keyed);
      assert.deepEqual(JSON.parse(calls(world)[0]!.body), {
        action: "createOrUpdate",
        lookupField: KEY,
        input: [{ [KEY]: "key-1", firstName: "P1" }],
      });
    }),
  );

  it(
    "no call names a key twice, and no two calls at once write one key (1036, Q6)",
    withWorld(async (world) => {
      world.sandbox.quirks.raceMs = 2;
      const writes = range(700).map((n) => newPerson(n % 350, { city: `C${n}` }));
      const results = await world.port.write(writes, keyed);
      assert.deepEqual(tally(results), { written: 700 });
      assert.equal(world.count(), 350);
      for (const input of inputs(world)) {
        assert.equal(new Set(input.map((record) => record[KEY])).size, input.length);
      }
      assert.equal(
        world.sandbox.person(Number(results[0]?.kind === "written" && results[0].id))?.["city"],
        "C350",
      );
    }),
  );

  it(
    "300 records of 30,000 bytes are split so that no body is over 1 MB",
    withWorld(async (world) => {
      const personNotes = "x".repeat(30_000);
      const results = await world.port.write(
        range(300).map((n) => newPerson(n, { personNotes })),
        keyed,
      );
      assert.deepEqual(tally(results), { written: 300 });
      const statuses = calls(world).map(({ status }) => status);
      assert.deepEqual([statuses.length, new Set(statuses)], [10, new Set([200])]);
    }),
  );

  it(
    "one record that is over 1 MB alone is refused alone",
    withWorld(async (world) => {
      const writes = [
        newPerson(1),
        newPerson(2, { personNotes: "x".repeat(1_100_000) }),
        newPerson(3),
      ];
      assert.deepEqual(tally(await world.port.write(writes, keyed)), {
        written: 2,
        "refused HTTP 413": 1,
      });
    }),
  );
});

describe("Marketo writes: a call refused because of one record", () => {
  for (const [code, failureClass] of [
    ["1003", "refused"],
    ["1006", "configuration"],
    ["718", "refused"],
    ["4711", "refused"],
  ] as const) {
    it(
      `${code}: the record is found, the other 299 are written`,
      withWorld(async (world) => {
        refuseCallsWith(world, 'key-217"', code);
        const results = await world.port.write(
          range(300).map((n) => newPerson(n)),
          keyed,
        );
        assert.deepEqual(tally(results), { written: 299, [`${failureClass} ${code}`]: 1 });
        const bad = results.findIndex(({ kind }) => kind === "failed");
        assert.deepEqual([bad, world.count()], [217, 299]);
        assert.ok(calls(world).length <= 18);
      }),
    );
  }

  it(
    "when all records seem bad, the search ends after some calls and the rest may pass later",
    withWorld(async (world) => {
      refuseCallsWith(world, "key");
      const results = await world.port.write(
        range(300).map((n) => newPerson(n)),
        keyed,
      );
      const counts = tally(results);
      assert.equal((counts["refused 1003"] ?? 0) + (counts["retry 1003"] ?? 0), 300);
      assert.ok(calls(world).length <= 70, `${calls(world).length} calls`);
    }),
  );

  it(
    "a missing permission stops the whole write at once",
    withWorld(async (world) => {
      world.sandbox.permissions.revoke("client", "Read-Write Lead");
      const write = world.port.write(
        range(3000).map((n) => newPerson(n)),
        keyed,
      );
      await assert.rejects(write, /603/);
      assert.ok(calls(world).length <= 5);
    }),
  );

  it(
    "what was written before the quota ended is told as written",
    withWorld(async (world) => {
      world.sandbox.limits.daily = 3;
      const results = await world.port.write(
        range(1500).map((n) => newPerson(n)),
        keyed,
      );
      assert.deepEqual(tally(results), { written: 900, "quota 607": 600 });
      assert.equal(world.count(), 900);
    }),
  );
});

describe("Marketo writes: lost answers", () => {
  for (const [name, action, done] of [
    ["reset after commit", { kind: "resetAfterCommit" }, true],
    ["reset before", { kind: "resetBefore" }, false],
    ["502 after commit", { kind: "respondAfterCommit", status: 502, body: "<html>" }, true],
    [
      "604 after commit",
      {
        kind: "respondAfterCommit",
        status: 200,
        body: '{"requestId":"a#1","success":false,"errors":[{"code":"604","message":"Timed out"}]}',
      },
      true,
    ],
    ["an empty body after commit", { kind: "respondAfterCommit", status: 200, body: "" }, true],
  ] as const) {
    it(
      `${name}: this chunk is unknown, the others are written, nothing is sent twice`,
      withWorld(async (world) => {
        const body = '"key-300"';
        world.kernel.faults.add({ server: "marketo", path: LEADS, body, action });
        const results = await world.port.write(
          range(900).map((n) => newPerson(n)),
          keyed,
        );
        assert.deepEqual(tally(results), { written: 600, unknown: 300 });
        assert.deepEqual(
          results.slice(300, 600).every(({ kind }) => kind === "unknown"),
          true,
        );
        assert.deepEqual([world.count(), inputs(world).length], [done ? 900 : 600, 3]);
      }),
    );
  }

  it(
    "after a 604 the next calls are smaller, and grow again",
    withWorld(async (world) => {
      const body = '{"requestId":"a#1","success":false,"errors":[{"code":"604","message":"Slow"}]}';
      const action = { kind: "respond", status: 200, body } as const;
      world.kernel.faults.add({ server: "marketo", path: LEADS, action });
      await world.port.write(
        range(300).map((n) => newPerson(n)),
        keyed,
      );
      await world.port.write(
        range(300).map((n) => newPerson(n)),
        keyed,
      );
      await world.port.write(
        range(300).map((n) => newPerson(n)),
        keyed,
      );
      assert.deepEqual(
        inputs(world).map(({ length }) => length),
        [300, 150, 150, 300],
      );
    }),
  );

  /** What Marketo answers about two records, and what that says about each of them. */
  const ANSWERS: {
    name: string;
    writes: readonly MarketoWrite[];
    rows: readonly object[];
    expected: readonly string[];
  }[] = [
    {
      name: "a row for one of two creates may be about either",
      writes: range(2).map((n) => newPerson(n)),
      rows: [{ id: 7, status: "created" }],
      expected: ["unknown", "unknown"],
    },
    {
      name: "a row for one of two updates is about the one that it names",
      writes: [updated(7), updated(8)],
      rows: [{ id: 8, status: "updated" }],
      expected: ["unknown", "written 8"],
    },
    {
      name: "rows in another order are about the persons that they name",
      writes: [updated(7), updated(8)],
      rows: [{ id: 8, status: "skipped", reasons: [{ code: "1004" }] }, DONE_7],
      expected: ["written 7", "gone 1004"],
    },
    {
      name: "a row without an id stands in the place of its record",
      writes: [updated(7), updated(8)],
      rows: [DONE_7, { status: "skipped", reasons: [{ code: "1004" }] }],
      expected: ["written 7", "gone 1004"],
    },
    {
      name: "more rows than records are about the persons that they name",
      writes: [updated(7), newPerson(1)],
      rows: [DONE_7, { id: 9, status: "created" }, { id: 10, status: "created" }],
      expected: ["written 7", "unknown"],
    },
  ];
  for (const { name, writes, rows, expected } of ANSWERS) {
    it(
      name,
      withWorld(async (world) => {
        const body = JSON.stringify({ requestId: "a#1", success: true, result: rows });
        const action = { kind: "respond", status: 200, body } as const;
        world.kernel.faults.add({ server: "marketo", path: LEADS, times: Infinity, action });
        const results = await world.port.write(writes, keyed);
        assert.deepEqual(results.map(inWords), expected);
      }),
    );
  }
});

function updated(id: number): MarketoWrite {
  return { kind: "update", id, values: { city: "Oslo" } };
}

function inWords(result: WriteResult): string {
  if (result.kind === "written") return `written ${result.id}`;
  return result.kind === "failed" ? `${result.failure.class} ${result.failure.code}` : "unknown";
}
