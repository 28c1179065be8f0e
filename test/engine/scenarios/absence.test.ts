import assert from "node:assert/strict";
import { test, type TestContext } from "node:test";
import { openMemoryPair, type MemoryPair } from "../../support/enginePair";

// Only a tombstone deletes. What is merely not there waits for a human, or is looked for again.

const DAY = 24 * 3_600_000;
const LINKS = ["active", "active"];

/** A pair with two linked contacts; the first one and its person can be kept out of every answer. */
class Scene {
  readonly ids: string[];
  readonly persons: number[];
  readonly hidden = new Set<"full read" | "row" | "person">();

  private constructor(readonly pair: MemoryPair) {
    this.ids = [...pair.dynamics.store.rows("contact").keys()];
    const links = pair.state.linksByDynamicsId("contact", this.ids);
    this.persons = this.ids.map((id) => links.get(id)!.personId);
    this.#hide();
  }

  static async open(t: TestContext): Promise<Scene> {
    const pair = await openMemoryPair();
    t.after(() => pair.close());
    for (const lastname of ["One", "Two"]) pair.dynamics.store.create("contact", { lastname });
    await pair.run();
    return new Scene(pair);
  }

  #hide(): void {
    const { dynamics, marketo } = this.pair;
    const { hidden } = this;
    const [id] = this.ids;
    const [person] = this.persons;
    const changes = dynamics.changes.bind(dynamics);
    dynamics.changes = async function* (type, request) {
      for await (const page of changes(type, request)) {
        const rows = page.rows.filter((row) => row.id !== id || !hidden.has("full read"));
        yield { ...page, rows };
      }
    };
    const readRows = dynamics.read.bind(dynamics);
    dynamics.read = async (...given) =>
      (await readRows(...given)).filter((row) => row.id !== id || !hidden.has("row"));
    const readPersons = marketo.read.bind(marketo);
    marketo.read = async (...given) =>
      (await readPersons(...given)).filter(({ id }) => id !== person || !hidden.has("person"));
  }

  /** One cycle: why it halted, the states of the links, and how often anything was written. */
  async cycle(minutes = 5, approved: string | null = null) {
    this.pair.clock.advance(minutes * 60_000);
    const { error, halted, counts } = await this.pair.run({ approved });
    assert.equal(error, null);
    const { created, updated } = counts;
    return {
      halted: halted && [halted.reason, halted.planned],
      links: this.states(),
      writes: created.dynamics + created.marketo + updated.dynamics + updated.marketo,
      planHash: halted?.planHash ?? null,
    };
  }

  states(): string[] {
    const links = this.pair.state.linksByDynamicsId("contact", this.ids);
    return this.ids.map((id) => links.get(id)?.state ?? "none");
  }

  /** The cycle halts, writes nothing and goes on halting; with the word of a human it runs. */
  async waitsForWord(planned: number, minutes = 5): Promise<void> {
    const before = this.states();
    const first = await this.cycle(minutes);
    const { planHash, ...again } = await this.cycle();
    assert.deepEqual(again, { halted: ["full-compare", planned], links: before, writes: 0 });
    assert.deepEqual(first, { ...again, planHash });
    assert.equal((await this.cycle(5, planHash)).halted, null);
  }

  codes(): (string | undefined)[] {
    return this.pair.state.failed().map(({ code }) => code);
  }
}

const rows = ({ pair }: Scene) => pair.dynamics.store;
const persons = ({ pair }: Scene) => pair.marketo.store;

test("a row that a full read leaves out, and that is there when it is asked for, stays linked", async (t) => {
  const scene = await Scene.open(t);
  scene.hidden.add("full read");
  scene.pair.dynamics.expireCheckpoints();
  const { halted, links, writes } = await scene.cycle();
  assert.deepEqual({ halted, links, writes }, { halted: null, links: LINKS, writes: 0 });
});

test("a row that is not there in a full read, and not by its id, is deleted only with a human's word", async (t) => {
  const scene = await Scene.open(t);
  scene.hidden.add("full read").add("row");
  scene.pair.dynamics.expireCheckpoints();
  await scene.waitsForWord(2);
  assert.deepEqual(scene.states(), ["dynamicsDeleted", "active"]);
});

test("a row that is back before the word is given was never deleted", async (t) => {
  const scene = await Scene.open(t);
  scene.hidden.add("full read").add("row");
  scene.pair.dynamics.expireCheckpoints();
  assert.deepEqual((await scene.cycle()).halted, ["full-compare", 2]);
  scene.hidden.clear();
  const { halted, links, writes } = await scene.cycle();
  assert.deepEqual({ halted, links, writes }, { halted: null, links: LINKS, writes: 0 });
});

test("a table that comes back empty halts the cycle; with a human's word only what is gone is deleted", async (t) => {
  const scene = await Scene.open(t);
  scene.pair.dynamics.expireCheckpoints();
  scene.hidden.add("full read");
  rows(scene).remove("contact", scene.ids[1]!);
  const { planHash, ...first } = await scene.cycle();
  assert.deepEqual(first, { halted: ["empty-side", 2], links: LINKS, writes: 0 });
  assert.equal((await scene.cycle(5, planHash)).halted, null);
  assert.deepEqual(scene.states(), ["active", "dynamicsDeleted"]);
});

test("a person that is not there after a gap in the feeds is gone only with a human's word", async (t) => {
  const scene = await Scene.open(t);
  scene.hidden.add("person");
  await scene.waitsForWord(1, (21 * DAY) / 60_000);
  assert.deepEqual(scene.states(), ["marketoDeleted", "active"]);
});

test("after a gap nobody is created anew without a human's word, even if the row has changed", async (t) => {
  const scene = await Scene.open(t);
  persons(scene).remove(scene.persons[0]!);
  rows(scene).edit("contact", scene.ids[0]!, { jobtitle: "Buyer" });
  await scene.waitsForWord(1, (21 * DAY) / 60_000);
  assert.deepEqual([scene.states(), persons(scene).persons.size], [LINKS, 2]);
});

test("a person that changed and cannot be read is looked for again, and its change travels then", async (t) => {
  const scene = await Scene.open(t);
  const [id] = scene.ids;
  persons(scene).edit(scene.persons[0]!, { title: "Buyer" });
  scene.hidden.add("person");
  const { halted, links, writes } = await scene.cycle();
  assert.deepEqual({ halted, links, writes }, { halted: null, links: LINKS, writes: 0 });
  assert.deepEqual(scene.codes(), ["CS-NO-RECORD"]);
  scene.hidden.clear();
  await scene.cycle(30);
  assert.deepEqual([rows(scene).value("contact", id!, "jobtitle"), scene.codes()], ["Buyer", []]);
});

test("a row that cannot be read while its person changes is looked for again", async (t) => {
  const scene = await Scene.open(t);
  const [id] = scene.ids;
  persons(scene).edit(scene.persons[0]!, { title: "x".repeat(120) });
  await scene.cycle();
  assert.deepEqual(scene.codes(), ["CS-DOES-NOT-FIT"]);
  persons(scene).edit(scene.persons[0]!, { title: "Buyer" });
  scene.hidden.add("row");
  const { halted, links, writes } = await scene.cycle();
  assert.deepEqual({ halted, links, writes }, { halted: null, links: LINKS, writes: 0 });
  assert.deepEqual(scene.codes(), ["CS-NO-RECORD"]);
  scene.hidden.clear();
  await scene.cycle(30);
  assert.deepEqual([rows(scene).value("contact", id!, "jobtitle"), scene.codes()], ["Buyer", []]);
});
