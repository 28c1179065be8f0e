import assert from "node:assert/strict";
import { test } from "node:test";
import { openSandboxPair } from "../../support/enginePair";
import { playAll } from "./story";

playAll([
  {
    name: "B-10: a new contact and a new lead in Dynamics become persons in the next cycle",
    start: () => undefined,
    chapters: [
      {
        events: (story) => {
          story.contact("Ann", { jobtitle: "Boss" });
          story.lead("Lee", { companyname: "Web" });
        },
        log: [
          "contact Ann P1: applied created-from-dynamics lastname>marketo=Ann emailaddress1>marketo=ann@web.test jobtitle>marketo=Boss statecode>marketo=0",
          "lead Lee P2: applied created-from-dynamics lastname>marketo=Lee emailaddress1>marketo=lee@web.test statecode>marketo=0 companyname>marketo=Web",
        ],
      },
    ],
    end: [
      "contact Ann = P1 active",
      "lead Lee = P2 active",
      "P1: Ann Boss - Active, contact Ann",
      "P2: Lee - - Open, lead Lee",
    ],
  },
  {
    name: "B-11: a person born in Marketo is not pushed unasked, however often it changes",
    start: (story) => void story.person({ lastName: "Ek", email: "ek@web.test" }),
    chapters: [
      { events: (story) => story.editPerson("P1", { title: "Boss" }), log: [] },
      { events: (story) => story.editPerson("P1", { phone: "1" }), log: [] },
    ],
    end: ["P1: Ek Boss 1 -, - -"],
  },
  {
    name: "B-14: a contact that is made from a person belongs to no account, and the person keeps its company",
    configure: ({ recordTypes }) => {
      const field = { column: "parentcustomerid.accountname", field: "company", enabled: true };
      recordTypes.contact!.fields!.push({ ...field, direction: "toMarketo" });
    },
    start: (story) => void story.person({ lastName: "Ek", email: "ek@web.test", company: "Web" }),
    chapters: [
      {
        events: async (story) => {
          await story.createContact("P1", "Eva");
          assert.equal(story.row("Eva")["_parentcustomerid_value"], null);
        },
        log: [
          "contact Eva P1: applied requested-by-command lastname>dynamics=Ek emailaddress1>dynamics=ek@web.test",
          "contact Eva P1: applied changed-in-dynamics statecode>marketo=0",
        ],
      },
      {
        events: (story) => {
          assert.equal(story.marketo.person(story.personId("P1"))!["company"], "Web");
        },
        log: [],
      },
    ],
    end: ["contact Eva = P1 active", "P1: Ek - - Active, contact Eva"],
  },
]);

test("B-16: a person that is not there is created for its new owner; later the owner's id is assigned", async () => {
  const probe = await openSandboxPair();
  const owner = probe.sandbox.salesUserId;
  await probe.close();
  const pair = await openSandboxPair({
    configure: ({ marketo, recordTypes }) => {
      marketo.request = { listId: 1001, pollSeconds: 30, syncAs: "contact", assignTo: owner };
      recordTypes.contact!.fields = [
        { column: "lastname", field: "lastName", direction: "both", enabled: true },
        { column: "ownerid", field: "crmTopic", direction: "both", enabled: true },
      ];
    },
  });
  try {
    const { marketo, dynamics, salesUserId } = pair.sandbox;
    assert.equal(salesUserId, owner);
    const list = marketo.createList("Change owner");
    await pair.run();
    const person = marketo.create({ lastName: "Ek" });
    marketo.addToList(list, [person]);
    assert.equal((await pair.engine.pollRequests())?.created, 1);
    const ownerOf = () => [...dynamics.rows("contact")].map((row) => row["_ownerid_value"]);
    assert.deepEqual(ownerOf(), [owner]);
    const other = dynamics.users.add({ name: "Olga Other" });
    pair.clock.advance(300_000);
    await pair.run();
    assert.equal(marketo.person(person)!["crmTopic"], owner, "the owner is told to the person");
    marketo.edit(person, { crmTopic: other });
    pair.clock.advance(300_000);
    await pair.run();
    assert.deepEqual(ownerOf(), [other]);
  } finally {
    await pair.close();
  }
});
