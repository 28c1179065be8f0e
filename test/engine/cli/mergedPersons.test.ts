import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { buildCli, cli, openGround, type Ground } from "./support";

let ground: Ground;
before(async () => {
  buildCli();
  ground = await openGround({ contacts: 0, leads: 0, persons: 0 });
});
after(() => ground.close());

test("the persons of merged contacts: the question, what to type, and the cycle that merges them", async () => {
  const { dynamics, marketo, salesUserId } = ground.sandbox;
  const add = (name: string) =>
    dynamics.create("contact", { lastname: name, emailaddress1: `${name}@web.test` }, salesUserId);
  const [winner, loser] = [add("Ann"), add("Bob")];
  const state = ground.state();
  const run = async () => {
    const words = ["run", "--config", ground.config, "--state", state, "--once"];
    const { code, out } = await cli(words, ground.env);
    assert.equal(code, 0, out);
    return out;
  };
  await run();
  dynamics.merge("contact", { winner, loser }, salesUserId);
  await run();
  const [linked, left] = [...marketo.persons()]
    .sort((a, b) => (a["crmRecordId"] === winner ? -1 : b["crmRecordId"] === winner ? 1 : 0))
    .map(({ id }) => Number(id));
  const shown = (await cli(["questions", "--state", state])).out;
  const choices = `answer --record ${loser} with --keep ${linked} or --keep ${left} or --leave`;
  assert.ok(shown.includes(choices), shown);

  const words = ["answer", "--state", state, "--record", loser, "--because", "They are one."];
  const wrong = await cli([...words, "--take"]);
  assert.equal(wrong.code, 2);
  assert.match(wrong.err, /needs the person that stays, or that both stay as they are/);
  const given = await cli([...words, "--keep", String(linked)]);
  assert.match(
    given.out,
    new RegExp(`person ${linked} stays, and person ${left} is merged into it`),
  );
  assert.equal(marketo.count(), 2, "the answer alone writes nothing");
  assert.match(await run(), new RegExp(`Person ${left} was merged into person ${linked}`));
  assert.equal(marketo.count(), 1);
  assert.match((await cli(["questions", "--state", state])).out, /Nothing waits for an answer/);
});
