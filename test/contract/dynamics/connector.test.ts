import assert from "node:assert/strict";
import { after, before, beforeEach, test } from "node:test";
import { presetRule } from "../../../src/sandbox/control/presets";
import { CallError } from "../../../src/model/failure";
import type { DynamicsWrite, WriteResult } from "../../../src/sync/ports";
import { pull, startRig, type Rig } from "./support";

let rig: Rig;
before(async () => {
  rig = await startRig();
});
after(() => rig.close());
beforeEach(() => {
  rig.sandbox.reset();
  rig.timing.waits.length = 0;
});

const id = (n: number) => `0000000${n}-1111-4111-8111-111111111111`;
const create = (n: number, values: Record<string, unknown> = {}): DynamicsWrite => ({
  kind: "create",
  id: id(n),
  values: { lastname: `New ${n}`, ...values },
});

/** A result in one word and a code. */
function brief(result: WriteResult): string {
  if (result.kind === "written") return result.created ? "created" : "updated";
  return `${result.kind} ${result.failure.class} ${result.failure.code}`;
}

async function failureOf(call: Promise<unknown>): Promise<string> {
  try {
    await call;
    return "no failure";
  } catch (error) {
    if (error instanceof CallError) return `${error.failure.class} ${error.failure.code}`;
    throw error;
  }
}

/** The Dynamics calls since the last clearing, by operation. */
function counts(): Record<string, number> {
  const all = rig.sandbox.log.counts();
  return Object.fromEntries(Object.entries(all).filter(([name]) => name.startsWith("dynamics ")));
}

test("identity, organization, privileges and owners come from the organization", async () => {
  const { connector, sandbox } = rig;
  const identity = await connector.identity();
  assert.deepEqual(
    { userId: identity.userId, organizationId: identity.organizationId },
    { userId: sandbox.applicationUserId, organizationId: sandbox.dynamics.organizationId },
  );
  assert.equal((await connector.organization()).expireChangeTrackingInDays, 7);
  const privileges = await connector.privileges();
  assert.ok(privileges.some(({ name, depth }) => name === "prvReadContact" && depth === "Global"));
  const kinds = new Set((await connector.owners()).map((owner) => owner.kind));
  assert.deepEqual([...kinds].sort(), ["systemuser", "team"]);
});

test("the first read brings every row page by page, then only what changed", async () => {
  const { sandbox } = rig;
  const connector = rig.connect({ pageSize: 8 });
  const columns = ["firstname", "jobtitle", "parentcustomerid"];
  const first = await pull(connector, "contact", columns);
  assert.deepEqual(first.pages, [8, 8, 4]);
  assert.deepEqual(
    [...new Set(first.rows.flatMap((row) => Object.keys(row.values)))].sort(),
    columns,
  );
  const idle = await pull(connector, "contact", columns, first.checkpoint);
  assert.deepEqual([idle.rows, idle.deletedIds], [[], []]);

  const [changed, removed] = first.rows;
  assert.ok(changed && removed);
  sandbox.dynamics.edit("contact", changed.id, { jobtitle: "Boss" }, sandbox.salesUserId);
  sandbox.dynamics.remove("contact", removed.id, sandbox.salesUserId);
  const delta = await pull(connector, "contact", columns, idle.checkpoint);
  assert.deepEqual(
    delta.rows.map((row) => [row.id, row.values["jobtitle"]]),
    [[changed.id, "Boss"]],
  );
  assert.deepEqual(delta.deletedIds, [removed.id]);
});

test("an idle cycle costs one call", async () => {
  const { connector } = rig;
  const { checkpoint } = await pull(connector, "contact", ["jobtitle"]);
  const before = connector.calls;
  await pull(connector, "contact", ["jobtitle"], checkpoint);
  assert.equal(connector.calls - before, 1);
});

test("an expired checkpoint says so", async () => {
  const { connector, sandbox } = rig;
  const { checkpoint } = await pull(connector, "contact", ["jobtitle"]);
  sandbox.clock.advance(8 * 86_400_000);
  assert.equal(
    await failureOf(pull(connector, "contact", ["jobtitle"], checkpoint)),
    "expired 0x80044352",
  );
});

test("a link to another host is not followed: the token would go with it", async () => {
  const { connector } = rig;
  const foreign = "http://127.0.0.1:9/api/data/v9.2/contacts?$deltatoken=1";
  const before = connector.calls;
  assert.equal(
    await failureOf(pull(connector, "contact", ["jobtitle"], foreign)),
    "configuration CS-NETWORK",
  );
  assert.equal(connector.calls, before);
});

test("a column that is not there is a matter of the field map", async () => {
  assert.equal(
    await failureOf(pull(rig.connector, "contact", ["jobtitel"])),
    "configuration 0x80060888",
  );
});

test("rows are read by id, many in one call; an id without a row is absent", async () => {
  const { connector } = rig;
  const { rows } = await pull(connector, "contact", ["lastname"]);
  const ids = rows.map((row) => row.id);
  const before = connector.calls;
  const read = await connector.read("contact", [...ids, id(9), ids[0] ?? ""], ["lastname"]);
  const byId = (a: { id: string }, b: { id: string }) => (a.id < b.id ? -1 : 1);
  assert.deepEqual([...read].sort(byId), [...rows].sort(byId));
  const many = Array.from({ length: 2_000 }, (_, n) => id(0).replace("1111", String(1_000 + n)));
  const small = await connector.read("contact", [...many, ...ids.slice(0, 2)], []);
  assert.deepEqual([small.length, connector.calls - before], [2, 2]);
  assert.deepEqual(await connector.read("contact", [], ["lastname"]), []);
});

test("find compares without regard to case and takes any character", async () => {
  const { connector, sandbox } = rig;
  const odd = ["O'Neil & Söhne, 100% [x] #1?", "a+b@x.test", "plain", "ünïcödé 漢字"];
  for (const nickname of odd) {
    sandbox.dynamics.create("contact", { lastname: "Odd", nickname }, sandbox.salesUserId);
  }
  const values = odd.map((value) => value.toUpperCase());
  const found = await connector.find("contact", { column: "nickname", values }, ["nickname"]);
  assert.deepEqual(found.map((row) => row.values["nickname"]).sort(), [...odd].sort());
  assert.deepEqual(await connector.find("contact", { column: "nickname", values: ["x"] }, []), []);
});

test("every write of a batch has its own outcome, in the order of the input", async () => {
  const { connector } = rig;
  const { rows } = await pull(connector, "contact", ["jobtitle"]);
  const [first, second, third] = rows;
  assert.ok(first && second && third);
  const update = (row: { id: string; version: string }, values: Record<string, unknown>) =>
    ({ kind: "update", id: row.id, version: row.version, values }) as const;
  const writes: DynamicsWrite[] = [
    update(first, { jobtitle: "CTO" }),
    create(1, { emailaddress1: "new@x.test" }),
    update({ ...second, version: 'W/"1"' }, { jobtitle: "CTO" }),
    update({ id: id(7), version: first.version }, { jobtitle: "CTO" }),
    update(third, { jobtitle: "x".repeat(101) }),
    update(third, { gendercode: 99 }),
    update(third, { ownerid: "team:nobody" }),
    create(1),
    create(2, { parentcustomerid: id(8) }),
  ];
  const before = connector.calls;
  const results = await connector.write("contact", writes);
  assert.deepEqual(results.map(brief), [
    "updated",
    "created",
    "failed stale 0x80060882",
    "failed gone 0x80040217",
    "failed refused 0x80044331",
    "failed refused 0x8004431a",
    "failed refused CS-DOES-NOT-FIT",
    "failed exists 0x80040237",
    "failed refused 0x80040217",
  ]);
  assert.equal(connector.calls - before, 1);
  const written = results.filter((result) => result.kind === "written");
  const current = await connector.read("contact", [first.id, id(1)], []);
  assert.deepEqual(
    new Map(written.map((result) => [result.id, result.version])),
    new Map(current.map((row) => [row.id, row.version])),
  );
});

test("lookups are bound by their navigation properties and cleared", async () => {
  const { connector, sandbox } = rig;
  const { rows } = await pull(connector, "contact", ["parentcustomerid"]);
  const company = rows.find((row) => row.values["parentcustomerid"])?.values["parentcustomerid"];
  const team = (await connector.owners()).find((owner) => owner.kind === "team");
  assert.ok(company && team);
  await connector.write("contact", [
    create(1, { parentcustomerid: company, ownerid: team.reference }),
    create(2, { parentcustomerid: `contact:${rows[0]?.id}`, ownerid: sandbox.salesUserId }),
  ]);
  const columns = ["parentcustomerid", "ownerid"];
  const read = async () =>
    new Map((await connector.read("contact", [id(1), id(2)], columns)).map((r) => [r.id, r]));
  const before = await read();
  assert.deepEqual(
    [before.get(id(1))?.values, before.get(id(2))?.values],
    [
      { parentcustomerid: company, ownerid: team.id },
      { parentcustomerid: rows[0]?.id, ownerid: sandbox.salesUserId },
    ],
  );
  const version = before.get(id(2))?.version ?? "";
  await connector.write("contact", [
    { kind: "update", id: id(2), version, values: { parentcustomerid: null } },
  ]);
  assert.equal((await read()).get(id(2))?.values["parentcustomerid"], null);
});

test("long lists go in batches, some at once, and keep their order", async () => {
  const connector = rig.connect({ batchSize: 3, parallel: 2 });
  const writes = Array.from({ length: 8 }, (_, n) => create(n));
  const results = await connector.write("contact", writes);
  assert.deepEqual(
    results.map((result) => (result.kind === "written" ? result.id : brief(result))),
    writes.map((write) => write.id),
  );
  assert.deepEqual(counts()["dynamics POST /$batch"], 3);
  assert.deepEqual(await connector.write("contact", []), []);
});

test("429 pauses for as long as the server says, then goes on", async () => {
  const { connector, sandbox, timing } = rig;
  sandbox.faults.add(presetRule("dynamics-429", { retryAfterSeconds: 17, path: "batch" }));
  assert.deepEqual((await connector.write("contact", [create(1)])).map(brief), ["created"]);
  assert.deepEqual(
    timing.waits.filter((ms) => ms >= 1_000),
    [17_000],
  );
});

test("a token that ended early is renewed once", async () => {
  const { connector, sandbox } = rig;
  await connector.identity();
  sandbox.identity.expireTokens();
  assert.equal((await connector.identity()).userId, sandbox.applicationUserId);
});

test("a read is repeated over a broken connection and a gateway error", async () => {
  const { connector, sandbox } = rig;
  for (const preset of ["dynamics-reset", "dynamics-502"] as const) {
    sandbox.faults.add({ ...presetRule(preset), method: "GET" });
  }
  assert.equal((await pull(connector, "contact", ["jobtitle"])).rows.length, 20);
});

for (const preset of ["dynamics-lost-answer", "dynamics-502-after-commit"] as const) {
  test(`${preset}: creates are found to be there, updates are unknown and not repeated`, async () => {
    const { connector, sandbox } = rig;
    const { rows } = await pull(connector, "contact", ["jobtitle"]);
    const [row] = rows;
    assert.ok(row);
    sandbox.faults.add(presetRule(preset, { path: "batch" }));
    const results = await connector.write("contact", [
      create(1),
      { kind: "update", id: row.id, version: row.version, values: { jobtitle: "CTO" } },
    ]);
    assert.deepEqual(
      results.map((result) => result.kind),
      ["written", "unknown"],
    );
    assert.deepEqual(results[0], {
      kind: "written",
      id: id(1),
      version: null,
      created: true,
      requestId: null,
    });
    assert.equal(sandbox.dynamics.row("contact", row.id)?.["jobtitle"], "CTO");
  });
}

test("a batch that was lost before it arrived is sent again for the creates alone", async () => {
  const { connector, sandbox } = rig;
  const [row] = (await pull(connector, "contact", ["jobtitle"])).rows;
  assert.ok(row);
  sandbox.faults.add(presetRule("dynamics-502", { path: "batch" }));
  const results = await connector.write("contact", [
    create(1),
    { kind: "update", id: row.id, version: row.version, values: { jobtitle: "CTO" } },
  ]);
  assert.deepEqual(results.map(brief), ["created", "unknown retry HTTP 502"]);
});

test("a privilege that is missing stops the write as a whole, when nothing was written", async () => {
  const { connector, sandbox } = rig;
  sandbox.dynamics.users.remove(sandbox.applicationUserId);
  assert.equal(
    await failureOf(connector.write("contact", [create(1)])),
    "configuration 0x80072560",
  );
});

test("describe tells types, lengths, ranges, options, targets", async () => {
  const { columns, ...table } = await rig.connector.describe("contact");
  assert.deepEqual(table, {
    name: "contact",
    entitySet: "contacts",
    primaryId: "contactid",
    changeTracking: true,
  });
  const by = new Map(columns.map(({ displayName: _, ...column }) => [column.name, column]));
  const access = { readable: true, creatable: true, updatable: true, hidden: false };
  const optional = { required: "none", ...access };
  assert.deepEqual(
    ["emailaddress1", "jobtitle", "numberofchildren", "creditlimit", "birthdate", "gendercode"].map(
      (name) => by.get(name),
    ),
    [
      { name: "emailaddress1", type: "email", maxLength: 100, ...optional },
      { name: "jobtitle", type: "text", maxLength: 100, ...optional },
      { name: "numberofchildren", type: "integer", min: 0, max: 1_000_000_000, ...optional },
      { name: "creditlimit", type: "money", min: 0, max: 1e14, precision: 2, ...optional },
      { name: "birthdate", type: "date", ...optional },
      {
        name: "gendercode",
        type: "picklist",
        options: [
          { value: 1, label: "Male" },
          { value: 2, label: "Female" },
        ],
        ...optional,
      },
    ],
  );
  assert.deepEqual(
    [by.get("parentcustomerid")?.targets, by.get("ownerid")?.targets],
    [
      ["account", "contact"],
      ["systemuser", "team"],
    ],
  );
  assert.deepEqual(
    ["modifiedon", "statecode", "fullname"].map((name) => {
      const { type, creatable, updatable } = by.get(name) ?? {};
      return [name, type, creatable, updatable];
    }),
    [
      ["modifiedon", "datetime", false, false],
      ["statecode", "state", false, true],
      ["fullname", "text", false, false],
    ],
  );
  assert.deepEqual(
    columns.map(({ name }) => name).filter((name) => /^(parentcustomer|owner)id/.test(name)),
    [
      "ownerid",
      "ownerid.name",
      "parentcustomerid",
      "parentcustomerid.account",
      "parentcustomerid.accountname",
      "parentcustomerid.name",
    ],
    "the columns that shadow a lookup are none; its parts are",
  );
});

test("describe hides what column security hides", async () => {
  const { connector, sandbox } = rig;
  const { model, users } = sandbox.dynamics;
  const secured = ["mobilephone", "jobtitle", "department"];
  for (const column of secured) model.setColumn("contact", column, { secured: true });
  users.setColumnRights(sandbox.applicationUserId, "contact.jobtitle", {
    canRead: true,
    canUpdate: true,
  });
  users.setColumnRights(sandbox.applicationUserId, "contact.department", { canCreate: true });
  const { columns } = await connector.describe("contact");
  assert.deepEqual(
    columns
      .filter(({ name }) => secured.includes(name))
      .map(({ name, readable, creatable, updatable, hidden }) => ({
        name,
        readable,
        creatable,
        updatable,
        hidden,
      })),
    [
      { name: "department", readable: false, creatable: true, updatable: false, hidden: true },
      { name: "jobtitle", readable: true, creatable: false, updatable: true, hidden: false },
      { name: "mobilephone", readable: false, creatable: false, updatable: false, hidden: true },
    ],
  );
});

test("without the Sales app the lead table is not there", async () => {
  const without = await startRig({ leadTable: false });
  try {
    assert.deepEqual(
      [
        await failureOf(without.connector.describe("lead")),
        await failureOf(pull(without.connector, "lead", ["lastname"])),
      ],
      ["configuration 0x8006088a", "configuration 0x8006088a"],
    );
  } finally {
    await without.close();
  }
});
