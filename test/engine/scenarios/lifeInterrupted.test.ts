import assert from "node:assert/strict";
import { test } from "node:test";
import { answerQuestion } from "../../../src/engine/answers";
import type { ConnectorSet } from "../../../src/engine/connect";
import type { Answer } from "../../../src/model/answer";
import { openSandboxPair } from "../../support/enginePair";
import { Story, useSmallMap } from "./story";

/** Where the process ends: before or after this write call reached the server. */
interface Cut {
  write: number;
  when: "before" | "after";
}

/** One cycle with every event in the life of a record; returns the end, and how many writes the cycle made. */
async function live(cut: Cut | null): Promise<{ end: string[]; writes: number }> {
  let isArmed = false;
  let writes = 0;
  const cutting = <A extends unknown[], R>(write: (...words: A) => Promise<R>) => {
    return async (...words: A): Promise<R> => {
      if (!isArmed) return write(...words);
      const isHere = ++writes === cut?.write;
      if (isHere && cut.when === "before") throw new Error("The power is cut.");
      const result = await write(...words);
      if (isHere) throw new Error("The power is cut.");
      return result;
    };
  };
  const pair = await openSandboxPair({
    configure: (config) => {
      useSmallMap(config);
      config.recordTypes.contact!.filter = { column: "new_synctomkto", onLeave: "freeze" };
    },
    wrap: (connectors: ConnectorSet) => {
      connectors.dynamics.write = cutting(connectors.dynamics.write);
      connectors.marketo.write = cutting(connectors.marketo.write);
      connectors.marketo.merge = cutting(connectors.marketo.merge);
      return connectors;
    },
  });
  try {
    const story = new Story(pair);
    begin(story);
    await story.cycle();
    await answeredMerges(story);
    await everything(story);
    isArmed = true;
    pair.clock.advance(300_000);
    const ran = pair.run();
    if (cut) await assert.rejects(ran, /The power is cut\./);
    else assert.equal((await ran).error, null);
    isArmed = false;
    await pair.restart();
    for (let cycle = 0; cycle < 3; cycle++) await story.cycle();
    assert.deepEqual(story.log(), [], "then it is quiet");
    // New persons may be made in another order, but never twice.
    const end = story.ending().map((line) => line.replace(/P\d+/, "P"));
    return { end: end.sort(), writes };
  } finally {
    await pair.close();
  }
}

function begin(story: Story): void {
  story.lead("Lee", { jobtitle: "Clerk", subject: "Wants one" });
  story.lead("Mel", { jobtitle: "Clerk" });
  for (const name of CONTACTS) story.contact(name);
  story.contact("In", { new_synctomkto: false });
  story.person({ lastName: "Cydney", email: "cydney@home.test", phone: "5" });
}

const CONTACTS: readonly string[] = [
  ...["Stays", "Loser", "Cyd", "Del", "Gone", "Out", "Ann", "Bob"],
  ...["Keep", "Give", "Dead", "Alive"],
];

function found(story: Story, name: string): number {
  return [...story.marketo.persons()].find((row) => row["lastName"] === name)!["id"] as number;
}

/**
 * Two persons were merged, and a human says that the record that is held gets the one that is left. Two records were
 * merged, and a human says that their persons are one. Another record is gone.
 */
async function answeredMerges(story: Story): Promise<void> {
  story.marketo.merge(found(story, "Ann"), [found(story, "Bob")]);
  await story.merge("Keep", "Give");
  story.remove("Dead");
  await story.cycle();
  await answer(story, "Bob", { kind: "take" });
  await answer(story, "Give", { kind: "keep", personId: found(story, "Keep") });
}

async function answer(story: Story, name: string, given: Answer): Promise<void> {
  const { state, clock, config } = story.pair;
  const request = { recordType: "contact", dynamicsId: story.id(name), answer: given } as const;
  const why = { by: "Ada", because: "I asked them." };
  await answerQuestion(state, { ...request, ...why }, { pair: config.id, now: clock.now() });
}

async function everything(story: Story): Promise<void> {
  await story.qualify("Lee", "LeeC");
  // Qualified by a program that fills in no lookup: the address alone tells whose contact it is.
  story.edit("Mel", { statecode: 1, statuscode: 3 });
  story.contact("MelC", { lastname: "Mel", emailaddress1: "mel@web.test", jobtitle: "Boss" });
  await story.merge("Stays", "Loser");
  story.marketo.merge(found(story, "Cydney"), [found(story, "Cyd")]);
  // The person of a record that is gone goes on with another one.
  story.marketo.merge(found(story, "Dead"), [found(story, "Alive")]);
  story.remove("Del");
  story.marketo.remove(found(story, "Gone"));
  story.edit("Gone", { jobtitle: "Back" });
  story.edit("Out", { new_synctomkto: false });
  story.edit("In", { new_synctomkto: true });
  story.contact("New");
  story.edit("Stays", { jobtitle: "Boss" });
}

test("qualified, merged on both sides, deleted on both sides, filtered and new, in one cycle that is cut off at any write", async (context) => {
  const whole = await live(null);
  context.diagnostic(`${whole.writes} writes: ${whole.end.join(" | ")}`);
  assert.ok(whole.writes >= 3);
  for (let write = 1; write <= whole.writes; write++) {
    for (const when of ["before", "after"] as const) {
      const { end } = await live({ write, when });
      assert.deepEqual(end, whole.end, `cut ${when} write ${write}`);
    }
  }
});
