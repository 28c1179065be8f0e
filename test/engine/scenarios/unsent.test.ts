import assert from "node:assert/strict";
import { test } from "node:test";
import type { Failure } from "../../../src/model/failure";
import type { RecordType } from "../../../src/model/record";
import type { MarketoWrite, WriteResult } from "../../../src/sync/ports";
import type { MemoryPair } from "../../support/enginePair";
import { lostIn, open, openLinked, run } from "./meanwhile";

const QUOTA: Failure = { class: "quota", code: "607", message: "No calls left.", side: "marketo" };

/** What the log has as outcome and reason, since the first cycle. */
const told = (pair: MemoryPair, since = 1) =>
  pair
    .activities()
    .filter(({ cycle }) => cycle > since)
    .map(({ dynamicsId, outcome, reason }) => [dynamicsId, outcome, reason]);

test("a value that was never replaced is not told as lost: the day's calls were used up", async (t) => {
  const { pair, rows, persons, id, person } = await openLinked(t, "contact");
  rows.edit("contact", id, { jobtitle: "ours" });
  persons.edit(person, { title: "theirs" });
  pair.marketo.faults.add({ operation: "write", fault: { kind: "fail", failure: QUOTA } });
  pair.clock.advance(1000);
  const { error } = await pair.run();
  assert.deepEqual([error?.code, pair.state.openIntents()], ["607", []]);
  persons.edit(person, { title: "theirs, later" });
  await run(pair);
  assert.deepEqual(
    [lostIn(pair), told(pair)],
    [["theirs, later"], [[id, "conflicted", "clash-dynamics-wins"]]],
  );
});

test("what was written to one table keeps its outcome when the call for the other one fails", async (t) => {
  const pair = await open(t);
  const ids = (["contact", "lead"] as const).map((type: RecordType) =>
    pair.dynamics.store.create(type, { lastname: "Ortiz" }),
  );
  await run(pair);
  for (const person of pair.marketo.store.persons.keys()) {
    pair.marketo.store.edit(person, { title: "theirs" });
  }
  const failure: Failure = { class: "retry", code: "0x80072322", message: "Busy." };
  pair.dynamics.faults.add({ operation: "write", skip: 1, fault: { kind: "fail", failure } });
  await run(pair);
  assert.deepEqual(told(pair), [
    [ids[0], "applied", "changed-in-marketo"],
    [ids[1], "failed", "failed-call"],
  ]);
  await run(pair, 300_000);
  assert.equal(pair.dynamics.store.value("lead", ids[1]!, "jobtitle"), "theirs");
});

test("a person that another row has is not taken away by a creation that Marketo puts onto it", async (t) => {
  const { pair, rows, persons, id, person } = await openLinked(t, "contact");
  const { marketo } = pair.engine.connectors;
  const write = marketo.write.bind(marketo);
  marketo.write = async (writes: readonly MarketoWrite[], options): Promise<WriteResult[]> => {
    const [first] = writes;
    if (first?.kind !== "create") return write(writes, options);
    persons.edit(person, first.values);
    return [
      { kind: "written", id: String(person), version: null, created: false, requestId: null },
    ];
  };
  const other = rows.create("contact", { lastname: "Ortiz" });
  await run(pair);
  assert.deepEqual(
    [pair.state.linksByPersonId([person]).get(person)?.dynamicsId, told(pair)],
    [id, [[other, "conflicted", "ambiguous-match"]]],
  );
});
