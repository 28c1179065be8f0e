import type { PairConfig } from "../../../src/config/pairFile";
import { playAll } from "./story";

const filterContacts = ({ recordTypes }: PairConfig) => {
  recordTypes.contact!.filter = { column: "new_synctomkto", onLeave: "freeze" };
};

playAll([
  {
    name: "B-47: a record that left the filter is merged: its person gets the survivor's id when that one enters",
    configure: (config) => {
      filterContacts(config);
      // Without a field for the flag nothing else would be written.
      config.marketo.linkFields.deleted = "noSuchField";
    },
    start: (story) => story.contact("Bob"),
    chapters: [
      {
        events: async (story) => {
          story.edit("Bob", { new_synctomkto: false });
          await story.cycle();
          story.contact("Ann", { lastname: "Bob", emailaddress1: null, new_synctomkto: false });
          await story.merge("Ann", "Bob");
        },
        log: [
          "contact Ann P1: applied merged-in-dynamics",
          "contact Bob P1: applied merged-in-dynamics",
        ],
      },
      {
        events: (story) => story.edit("Ann", { new_synctomkto: true }),
        log: [
          "contact Ann P1: applied entered-filter",
          "contact Ann P1: applied entered-filter emailaddress1>dynamics=bob@web.test",
        ],
      },
    ],
    end: ["contact Ann = P1 active", "P1: Bob - - Active, contact Ann"],
  },
  {
    name: "B-44: merged in Dynamics, the survivor has no person yet: it takes the loser's",
    start: (story) => story.contact("Bob", { jobtitle: "Clerk", telephone1: "1" }),
    chapters: [
      {
        events: async (story) => {
          story.contact("Ann", { jobtitle: "Boss" });
          await story.merge("Ann", "Bob");
        },
        log: [
          "contact Bob P1: applied merged-in-dynamics",
          "contact Ann P1: applied merged-in-dynamics lastname>marketo=Ann emailaddress1>marketo=ann@web.test jobtitle>marketo=Boss",
          "contact Ann P1: applied merged-in-dynamics telephone1>dynamics=1",
        ],
        // Before an empty column of a row that was never agreed on is filled, the descriptions are read again (R6).
        calls: [8, 7],
      },
      {
        events: (story) => story.editPerson("P1", { title: "Buyer" }),
        log: ["contact Ann P1: applied changed-in-marketo jobtitle>dynamics=Buyer"],
      },
      { events: (story) => story.edit("Bob", { jobtitle: "Ghost" }), log: [] },
    ],
    end: ["contact Ann = P1 active", "P1: Ann Buyer 1 Active, contact Ann"],
  },
  {
    name: "B-44: merged in Dynamics, both have a person: the survivor's stays, a human is told of both",
    start: (story) => {
      story.contact("Ann");
      story.contact("Bob");
    },
    chapters: [
      {
        events: (story) => story.merge("Ann", "Bob"),
        log: [
          "contact Bob P2: conflicted merged-in-dynamics [The contact Bob was merged into contact Ann, which has P1. P2 was left as it is and does not sync any more. If both are the same human, answer which person stays, so that the other one is merged into it, or merge them in Marketo.]",
        ],
      },
      {
        events: (story) => {
          story.edit("Bob", { jobtitle: "Ghost" });
          story.editPerson("P2", { title: "Nobody" });
        },
        log: [],
      },
      {
        // What the survivor takes over is news of the person, although no change row tells of it.
        events: (story) => story.mergePersons("P1", "P2"),
        log: [
          "contact Bob P2: applied merged-in-marketo [P2 was merged into P1 in Marketo; nothing is left to ask.]",
          "contact Ann P1: applied changed-in-marketo jobtitle>dynamics=Nobody",
        ],
      },
    ],
    end: ["contact Ann = P1 active", "P1: Ann Nobody - Active, contact Ann"],
  },
  {
    name: "B-44: a chain of merges: the link goes to the last survivor, which nobody had touched since",
    start: (story) => {
      story.contact("Ann", { new_synctomkto: false });
      story.contact("Bob", { new_synctomkto: false });
      story.contact("Cyd");
    },
    configure: filterContacts,
    chapters: [
      {
        events: async (story) => {
          story.edit("Ann", { new_synctomkto: true });
          await story.merge("Bob", "Cyd");
          await story.merge("Ann", "Bob");
        },
        log: [
          "contact Cyd P1: applied merged-in-dynamics",
          "contact Ann P1: applied merged-in-dynamics lastname>marketo=Ann emailaddress1>marketo=ann@web.test",
        ],
      },
    ],
    end: ["contact Ann = P1 active", "P1: Ann - - Active, contact Ann"],
  },
  {
    name: "B-44: leads merge as contacts do",
    start: (story) => {
      story.lead("Ann");
      story.lead("Bob");
    },
    chapters: [
      {
        events: (story) => story.merge("Ann", "Bob"),
        log: [
          "lead Bob P2: conflicted merged-in-dynamics [The lead Bob was merged into lead Ann, which has P1. P2 was left as it is and does not sync any more. If both are the same human, answer which person stays, so that the other one is merged into it, or merge them in Marketo.]",
        ],
      },
    ],
    end: ["lead Ann = P1 active", "P1: Ann - - Open, lead Ann", "P2: Bob - - Open, lead Bob"],
  },
  {
    name: "B-45: loser and survivor kept out: nothing reaches Marketo",
    configure: filterContacts,
    start: (story) => {
      story.contact("Ann", { new_synctomkto: false });
      story.contact("Bob", { new_synctomkto: false });
    },
    chapters: [{ events: (story) => story.merge("Ann", "Bob"), log: [] }],
    end: [],
  },
  {
    name: "B-46: the loser was kept out, the survivor syncs",
    configure: filterContacts,
    start: (story) => {
      story.contact("Ann", { new_synctomkto: true });
      story.contact("Bob", { new_synctomkto: false });
    },
    chapters: [{ events: (story) => story.merge("Ann", "Bob"), log: [] }],
    end: ["contact Ann = P1 active", "P1: Ann - - Active, contact Ann"],
  },
  {
    name: "B-47: the survivor is kept out: nothing travels until it enters the filter",
    configure: filterContacts,
    start: (story) => {
      story.contact("Ann", { new_synctomkto: false, jobtitle: "Boss" });
      story.contact("Bob", { jobtitle: "Clerk" });
    },
    chapters: [
      {
        events: (story) => story.merge("Ann", "Bob"),
        log: [
          "contact Ann P1: applied merged-in-dynamics",
          "contact Bob P1: applied merged-in-dynamics",
        ],
      },
      { events: (story) => story.editPerson("P1", { title: "Buyer", phone: "5" }), log: [] },
      {
        events: (story) => story.edit("Ann", { new_synctomkto: true }),
        log: [
          "contact Ann P1: conflicted clash-dynamics-wins lastname>marketo=Ann (lost Bob) emailaddress1>marketo=ann@web.test (lost bob@web.test) jobtitle>marketo=Boss (lost Buyer)",
          "contact Ann P1: applied changed-in-marketo telephone1>dynamics=5",
        ],
      },
    ],
    end: ["contact Ann = P1 active", "P1: Ann Boss 5 Active, contact Ann"],
  },
  {
    name: "merged in Marketo, the survivor has no record: it takes the loser's; its values are news, its gaps are not",
    start: (story) => {
      story.contact("Ann", { jobtitle: "Clerk", telephone1: "1" });
      story.person({ lastName: "Anna", email: "anna@home.test", title: "Boss" });
    },
    chapters: [
      {
        events: (story) => story.mergePersons("P1", "P2"),
        log: [
          "contact Ann P2: applied merged-in-marketo",
          "contact Ann P1: applied merged-in-marketo",
          "contact Ann P1: applied merged-in-marketo lastname>dynamics=Anna emailaddress1>dynamics=anna@home.test jobtitle>dynamics=Boss",
        ],
        // The contacts are described again before they meet persons without a base (R6).
        calls: [6, 5],
      },
      {
        events: (story) => story.edit("Ann", { jobtitle: "Buyer" }),
        log: ["contact Ann P1: applied changed-in-dynamics jobtitle>marketo=Buyer"],
      },
    ],
    end: ["contact Ann = P1 active", "P1: Anna Buyer 1 Active, contact Ann"],
  },
  {
    name: "merged in Marketo, both have a record: one link survives, the other is held for a human",
    start: (story) => {
      story.contact("Ann");
      story.contact("Bob");
    },
    chapters: [
      {
        events: (story) => story.mergePersons("P1", "P2"),
        log: [
          "contact Bob P2: conflicted merge-held [P2 was merged into P1 in Marketo. contact Ann stays linked to P1; contact Bob is held and does not sync. Merge the two records in Dynamics, delete contact Bob, or answer which of the two has the person.]",
        ],
      },
      { events: (story) => story.edit("Bob", { jobtitle: "Waits" }), log: [] },
      {
        events: (story) => story.merge("Ann", "Bob"),
        log: ["contact Bob P2: applied merged-in-dynamics"],
      },
    ],
    end: ["contact Ann = P1 active", "P1: Ann - - Active, contact Ann"],
  },
  {
    name: "the same, and the human keeps the other record",
    start: (story) => {
      story.contact("Ann");
      story.contact("Bob");
    },
    chapters: [
      {
        events: (story) => story.mergePersons("P1", "P2"),
        log: [
          "contact Bob P2: conflicted merge-held [P2 was merged into P1 in Marketo. contact Ann stays linked to P1; contact Bob is held and does not sync. Merge the two records in Dynamics, delete contact Bob, or answer which of the two has the person.]",
        ],
      },
      {
        events: (story) => story.merge("Bob", "Ann"),
        log: [
          "contact Ann P1: applied merged-in-dynamics",
          "contact Bob P1: applied merged-in-dynamics lastname>marketo=Bob emailaddress1>marketo=bob@web.test",
        ],
      },
    ],
    end: ["contact Bob = P1 active", "P1: Bob - - Active, contact Bob"],
  },
  {
    name: "the same, and the human deletes the held record",
    start: (story) => {
      story.contact("Ann");
      story.contact("Bob");
    },
    chapters: [
      {
        events: (story) => story.mergePersons("P1", "P2"),
        log: [
          "contact Bob P2: conflicted merge-held [P2 was merged into P1 in Marketo. contact Ann stays linked to P1; contact Bob is held and does not sync. Merge the two records in Dynamics, delete contact Bob, or answer which of the two has the person.]",
        ],
      },
      {
        events: (story) => story.remove("Bob"),
        log: ["contact Bob P2: applied deleted-in-dynamics"],
      },
    ],
    end: ["contact Ann = P1 active", "P1: Ann - - Active, contact Ann"],
  },
  {
    name: "a lead's and a contact's person merged in Marketo: the lead's link is held",
    start: (story) => {
      story.contact("Ann");
      story.lead("Bob");
    },
    chapters: [
      {
        events: (story) => story.mergePersons("P1", "P2"),
        log: [
          "lead Bob P2: conflicted merge-held [P2 was merged into P1 in Marketo. contact Ann stays linked to P1; lead Bob is held and does not sync. Merge the two records in Dynamics, delete lead Bob, or answer which of the two has the person.]",
        ],
      },
    ],
    end: ["contact Ann = P1 active", "lead Bob = P2 held", "P1: Ann - - Active, contact Ann"],
  },
  {
    name: "merged on both sides at once: one record, one person, no question",
    start: (story) => {
      story.contact("Ann");
      story.contact("Bob");
    },
    chapters: [
      {
        events: async (story) => {
          await story.merge("Ann", "Bob");
          story.mergePersons("P1", "P2");
        },
        log: ["contact Bob P2: applied merged-in-dynamics"],
      },
    ],
    end: ["contact Ann = P1 active", "P1: Ann - - Active, contact Ann"],
  },
  {
    name: "merged crosswise at once: the record that stays gets the person that stays",
    start: (story) => {
      story.contact("Ann");
      story.contact("Bob");
    },
    chapters: [
      {
        events: async (story) => {
          await story.merge("Ann", "Bob");
          story.mergePersons("P2", "P1");
        },
        log: [
          "contact Bob P2: applied merged-in-dynamics",
          "contact Ann P2: applied merged-in-dynamics lastname>marketo=Ann emailaddress1>marketo=ann@web.test",
        ],
      },
    ],
    end: ["contact Ann = P2 active", "P2: Ann - - Active, contact Ann"],
  },
  {
    name: "an instance that also lists merged persons as deleted tells the same story",
    start: (story) => {
      story.marketo.quirks.mergeLoserInDeletedLeads = true;
      story.contact("Ann", { jobtitle: "Clerk" });
      story.person({ lastName: "Anna", email: "anna@home.test" });
    },
    chapters: [
      {
        events: (story) => story.mergePersons("P1", "P2"),
        log: [
          "contact Ann P2: applied merged-in-marketo",
          "contact Ann P1: applied merged-in-marketo",
          "contact Ann P1: applied merged-in-marketo lastname>dynamics=Anna emailaddress1>dynamics=anna@home.test",
        ],
      },
    ],
    end: ["contact Ann = P1 active", "P1: Anna Clerk - Active, contact Ann"],
  },
]);
