import assert from "node:assert/strict";
import { test } from "node:test";
import { answerQuestion, questionsOf } from "../../../src/engine/answers";
import { openSandboxPair } from "../../support/enginePair";

// Marketo finds no persons at all for an address that more than 1,000 of them have (error 1003).

test("an address that too many persons have is a question about its record; the others go on", async (t) => {
  const pair = await openSandboxPair({ sandbox: { leadTable: false } });
  t.after(() => pair.close());
  const { dynamics, marketo, salesUserId } = pair.sandbox;
  for (let n = 0; n < 1001; n++) marketo.create({ email: "Reception@contoso.com" });
  const cycle = async () => {
    pair.clock.advance(300_000);
    const { error, halted, counts } = await pair.run();
    assert.deepEqual([error, halted], [null, null]);
    return [counts.created.marketo, counts.updated.marketo, counts.conflicts];
  };
  const create = (lastname: string, emailaddress1: string) =>
    dynamics.create("contact", { lastname, emailaddress1 }, salesUserId);
  const crowded = create("Ortiz", "reception@contoso.com");
  marketo.create({ email: "ek@contoso.com", lastName: "Ek" });
  create("Ek", "ek@contoso.com");
  create("Ng", "ng@contoso.com");

  assert.deepEqual(await cycle(), [1, 1, 1]);
  const [question, ...more] = questionsOf(pair.state);
  assert.deepEqual([question?.dynamicsId, question?.personIds, more], [crowded, [], []]);
  const [told] = pair.activities().filter(({ dynamicsId }) => dynamicsId === crowded);
  assert.match(told?.error?.message ?? "", /^More than 1,000 persons have this record's e-mail/);
  assert.deepEqual(await cycle(), [0, 0, 0]);

  const answer = { kind: "new" } as const;
  await answerQuestion(
    pair.state,
    { recordType: "contact", dynamicsId: crowded, answer, by: "Ada", because: "She is new." },
    { pair: pair.config.id, now: pair.clock.now() },
  );
  assert.deepEqual(await cycle(), [1, 0, 0]);
  assert.deepEqual(await cycle(), [0, 0, 0]);
});
