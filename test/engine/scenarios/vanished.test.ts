import assert from "node:assert/strict";
import { test } from "node:test";
import { meanwhile, openLinked, run } from "./meanwhile";

/** What becomes of a write to a row that cannot be read again afterwards: the row is hidden from us, not deleted. */
const CASES: { name: string; isLost: boolean }[] = [
  { name: "the row had changed", isLost: false },
  { name: "the answer was lost", isLost: true },
];

for (const { name, isLost } of CASES) {
  test(`a value is kept for a row that is out of sight after a write: ${name}`, async (t) => {
    const { wrap, arm } = meanwhile();
    const { pair, rows, persons, id, person } = await openLinked(t, "contact", wrap);
    let show = (): void => undefined;
    const hide = () => (show = rows.hide("contact", id));
    persons.edit(person, { title: "theirs" });
    if (isLost) {
      const fault = { kind: "lost", applied: false } as const;
      pair.dynamics.faults.add({ operation: "write", fault });
      arm("after", "dynamics", hide);
    } else {
      arm("before", "dynamics", () => {
        rows.edit("contact", id, { fax: "1" });
        arm("after", "dynamics", hide);
      });
    }
    const counts = await run(pair);
    const failed = pair.state.failedAmong("contact", [id]).get(id);
    assert.deepEqual([counts.failed, failed?.code], [1, "CS-NO-RECORD"]);
    show();
    await run(pair, 300_000);
    assert.deepEqual(
      [rows.value("contact", id, "jobtitle"), pair.state.failed(), pair.state.openIntents()],
      ["theirs", [], []],
    );
  });
}
