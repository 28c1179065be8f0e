import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { diskFiles, type FileSystem } from "../../src/state/files";
import { openSandboxPair, type SandboxPair } from "../support/enginePair";

/** Longer than the overlap in which Marketo's feeds tell everything again. */
const QUIET_MS = 11 * 60_000;

const CONTACTS = "dynamics GET /contacts";
const LEADS = "dynamics GET /leads";
const BATCH = "dynamics POST /$batch";
const CHANGES = "marketo GET /rest/v1/activities/leadchanges.json";
const READ = "marketo GET /rest/v1/leads.json";
const WRITE = "marketo POST /rest/v1/leads.json";
const IDLE = {
  [CONTACTS]: 1,
  [LEADS]: 1,
  "marketo GET /rest/v1/activities.json": 1,
  "marketo GET /rest/v1/activities/deletedleads.json": 1,
  [CHANGES]: 1,
};

/** Linked records at rest: the first sync is done and its echoes are older than the overlap. */
async function linkedPair(contacts: number, files?: FileSystem): Promise<SandboxPair> {
  const pair = await openSandboxPair({
    sandbox: { contacts, leads: 20, persons: 0 },
    ...(files && { files }),
    configure: ({ policies }) => {
      policies.brakes.maxUpdates = { absolute: 10_000, percent: 100 };
    },
  });
  await runClean(pair);
  await rest(pair);
  return pair;
}

async function rest(pair: SandboxPair): Promise<void> {
  await lookAtNames(pair);
  for (let cycle = 0; cycle < 2; cycle++) {
    pair.clock.advance(QUIET_MS);
    await runClean(pair);
  }
  pair.clock.advance(QUIET_MS);
}

/** Once an hour a cycle with work to do looks for renamed accounts: that is behind us in what is counted here. */
async function lookAtNames(pair: SandboxPair): Promise<void> {
  const { dynamics, salesUserId } = pair.sandbox;
  pair.clock.advance(3_600_000);
  dynamics.edit(
    "contact",
    pair.state.linksAfter("contact", null, 1)[0]!.dynamicsId,
    { pager: "1" },
    salesUserId,
  );
  await runClean(pair);
}

async function runClean(pair: SandboxPair) {
  const summary = await pair.run();
  assert.deepEqual([summary.error, summary.halted], [null, null]);
  return summary;
}

/** The next cycle's calls by endpoint. A token that ran out meanwhile is no matter of the cycle. */
async function callsOf(pair: SandboxPair): Promise<Record<string, number>> {
  pair.sandbox.log.reset();
  const { calls } = await runClean(pair);
  const entries = pair.sandbox.log
    .entries()
    .filter(({ operation }) => !/ token |\/oauth\/token$/.test(operation));
  const sum = (server: string) => entries.filter((entry) => entry.server === server).length;
  assert.deepEqual(calls, { dynamics: sum("dynamics"), marketo: sum("marketo") });
  const counts: Record<string, number> = {};
  for (const { server, operation, status } of entries) {
    const name = `${server} ${operation}`;
    if (status !== 401) counts[name] = (counts[name] ?? 0) + 1;
  }
  return counts;
}

/** Linked contacts with their persons, in no telling order. */
function linkedContacts({ state }: SandboxPair) {
  return [...state.links("contact")].flat();
}

for (const size of [400, 1200]) {
  describe(`calls of a cycle with ${size} contacts`, () => {
    let pair: SandboxPair;
    before(async () => {
      pair = await linkedPair(size);
    });
    after(() => pair.close());

    test("nothing changed", async () => {
      assert.deepEqual(await callsOf(pair), IDLE);
      pair.clock.advance(300_000);
      assert.deepEqual(await callsOf(pair), IDLE);
    });

    for (const changed of [1, 300, 301]) {
      test(`${changed} contacts changed in Dynamics`, async () => {
        await rest(pair);
        const { dynamics, salesUserId } = pair.sandbox;
        for (const { dynamicsId } of linkedContacts(pair).slice(0, changed)) {
          dynamics.edit("contact", dynamicsId, { jobtitle: `Job ${changed}` }, salesUserId);
        }
        const writes = Math.ceil(changed / 300);
        assert.deepEqual(await callsOf(pair), { ...IDLE, [WRITE]: writes });
        // The echoes come back: they are recognized, and nothing is read because of them.
        pair.clock.advance(300_000);
        assert.deepEqual(await callsOf(pair), { ...IDLE, [CHANGES]: writes });
      });

      test(`${changed} persons changed in Marketo`, async () => {
        await rest(pair);
        const { marketo } = pair.sandbox;
        for (const { personId } of linkedContacts(pair).slice(0, changed)) {
          marketo.edit(personId, { middleName: `Middle ${changed}` });
        }
        const reads = Math.ceil(changed / 300);
        const batches = Math.ceil(changed / 100);
        const changes = { [CHANGES]: reads, [READ]: reads };
        assert.deepEqual(await callsOf(pair), { ...IDLE, ...changes, [BATCH]: batches });
        // Our own rows come back in the delta with a new version; the feeds tell the old edits once more.
        pair.clock.advance(300_000);
        assert.deepEqual(await callsOf(pair), { ...IDLE, [CHANGES]: reads });
      });
    }

    test("the same record changed on both sides, different fields", async () => {
      await rest(pair);
      const { dynamics, marketo, salesUserId } = pair.sandbox;
      const [link] = linkedContacts(pair);
      dynamics.edit("contact", link!.dynamicsId, { jobtitle: "Both" }, salesUserId);
      marketo.edit(link!.personId, { middleName: "Both" });
      assert.deepEqual(await callsOf(pair), { ...IDLE, [READ]: 1, [BATCH]: 1, [WRITE]: 1 });
    });

    test("a person changed in two cycles in a row costs no read of its row", async () => {
      await rest(pair);
      const { marketo } = pair.sandbox;
      const { personId } = linkedContacts(pair)[1]!;
      for (const value of ["One", "Two", "Three"]) {
        marketo.edit(personId, { middleName: value });
        assert.deepEqual(await callsOf(pair), { ...IDLE, [READ]: 1, [BATCH]: 1 });
        pair.clock.advance(60_000);
      }
    });
  });
}

/** Real files that tell how much was appended to which. */
function countedFiles() {
  const written = new Map<string, number>();
  const files: FileSystem = {
    ...diskFiles,
    async create(path) {
      const file = await diskFiles.create(path);
      const name = path.replace(/^.*[\\/]/, "");
      return {
        ...file,
        append: (bytes) => {
          written.set(name, (written.get(name) ?? 0) + bytes.length);
          return file.append(bytes);
        },
      };
    },
  };
  return { files, written };
}

describe("bytes of a cycle", () => {
  for (const contacts of [1000, 4000]) {
    test(`10 changes among ${contacts} records: under 100 KB and no snapshot`, async () => {
      const { files, written } = countedFiles();
      const pair = await linkedPair(contacts, files);
      try {
        written.clear();
        const { dynamics, marketo, salesUserId } = pair.sandbox;
        for (const [at, link] of linkedContacts(pair).slice(0, 10).entries()) {
          if (at % 2) dynamics.edit("contact", link.dynamicsId, { jobtitle: "Ten" }, salesUserId);
          else marketo.edit(link.personId, { middleName: "Ten" });
        }
        const { counts } = await runClean(pair);
        assert.deepEqual(counts.updated, { dynamics: 5, marketo: 5 });
        const bytes = [...written.values()].reduce((sum, size) => sum + size, 0);
        assert.deepEqual(
          [
            bytes > 0 && bytes < 100_000,
            [...written.keys()].filter((name) => /snapshot/.test(name)),
          ],
          [true, []],
          `${bytes} bytes: ${[...written.keys()].join(", ")}`,
        );
      } finally {
        await pair.close();
      }
    });
  }
});

describe("100,000 linked records", () => {
  const LINKED = 100_000;
  /** So many are real in both orgs; of the others only the links are there, which is all that a cycle at rest has. */
  const REAL = 400;
  let pair: SandboxPair;
  let written: Map<string, number>;
  before(async () => {
    const counted = countedFiles();
    written = counted.written;
    pair = await linkedPair(REAL, counted.files);
    await addLinks(pair, LINKED - pair.state.countLinks("contact"));
    await pair.restart();
    await runClean(pair);
    await rest(pair);
  });
  after(() => pair.close());

  test("nothing changed: one call for each table, three to Marketo, and next to nothing is written", async () => {
    assert.equal(pair.state.countLinks("contact"), LINKED);
    written.clear();
    assert.deepEqual(await callsOf(pair), IDLE);
    const bytes = [...written.values()].reduce((sum, size) => sum + size, 0);
    assert.ok(bytes < 10_000, `${bytes} bytes`);
  });

  test("10 changes: no read but of the persons that changed, under 100 KB written and no snapshot", async () => {
    written.clear();
    const { dynamics, marketo, salesUserId } = pair.sandbox;
    for (const [at, link] of realLinks(pair).slice(0, 10).entries()) {
      if (at % 2) dynamics.edit("contact", link.dynamicsId, { jobtitle: "Ten" }, salesUserId);
      else marketo.edit(link.personId, { middleName: "Ten" });
    }
    // The second call to contacts: after a start the names of these rows' accounts are not known yet.
    const calls = { [CONTACTS]: 2, [READ]: 1, [BATCH]: 1, [WRITE]: 1 };
    assert.deepEqual(await callsOf(pair), { ...IDLE, ...calls });
    const bytes = [...written.values()].reduce((sum, size) => sum + size, 0);
    assert.ok(bytes > 0 && bytes < 100_000, `${bytes} bytes`);
    assert.deepEqual(
      [...written.keys()].filter((name) => /snapshot/.test(name)),
      [],
    );
  });
});

/** Links of records that neither org tells of, each with a base of its own. */
async function addLinks({ state }: SandboxPair, count: number): Promise<void> {
  const [model] = [...state.links("contact")].flat();
  for (let first = 0; first < count; first += 5000) {
    await state.commit((writer) => {
      for (let at = first; at < Math.min(count, first + 5000); at++) {
        const number = String(at).padStart(12, "0");
        const base = new Uint8Array(model!.base);
        new DataView(base.buffer).setUint32(0, at);
        const personId = FIRST_ADDED + at;
        writer.putLink({ ...model!, base, personId, dynamicsId: `${ADDED}-${number}` });
      }
    });
  }
}

const ADDED = "ffffffff-0000-4000-8000";
const FIRST_ADDED = 1_000_000;

/** Links are told in the order of their ids, and those that were added come last. */
function realLinks({ state }: SandboxPair) {
  return state.linksAfter("contact", null, 20);
}
