import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { TooManyMatches } from "../../../src/model/failure";
import type { MarketoEvent } from "../../../src/sync/ports";
import { calls, drain, failureOf, range, withWorld } from "./support";
import type { SandboxWorld } from "./sandboxWorld";

const fields = ["firstName", "leadScore"];

async function eventsOf(world: SandboxWorld, act: () => void): Promise<readonly MarketoEvent[]> {
  const checkpoint = await world.port.checkpointAt(world.now());
  world.advance(1000);
  act();
  world.advance(1000);
  return (await drain(world.port, { fields, scores: true, checkpoint })).events;
}

describe("Marketo feeds: calls", () => {
  it(
    "a quiet cycle is three calls: lead changes, activities, deletions; no token, no describe",
    withWorld(async (world) => {
      let checkpoint = await world.port.checkpointAt(world.now());
      world.kernel.log.reset();
      for (let cycle = 0; cycle < 4; cycle++) {
        world.advance(300_000);
        ({ checkpoint } = await drain(world.port, { fields, scores: true, checkpoint }));
      }
      assert.deepEqual(
        Object.entries(world.kernel.log.counts()).filter(([name]) => !name.includes("/identity")),
        [
          ["marketo GET /rest/v1/activities.json", 4],
          ["marketo GET /rest/v1/activities/deletedleads.json", 4],
          ["marketo GET /rest/v1/activities/leadchanges.json", 4],
        ],
      );
    }),
  );

  it(
    "score changes are asked for only when wanted",
    withWorld(async (world) => {
      const checkpoint = await world.port.checkpointAt(world.now());
      await drain(world.port, { fields, scores: false, checkpoint });
      await drain(world.port, { fields, scores: true, checkpoint });
      const asked = calls(world).flatMap(
        ({ target }) => /activityTypeIds=([^&]*)/.exec(target)?.[1] ?? [],
      );
      assert.deepEqual(asked, ["32", "22%2C32"]);
    }),
  );

  it(
    "a long list of fields goes as a form",
    withWorld(async (world) => {
      const many = range(300).map((n) => `aCustomFieldWithALongName${n}`);
      for (const name of many)
        world.sandbox.fields.add({ name, displayName: name, dataType: "string" });
      const checkpoint = await world.port.checkpointAt(world.now());
      world.advance(1000);
      const id = world.hands.create({});
      world.hands.edit(id, { [many[299]!]: "x" });
      world.advance(1000);
      const { events } = await drain(world.port, { fields: many, scores: false, checkpoint });
      assert.deepEqual(
        events.map(({ kind }) => kind),
        ["created", "changed"],
      );
      assert.ok(calls(world).some(({ target }) => target.endsWith("leadchanges.json?_method=GET")));
    }),
  );

  it(
    "no field to watch still tells of new persons",
    withWorld(async (world) => {
      const checkpoint = await world.port.checkpointAt(world.now());
      world.advance(1000);
      world.hands.edit(world.hands.create({}), { email: "a@example.com" });
      world.advance(1000);
      const { events } = await drain(world.port, { fields: [], scores: false, checkpoint });
      assert.deepEqual(
        events.map(({ kind }) => kind),
        ["created"],
      );
    }),
  );
});

describe("Marketo feeds: quirks", () => {
  it(
    "empty pages that promise more are followed, with or without a result (Q4)",
    withWorld(async (world) => {
      world.sandbox.quirks.emptyPages = 9;
      world.sandbox.quirks.omitResult = true;
      world.sandbox.quirks.scanWindow = 2;
      const events = await eventsOf(world, () => {
        for (const n of range(7)) world.hands.create({ firstName: `P${n}` });
      });
      assert.equal(events.length, 7);
    }),
  );

  it(
    "a feed that promises more without end is left for the next cycle",
    withWorld(async (world) => {
      const checkpoint = await world.port.checkpointAt(world.now());
      let n = 0;
      const original = world.kernel.faults.take.bind(world.kernel.faults);
      world.kernel.faults.take = (server, request) => {
        if (!request.target.includes("leadchanges")) return original(server, request);
        const body = {
          requestId: "a#1",
          success: true,
          nextPageToken: `T${n++}=`,
          moreResult: true,
        };
        return { kind: "respond", status: 200, body: JSON.stringify(body) };
      };
      await assert.rejects(drain(world.port, { fields, scores: true, checkpoint }), (error) => {
        assert.equal(failureOf(error), "retry CS-ENDLESS-FEED");
        return true;
      });
    }),
  );

  it(
    "a cursor that stands still ends the feed",
    withWorld(async (world) => {
      const checkpoint = await world.port.checkpointAt(world.now());
      world.sandbox.quirks.emptyPages = Infinity;
      const { events, checkpoint: next } = await drain(world.port, {
        fields,
        scores: true,
        checkpoint,
      });
      assert.equal(events.length, 0);
      world.sandbox.quirks.emptyPages = 0;
      world.advance(1000);
      world.hands.create({ firstName: "Ann" });
      world.advance(1000);
      const later = await drain(world.port, { fields, scores: true, checkpoint: next });
      assert.deepEqual(
        later.events.map(({ kind }) => kind),
        ["created"],
      );
    }),
  );

  it(
    "dates with +0000 and rows of fields that nobody asked for are understood",
    withWorld(async (world) => {
      world.sandbox.quirks.activityDateStyle = "+0000";
      world.sandbox.quirks.unaskedFields = true;
      const id = world.hands.create({ firstName: "Ann", city: "Oslo" });
      world.advance(2000);
      const events = await eventsOf(world, () => {
        world.hands.edit(id, { firstName: "Bo", city: "Rome" });
      });
      assert.deepEqual(
        events.map((event) => [event.at, event.kind === "changed" && event.fields]),
        [["2026-03-10T12:00:03Z", [{ name: "firstName", oldValue: "Ann", newValue: "Bo" }]]],
      );
    }),
  );

  it(
    "a score is known by its id after its display name has changed",
    withWorld(async (world) => {
      const id = world.hands.create({ leadScore: 1 });
      await world.port.describe();
      world.sandbox.fields.rename("leadScore", "Hotness");
      world.advance(2000);
      const events = await eventsOf(world, () => world.hands.changeScore(id, 2));
      assert.deepEqual(
        events.map((event) => event.kind === "changed" && event.fields),
        [[{ name: "leadScore", oldValue: "1", newValue: "3" }]],
      );
    }),
  );

  for (const asList of [false, true]) {
    it(
      `losers of a merge, ${asList ? "as a list in brackets, and also among the deleted" : "with commas"}`,
      withWorld(async (world) => {
        world.sandbox.quirks.mergeIdsAsList = asList;
        world.sandbox.quirks.mergeLoserInDeletedLeads = asList;
        const [a, b, c] = range(3).map(() => world.hands.create({ firstName: "Ann" }));
        world.advance(2000);
        const events = await eventsOf(world, () => world.hands.merge(a!, [b!, c!]));
        assert.deepEqual(
          events.map((event) => (event.kind === "merged" ? event.loserIds : event.personId)),
          asList ? [[b, c], b, c] : [[b, c]],
        );
      }),
    );
  }

  it(
    "a failing feed fails the read, and the old checkpoint goes on working",
    withWorld(async (world) => {
      const checkpoint = await world.port.checkpointAt(world.now());
      world.advance(1000);
      world.hands.create({ firstName: "Ann" });
      world.advance(1000);
      const action = { kind: "respond", status: 502, body: "" } as const;
      const path = "deletedleads";
      world.kernel.faults.add({ server: "marketo", path, times: Infinity, action });
      await assert.rejects(drain(world.port, { fields, scores: true, checkpoint }), /502/);
      world.kernel.faults.clear();
      const { events } = await drain(world.port, { fields, scores: true, checkpoint });
      assert.deepEqual(
        events.map(({ kind }) => kind),
        ["created"],
      );
    }),
  );

  it(
    "a watched field that was removed is a matter of configuration, not a lost cursor",
    withWorld(async (world) => {
      const checkpoint = await world.port.checkpointAt(world.now());
      world.sandbox.fields.remove("crmTopic");
      const request = { fields: ["crmTopic"], scores: false, checkpoint };
      const before = world.port.calls;
      await assert.rejects(drain(world.port, request), (error) => {
        assert.equal(failureOf(error), "configuration 1006");
        return true;
      });
      assert.equal(world.port.calls - before, 3);
    }),
  );
});

describe("Marketo look-ups: the 1,000-match limit", () => {
  it(
    "a filter that matches more is asked in halves",
    withWorld(async (world) => {
      const mails = range(12).map((n) => `shared${n}@example.com`);
      world.sandbox.load(mails.flatMap((email) => range(150).map(() => ({ email }))));
      const found = await world.port.find({ field: "email", values: mails }, ["email"]);
      assert.deepEqual([found.length, new Set(found.map(({ id }) => id)).size], [1800, 1800]);
    }),
  );

  it(
    "one value that matches more is ambiguous",
    withWorld(async (world) => {
      world.sandbox.load(range(1001).map(() => ({ email: "all@example.com" })));
      const find = world.port.find({ field: "email", values: ["all@example.com"] }, ["id"]);
      await assert.rejects(find, (error) => {
        assert.ok(error instanceof TooManyMatches);
        return failureOf(error) === "ambiguous 1003" && error.value === "all@example.com";
      });
    }),
  );

  it(
    "a field that cannot be searched is a matter of configuration",
    withWorld(async (world) => {
      const find = world.port.find({ field: "firstName", values: ["Ann"] }, ["id"]);
      await assert.rejects(find, (error) => failureOf(error) === "configuration 1011");
    }),
  );
});
