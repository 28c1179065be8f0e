import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { CallError } from "../../src/model/failure";
import type {
  CallCounter,
  EventField,
  MarketoEvent,
  MarketoPort,
  MarketoWrite,
  WriteResult,
} from "../../src/sync/ports";

/** What every call is answered with until the world is healed. */
export type Trouble = "502" | "606" | "611" | "615" | "607";

/** An instance with a connector on it, and the means to look behind the connector. */
export interface MarketoWorld {
  port: MarketoPort & CallCounter;
  now(): number;
  advance(ms: number): void;
  /** A marketer at work in the instance. */
  hands: {
    create(values: Record<string, unknown>): number;
    edit(id: number, values: Record<string, unknown>): void;
    changeScore(id: number, delta: number): void;
    remove(id: number): void;
    merge(winner: number, losers: number[]): void;
  };
  /** The stored value, null when empty; undefined when the person is gone. */
  value(id: number, field: string): unknown;
  count(): number;
  /** The answer to the next write is lost, after or before the work was done. */
  loseAnswer(when: "after" | "before"): void;
  trouble(kind: Trouble): void;
  heal(): void;
  expireAccessToken(): void;
  /** The feed's cursors so far are not accepted any more. */
  loseCursors(): void;
  /** Rows written from now on can be read so much later. */
  delayRows(ms: number): void;
  close(): Promise<void>;
}

export const KEY = "crmRecordId";
const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;
const WATCHED = ["firstName", "lastName", "email", "leadScore", KEY];

const guid = (n: number) => `00000000-0000-4000-8000-${String(n).padStart(12, "0")}`;
const create = (n: number, values: Record<string, unknown> = {}): MarketoWrite => ({
  kind: "create",
  values: { [KEY]: guid(n), email: `p${n}@example.com`, ...values },
});
const update = (id: number, values: Record<string, unknown>): MarketoWrite => ({
  kind: "update",
  id,
  values,
});

/** `written+` created, `written` changed, else the failure's class or `unknown`. */
function short(result: WriteResult): string {
  if (result.kind === "written") return result.created ? "written+" : "written";
  return result.kind === "failed" ? result.failure.class : "unknown";
}

function idOf(result: WriteResult | undefined): number {
  assert.equal(result?.kind, "written");
  return Number(result.id);
}

/** A field change in one line: `12 firstName: null > Ann`. */
function line(personId: number, { name, oldValue, newValue }: EventField): string {
  return `${personId} ${name}: ${oldValue} > ${newValue}`;
}

/** Events in a form that does not depend on how many fields a row tells of. */
function lines(events: readonly MarketoEvent[]): string[] {
  const all = events.flatMap((event) => {
    if (event.kind === "changed") return event.fields.map((field) => line(event.personId, field));
    const more = event.kind === "merged" ? ` with ${event.loserIds.join(",")}` : "";
    return [`${event.personId} ${event.kind}${more}`];
  });
  return all.sort();
}

/** Reads like a cycle: from checkpoint to checkpoint, without what was seen before. */
function reader(world: MarketoWorld, fields: readonly string[] = WATCHED) {
  const seen = new Set<string>();
  let checkpoint: string;
  return {
    async start(since = world.now()) {
      checkpoint = await world.port.checkpointAt(since);
      return this;
    },
    async events(options: { scores?: boolean } = {}): Promise<MarketoEvent[]> {
      const fresh: MarketoEvent[] = [];
      let last: string | null = null;
      const request = { fields, scores: options.scores ?? false, checkpoint };
      for await (const page of world.port.changes(request)) {
        assert.equal(last, null, "a checkpoint stands on the last page only");
        last = page.checkpoint;
        for (const event of page.events) {
          if (!seen.has(event.guid)) fresh.push(event);
          seen.add(event.guid);
        }
      }
      assert.ok(last, "the last page carries a checkpoint");
      checkpoint = last;
      return fresh;
    },
    async lines(options: { scores?: boolean } = {}): Promise<string[]> {
      return lines(await this.events(options));
    },
  };
}

const hasClass = (failureClass: string) => (error: unknown) =>
  error instanceof CallError && error.failure.class === failureClass;

interface Case {
  name: string;
  run(world: MarketoWorld): Promise<void>;
}

const reading: Case[] = [
  {
    name: "read: in the order asked, absent ids missing, doubles once, only the fields asked for",
    async run({ port, hands }) {
      const a = hands.create({ firstName: "Ann", city: "Oslo" });
      const b = hands.create({ firstName: "Bo" });
      assert.deepEqual(await port.read([b, 999_999, a, b], ["firstName"]), [
        { id: b, values: { firstName: "Bo" } },
        { id: a, values: { firstName: "Ann" } },
      ]);
    },
  },
  {
    name: "read: an empty field is null or absent, false and 0 are values",
    async run({ port, hands }) {
      const id = hands.create({ firstName: "", doNotCall: false, annualRevenue: 0 });
      const [person] = await port.read(
        [id],
        ["firstName", "lastName", "doNotCall", "annualRevenue"],
      );
      const { firstName = null, lastName = null, ...rest } = person?.values ?? {};
      assert.deepEqual(
        { firstName, lastName, ...rest },
        { firstName: null, lastName: null, doNotCall: false, annualRevenue: 0 },
      );
    },
  },
  {
    name: "read: 301 ids are two calls, none is no call",
    async run({ port, hands }) {
      const ids = Array.from({ length: 301 }, () => hands.create({ firstName: "Ann" }));
      const before = port.calls;
      assert.deepEqual(await port.read([], ["firstName"]), []);
      const found = await port.read(ids, ["firstName"]);
      assert.deepEqual(
        found.map(({ id }) => id),
        ids,
      );
      assert.equal(port.calls - before, 2);
    },
  },
  {
    name: "read: a field that does not exist is a matter of configuration",
    run: ({ port }) => assert.rejects(port.read([1], ["noSuchField"]), hasClass("configuration")),
  },
  {
    name: "find: letter case makes no difference, several persons may answer, commas are left out",
    async run({ port, hands }) {
      const a = hands.create({ email: "Shared@Example.com" });
      const b = hands.create({ email: "shared@example.com" });
      hands.create({ email: "other@example.com" });
      const query = { field: "email", values: ["SHARED@example.com", "x,y@example.com", ""] };
      const found = await port.find(query, ["id"]);
      assert.deepEqual(
        found.map(({ id }) => id),
        [a, b],
      );
      assert.deepEqual(await port.find({ field: "email", values: ["a,b"] }, ["id"]), []);
    },
  },
  {
    name: "find: by the field that holds the Dynamics id, values with + and & included",
    async run({ port, hands }) {
      const a = hands.create({ [KEY]: guid(1) });
      const b = hands.create({ email: "o'neil+a&b@example.com" });
      assert.deepEqual(await port.find({ field: KEY, values: [guid(2), guid(1)] }, [KEY]), [
        { id: a, values: { [KEY]: guid(1) } },
      ]);
      const byMail = await port.find({ field: "email", values: ["o'neil+a&b@example.com"] }, [
        "id",
      ]);
      assert.deepEqual(
        byMail.map(({ id }) => id),
        [b],
      );
    },
  },
  {
    name: "describe: names, types, lengths, what is read-only and what can be searched",
    async run({ port }) {
      const fields = new Map((await port.describe()).map((field) => [field.name, field]));
      const facts = [KEY, "id", "leadScore", "personNotes", "email"].map((name) => {
        const { type, maxLength, updatable, searchable } = fields.get(name)!;
        return [name, type, maxLength, updatable, searchable];
      });
      assert.deepEqual(facts, [
        [KEY, "string", 255, true, true],
        ["id", "integer", undefined, false, true],
        ["leadScore", "score", undefined, true, false],
        ["personNotes", "text", 30_000, true, false],
        ["email", "email", 255, true, true],
      ]);
    },
  },
];

const writing: Case[] = [
  {
    name: "create: a new key makes a person, the same key again meets the same person",
    async run(world) {
      const [first] = await world.port.write([create(1, { firstName: "Ann" })], { keyField: KEY });
      const [second] = await world.port.write([create(1, { firstName: "Bo" })], { keyField: KEY });
      assert.deepEqual(
        [first, second].map((r) => r && short(r)),
        ["written+", "written"],
      );
      assert.equal(idOf(first), idOf(second));
      assert.deepEqual([world.count(), world.value(idOf(first), "firstName")], [1, "Bo"]);
    },
  },
  {
    name: "create: the same key twice in one list makes one person",
    async run(world) {
      const results = await world.port.write(
        [create(1), create(2), create(1, { firstName: "Again" })],
        { keyField: KEY },
      );
      assert.deepEqual(results.map(short), ["written+", "written+", "written"]);
      assert.deepEqual([world.count(), world.value(idOf(results[0]), "firstName")], [2, "Again"]);
    },
  },
  {
    name: "create: two persons with the key are ambiguous, and nothing is written",
    async run(world) {
      const ids = [1, 2].map(() => world.hands.create({ [KEY]: guid(1), firstName: "Ann" }));
      const results = await world.port.write([create(1, { firstName: "Bo" })], { keyField: KEY });
      assert.deepEqual(results.map(short), ["ambiguous"]);
      assert.deepEqual(
        ids.map((id) => world.value(id, "firstName")),
        ["Ann", "Ann"],
      );
    },
  },
  {
    name: "create: without its key it is refused before it can make a double",
    async run(world) {
      const keyless: MarketoWrite = { kind: "create", values: { email: "a@example.com" } };
      const results = await world.port.write([keyless, create(2)], { keyField: KEY });
      assert.deepEqual(results.map(short), ["configuration", "written+"]);
      assert.equal(world.count(), 1);
    },
  },
  {
    name: 'update: changes what is named and keeps the rest; null and "" clear',
    async run(world) {
      const id = world.hands.create({
        firstName: "Ann",
        lastName: "Li",
        city: "Oslo",
        title: "Dr",
      });
      const values = { firstName: "Bo", lastName: null, city: "" };
      const results = await world.port.write([update(id, values)], { keyField: KEY });
      assert.deepEqual(results.map(short), ["written"]);
      assert.deepEqual(
        ["firstName", "lastName", "city", "title"].map((field) => world.value(id, field)),
        ["Bo", null, null, "Dr"],
      );
    },
  },
  {
    name: "update: of a person that is gone answers gone, does not make one, and the rest goes on",
    async run(world) {
      const a = world.hands.create({ firstName: "Ann" });
      const b = world.hands.create({ firstName: "Bo" });
      world.hands.remove(a);
      const results = await world.port.write(
        [update(a, { firstName: "X" }), update(b, { firstName: "Y" })],
        { keyField: KEY },
      );
      assert.deepEqual(results.map(short), ["gone", "written"]);
      assert.deepEqual([world.count(), world.value(b, "firstName")], [1, "Y"]);
    },
  },
  {
    name: "write: a bad record fails alone and says why",
    async run(world) {
      const ids = [1, 2, 3, 4, 5].map(() => world.hands.create({ firstName: "Ann" }));
      const bad: Record<string, unknown>[] = [
        { firstName: "Bo" },
        { noSuchField: "x" },
        { firstName: "x".repeat(256) },
        { numberOfEmployees: "many" },
        { createdAt: "2026-01-01T00:00:00Z" },
      ];
      const writes = bad.map((values, index) => update(ids[index]!, values));
      const results = await world.port.write(writes, { keyField: KEY });
      assert.deepEqual(results.map(short), [
        "written",
        "configuration",
        "refused",
        "refused",
        "refused",
      ]);
      assert.deepEqual(
        ids.map((id) => world.value(id, "firstName")),
        ["Bo", "Ann", "Ann", "Ann", "Ann"],
      );
    },
  },
  {
    name: "write: nothing is no call; 650 mixed records come back in their order in four calls",
    async run(world) {
      const ids = Array.from({ length: 325 }, () => world.hands.create({ firstName: "Ann" }));
      const writes = ids.flatMap((id, n) => [
        update(id, { firstName: `U${n}` }),
        create(n, { firstName: `C${n}` }),
      ]);
      const before = world.port.calls;
      assert.deepEqual(await world.port.write([], { keyField: KEY }), []);
      const results = await world.port.write(writes, { keyField: KEY });
      const names = results.map((result) => world.value(idOf(result), "firstName"));
      assert.deepEqual(
        names,
        writes.map(({ values }) => values["firstName"]),
      );
      assert.ok(world.port.calls - before <= 4);
    },
  },
];

const merging: Case[] = [
  {
    name: "merge: the winner keeps its values and gets those that it lacks; the loser is gone, and the feed tells it",
    async run(world) {
      const winnerId = world.hands.create({ firstName: "Ann", lastName: "Li" });
      const loserId = world.hands.create({ firstName: "Bo", email: "bo@example.com" });
      world.advance(2000);
      const feed = await reader(world).start();
      world.advance(1000);
      const before = world.port.calls;
      const result = await world.port.merge({ winnerId, loserId });
      assert.deepEqual([short(result), idOf(result)], ["written", winnerId]);
      assert.equal(world.port.calls - before, 1);
      const fields = ["firstName", "lastName", "email"];
      assert.deepEqual(
        fields.map((name) => world.value(winnerId, name)),
        ["Ann", "Li", "bo@example.com"],
      );
      assert.deepEqual(await world.port.read([loserId], ["id"]), []);
      world.advance(1000);
      const told = (await feed.lines()).filter((line) => !line.includes(":"));
      assert.deepEqual(told, [`${winnerId} merged with ${loserId}`]);
    },
  },
  {
    name: "merge: a person that is not there, or that is merged with itself, changes nothing",
    async run(world) {
      const [winnerId, gone] = [1, 2].map((n) => world.hands.create({ firstName: `P${n}` }));
      world.hands.remove(gone!);
      const pairs: [number, number, string][] = [
        [winnerId!, gone!, "gone"],
        [gone!, winnerId!, "gone"],
        [winnerId!, winnerId!, "refused"],
      ];
      for (const [winner, loserId, expected] of pairs) {
        const result = await world.port.merge({ winnerId: winner, loserId });
        assert.equal(short(result), expected);
      }
      assert.deepEqual([world.count(), world.value(winnerId!, "firstName")], [1, "P1"]);
    },
  },
  {
    name: "merge: a lost answer leaves the outcome unknown, and the call is not made again by itself",
    async run(world) {
      const [winnerId, loserId] = [1, 2].map((n) => world.hands.create({ firstName: `P${n}` }));
      const persons = { winnerId: winnerId!, loserId: loserId! };
      for (const [when, left] of [
        ["before", 2],
        ["after", 1],
      ] as const) {
        world.loseAnswer(when);
        const before = world.port.calls;
        assert.equal(short(await world.port.merge(persons)), "unknown");
        assert.deepEqual([world.port.calls - before, world.count()], [1, left]);
      }
      assert.equal(short(await world.port.merge(persons)), "gone");
    },
  },
  {
    name: "merge: what is not about these persons fails the call as a whole",
    async run(world) {
      const [winnerId, loserId] = [1, 2].map((n) => world.hands.create({ firstName: `P${n}` }));
      const persons = { winnerId: winnerId!, loserId: loserId! };
      for (const [kind, failureClass] of [
        ["606", "retry"],
        ["607", "quota"],
      ] as const) {
        world.trouble(kind);
        await assert.rejects(world.port.merge(persons), hasClass(failureClass));
        world.heal();
      }
      const signal = AbortSignal.abort();
      await assert.rejects(world.port.merge(persons, { signal }), hasClass("canceled"));
      assert.equal(world.count(), 2);
    },
  },
];

const feeds: Case[] = [
  {
    name: "changes: a quiet feed gives a new checkpoint in at most three calls, again and again",
    async run(world) {
      const feed = await reader(world).start();
      for (let cycle = 0; cycle < 5; cycle++) {
        world.advance(5 * MINUTE);
        const before = world.port.calls;
        assert.deepEqual(await feed.events({ scores: true }), []);
        assert.ok(world.port.calls - before <= 3);
      }
    },
  },
  {
    name: "changes: own writes come back, a write of the same value does not",
    async run(world) {
      const feed = await reader(world).start();
      world.advance(1000);
      const [made] = await world.port.write([create(1)], { keyField: KEY });
      const id = idOf(made);
      world.advance(1000);
      assert.deepEqual(await feed.lines(), [`${id} created`]);
      await world.port.write([update(id, { firstName: "Ann" })], { keyField: KEY });
      world.advance(1000);
      assert.deepEqual(await feed.lines(), [`${id} firstName: null > Ann`]);
      await world.port.write([update(id, { firstName: "Ann" })], { keyField: KEY });
      world.advance(1000);
      assert.deepEqual(await feed.lines(), []);
    },
  },
  {
    name: "changes: edits by others carry old and new value, of the watched fields only",
    async run(world) {
      const id = world.hands.create({ firstName: "Ann", lastName: "Li" });
      world.advance(2000);
      const feed = await reader(world).start();
      world.advance(1000);
      world.hands.edit(id, { firstName: "Bo", lastName: null, city: "Oslo" });
      world.advance(1000);
      assert.deepEqual(await feed.lines(), [
        `${id} firstName: Ann > Bo`,
        `${id} lastName: Li > null`,
      ]);
    },
  },
  {
    name: "changes: events have a stable guid and their date in seconds",
    async run(world) {
      const feed = await reader(world).start();
      world.advance(1500);
      const id = world.hands.create({ firstName: "Ann" });
      const at = `${new Date(world.now()).toISOString().slice(0, 19)}Z`;
      world.advance(1000);
      const [event] = await feed.events();
      assert.deepEqual(event && { ...event, guid: typeof event.guid, source: typeof event.guid }, {
        kind: "created",
        guid: "string",
        personId: id,
        at,
        source: "string",
      });
      world.advance(MINUTE);
      assert.deepEqual(await feed.events(), [], "the same row keeps its guid");
    },
  },
  {
    name: "changes: scores only when asked for",
    async run(world) {
      const id = world.hands.create({ leadScore: 5 });
      world.advance(2000);
      const without = await reader(world).start();
      const feed = await reader(world).start();
      world.advance(1000);
      world.hands.changeScore(id, 10);
      world.advance(1000);
      assert.deepEqual(await without.lines(), []);
      assert.deepEqual(await feed.lines({ scores: true }), [`${id} leadScore: 5 > 15`]);
    },
  },
  {
    name: "changes: a merge names its losers, a deletion its person",
    async run(world) {
      const [a, b, c, d] = [1, 2, 3, 4].map((n) => world.hands.create({ firstName: `P${n}` }));
      world.advance(2000);
      const feed = await reader(world).start();
      world.advance(1000);
      world.hands.merge(a!, [b!, c!]);
      world.hands.remove(d!);
      world.advance(1000);
      const events = await feed.lines();
      assert.deepEqual(
        events.filter((line) => !line.includes(":")),
        [`${a} merged with ${b},${c}`, `${d} deleted`],
      );
      assert.deepEqual(await world.port.read([b!, c!, d!], ["id"]), []);
    },
  },
  {
    name: "changes: a person that came and went between two reads is told of twice",
    async run(world) {
      const feed = await reader(world).start();
      world.advance(1000);
      const id = world.hands.create({ firstName: "Ann" });
      world.hands.remove(id);
      world.advance(1000);
      assert.deepEqual(await feed.lines(), [`${id} created`, `${id} deleted`]);
    },
  },
  {
    name: "changes: nothing from before the checkpoint's time, all from after it",
    async run(world) {
      world.hands.create({ firstName: "Before" });
      world.advance(2 * MINUTE);
      const since = world.now();
      world.advance(2 * MINUTE);
      const id = world.hands.create({ firstName: "After" });
      world.advance(MINUTE);
      const feed = await reader(world).start(since);
      assert.deepEqual(await feed.lines(), [`${id} created`]);
    },
  },
  {
    name: "changes: rows that appear nine minutes late are not lost (Q2)",
    async run(world) {
      const ids = [1, 2].map((n) => world.hands.create({ firstName: `P${n}` }));
      world.advance(2000);
      const feed = await reader(world).start();
      world.advance(1000);
      world.delayRows(9 * MINUTE);
      world.hands.edit(ids[0]!, { firstName: "Late" });
      world.delayRows(0);
      world.advance(1000);
      world.hands.edit(ids[1]!, { firstName: "Prompt" });
      const told: string[][] = [];
      for (let cycle = 0; cycle < 3; cycle++) {
        world.advance(5 * MINUTE);
        told.push(await feed.lines());
      }
      assert.deepEqual(told, [
        [`${ids[1]} firstName: P2 > Prompt`],
        [`${ids[0]} firstName: P1 > Late`],
        [],
      ]);
    },
  },
  {
    name: "changes: 5,100 rows come whole, over many pages",
    async run(world) {
      const feed = await reader(world).start();
      world.advance(1000);
      const ids = Array.from({ length: 5_100 }, () => world.hands.create({ firstName: "Ann" }));
      world.advance(1000);
      const events = await feed.events();
      assert.deepEqual(
        events.map(({ personId }) => personId).sort((a, b) => a - b),
        ids,
      );
    },
  },
  {
    name: "changes: lost cursors are replaced and nothing is lost",
    async run(world) {
      const feed = await reader(world).start();
      world.advance(1000);
      const id = world.hands.create({ firstName: "Ann" });
      world.advance(MINUTE);
      world.loseCursors();
      assert.deepEqual(await feed.lines(), [`${id} created`]);
      world.advance(MINUTE);
      world.hands.edit(id, { firstName: "Bo" });
      world.advance(MINUTE);
      assert.deepEqual(await feed.lines(), [`${id} firstName: Ann > Bo`]);
    },
  },
  {
    name: "changes: after more than 14 days, and for a strange text, the checkpoint has expired",
    async run(world) {
      const feed = await reader(world).start();
      world.advance(13 * DAY);
      assert.deepEqual(await feed.events(), []);
      world.advance(14 * DAY + 1000);
      await assert.rejects(feed.events(), hasClass("expired"));
      const strange = world.port.changes({ fields: WATCHED, scores: false, checkpoint: "?" });
      await assert.rejects(strange[Symbol.asyncIterator]().next(), hasClass("expired"));
    },
  },
];

const troubles: Case[] = [
  {
    name: "write: a lost answer leaves the outcome unknown, whether the work was done or not",
    async run(world) {
      const id = world.hands.create({ firstName: "Ann" });
      world.loseAnswer("after");
      const [lost] = await world.port.write([update(id, { firstName: "Bo" })], { keyField: KEY });
      assert.deepEqual([lost && short(lost), world.value(id, "firstName")], ["unknown", "Bo"]);
      world.loseAnswer("before");
      const [again] = await world.port.write([update(id, { firstName: "Cy" })], { keyField: KEY });
      assert.deepEqual([again && short(again), world.value(id, "firstName")], ["unknown", "Bo"]);
    },
  },
  {
    name: "create: after a lost answer the key finds the one person, and a repetition meets it",
    async run(world) {
      world.loseAnswer("after");
      const [lost] = await world.port.write([create(1)], { keyField: KEY });
      assert.equal(lost && short(lost), "unknown");
      const found = await world.port.find({ field: KEY, values: [guid(1)] }, [KEY]);
      const [again] = await world.port.write([create(1)], { keyField: KEY });
      assert.deepEqual([found.length, again && short(again), world.count()], [1, "written", 1]);
      assert.equal(idOf(again), found[0]?.id);
    },
  },
  ...(["502", "606", "611", "615"] as const).map((kind) => ({
    name: `read: ${kind} without end is a failure that may pass, and work goes on after it`,
    async run(world: MarketoWorld) {
      const id = world.hands.create({ firstName: "Ann" });
      world.trouble(kind);
      await assert.rejects(world.port.read([id], ["firstName"]), hasClass("retry"));
      world.heal();
      assert.equal((await world.port.read([id], ["firstName"])).length, 1);
    },
  })),
  ...(["606", "615"] as const).map((kind) => ({
    name: `write: ${kind} without end fails the call as a whole and writes nothing`,
    async run(world: MarketoWorld) {
      const id = world.hands.create({ firstName: "Ann" });
      world.trouble(kind);
      const write = world.port.write([update(id, { firstName: "Bo" })], { keyField: KEY });
      await assert.rejects(write, hasClass("retry"));
      assert.equal(world.value(id, "firstName"), "Ann");
    },
  })),
  {
    name: "607 is the day's quota, for reads and writes",
    async run(world) {
      const id = world.hands.create({ firstName: "Ann" });
      world.trouble("607");
      await assert.rejects(world.port.read([id], ["firstName"]), hasClass("quota"));
      const write = world.port.write([update(id, { firstName: "Bo" })], { keyField: KEY });
      await assert.rejects(write, hasClass("quota"));
    },
  },
  {
    name: "an access token that has expired is renewed without a word",
    async run(world) {
      const id = world.hands.create({ firstName: "Ann" });
      await world.port.read([id], ["firstName"]);
      world.expireAccessToken();
      const [result] = await world.port.write([update(id, { firstName: "Bo" })], { keyField: KEY });
      assert.deepEqual([result && short(result), world.value(id, "firstName")], ["written", "Bo"]);
    },
  },
  {
    name: "a canceled call ends as canceled and does nothing",
    async run(world) {
      const id = world.hands.create({ firstName: "Ann" });
      const signal = AbortSignal.abort();
      await assert.rejects(world.port.read([id], ["id"], { signal }), hasClass("canceled"));
      const options = { keyField: KEY, signal };
      const write = world.port.write([update(id, { firstName: "Bo" })], options);
      await assert.rejects(write, hasClass("canceled"));
      assert.equal(world.value(id, "firstName"), "Ann");
    },
  },
  {
    name: "usage: tells the day's calls",
    async run({ port }) {
      await port.read([1], ["id"]);
      const { usedToday } = await port.usage();
      assert.ok(usedToday >= 1 && usedToday <= port.calls);
    },
  },
];

/** The promises of MarketoPort, kept by whatever stands behind it. */
export function marketoContract(name: string, open: () => Promise<MarketoWorld>): void {
  describe(`Marketo contract: ${name}`, () => {
    for (const { name: title, run } of [
      ...reading,
      ...writing,
      ...merging,
      ...feeds,
      ...troubles,
    ]) {
      it(title, async () => {
        const world = await open();
        try {
          await run(world);
        } finally {
          await world.close();
        }
      });
    }
  });
}
