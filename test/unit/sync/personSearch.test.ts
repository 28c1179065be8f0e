import assert from "node:assert/strict";
import { test } from "node:test";
import { CallError } from "../../../src/model/failure";
import type { CycleContext } from "../../../src/sync/cycleContext";
import { PersonSearch } from "../../../src/sync/personSearch";
import type { MarketoPerson } from "../../../src/sync/ports";

const ID = "crmRecordId";

interface Asked {
  field: string;
  values: readonly string[];
}

interface Options {
  matchByEmail?: boolean;
  idField?: string | null;
  failure?: CallError;
}

/** A search over some persons; what Marketo was asked stands in `asked`. */
function searchAmong(persons: readonly MarketoPerson[], options: Options = {}) {
  const { matchByEmail = true, idField = ID, failure } = options;
  const asked: Asked[] = [];
  const canceled = new AbortController();
  const signals: AbortSignal[] = [];
  const context = {
    linkFields: { id: idField, type: null, deleted: null },
    personFields: [],
    policies: { matchByEmail },
    signal: canceled.signal,
    report: { progress: () => undefined },
    connectors: {
      marketo: {
        find(query: Asked, _fields: unknown, { signal }: { signal: AbortSignal }) {
          asked.push(query);
          signals.push(signal);
          if (failure) return Promise.reject(failure);
          const wanted = new Set(query.values.map((value) => value.toLowerCase()));
          const has = ({ values }: MarketoPerson) =>
            wanted.has(String(values[query.field] ?? "").toLowerCase());
          return Promise.resolve(persons.filter(has));
        },
      },
    },
  } as unknown as CycleContext;
  return { search: new PersonSearch(context), asked, canceled, signals };
}

const person = (id: number, email: string, row?: string): MarketoPerson => ({
  id,
  values: { email, ...(row !== undefined && { [ID]: row }) },
});
const rows = (count: number) =>
  Array.from({ length: count }, (_, at) => ({ id: `row-${at}`, email: `P${at}@x.test` }));
const calls = (asked: readonly Asked[]) => asked.map(({ field, values }) => [field, values.length]);
const ids = (persons: readonly MarketoPerson[]) => persons.map(({ id }) => id);

/** Searched ahead, then asked for; and what Marketo was asked. */
const RUNS: {
  name: string;
  options?: Options;
  ahead: number;
  wanted: number;
  expected: unknown[];
}[] = [
  {
    name: "rows that do not fill a call are asked for in the end",
    ahead: 299,
    wanted: 299,
    expected: [
      [ID, 299],
      ["email", 298],
    ],
  },
  {
    name: "full calls go ahead, and nothing is asked twice",
    ahead: 650,
    wanted: 650,
    expected: [
      [ID, 300],
      [ID, 300],
      // Of the first 600 rows one is found by its id.
      ["email", 300],
      [ID, 50],
      ["email", 349],
    ],
  },
  {
    name: "rows that were not known ahead are asked for as well",
    ahead: 300,
    wanted: 301,
    expected: [
      [ID, 300],
      [ID, 1],
      ["email", 300],
    ],
  },
  {
    name: "without a search by address",
    options: { matchByEmail: false },
    ahead: 300,
    wanted: 300,
    expected: [[ID, 300]],
  },
  {
    name: "without a field for the id",
    options: { idField: null },
    ahead: 300,
    wanted: 300,
    expected: [["email", 300]],
  },
];

for (const { name, options, ahead, wanted, expected } of RUNS) {
  test(`search: ${name}`, async () => {
    const persons = [person(7, "else@x.test", "ROW-3"), person(5, "p9@X.test"), person(9, "no")];
    const { search, asked } = searchAmong(persons, options);
    for (const { id, email } of rows(ahead)) search.ahead(id, email);
    const all = rows(wanted);
    const byId = options?.idField === null ? [] : await search.find(ID, idsOf(all));
    const rest = all.filter(({ id }) => byId.length === 0 || id !== "row-3");
    const byEmail =
      options?.matchByEmail === false
        ? []
        : await search.find(
            "email",
            rest.map(({ email }) => email.toLowerCase()),
          );
    assert.deepEqual(calls(asked), expected);
    assert.deepEqual(ids(byId), options?.idField === null ? [] : [7]);
    assert.deepEqual(ids(byEmail), options?.matchByEmail === false ? [] : [5]);
  });
}

const idsOf = (all: readonly { id: string }[]) => all.map(({ id }) => id);

test("search: an address that several rows have is asked for once", async () => {
  const { search, asked } = searchAmong([], { idField: null });
  for (let at = 0; at < 400; at++) search.ahead(`row-${at}`, `P${at % 200}@x.test `);
  assert.deepEqual(calls(asked), []);
  await search.find("email", ["p1@x.test"]);
  assert.deepEqual(calls(asked), [["email", 1]]);
});

test("search: only those are found that were asked for now", async () => {
  const { search } = searchAmong([person(1, "p1@x.test"), person(2, "p2@x.test")], {
    idField: null,
  });
  for (const { id, email } of rows(300)) search.ahead(id, email);
  assert.deepEqual(ids(await search.find("email", ["p2@x.test"])), [2]);
});

test("search: what failed ahead fails when it is asked for", async () => {
  const failure = new CallError({ class: "quota", code: "607", message: "Spent." });
  const { search } = searchAmong([], { failure });
  for (const { id, email } of rows(300)) search.ahead(id, email);
  await assert.rejects(search.find(ID, ["row-1"]), failure);
});

test("search: what waits for its turn is taken back when the plan has failed, or the cycle is canceled", async () => {
  for (const how of ["close", "cancel"] as const) {
    const { search, canceled, signals } = searchAmong([]);
    for (const { id, email } of rows(300)) search.ahead(id, email);
    assert.equal(signals[0]?.aborted, false);
    if (how === "close") search.close();
    else canceled.abort();
    assert.equal(signals[0]?.aborted, true);
    await assert.rejects(search.find(ID, ["row-400"]), { name: "CallError" });
  }
});
