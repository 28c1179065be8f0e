import assert from "node:assert/strict";
import { test } from "node:test";
import { open, run, titles } from "./meanwhile";

test("an edit right after the first sync is seen, although our clock is ahead of Marketo's", async (t) => {
  const pair = await open(t);
  const { marketo } = pair.engine.connectors;
  const checkpointAt = marketo.checkpointAt.bind(marketo);
  // What we call now is half a minute later by Marketo's own clock.
  marketo.checkpointAt = (since, options) => checkpointAt(since + 30_000, options);
  const id = pair.dynamics.store.create("contact", { lastname: "Ortiz", jobtitle: "first" });
  await run(pair);
  const [person] = pair.marketo.store.persons.keys();
  pair.marketo.store.edit(person!, { title: "theirs" });
  await run(pair);
  assert.deepEqual(titles(pair, { type: "contact", id, person: person! }), ["theirs", "theirs"]);
});
