import { playAll, type Story } from "./story";

const DAY = 24 * 3_600_000;

/** Dynamics forgets its delta tokens after seven days, Marketo its deletions after fourteen. */
const sleep = (story: Story, days: number) => story.pair.clock.advance(days * DAY);

playAll([
  {
    name: "an expired delta: changes are found by a full compare, without a word, because nothing is created or deleted",
    start: (story) => {
      story.contact("Ann");
      story.contact("Bob");
    },
    chapters: [
      {
        events: (story) => {
          story.edit("Ann", { jobtitle: "Boss" });
          story.dynamics.expireDelta();
        },
        log: ["contact Ann P1: applied changed-in-dynamics jobtitle>marketo=Boss"],
      },
    ],
    end: [
      "contact Ann = P1 active",
      "contact Bob = P2 active",
      "P1: Ann Boss - Active, contact Ann",
      "P2: Bob - - Active, contact Bob",
    ],
  },
  {
    name: "an expired delta: a deletion that no tombstone told waits for a word",
    start: (story) => {
      story.contact("Ann");
      story.contact("Bob");
    },
    chapters: [
      {
        events: (story) => {
          story.remove("Bob");
          story.dynamics.expireDelta();
        },
        log: [],
        halted: "full-compare",
      },
      { events: (story) => story.approve(), log: ["contact Bob P2: applied deleted-in-dynamics"] },
    ],
    end: [
      "contact Ann = P1 active",
      "contact Bob = P2 dynamicsDeleted",
      "P1: Ann - - Active, contact Ann",
      "P2: Bob - - Active, contact Bob deleted",
    ],
  },
  {
    name: "an expired delta: a row that is new waits for a word; it may have had a person before",
    start: (story) => story.contact("Ann"),
    chapters: [
      {
        events: (story) => {
          story.contact("Bob");
          story.dynamics.expireDelta();
        },
        log: [],
        halted: "full-compare",
      },
      {
        events: (story) => story.approve(),
        log: [
          "contact Bob P2: applied created-from-dynamics lastname>marketo=Bob emailaddress1>marketo=bob@web.test statecode>marketo=0",
        ],
      },
    ],
    end: [
      "contact Ann = P1 active",
      "contact Bob = P2 active",
      "P1: Ann - - Active, contact Ann",
      "P2: Bob - - Active, contact Bob",
    ],
  },
  {
    name: "ten days asleep: Dynamics' delta is too old, everything is compared",
    start: (story) => {
      story.contact("Ann");
      story.contact("Bob");
    },
    chapters: [
      {
        events: (story) => {
          sleep(story, 10);
          story.edit("Ann", { jobtitle: "Boss" });
          story.editPerson("P2", { title: "Buyer" });
        },
        log: [
          "contact Ann P1: applied changed-in-dynamics jobtitle>marketo=Boss",
          "contact Bob P2: applied changed-in-marketo jobtitle>dynamics=Buyer",
        ],
      },
    ],
    end: [
      "contact Ann = P1 active",
      "contact Bob = P2 active",
      "P1: Ann Boss - Active, contact Ann",
      "P2: Bob Buyer - Active, contact Bob",
    ],
  },
  {
    name: "three weeks asleep: a deletion that Marketo has forgotten is found, and nobody is created anew",
    start: (story) => {
      story.contact("Ann");
      story.contact("Bob");
    },
    chapters: [
      {
        events: (story) => {
          story.removePerson("P1");
          story.editPerson("P2", { title: "Buyer" });
          sleep(story, 21);
        },
        log: [],
        halted: "full-compare",
      },
      {
        events: (story) => story.approve(),
        log: [
          "contact Ann P1: applied deleted-in-marketo",
          "contact Bob P2: applied changed-in-marketo jobtitle>dynamics=Buyer",
        ],
      },
    ],
    end: [
      "contact Ann = P1 marketoDeleted",
      "contact Bob = P2 active",
      "P2: Bob Buyer - Active, contact Bob",
    ],
  },
  {
    name: "a hundred days asleep: changes that both feeds have forgotten are found by value",
    start: (story) => {
      story.contact("Ann");
      story.lead("Bob");
    },
    chapters: [
      {
        events: (story) => {
          story.edit("Ann", { jobtitle: "Boss" });
          story.editPerson("P2", { title: "Buyer" });
          sleep(story, 100);
        },
        log: [
          "contact Ann P1: applied changed-in-dynamics jobtitle>marketo=Boss",
          "lead Bob P2: applied changed-in-marketo jobtitle>dynamics=Buyer",
        ],
      },
    ],
    end: [
      "contact Ann = P1 active",
      "lead Bob = P2 active",
      "P1: Ann Boss - Active, contact Ann",
      "P2: Bob Buyer - Open, lead Bob",
    ],
  },
  {
    name: "a pause of a night: what happened in it is told once, though the feeds tell it again in the overlap",
    start: (story) => story.contact("Ann"),
    chapters: [
      {
        events: (story) => {
          sleep(story, 0.2);
          story.editPerson("P1", { crmStatus: "Mine" });
          sleep(story, 0.2);
        },
        log: ["contact Ann P1: skipped direction-off"],
      },
      { events: () => undefined, log: [], calls: [2, 3] },
      { events: () => undefined, log: [], calls: [2, 3] },
      { events: () => undefined, log: [], calls: [2, 3] },
    ],
    end: ["contact Ann = P1 active", "P1: Ann - - Mine, contact Ann"],
  },
]);
