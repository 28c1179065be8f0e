import assert from "node:assert/strict";
import { test } from "node:test";
import { openState } from "../../src/state/openState";
import type { State } from "../../src/state/state";
import { openTestState, temporaryFolder } from "./openTestState";
import { activity, change, echo, failure, guid, intent, link } from "./samples";

const now = (): number => Date.UTC(2026, 0, 2);
const reopenable = { pair: "main", owner: "test", now };
const UNUSUAL = {
  dynamicsId: null,
  personId: null,
  clashes: [change({ lost: "Anna" })],
  sent: new Uint8Array([0, 1, 1, 2, 3, 4, 5, 6, 7, 8]),
};

/** Each case: what is done, and what can be read afterwards; read twice, before and after the state is opened again. */
const CASES: {
  name: string;
  steps: (state: State) => Promise<unknown>;
  read: (state: State) => unknown;
  expected: unknown;
}[] = [
  {
    name: "links are found by either id, and only those asked for",
    steps: (state) =>
      state.commit((writer) => {
        for (const number of [1, 2, 3]) writer.putLink(link(number));
        writer.putLink(link(4, { recordType: "lead" }));
      }),
    read: (state) => [
      state.linksByDynamicsId("contact", [guid(1), guid(4), guid(9)]),
      state.linksByPersonId([2, 4, 9]),
      state.countLinks("contact"),
      state.countLinks("lead"),
    ],
    expected: [
      new Map([[guid(1), link(1)]]),
      new Map([
        [2, link(2)],
        [4, link(4, { recordType: "lead" })],
      ]),
      3,
      1,
    ],
  },
  {
    name: "putting a link again replaces all of it",
    steps: async (state) => {
      await state.commit((writer) => writer.putLink(link(1)));
      await state.commit((writer) =>
        writer.putLink(
          link(1, { personId: 7, version: null, state: "frozen", base: new Uint8Array(0) }),
        ),
      );
    },
    read: (state) => [state.linksByPersonId([1, 7])],
    expected: [
      new Map([
        [7, link(1, { personId: 7, version: null, state: "frozen", base: new Uint8Array(0) })],
      ]),
    ],
  },
  {
    name: "two links can exchange their persons in one commit",
    steps: async (state) => {
      await state.commit((writer) => [1, 2].forEach((number) => writer.putLink(link(number))));
      await state.commit((writer) => {
        writer.removeLink("contact", guid(2));
        writer.putLink(link(1, { personId: 2 }));
        writer.putLink(link(2, { personId: 1 }));
      });
    },
    read: (state) => [...state.links("contact")].flat().map(({ personId }) => personId),
    expected: [2, 1],
  },
  {
    name: "many links are given in the order in which they were asked for, those without a GUID among them",
    steps: (state) =>
      state.commit((writer) => {
        for (let number = 1; number <= 20; number++) writer.putLink(link(number));
        writer.putLink(link(21, { dynamicsId: "Row-1" }));
      }),
    read: (state) => [
      [...state.linksByDynamicsId("contact", ["Row-1", guid(9), guid(99), guid(2)]).keys()],
      [...state.linksByPersonId([21, 99, 3, 20, 3]).keys()],
      state.linksByDynamicsId("contact", []).size,
      state.linksByDynamicsId("lead", [guid(9)]).size,
    ],
    expected: [["Row-1", guid(9), guid(2)], [21, 3, 20], 0, 0],
  },
  {
    name: "an answer that was given before does not outlive a commit, and is the caller's own",
    steps: async (state) => {
      await state.commit((writer) => writer.putLink(link(1)));
      const [first] = state.linksByPersonId([1, 2]).values();
      if (first) first.state = "held";
      state.linksByDynamicsId("contact", [guid(1), guid(2)]);
      await state.commit((writer) => {
        // Both are asked for again while the commit is made.
        if (state.linksByPersonId([1]).get(1)?.state !== "active") throw new Error("Changed.");
        writer.putLink(link(2));
        writer.removeLink("contact", guid(1));
      });
    },
    read: (state) => [
      [...state.linksByPersonId([1, 2]).keys()],
      [...state.linksByDynamicsId("contact", [guid(1), guid(2)]).keys()],
    ],
    expected: [[2], [guid(2)]],
  },
  {
    name: "an id that is no GUID is kept as it is",
    steps: (state) => state.commit((writer) => writer.putLink(link(1, { dynamicsId: "Row-1" }))),
    read: (state) => state.linksByDynamicsId("contact", ["Row-1", "row-1"]),
    expected: new Map([["Row-1", link(1, { dynamicsId: "Row-1" })]]),
  },
  {
    name: "checkpoints are set, replaced and removed",
    steps: async (state) => {
      await state.commit((writer) => {
        writer.setCheckpoint("delta", "one");
        writer.setCheckpoint("token", "x".repeat(5000));
      });
      await state.commit((writer) => {
        writer.setCheckpoint("delta", "two: é 🎈");
        writer.setCheckpoint("token", null);
      });
    },
    read: (state) => ["delta", "token", "other"].map((key) => state.checkpoint(key)),
    expected: ["two: é 🎈", null, null],
  },
  {
    name: "intents stay open until they are finished",
    steps: async (state) => {
      await state.announce([intent(1), intent(2, UNUSUAL)]);
      const [third] = await state.announce([intent(3)]);
      await state.commit((writer) => writer.finishIntents([1, third ?? 0]));
    },
    read: (state) => state.openIntents(),
    expected: [{ id: 2, ...intent(2, UNUSUAL) }],
  },
  {
    name: "echoes are kept for each person, position and write",
    steps: (state) =>
      state.commit((writer) => {
        for (const position of [0, 1, 2]) writer.putEcho(echo(1, position));
        writer.putEcho(echo(2, 0));
        writer.putEcho(echo(1, 1, { cycle: 2 }));
        for (const activityId of [8, 9]) writer.putEcho(echo(1, 2, { activityId }));
        writer.removeEchoes(1, [0, 5]);
        writer.confirmEchoes([echo(1, 2, { activityId: 8 }), echo(7, 2)]);
      }),
    read: (state) => [state.echoes([1, 3]), state.overdueEchoes(2000), state.overdueEchoes(2001)],
    expected: [
      [echo(1, 1, { cycle: 2 }), echo(1, 2), echo(1, 2, { activityId: 9 })],
      [echo(1, 1, { cycle: 2 }), echo(1, 2), echo(1, 2, { activityId: 9 })],
      [echo(1, 1, { cycle: 2 }), echo(1, 2), echo(1, 2, { activityId: 9 }), echo(2, 0)],
    ],
  },
  {
    name: "seen guids are remembered until they are trimmed",
    steps: (state) =>
      state.commit((writer) => {
        writer.addSeen([
          { guid: guid(1), at: 10 },
          { guid: "4711", at: 20 },
          { guid: guid(2), at: 30 },
        ]);
        writer.addSeen([{ guid: guid(1), at: 25 }]);
        writer.trimSeen(25);
      }),
    read: (state) => [...state.seen([guid(1), guid(2), guid(3), "4711"])],
    expected: [guid(1), guid(2)],
  },
  {
    name: "a failed record is the same one by either of its ids",
    steps: (state) =>
      state.commit((writer) => {
        writer.putFailed(failure(1, { dynamicsId: null }));
        writer.putFailed(failure(1, { attempts: 2 }));
        writer.putFailed(failure(2, { outcome: "refused", nextAttempt: null }));
        writer.putFailed(failure(3));
        writer.putFailed(failure(4));
        writer.putFailed(failure(4, { recordType: "lead" }));
        writer.removeFailed({ recordType: "contact", dynamicsId: null, personId: 4 });
      }),
    read: (state) => [
      state.failed(),
      state.failed({ dueBefore: 30 }),
      state.failed({ dueBefore: 29 }),
      state.failed({ record: "2" }),
      state.failed({ record: guid(2).toUpperCase() }),
      state.failed({ limit: 1 }),
      state.failedAmong("contact", [guid(1), guid(4)]),
      state.failedAmongPersons([2, 9]),
    ],
    expected: [
      [
        failure(4, { recordType: "lead" }),
        failure(3),
        failure(2, { outcome: "refused", nextAttempt: null }),
        failure(1, { attempts: 2 }),
      ],
      [failure(1, { attempts: 2 }), failure(3)],
      [failure(1, { attempts: 2 })],
      [failure(2, { outcome: "refused", nextAttempt: null })],
      [failure(2, { outcome: "refused", nextAttempt: null })],
      [failure(4, { recordType: "lead" })],
      new Map([[guid(1), failure(1, { attempts: 2 })]]),
      new Map([[2, failure(2, { outcome: "refused", nextAttempt: null })]]),
    ],
  },
  {
    name: "a record that failed by a clock that was ahead is due at once, unless it waits for a change",
    steps: (state) =>
      state.commit((writer) => {
        writer.putFailed(failure(1, { lastAt: 900, nextAttempt: 990 }));
        writer.putFailed(failure(2, { lastAt: 900, nextAttempt: null }));
        writer.putFailed(failure(3, { lastAt: 100, nextAttempt: 190 }));
      }),
    read: (state) => [
      state.failed({ dueBefore: 100 }),
      state.failed({ dueBefore: 190 }),
      state.failed({ dueBefore: 989 }),
    ],
    expected: [
      [failure(1, { lastAt: 900, nextAttempt: 990 })],
      [
        failure(3, { lastAt: 100, nextAttempt: 190 }),
        failure(1, { lastAt: 900, nextAttempt: 990 }),
      ],
      [failure(3, { lastAt: 100, nextAttempt: 190 })],
    ],
  },
  {
    name: "calls add up per side and day",
    steps: async (state) => {
      await state.commit((writer) => writer.addCalls("marketo", "2026-01-02", 3));
      await state.commit((writer) => writer.addCalls("marketo", "2026-01-02", 4));
    },
    read: (state) => [
      state.callsOn("marketo", "2026-01-02"),
      state.callsOn("dynamics", "2026-01-02"),
    ],
    expected: [7, 0],
  },
  {
    name: "cycles come newest first",
    steps: (state) =>
      state.commit((writer) => [3, 4, 5].forEach((cycle) => writer.putCycle(`c${cycle}`, cycle))),
    read: (state) => [state.cycles(2), state.lastCycle()],
    expected: [["c5", "c4"], 5],
  },
  {
    name: "an activity is told as it was written, and amended field by field",
    steps: (state) =>
      state.commit((writer) => {
        const changes = [
          change({ before: undefined, after: null }),
          change({ field: "age", to: "dynamics", before: 0, after: 1.5, lost: false }),
        ];
        const id = writer.addActivity(activity(1, { changes, error: { code: "1", message: "m" } }));
        writer.amendActivity(id, [change({ before: 'was "A"', after: null, lost: null })]);
        writer.amendActivity(99, [change()]);
      }),
    read: (state) => state.activities({}),
    expected: [
      {
        id: 1,
        ...activity(1, {
          error: { code: "1", message: "m" },
          changes: [
            change({ before: 'was "A"', after: null, lost: null }),
            change({ field: "age", to: "dynamics", before: 0, after: 1.5, lost: false }),
          ],
        }),
      },
    ],
  },
  {
    name: "a value that is not known yet stays unknown",
    steps: (state) =>
      state.commit((writer) =>
        writer.addActivity(activity(1, { changes: [change({ before: undefined })] })),
      ),
    read: (state) => state.activities({})[0]?.changes,
    expected: [change({ before: undefined })],
  },
  {
    name: "fields keep their positions; one that returns gets a new one",
    steps: async (state) => {
      state.fieldPositions("contact", ["a", "b", "c"]);
      state.fieldPositions("lead", ["x"]);
      state.retireField("contact", "b");
      state.retireField("contact", "unknown");
      state.fieldPositions("contact", ["b"]);
      await state.commit((writer) => writer.setCheckpoint("k", "v"));
    },
    read: (state) => [
      state.fieldPositions("contact", ["c", "b", "a", "d"]),
      state.fieldPositions("lead", ["x", "y"]),
    ],
    expected: [
      new Map([
        ["c", 2],
        ["b", 3],
        ["a", 0],
        ["d", 4],
      ]),
      new Map([
        ["x", 0],
        ["y", 1],
      ]),
    ],
  },
];

for (const { name, steps, read, expected } of CASES) {
  test(name, async (context) => {
    const folder = await temporaryFolder(context);
    const state = await openTestState(context, { folder });
    await steps(state);
    assert.deepEqual(read(state), expected);
    await state.close();
    const again = await openState({ ...reopenable, folder, mode: "write" });
    assert.deepEqual(read(again), expected, "after opening again");
    await again.close();
    const onlooker = await openState({ ...reopenable, folder, mode: "read" });
    assert.deepEqual(read(onlooker), expected, "for a reader");
    await onlooker.close();
  });
}

test("links come in id order in pages, also while they are changed", async (context) => {
  const state = await openTestState(context);
  await state.commit((writer) => {
    for (let number = 2500; number >= 1; number -= 1) writer.putLink(link(number));
  });
  const sizes: number[] = [];
  const ids: string[] = [];
  for (const page of state.links("contact")) {
    sizes.push(page.length);
    ids.push(...page.map(({ dynamicsId }) => dynamicsId));
    await state.commit((writer) =>
      page.forEach((each) => writer.removeLink("contact", each.dynamicsId)),
    );
  }
  assert.deepEqual(sizes, [1000, 1000, 500]);
  assert.deepEqual(
    ids,
    Array.from({ length: 2500 }, (_, at) => guid(at + 1)),
  );
  assert.equal(state.countLinks("contact"), 0);
});

const REFUSED: { name: string; change: Parameters<State["commit"]>[0]; message: RegExp }[] = [
  {
    name: "a person who is linked already",
    change: (writer) => writer.putLink(link(5, { personId: 1 })),
    message: /Person 1 is linked already/,
  },
  {
    name: "two links to one person in one commit",
    change: (writer) => {
      writer.putLink(link(5, { personId: 50 }));
      writer.putLink(link(6, { personId: 50, recordType: "lead" }));
    },
    message: /Person 50 is linked already/,
  },
  {
    name: "a failed record without an id",
    change: (writer) => writer.putFailed(failure(1, { dynamicsId: null, personId: null })),
    message: /needs a Dynamics id or a person id/,
  },
  {
    name: "a time that is none",
    change: (writer) => writer.addActivity(activity(1, { time: "yesterday" })),
    message: /not an ISO instant/,
  },
  {
    name: "a number that is none",
    change: (writer) => writer.trimSeen(Number.NaN),
    message: /undefined value/,
  },
  {
    name: "whatever the caller throws",
    change: () => {
      throw new Error("changed my mind");
    },
    message: /changed my mind/,
  },
];

for (const { name, change: refused, message } of REFUSED) {
  test(`a commit keeps nothing when it meets ${name}`, async (context) => {
    const state = await openTestState(context);
    await state.commit((writer) => writer.putLink(link(1)));
    const before = state.stats();
    const attempt = state.commit((writer) => {
      writer.setCheckpoint("key", "value");
      assert.equal(writer.addActivity(activity(9)), 1);
      refused(writer);
    });
    await assert.rejects(attempt, message);
    assert.deepEqual(state.stats(), before);
    assert.equal(state.checkpoint("key"), null);
    assert.equal(await state.commit((writer) => writer.addActivity(activity(9))), 1);
  });
}

test("a writer that is used after its commit complains", async (context) => {
  const state = await openTestState(context);
  const kept = await state.commit((writer) => writer);
  assert.throws(() => kept.setCheckpoint("key", "value"), /after its commit/);
});
