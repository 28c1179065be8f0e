import { playAll } from "./story";

playAll([
  {
    name: "B-30: deleted in Dynamics: the person stays and is flagged",
    start: (story) => story.contact("Ann"),
    chapters: [
      {
        events: (story) => story.remove("Ann"),
        log: ["contact Ann P1: applied deleted-in-dynamics"],
        calls: [2, 4],
      },
      { events: (story) => story.editPerson("P1", { title: "Boss" }), log: [] },
    ],
    end: ["contact Ann = P1 dynamicsDeleted", "P1: Ann Boss - Active, contact Ann deleted"],
  },
  {
    name: "B-30 by policy: deleted in Dynamics, the link ends and the person is left alone",
    configure: ({ policies }) => {
      policies.whenDeletedInDynamics = "keep";
    },
    start: (story) => story.contact("Ann"),
    chapters: [
      {
        events: (story) => story.remove("Ann"),
        log: ["contact Ann P1: applied deleted-in-dynamics"],
      },
    ],
    end: ["P1: Ann - - Active, contact Ann"],
  },
  {
    name: "B-30: changed and deleted in the same five minutes: deleted",
    start: (story) => story.lead("Ann"),
    chapters: [
      {
        events: (story) => {
          story.edit("Ann", { jobtitle: "Boss" });
          story.editPerson("P1", { phone: "5" });
          story.remove("Ann");
        },
        log: ["lead Ann P1: applied deleted-in-dynamics"],
      },
    ],
    end: ["lead Ann = P1 dynamicsDeleted", "P1: Ann - 5 Open, lead Ann deleted"],
  },
  {
    name: "B-31, B-32: deleted in Marketo: the contact stays, and its next change makes a new person",
    start: (story) => story.contact("Ann"),
    chapters: [
      {
        events: (story) => story.removePerson("P1"),
        log: ["contact Ann P1: applied deleted-in-marketo"],
      },
      { events: (story) => story.edit("Ann", { description: "Not mapped." }), log: [] },
      {
        events: (story) => story.edit("Ann", { jobtitle: "Boss" }),
        log: [
          "contact Ann P2: applied recreated-after-delete lastname>marketo=Ann emailaddress1>marketo=ann@web.test jobtitle>marketo=Boss statecode>marketo=0",
        ],
      },
    ],
    end: ["contact Ann = P2 active", "P2: Ann Boss - Active, contact Ann"],
  },
  {
    name: "B-32 by policy: a deleted person stays deleted",
    configure: ({ policies }) => {
      policies.whenDeletedInMarketo = "stop";
    },
    start: (story) => story.contact("Ann"),
    chapters: [
      {
        events: (story) => story.removePerson("P1"),
        log: ["contact Ann P1: applied deleted-in-marketo"],
      },
      { events: (story) => story.edit("Ann", { jobtitle: "Boss" }), log: [] },
    ],
    end: ["contact Ann = P1 marketoDeleted"],
  },
  {
    name: "deleted on both sides: the link ends",
    start: (story) => story.contact("Ann"),
    chapters: [
      {
        events: (story) => {
          story.remove("Ann");
          story.removePerson("P1");
        },
        log: ["contact Ann P1: applied deleted-in-dynamics"],
      },
    ],
    end: [],
  },
  {
    name: "B-33: deleted in Dynamics, then Create Contact: a new contact for the same person",
    start: (story) => story.contact("Ann"),
    chapters: [
      {
        events: (story) => story.remove("Ann"),
        log: ["contact Ann P1: applied deleted-in-dynamics"],
      },
      {
        events: (story) => story.createContact("P1", "Ann2"),
        log: [
          "contact Ann2 P1: applied requested-by-command lastname>dynamics=Ann emailaddress1>dynamics=ann@web.test",
          "contact Ann2 P1: applied changed-in-dynamics statecode>marketo=0",
        ],
      },
      {
        events: (story) => story.editPerson("P1", { title: "Boss" }),
        log: ["contact Ann2 P1: applied changed-in-marketo jobtitle>dynamics=Boss"],
      },
    ],
    end: ["contact Ann2 = P1 active", "P1: Ann Boss - Active, contact Ann2"],
  },
  {
    name: "a deactivated contact is a change, not a deletion",
    start: (story) => story.contact("Ann"),
    chapters: [
      {
        events: (story) => story.edit("Ann", { statecode: 1, statuscode: 2 }),
        log: ["contact Ann P1: applied changed-in-dynamics statecode>marketo=1"],
      },
      {
        events: (story) => story.editPerson("P1", { title: "Boss" }),
        log: ["contact Ann P1: applied changed-in-marketo jobtitle>dynamics=Boss"],
      },
    ],
    end: ["contact Ann = P1 active", "P1: Ann Boss - Inactive, contact Ann"],
  },
  {
    name: "a deleted contact that is restored: the flag goes, and both are the same again",
    start: (story) => story.contact("Ann", { jobtitle: "Clerk" }),
    chapters: [
      {
        events: (story) => story.remove("Ann"),
        log: ["contact Ann P1: applied deleted-in-dynamics"],
      },
      {
        events: (story) => {
          story.editPerson("P1", { phone: "5" });
          story.restore("Ann", { jobtitle: "Boss" });
        },
        log: [
          "contact Ann P1: applied changed-on-both-sides jobtitle>marketo=Boss",
          "contact Ann P1: applied changed-on-both-sides telephone1>dynamics=5",
        ],
      },
    ],
    end: ["contact Ann = P1 active", "P1: Ann Boss 5 Active, contact Ann"],
  },
  {
    name: "many deletions at once meet the brake, and nothing is written before a word",
    configure: ({ policies }) => {
      policies.brakes.maxDeletes = { absolute: 2, percent: 100 };
    },
    start: (story) => ["Ann", "Bob", "Cyd"].forEach((name) => story.contact(name)),
    chapters: [
      {
        events: (story) => ["Ann", "Bob", "Cyd"].forEach((name) => story.remove(name)),
        log: [],
        halted: "too-many-deletes",
      },
      {
        events: (story) => story.approve(),
        log: [
          "contact Ann P1: applied deleted-in-dynamics",
          "contact Bob P2: applied deleted-in-dynamics",
          "contact Cyd P3: applied deleted-in-dynamics",
        ],
      },
    ],
    end: [
      "contact Ann = P1 dynamicsDeleted",
      "contact Bob = P2 dynamicsDeleted",
      "contact Cyd = P3 dynamicsDeleted",
      "P1: Ann - - Active, contact Ann deleted",
      "P2: Bob - - Active, contact Bob deleted",
      "P3: Cyd - - Active, contact Cyd deleted",
    ],
  },
]);
