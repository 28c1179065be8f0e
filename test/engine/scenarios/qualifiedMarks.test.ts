import assert from "node:assert/strict";
import { test } from "node:test";
import { openSandboxPair } from "../../support/enginePair";
import { Story } from "./story";

/** A lead that was qualified; with `keep` a deleted contact's link ends. */
async function qualifiedLead(): Promise<Story> {
  const pair = await openSandboxPair({
    configure: ({ policies }) => {
      policies.whenDeletedInDynamics = "keep";
    },
  });
  const story = new Story(pair);
  story.lead("Ann", { subject: "Wants one" });
  await story.cycle();
  await story.qualify("Ann", "AnnC");
  await story.cycle();
  return story;
}

const markOf = (story: Story) => story.pair.state.checkpoint(`qualified:${story.id("Ann")}`);

test("which contact stands for a lead is forgotten with the lead, not before", async () => {
  const story = await qualifiedLead();
  try {
    assert.equal(markOf(story), story.id("AnnC"));
    story.edit("Ann", { jobtitle: "Boss" });
    await story.cycle();
    assert.equal(markOf(story), story.id("AnnC"), "the lead may be opened again");
    story.remove("Ann");
    await story.cycle();
    assert.equal(markOf(story), null);
  } finally {
    await story.pair.close();
  }
});

test("a lead that is opened again gets its own person when its contact is gone, and no mark is left", async () => {
  const story = await qualifiedLead();
  try {
    story.edit("Ann", { statecode: 0, statuscode: 1 });
    await story.cycle();
    assert.deepEqual([markOf(story), story.pair.state.countLinks("lead")], [story.id("AnnC"), 0]);
    story.remove("AnnC");
    await story.cycle();
    story.edit("Ann", { jobtitle: "Boss" });
    await story.cycle();
    assert.deepEqual([markOf(story), story.pair.state.countLinks("lead")], [null, 1]);
  } finally {
    await story.pair.close();
  }
});
