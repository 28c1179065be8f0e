import { playAll, type Story } from "./story";

/** The condition that an organization without the lookup, or a custom qualify process, brings about. */
const noLookups = (story: Story) =>
  story.dynamics.model.removeColumn("contact", "originatingleadid");

playAll([
  {
    name: "B-41, B-48: the person goes on as the contact, and Dynamics wins from then on",
    start: (story) => story.lead("Ann", { jobtitle: "Clerk" }),
    chapters: [
      {
        events: (story) => story.qualify("Ann", "AnnC"),
        log: [
          "lead Ann P1: applied qualified",
          "contact AnnC P1: applied qualified statecode>marketo=0",
        ],
        // Two for the tables, two to describe the contacts again before one meets its person.
        calls: [4, 5],
      },
      {
        events: (story) => {
          story.edit("AnnC", { jobtitle: "Buyer" });
          story.editPerson("P1", { title: "Boss" });
        },
        log: ["contact AnnC P1: conflicted clash-dynamics-wins jobtitle>marketo=Buyer (lost Boss)"],
      },
      { events: (story) => story.edit("Ann", { jobtitle: "Old", telephone1: "1" }), log: [] },
      { events: (story) => story.edit("Ann", { statecode: 0 }), log: [] },
    ],
    end: ["contact AnnC = P1 active", "P1: Ann Buyer - Active, contact AnnC"],
  },
  {
    name: "B-04: before it is qualified, Marketo wins",
    start: (story) => story.lead("Ann", { jobtitle: "Clerk" }),
    chapters: [
      {
        events: (story) => {
          story.edit("Ann", { jobtitle: "Buyer" });
          story.editPerson("P1", { title: "Boss" });
        },
        log: ["lead Ann P1: conflicted clash-marketo-wins jobtitle>dynamics=Boss (lost Buyer)"],
      },
    ],
    end: ["lead Ann = P1 active", "P1: Ann Boss - Open, lead Ann"],
  },
  {
    name: "B-48: a change of the person in the same five minutes arrives at the contact, not at the lead",
    start: (story) => story.lead("Ann", { jobtitle: "Clerk" }),
    chapters: [
      {
        events: async (story) => {
          story.editPerson("P1", { phone: "555" });
          await story.qualify("Ann", "AnnC");
          story.edit("AnnC", { jobtitle: "Buyer" });
        },
        log: [
          "lead Ann P1: applied qualified",
          "contact AnnC P1: applied qualified jobtitle>marketo=Buyer statecode>marketo=0",
          "contact AnnC P1: applied qualified telephone1>dynamics=555",
        ],
      },
    ],
    end: ["contact AnnC = P1 active", "P1: Ann Buyer 555 Active, contact AnnC"],
  },
  {
    name: "B-48: the same field changed on both sides: the contact's value wins",
    start: (story) => story.lead("Ann", { jobtitle: "Clerk" }),
    chapters: [
      {
        events: async (story) => {
          story.editPerson("P1", { title: "Boss" });
          await story.qualify("Ann", "AnnC");
          story.edit("AnnC", { jobtitle: "Buyer" });
        },
        log: [
          "lead Ann P1: applied qualified",
          "contact AnnC P1: conflicted clash-dynamics-wins jobtitle>marketo=Buyer (lost Boss) statecode>marketo=0",
        ],
      },
    ],
    end: ["contact AnnC = P1 active", "P1: Ann Buyer - Active, contact AnnC"],
  },
  {
    name: "B-48: the lead closes in one cycle, its contact comes in the next",
    start: (story) => story.lead("Ann"),
    chapters: [
      {
        events: (story) => story.edit("Ann", { statecode: 1, statuscode: 3 }),
        log: ["lead Ann P1: applied changed-in-dynamics statecode>marketo=1"],
      },
      {
        events: (story) =>
          story.contact("AnnC", {
            lastname: "Ann",
            emailaddress1: "ann@web.test",
            originatingleadid: story.id("Ann"),
          }),
        log: [
          "lead Ann P1: applied qualified",
          "contact AnnC P1: applied qualified statecode>marketo=0",
        ],
      },
    ],
    end: ["contact AnnC = P1 active", "P1: Ann - - Active, contact AnnC"],
  },
  {
    name: "B-48: the contact comes first, its lead closes later",
    start: (story) => story.lead("Ann"),
    chapters: [
      {
        events: (story) =>
          story.contact("AnnC", {
            lastname: "Ann",
            emailaddress1: "ann@web.test",
            originatingleadid: story.id("Ann"),
          }),
        log: [
          "lead Ann P1: applied qualified",
          "contact AnnC P1: applied qualified statecode>marketo=0",
        ],
      },
      { events: (story) => story.edit("Ann", { statecode: 1, statuscode: 3 }), log: [] },
    ],
    end: ["contact AnnC = P1 active", "P1: Ann - - Active, contact AnnC"],
  },
  {
    name: "B-48: without any lookup the contact is known by its e-mail address",
    start: (story) => {
      noLookups(story);
      story.lead("Ann");
    },
    chapters: [
      {
        events: (story) => story.qualify("Ann", "AnnC"),
        log: [
          "lead Ann P1: applied qualified",
          "contact AnnC P1: applied qualified statecode>marketo=0",
        ],
        calls: [4, 7],
      },
    ],
    end: ["contact AnnC = P1 active", "P1: Ann - - Active, contact AnnC"],
  },
  {
    name: "B-48: two contacts with the lead's e-mail address: neither is taken for the lead's",
    start: (story) => {
      noLookups(story);
      story.lead("Ann");
    },
    chapters: [
      {
        events: async (story) => {
          await story.qualify("Ann", "AnnC");
          story.contact("Twin", { emailaddress1: "ann@web.test" });
        },
        log: [
          "contact AnnC P2: applied created-from-dynamics lastname>marketo=Ann emailaddress1>marketo=ann@web.test statecode>marketo=0",
          "contact Twin P3: applied created-from-dynamics lastname>marketo=Twin emailaddress1>marketo=ann@web.test statecode>marketo=0",
          "lead Ann P1: applied changed-in-dynamics statecode>marketo=1",
        ],
      },
    ],
    end: [
      "lead Ann = P1 active",
      "contact AnnC = P2 active",
      "contact Twin = P3 active",
      "P1: Ann - - Qualified, lead Ann",
      "P2: Ann - - Active, contact AnnC",
      "P3: Twin - - Active, contact Twin",
    ],
  },
  {
    name: "B-48: an open lead keeps its person when a contact with its e-mail address comes",
    start: (story) => story.lead("Ann"),
    chapters: [
      {
        events: (story) => story.contact("Twin", { emailaddress1: "ann@web.test" }),
        log: [
          "contact Twin P2: applied created-from-dynamics lastname>marketo=Twin emailaddress1>marketo=ann@web.test statecode>marketo=0",
        ],
      },
    ],
    end: [
      "lead Ann = P1 active",
      "contact Twin = P2 active",
      "P1: Ann - - Open, lead Ann",
      "P2: Twin - - Active, contact Twin",
    ],
  },
  {
    name: "B-48: qualified into a contact that is there and has no person: it takes the lead's",
    configure: ({ recordTypes }) => {
      recordTypes.contact!.filter = { column: "new_synctomkto", onLeave: "freeze" };
    },
    start: (story) => {
      story.contact("AnnC", { lastname: "Ann", new_synctomkto: false });
      story.lead("Ann", { parentcontactid: story.id("AnnC") });
    },
    chapters: [
      {
        events: async (story) => {
          await story.qualify("Ann", null);
          story.edit("AnnC", { new_synctomkto: true });
        },
        log: [
          "lead Ann P1: applied qualified",
          "contact AnnC P1: applied qualified emailaddress1>marketo=annc@web.test statecode>marketo=0",
        ],
      },
    ],
    end: ["contact AnnC = P1 active", "P1: Ann - - Active, contact AnnC"],
  },
  {
    name: "B-48: qualified into a contact with a person of its own: both persons stay, one syncs, a human is told",
    start: (story) => {
      story.contact("AnnC", { lastname: "Ann" });
      story.lead("Ann", { parentcontactid: story.id("AnnC"), emailaddress1: "ann@home.test" });
    },
    chapters: [
      {
        events: (story) => story.qualify("Ann", null),
        log: [
          "lead Ann P2: conflicted qualified [The lead Ann was qualified into contact AnnC, which has P1. P2 was left as it is and does not sync any more. If both are the same human, answer which person stays, so that the other one is merged into it, or merge them in Marketo.]",
        ],
      },
      { events: (story) => story.editPerson("P2", { title: "Boss" }), log: [] },
    ],
    end: [
      "contact AnnC = P1 active",
      "P1: Ann - - Active, contact AnnC",
      "P2: Ann Boss - Open, lead Ann",
    ],
  },
  {
    name: "B-48: only the lead names the contact: the person goes on as that contact",
    start: (story) => {
      noLookups(story);
      story.lead("Ann");
    },
    chapters: [
      {
        events: (story) => {
          story.contact("AnnC", { lastname: "Ann", emailaddress1: "other@web.test" });
          const parentcontactid = story.id("AnnC");
          story.edit("Ann", { statecode: 1, statuscode: 3, parentcontactid });
        },
        log: [
          "lead Ann P1: applied qualified",
          "contact AnnC P1: applied qualified emailaddress1>marketo=other@web.test statecode>marketo=0",
        ],
      },
    ],
    end: ["contact AnnC = P1 active", "P1: Ann - - Active, contact AnnC"],
  },
  {
    name: "a contact with a person of its own whose lead is of a type that is off: nothing is asked about the lead",
    start: (story) => {
      story.lead("Ann");
      story.contact("AnnC", { emailaddress1: "annc@web.test" });
    },
    chapters: [
      {
        events: async (story) => {
          story.pair.config.recordTypes.lead!.enabled = false;
          await story.pair.restart();
          story.edit("AnnC", { originatingleadid: story.id("Ann"), jobtitle: "Boss" });
        },
        log: ["contact AnnC P1: applied changed-in-dynamics jobtitle>marketo=Boss"],
      },
      {
        events: (story) => story.edit("AnnC", { jobtitle: "Buyer" }),
        log: ["contact AnnC P1: applied changed-in-dynamics jobtitle>marketo=Buyer"],
      },
      {
        events: (story) => {
          story.pair.config.recordTypes.lead!.enabled = true;
          return story.pair.restart();
        },
        log: [],
      },
    ],
    end: [
      "contact AnnC = P1 active",
      "lead Ann = P2 active",
      "P1: AnnC Buyer - Active, contact AnnC",
      "P2: Ann - - Open, lead Ann",
    ],
  },
  {
    name: "a disqualified lead is an ordinary change, a reopened one too",
    start: (story) => story.lead("Ann"),
    chapters: [
      {
        events: (story) => story.edit("Ann", { statecode: 2, statuscode: 4 }),
        log: ["lead Ann P1: applied changed-in-dynamics statecode>marketo=2"],
      },
      {
        events: (story) => story.edit("Ann", { statecode: 0, jobtitle: "Clerk" }),
        log: [
          "lead Ann P1: applied changed-in-dynamics jobtitle>marketo=Clerk statecode>marketo=0",
        ],
      },
      {
        events: (story) => story.qualify("Ann", "AnnC"),
        log: [
          "lead Ann P1: applied qualified",
          "contact AnnC P1: applied qualified statecode>marketo=0",
        ],
      },
    ],
    end: ["contact AnnC = P1 active", "P1: Ann Clerk - Active, contact AnnC"],
  },
  {
    name: "a first cycle over a lead that was qualified long ago: one person, the contact's",
    start: async (story) => {
      story.person({ lastName: "Ann", email: "ann@web.test" });
      story.lead("Ann");
      await story.qualify("Ann", "AnnC");
    },
    chapters: [],
    end: ["contact AnnC = P1 active", "P1: Ann - - Active, contact AnnC"],
  },
  {
    name: "an organization without a lead table: leads are off, contacts sync",
    sandbox: { leadTable: false },
    start: (story) => story.contact("Ann"),
    chapters: [
      {
        events: (story) => story.editPerson("P1", { title: "Boss" }),
        log: ["contact Ann P1: applied changed-in-marketo jobtitle>dynamics=Boss"],
        calls: [2, 4],
      },
    ],
    end: ["contact Ann = P1 active", "P1: Ann Boss - Active, contact Ann"],
  },
]);
