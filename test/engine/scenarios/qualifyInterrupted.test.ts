import { presetRule } from "../../../src/sandbox/control/presets";
import { playAll } from "./story";

playAll([
  {
    name: "the answer of the write that moves the link is lost: one person, one link",
    start: (story) => story.lead("Ann"),
    chapters: [
      {
        events: async (story) => {
          await story.qualify("Ann", "AnnC");
          story.pair.sandbox.faults.add({
            ...presetRule("marketo-lost-answer"),
            method: "POST",
            path: "^/rest/v1/leads\\.json",
            body: "updateOnly",
          });
        },
        log: ["lead Ann P1: applied qualified", "contact AnnC P1: applied recovered-after-crash"],
      },
    ],
    end: ["contact AnnC = P1 active", "P1: Ann - - Active, contact AnnC"],
  },
  {
    name: "the answer of the write after a merge in Marketo is lost: the link has moved all the same",
    start: (story) => {
      story.contact("Ann");
      story.person({ lastName: "Ann", email: "ann@home.test", title: "Boss" });
    },
    chapters: [
      {
        events: (story) => {
          story.mergePersons("P1", "P2");
          story.pair.sandbox.faults.add({
            ...presetRule("marketo-lost-answer"),
            method: "POST",
            path: "^/rest/v1/leads\\.json",
            body: "updateOnly",
          });
        },
        log: [
          "contact Ann P2: applied merged-in-marketo",
          "contact Ann P1: applied merged-in-marketo emailaddress1>dynamics=ann@home.test jobtitle>dynamics=Boss",
        ],
      },
    ],
    end: ["contact Ann = P1 active", "P1: Ann Boss - Active, contact Ann"],
  },
  {
    name: "a person that still carries the qualified lead's id belongs to the contact, even to an empty state",
    start: async (story) => {
      story.lead("Ann");
      story.person({
        lastName: "Ann",
        email: "ann@home.test",
        crmRecordId: story.id("Ann"),
        crmRecordType: "lead",
      });
      await story.qualify("Ann", "AnnC");
    },
    chapters: [],
    end: ["contact AnnC = P1 active", "P1: Ann - - Active, contact AnnC"],
  },
]);
