import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { CallError } from "../../src/model/failure";
import type { RecordType } from "../../src/model/record";
import type {
  CallCounter,
  DynamicsPort,
  DynamicsRow,
  DynamicsWrite,
  WriteResult,
} from "../../src/sync/ports";

/** Small pages and batches, so that few records already need several. */
export const PAGE_SIZE = 50;
export const BATCH_SIZE = 10;

/** What every call is answered with until the world is healed. */
export type DynamicsTrouble = 429 | 502 | 503;

/** An organization with a connector on it, and the means to look behind the connector. */
export interface DynamicsWorld {
  port: DynamicsPort & CallCounter;
  /** Another user at work in the organization. */
  hands: {
    create(recordType: RecordType, values: Record<string, unknown>): string;
    edit(recordType: RecordType, id: string, values: Record<string, unknown>): void;
    remove(recordType: RecordType, id: string): void;
  };
  /** The stored value, null when empty; undefined when the row is gone. */
  value(recordType: RecordType, id: string, column: string): unknown;
  /** The answer to the next write is lost, after or before the work was done. */
  loseAnswer(when: "after" | "before"): void;
  trouble(status: DynamicsTrouble): void;
  heal(): void;
  expireCheckpoints(): void;
  close(): Promise<void>;
}

const COLUMNS = ["firstname", "lastname", "emailaddress1"];
const guid = (n: number) => `33333333-0000-4000-8000-${String(n).padStart(12, "0")}`;
const range = (count: number) => Array.from({ length: count }, (_, index) => index);

const create = (n: number, values: Record<string, unknown> = {}): DynamicsWrite => ({
  kind: "create",
  id: guid(n),
  values: { lastname: `L${n}`, ...values },
});
const update = (row: Pick<DynamicsRow, "id" | "version">, values: object): DynamicsWrite => ({
  kind: "update",
  id: row.id,
  version: row.version,
  values: { ...values },
});

function short(result: WriteResult | undefined): string {
  if (result?.kind === "written") return result.created ? "written+" : "written";
  return result?.kind === "failed" ? result.failure.class : "unknown";
}

const hasClass = (failureClass: string) => (error: unknown) =>
  error instanceof CallError && error.failure.class === failureClass;

async function rowOf({ port }: DynamicsWorld, id: string): Promise<DynamicsRow> {
  const [row] = await port.read("contact", [id], COLUMNS);
  assert.ok(row, `there is a row ${id}`);
  return row;
}

/** Reads to the end; the checkpoint may stand on the last page only. */
async function pull(
  { port }: DynamicsWorld,
  checkpoint: string | null,
  recordType: RecordType = "contact",
) {
  const rows: DynamicsRow[] = [];
  const deletedIds: string[] = [];
  let [end, pages]: [string | null, number] = [null, 0];
  for await (const page of port.changes(recordType, { columns: COLUMNS, checkpoint })) {
    assert.equal(end, null, "nothing comes after the checkpoint");
    rows.push(...page.rows);
    deletedIds.push(...page.deletedIds);
    end = page.checkpoint;
    pages++;
  }
  assert.ok(end, "the last page carries a checkpoint");
  return { rows, deletedIds, checkpoint: end, pages };
}

const names = (rows: readonly DynamicsRow[]) => rows.map(({ values }) => values["lastname"]).sort();

interface Case {
  name: string;
  run(world: DynamicsWorld): Promise<void>;
}

const reading: Case[] = [
  {
    name: "identity: user and organization are GUIDs",
    async run({ port }) {
      const { userId, organizationId } = await port.identity();
      for (const id of [userId, organizationId])
        assert.match(id, /^[0-9a-f]{8}(-[0-9a-f]{4,12}){4}$/);
    },
  },
  {
    name: "describe: types, lengths and what may be written",
    async run({ port }) {
      const table = await port.describe("contact");
      const facts = ["contactid", "firstname", "donotphone", "birthdate", "statecode"].map(
        (name) => {
          const column = table.columns.find((one) => one.name === name);
          return [name, column?.type, column?.maxLength];
        },
      );
      assert.deepEqual(
        [table.name, table.primaryId, facts],
        [
          "contact",
          "contactid",
          [
            ["contactid", "guid", undefined],
            ["firstname", "text", 50],
            ["donotphone", "boolean", undefined],
            ["birthdate", "date", undefined],
            ["statecode", "state", undefined],
          ],
        ],
      );
    },
  },
  {
    name: "read: absent ids are missing, doubles come once, empty columns are null",
    async run({ port, hands }) {
      const a = hands.create("contact", { lastname: "Li", firstname: "Ann" });
      const b = hands.create("contact", { lastname: "Bo" });
      const rows = await port.read("contact", [a, guid(9), b, a.toUpperCase()], ["firstname"]);
      const values = new Map(rows.map((row) => [row.id, row.values["firstname"]]));
      assert.deepEqual(
        [rows.length, values],
        [
          2,
          new Map([
            [a, "Ann"],
            [b, null],
          ]),
        ],
      );
      assert.deepEqual(await port.read("contact", [], COLUMNS), []);
    },
  },
  {
    name: "read: a column that does not exist is a matter of configuration",
    run: ({ port }) =>
      assert.rejects(port.read("contact", [guid(1)], ["nosuchcolumn"]), hasClass("configuration")),
  },
  {
    name: "find: letter case makes no difference, several rows may answer, quotes are values",
    async run({ port, hands }) {
      const mail = (emailaddress1: string) =>
        hands.create("contact", { lastname: "L", emailaddress1 });
      const ids = [mail("o'neil+a@contract.example"), mail("O'Neil+A@contract.example")];
      mail("other@contract.example");
      const query = { column: "emailaddress1", values: ["O'NEIL+a@contract.example"] };
      const rows = await port.find("contact", query, COLUMNS);
      assert.deepEqual(rows.map(({ id }) => id).sort(), [...ids].sort());
      const none = { column: "emailaddress1", values: ["nobody@contract.example"] };
      assert.deepEqual(await port.find("contact", none, COLUMNS), []);
    },
  },
];

const writing: Case[] = [
  {
    name: "create: with the id that was chosen; a second try answers exists and changes nothing",
    async run(world) {
      const [first] = await world.port.write("contact", [create(1, { firstname: "Ann" })]);
      const [second] = await world.port.write("contact", [create(1, { firstname: "Bo" })]);
      assert.deepEqual([first, second].map(short), ["written+", "exists"]);
      assert.equal(first?.kind === "written" && first.id, guid(1));
      assert.equal(world.value("contact", guid(1), "firstname"), "Ann");
    },
  },
  {
    name: 'create: null and "" are empty, false is a value',
    async run({ port }) {
      const values = { firstname: "", emailaddress1: null, donotphone: false };
      assert.deepEqual((await port.write("contact", [create(2, values)])).map(short), ["written+"]);
      const [row] = await port.read("contact", [guid(2)], Object.keys(values));
      assert.deepEqual(row?.values, { firstname: null, emailaddress1: null, donotphone: false });
    },
  },
  {
    name: "update: on the version that was read; the new version serves the next update",
    async run(world) {
      const id = world.hands.create("contact", { lastname: "Li", firstname: "Ann" });
      const row = await rowOf(world, id);
      const [first] = await world.port.write("contact", [update(row, { firstname: "Bo" })]);
      assert.equal(first?.kind, "written");
      assert.notEqual(first.version, row.version);
      const version = first.version ?? (await rowOf(world, id)).version;
      const next = update({ id, version }, { firstname: null });
      assert.deepEqual((await world.port.write("contact", [next])).map(short), ["written"]);
      assert.deepEqual(
        ["firstname", "lastname"].map((column) => world.value("contact", id, column)),
        [null, "Li"],
      );
    },
  },
  {
    name: "update: on an old version answers stale and writes nothing",
    async run(world) {
      const id = world.hands.create("contact", { lastname: "Li", firstname: "Ann" });
      const row = await rowOf(world, id);
      world.hands.edit("contact", id, { firstname: "Cy" });
      const results = await world.port.write("contact", [update(row, { firstname: "Bo" })]);
      assert.deepEqual(
        [results.map(short), world.value("contact", id, "firstname")],
        [["stale"], "Cy"],
      );
    },
  },
  {
    name: "update: of a deleted row answers gone and does not bring it back",
    async run(world) {
      const id = world.hands.create("contact", { lastname: "Li" });
      const row = await rowOf(world, id);
      world.hands.remove("contact", id);
      const results = await world.port.write("contact", [update(row, { firstname: "Bo" })]);
      assert.deepEqual(
        [results.map(short), world.value("contact", id, "lastname")],
        [["gone"], undefined],
      );
    },
  },
  {
    name: "write: a record that is not accepted fails alone; outcomes come in the order of the input",
    async run(world) {
      const id = world.hands.create("contact", { lastname: "Li", firstname: "Ann" });
      const old = await rowOf(world, id);
      world.hands.edit("contact", id, { firstname: "Cy" });
      const writes = [
        ...range(12).map((n) => create(100 + n)),
        create(200, { firstname: "x".repeat(51) }),
        update(old, { firstname: "Bo" }),
        create(201, { preferredcontactmethodcode: 99 }),
        create(100),
        create(202),
      ];
      const results = await world.port.write("contact", writes);
      assert.deepEqual(results.map(short), [
        ...range(12).map(() => "written+"),
        "refused",
        "stale",
        "refused",
        "exists",
        "written+",
      ]);
      assert.deepEqual(
        [guid(111), guid(200), guid(202)].map((one) => world.value("contact", one, "lastname")),
        ["L111", undefined, "L202"],
      );
    },
  },
  {
    name: "write: nothing is no call",
    async run({ port }) {
      const before = port.calls;
      assert.deepEqual([await port.write("contact", []), port.calls], [[], before]);
    },
  },
];

const deltas: Case[] = [
  {
    name: "changes: without a checkpoint all rows, in pages, with a checkpoint at the end",
    async run(world) {
      const { rows: before } = await pull(world, null);
      for (const n of range(2 * PAGE_SIZE + 1))
        world.hands.create("contact", { lastname: `P${n}` });
      const { rows, deletedIds, pages } = await pull(world, null);
      assert.deepEqual([rows.length - before.length, deletedIds], [2 * PAGE_SIZE + 1, []]);
      assert.equal(new Set(rows.map(({ id }) => id)).size, rows.length);
      assert.ok(pages >= 3);
    },
  },
  {
    name: "changes: a quiet delta is one call and gives a checkpoint that works on",
    async run(world) {
      let { checkpoint } = await pull(world, null);
      for (const _ of range(3)) {
        const before = world.port.calls;
        const delta = await pull(world, checkpoint);
        assert.deepEqual([delta.rows, delta.deletedIds, world.port.calls - before], [[], [], 1]);
        ({ checkpoint } = delta);
      }
      world.hands.create("contact", { lastname: "New" });
      assert.deepEqual(names((await pull(world, checkpoint)).rows), ["New"]);
    },
  },
  {
    name: "changes: what was created, changed and deleted, each row once and in its current state",
    async run(world) {
      const [changed, removed] = ["Changed", "Removed"].map((lastname) =>
        world.hands.create("contact", { lastname }),
      );
      const { checkpoint } = await pull(world, null);
      world.hands.create("contact", { lastname: "Created" });
      world.hands.edit("contact", changed!, { firstname: "1" });
      world.hands.edit("contact", changed!, { firstname: "2" });
      world.hands.remove("contact", removed!);
      const delta = await pull(world, checkpoint);
      const state = delta.rows
        .map(({ values }) => [values["lastname"], values["firstname"]])
        .sort();
      assert.deepEqual(
        [state, delta.deletedIds],
        [
          [
            ["Changed", "2"],
            ["Created", null],
          ],
          [removed],
        ],
      );
    },
  },
  {
    name: "changes: own writes come back with the version that the write answered",
    async run(world) {
      const { checkpoint } = await pull(world, null);
      const [result] = await world.port.write("contact", [create(1)]);
      const { rows } = await pull(world, checkpoint);
      assert.deepEqual(
        rows.map(({ id }) => id),
        [guid(1)],
      );
      const version = result?.kind === "written" ? result.version : undefined;
      assert.ok(version === null || version === rows[0]?.version);
    },
  },
  {
    name: "changes: a row that came and went in between is at most a deletion",
    async run(world) {
      const { checkpoint } = await pull(world, null);
      const id = world.hands.create("contact", { lastname: "Brief" });
      world.hands.remove("contact", id);
      const { rows, deletedIds } = await pull(world, checkpoint);
      assert.deepEqual([rows, deletedIds.filter((one) => one !== id)], [[], []]);
    },
  },
  {
    name: "changes: contacts and leads have checkpoints of their own",
    async run(world) {
      const contacts = await pull(world, null, "contact");
      const leads = await pull(world, null, "lead");
      world.hands.create("lead", { lastname: "Lead" });
      assert.deepEqual((await pull(world, contacts.checkpoint, "contact")).rows, []);
      assert.deepEqual(names((await pull(world, leads.checkpoint, "lead")).rows), ["Lead"]);
    },
  },
  {
    name: "changes: an expired checkpoint says so, and a full read gives a new one",
    async run(world) {
      const { checkpoint } = await pull(world, null);
      world.expireCheckpoints();
      await assert.rejects(pull(world, checkpoint), hasClass("expired"));
      const fresh = await pull(world, null);
      assert.deepEqual((await pull(world, fresh.checkpoint)).rows, []);
    },
  },
];

const troubles: Case[] = [
  {
    name: "update: a lost answer leaves the outcome unknown, whether the work was done or not",
    async run(world) {
      const id = world.hands.create("contact", { lastname: "Li", firstname: "Ann" });
      const row = await rowOf(world, id);
      world.loseAnswer("before");
      const [before] = await world.port.write("contact", [update(row, { firstname: "Bo" })]);
      assert.deepEqual(
        [short(before), world.value("contact", id, "firstname")],
        ["unknown", "Ann"],
      );
      world.loseAnswer("after");
      const [after] = await world.port.write("contact", [update(row, { firstname: "Cy" })]);
      assert.deepEqual([short(after), world.value("contact", id, "firstname")], ["unknown", "Cy"]);
    },
  },
  {
    name: "create: a lost answer is unknown or was looked up, and a repetition makes no second row",
    async run(world) {
      for (const [n, when] of [
        [1, "after"],
        [2, "before"],
      ] as const) {
        world.loseAnswer(when);
        const [lost] = await world.port.write("contact", [create(n)]);
        const there = world.value("contact", guid(n), "lastname") !== undefined;
        assert.ok(lost?.kind === "unknown" || (lost?.kind === "written" && there), short(lost));
        const again = (await world.port.write("contact", [create(n)])).map(short);
        assert.deepEqual(again, [there ? "exists" : "written+"]);
      }
    },
  },
  ...([429, 502, 503] as const).map((status) => ({
    name: `read: ${status} without end is a failure that may pass, and work goes on after it`,
    async run(world: DynamicsWorld) {
      const id = world.hands.create("contact", { lastname: "Li" });
      world.trouble(status);
      await assert.rejects(world.port.read("contact", [id], COLUMNS), hasClass("retry"));
      world.heal();
      assert.equal((await rowOf(world, id)).id, id);
    },
  })),
  {
    name: "a canceled call ends as canceled and does nothing",
    async run({ port, value }) {
      const signal = AbortSignal.abort();
      await assert.rejects(
        port.read("contact", [guid(1)], COLUMNS, { signal }),
        hasClass("canceled"),
      );
      const outcome = await port.write("contact", [create(1)], { signal }).then(
        ([result]) => (result?.kind === "failed" ? result.failure.class : result?.kind),
        (error: unknown) => error instanceof CallError && error.failure.class,
      );
      assert.deepEqual([outcome, value("contact", guid(1), "lastname")], ["canceled", undefined]);
    },
  },
];

/** The promises of DynamicsPort, kept by whatever stands behind it. */
export function dynamicsContract(name: string, open: () => Promise<DynamicsWorld>): void {
  describe(`Dynamics contract: ${name}`, () => {
    for (const { name: title, run } of [...reading, ...writing, ...deltas, ...troubles]) {
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
