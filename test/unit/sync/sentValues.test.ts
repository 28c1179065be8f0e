import assert from "node:assert/strict";
import { test } from "node:test";
import type { RecordType, Side } from "../../../src/model/record";
import type { CycleContext } from "../../../src/sync/cycleContext";
import { withKeys } from "../../../src/sync/hash";
import { DEFAULT_POLICIES } from "../../../src/sync/policy";
import { packSent, unpackSent } from "../../../src/sync/sentValues";
import { decideSubject, newSubject } from "../../../src/sync/subject";
import { textRule } from "./builders";

const A = textRule("a");
const NOTHING = new Uint8Array();

/** What is decided about one field, agreed on as "old", when we had sent "ours" to a side and heard no answer. */
function decided(
  recordType: RecordType,
  { to, row, person }: { to: Side; row: string; person: string },
): unknown {
  const positions = new Map([["a", 0]]);
  const base = withKeys(NOTHING, [{ position: 0, key: A.codec.compareKey("old") }]);
  const ids = { dynamicsId: "r", personId: 1 };
  const subject = newSubject(
    { recordType, rules: [A], positions, columns: [], filter: null },
    { ...ids, link: { recordType, ...ids, version: "1", state: "active", base } },
  );
  subject.row = { kind: "read", values: { a: row } };
  subject.person = { kind: "read", values: { a: person } };
  const sending = { rule: A, to, before: "old", after: "ours", clash: false };
  subject.sent = unpackSent({
    side: to,
    kind: "update",
    sent: packSent({ subject, side: to, kind: "update", changes: [sending] }),
  });
  const context = { policies: DEFAULT_POLICIES, createPersons: true } as CycleContext;
  const decision = decideSubject(subject, context);
  if (decision.kind !== "write") return decision.kind;
  const [change] = [...decision.toDynamics, ...decision.toMarketo];
  return [decision.conflict ? "clash" : "news", change?.to, change?.after];
}

for (const [name, values, contact, lead] of [
  [
    "arrived, and the row changed since then",
    { to: "marketo", row: "new", person: "ours" },
    ["news", "marketo", "new"],
    ["news", "marketo", "new"],
  ],
  [
    "arrived, and the row went back to what was agreed on before",
    { to: "marketo", row: "old", person: "ours" },
    ["news", "marketo", "old"],
    ["news", "marketo", "old"],
  ],
  [
    "arrived in the row, and the person changed since then",
    { to: "dynamics", row: "ours", person: "new" },
    ["news", "dynamics", "new"],
    ["news", "dynamics", "new"],
  ],
  [
    "did not arrive, and the row changed since then",
    { to: "marketo", row: "new", person: "old" },
    ["news", "marketo", "new"],
    ["news", "marketo", "new"],
  ],
  [
    "was replaced by somebody, and the row changed, too",
    { to: "marketo", row: "new", person: "theirs" },
    ["clash", "marketo", "new"],
    ["clash", "dynamics", "theirs"],
  ],
  [
    "arrived, and nothing else happened",
    { to: "marketo", row: "ours", person: "ours" },
    "agree",
    "agree",
  ],
] as const) {
  test(`a write without an answer ${name}`, () => {
    assert.deepEqual([decided("contact", values), decided("lead", values)], [contact, lead]);
  });
}

test("an announcement that keeps no values tells none", () => {
  assert.deepEqual(unpackSent({ sent: NOTHING, side: "marketo", kind: "update" }), []);
});
