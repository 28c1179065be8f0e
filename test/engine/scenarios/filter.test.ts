import type { PairConfig } from "../../../src/config/pairFile";
import { playAll } from "./story";

type Filter = NonNullable<NonNullable<PairConfig["recordTypes"]["contact"]>["filter"]>;

function filter(more: Partial<Filter> = {}) {
  return ({ recordTypes }: PairConfig) => {
    recordTypes.contact!.filter = { column: "new_synctomkto", onLeave: "freeze", ...more };
  };
}

playAll([
  {
    name: "B-50: only an explicit No keeps a record out; Yes and empty sync",
    configure: filter(),
    start: (story) => {
      story.contact("Yes", { new_synctomkto: true });
      story.contact("No", { new_synctomkto: false });
      story.contact("Empty", { new_synctomkto: null });
    },
    chapters: [
      { events: (story) => story.edit("No", { jobtitle: "Boss" }), log: [], calls: [2, 3] },
    ],
    end: [
      "contact Yes = P1 active",
      "contact Empty = P2 active",
      "P1: Yes - - Active, contact Yes",
      "P2: Empty - - Active, contact Empty",
    ],
  },
  {
    name: "B-50: a column that does not exist keeps nobody out, with a warning",
    configure: filter({ column: "new_nosuchcolumn" }),
    start: (story) => story.contact("No", { new_synctomkto: false }),
    chapters: [],
    end: ["contact No = P1 active", "P1: No - - Active, contact No"],
  },
  {
    name: "B-51: without a filter in the pair file the column means nothing",
    start: (story) => story.contact("No", { new_synctomkto: false }),
    chapters: [],
    end: ["contact No = P1 active", "P1: No - - Active, contact No"],
  },
  {
    name: "B-51: mapping the native column makes it the filter",
    configure: ({ recordTypes }) => {
      recordTypes.contact!.fields!.push({
        column: "new_synctomkto",
        field: "crmDoNotFax",
        direction: "toMarketo",
        enabled: true,
      });
    },
    start: (story) => story.contact("No", { new_synctomkto: false }),
    chapters: [],
    end: [],
  },
  {
    name: "B-52: No becomes Yes: a person is created at once",
    configure: filter(),
    start: (story) => story.contact("Ann", { new_synctomkto: false }),
    chapters: [
      {
        events: (story) => story.edit("Ann", { new_synctomkto: true }),
        log: [
          "contact Ann P1: applied created-from-dynamics lastname>marketo=Ann emailaddress1>marketo=ann@web.test statecode>marketo=0",
        ],
      },
    ],
    end: ["contact Ann = P1 active", "P1: Ann - - Active, contact Ann"],
  },
  {
    name: "B-52: No becomes Yes: the person that has its e-mail address is linked",
    configure: filter(),
    start: (story) => {
      story.person({ lastName: "Ann", email: "ann@web.test", title: "Boss" });
      story.contact("Ann", { new_synctomkto: false });
    },
    chapters: [
      {
        events: (story) => story.edit("Ann", { new_synctomkto: true }),
        log: [
          "contact Ann P1: applied linked-by-email statecode>marketo=0",
          "contact Ann P1: applied linked-by-email jobtitle>dynamics=Boss",
        ],
      },
    ],
    end: ["contact Ann = P1 active", "P1: Ann Boss - Active, contact Ann"],
  },
  {
    name: "B-53, freeze: Yes becomes No: nothing travels; back in the filter both sides are compared",
    configure: filter(),
    start: (story) => story.contact("Ann", { jobtitle: "Clerk" }),
    chapters: [
      {
        events: (story) => story.edit("Ann", { new_synctomkto: false, jobtitle: "Boss" }),
        log: ["contact Ann P1: applied left-filter"],
        calls: [2, 3],
      },
      {
        events: (story) => {
          story.edit("Ann", { lastname: "Annis" });
          story.editPerson("P1", { phone: "5", title: "Chief" });
        },
        log: [],
      },
      {
        events: (story) => story.edit("Ann", { new_synctomkto: true }),
        log: [
          "contact Ann P1: conflicted clash-dynamics-wins lastname>marketo=Annis jobtitle>marketo=Boss (lost Chief)",
          "contact Ann P1: applied changed-in-marketo telephone1>dynamics=5",
        ],
      },
    ],
    end: ["contact Ann = P1 active", "P1: Annis Boss 5 Active, contact Ann"],
  },
  {
    name: "B-53, flag: the person is marked while its record is outside",
    configure: filter({ onLeave: "flag" }),
    start: (story) => {
      story.contact("Ann");
      story.contact("Bob");
    },
    chapters: [
      {
        events: (story) => {
          story.edit("Ann", { new_synctomkto: false });
          story.edit("Bob", { new_synctomkto: false });
        },
        log: ["contact Ann P1: applied left-filter", "contact Bob P2: applied left-filter"],
      },
      {
        events: (story) => story.edit("Ann", { new_synctomkto: true }),
        log: ["contact Ann P1: applied entered-filter"],
      },
    ],
    end: [
      "contact Ann = P1 active",
      "contact Bob = P2 frozen",
      "P1: Ann - - Active, contact Ann",
      "P2: Bob - - Active, contact Bob deleted",
    ],
  },
  {
    name: "B-53, unlink: the link ends; coming back is a first contact with the same person",
    configure: filter({ onLeave: "unlink" }),
    start: (story) => {
      story.contact("Ann");
      story.contact("Bob");
    },
    chapters: [
      {
        events: (story) => {
          story.edit("Ann", { new_synctomkto: false });
          story.edit("Bob", { new_synctomkto: false });
        },
        log: ["contact Ann P1: applied left-filter", "contact Bob P2: applied left-filter"],
      },
      {
        events: (story) => {
          story.editPerson("P1", { phone: "5" });
          story.edit("Ann", { new_synctomkto: true, jobtitle: "Boss" });
        },
        log: [
          "contact Ann P1: applied linked-by-id jobtitle>marketo=Boss",
          "contact Ann P1: applied linked-by-id telephone1>dynamics=5",
        ],
      },
    ],
    end: [
      "contact Ann = P1 active",
      "P1: Ann Boss 5 Active, contact Ann",
      "P2: Bob - - Active, contact Bob",
    ],
  },
  {
    name: "B-54: let in by its default and kept out in the same five minutes: nothing was created",
    configure: filter(),
    start: () => undefined,
    chapters: [
      {
        events: (story) => {
          story.contact("Ann", { new_synctomkto: true });
          story.edit("Ann", { new_synctomkto: false });
        },
        log: [],
      },
    ],
    end: [],
  },
  {
    name: "a frozen record that is deleted: its person is flagged all the same",
    configure: filter(),
    start: (story) => story.contact("Ann"),
    chapters: [
      {
        events: (story) => story.edit("Ann", { new_synctomkto: false }),
        log: ["contact Ann P1: applied left-filter"],
      },
      {
        events: (story) => story.remove("Ann"),
        log: ["contact Ann P1: applied deleted-in-dynamics"],
      },
    ],
    end: ["contact Ann = P1 dynamicsDeleted", "P1: Ann - - Active, contact Ann deleted"],
  },
  {
    name: "a frozen record whose person is deleted starts anew when it enters",
    configure: filter(),
    start: (story) => story.contact("Ann"),
    chapters: [
      {
        events: (story) => story.edit("Ann", { new_synctomkto: false }),
        log: ["contact Ann P1: applied left-filter"],
      },
      {
        events: (story) => story.removePerson("P1"),
        log: ["contact Ann P1: applied deleted-in-marketo"],
      },
      {
        events: (story) => story.edit("Ann", { new_synctomkto: true }),
        log: [
          "contact Ann P2: applied created-from-dynamics lastname>marketo=Ann emailaddress1>marketo=ann@web.test statecode>marketo=0",
        ],
      },
    ],
    end: ["contact Ann = P2 active", "P2: Ann - - Active, contact Ann"],
  },
  {
    name: "B-55: records from before the rule sync until somebody says No in bulk",
    configure: filter(),
    start: (story) => {
      story.contact("Old", { new_synctomkto: null });
      story.contact("Older", { new_synctomkto: null });
    },
    chapters: [
      {
        // A workflow says No to what comes from now on; the old ones stay as they are.
        events: (story) => {
          story.contact("New", { new_synctomkto: false });
          story.edit("Old", { jobtitle: "Boss" });
        },
        log: ["contact Old P1: applied changed-in-dynamics jobtitle>marketo=Boss"],
      },
      {
        events: (story) => {
          story.edit("Old", { new_synctomkto: false });
          story.edit("Older", { new_synctomkto: false });
        },
        log: ["contact Old P1: applied left-filter", "contact Older P2: applied left-filter"],
      },
    ],
    end: [
      "contact Old = P1 frozen",
      "contact Older = P2 frozen",
      "P1: Old Boss - Active, contact Old",
      "P2: Older - - Active, contact Older",
    ],
  },
  {
    name: "B-56: a condition: active and with an e-mail address",
    configure: filter({ where: "statecode = 0 and not (emailaddress1 = null)" }),
    start: (story) => {
      story.contact("Ann");
      story.contact("Bob", { emailaddress1: null });
    },
    chapters: [
      {
        events: (story) => {
          story.edit("Ann", { statecode: 1, statuscode: 2 });
          story.edit("Bob", { emailaddress1: "bob@web.test" });
        },
        log: [
          "contact Ann P1: applied left-filter",
          "contact Bob P2: applied created-from-dynamics lastname>marketo=Bob emailaddress1>marketo=bob@web.test statecode>marketo=0",
        ],
      },
    ],
    end: [
      "contact Ann = P1 frozen",
      "contact Bob = P2 active",
      "P1: Ann - - Active, contact Ann",
      "P2: Bob - - Active, contact Bob",
    ],
  },
]);
