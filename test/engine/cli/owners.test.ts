import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { buildCli, cli, openGround, type Ground } from "./support";

let ground: Ground;
before(async () => {
  buildCli();
  ground = await openGround({ contacts: 10, leads: 0, persons: 0 });
});
after(() => ground.close());

test("a cycle shows owners by name as it goes, as the log does; programs read the ids", async () => {
  const { sandbox } = ground;
  const config = ground.file((text) =>
    text.replace(
      '{ "column": "jobtitle"',
      '{ "column": "ownerid", "field": "crmTopic", "direction": "toMarketo" },\n{ "column": "jobtitle"',
    ),
  );
  const state = ground.state();
  const words = ["run", "--config", config, "--state", state, "--once"];
  const ownersOf = (text: string) => {
    const lines = text.split("\n").filter((line) => /^ +ownerid /.test(line));
    return lines.map((line) => line.split("⇒ ")[1]);
  };
  const first = ownersOf((await cli(words, ground.env)).out);
  assert.equal(first.length, 10);
  // A value is cut to 40 characters.
  for (const owner of first) assert.match(owner ?? "", /^[^(]+ \([0-9a-f-]{10,36}/);
  const log = ownersOf((await cli(["log", "--state", state])).out);
  assert.deepEqual([...first].sort(), log.sort());

  const { dynamics, salesUserId } = sandbox;
  const [row] = [...dynamics.rows("contact")];
  const other = dynamics.users.add({ name: "Olga Other" });
  dynamics.edit("contact", String(row!["contactid"]), { ownerid: other }, salesUserId);
  const { json } = await cli([...words, "--json"], ground.env);
  const told = JSON.stringify(json.filter((line) => line["type"] === "activity"));
  assert.match(told, new RegExp(`"after":"${other}"`));
});
