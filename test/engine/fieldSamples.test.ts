import assert from "node:assert/strict";
import { test } from "node:test";
import { readSamples, readSeenValues } from "../../src/engine/fieldSamples";
import { openSandboxPair, type SandboxPair } from "../support/enginePair";

async function withPair(work: (pair: SandboxPair) => Promise<void>): Promise<void> {
  const pair = await openSandboxPair({ sandbox: { contacts: 30, leads: 5, persons: 10 } });
  try {
    await work(pair);
  } finally {
    await pair.close();
  }
}

const calls = ({ sandbox }: SandboxPair) => ({
  dynamics: sandbox.log.total("dynamics"),
  marketo: sandbox.log.total("marketo"),
});

test("a few values of every readable column, options by their names, in a call for each side", async () => {
  await withPair(async (pair) => {
    await pair.run();
    const ground = await pair.engine.sampleGround("contact");
    const before = calls(pair);
    const samples = await readSamples(ground);
    const after = calls(pair);
    assert.deepEqual(
      [after.dynamics - before.dynamics, after.marketo - before.marketo],
      [1, 1],
      "rows and persons once each",
    );
    const titles = new Set(
      [...pair.sandbox.dynamics.rows("contact", ["jobtitle"])].map((row) => row["jobtitle"]),
    );
    assert.ok(samples.dynamics["jobtitle"]!.length > 0);
    assert.ok(samples.dynamics["jobtitle"]!.every((text) => titles.has(text)));
    assert.ok(samples.dynamics["statecode"]!.includes("Active"));
    assert.ok(samples.marketo["title"]!.length > 0);
    for (const side of [samples.dynamics, samples.marketo]) {
      for (const texts of Object.values(side)) {
        assert.ok(texts.length <= 3 && texts.every((text) => text !== "" && text.length <= 40));
      }
    }
  });
});

test("before the first sync the persons come by the rows' e-mail addresses, else by their first ids", async () => {
  await withPair(async (pair) => {
    const { marketo } = await readSamples(await pair.engine.sampleGround("contact"));
    assert.ok(marketo["email"]!.length > 0);
    const { marketo: ofLeads } = await readSamples(await pair.engine.sampleGround("lead"));
    assert.ok(ofLeads["email"]!.length > 0);
  });
});

test("a column that column security hides has no samples", async () => {
  await withPair(async (pair) => {
    pair.sandbox.dynamics.model.setColumn("contact", "jobtitle", { secured: true });
    const { dynamics } = await readSamples(await pair.engine.sampleGround("contact"));
    assert.equal(dynamics["jobtitle"], undefined);
  });
});

test("sample values reach no log line and no event", async () => {
  await withPair(async (pair) => {
    await pair.run();
    const { sandbox } = pair;
    const events = pair.events.length;
    const after = sandbox.log.entries().at(-1)!.sequence;
    const { dynamics } = await readSamples(await pair.engine.sampleGround("contact"));
    const [email] = dynamics["emailaddress1"]!;
    assert.ok(email);
    assert.equal(pair.events.length, events);
    const targets = sandbox.log.entries(after).map(({ target }) => target);
    assert.deepEqual(
      targets.filter((target) => target.includes(email)),
      [],
    );
  });
});

test("a value map sees every value that Marketo holds, with counts, the most frequent first", async () => {
  await withPair(async (pair) => {
    await pair.run();
    const ids = [...pair.sandbox.marketo.persons()].map(({ id }) => Number(id));
    ids.slice(0, 4).forEach((id) => pair.sandbox.marketo.edit(id, { rating: "Tepid" }));
    ids.slice(4, 5).forEach((id) => pair.sandbox.marketo.edit(id, { rating: "Cold" }));
    const ground = await pair.engine.sampleGround("contact");
    const linked = new Set(
      ground.state.linksAfter("contact", null, 300).map((link) => link.personId),
    );
    const seen = await readSeenValues(ground, "rating");
    const expected = ids.slice(0, 4).filter((id) => linked.has(id)).length;
    assert.ok(expected > 0);
    assert.equal(seen.values.find(({ value }) => value === "Tepid")?.count, expected);
    assert.deepEqual(
      seen.values.map(({ count }) => count),
      seen.values.map(({ count }) => count).sort((a, b) => b - a),
    );
    assert.equal(seen.persons, linked.size);
  });
});
