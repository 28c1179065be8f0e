import type { PairConfig } from "../../../src/config/pairFile";
import { playAll } from "./story";

playAll([
  {
    name: "B-40: lead and contact kept out by the filter: nothing reaches Marketo",
    configure: filterBoth,
    start: (story) => story.lead("Ann", { new_synctomkto: false }),
    chapters: [
      {
        events: async (story) => {
          await story.qualify("Ann", "AnnC");
          story.edit("AnnC", { new_synctomkto: false });
        },
        log: [],
      },
    ],
    end: [],
  },
  {
    name: "B-41: lead and contact pass the filter: one person",
    configure: filterBoth,
    start: (story) => story.lead("Ann", { new_synctomkto: true }),
    chapters: [
      {
        events: (story) => story.qualify("Ann", "AnnC"),
        log: [
          "lead Ann P1: applied qualified",
          "contact AnnC P1: applied qualified statecode>marketo=0",
        ],
      },
    ],
    end: ["contact AnnC = P1 active", "P1: Ann - - Active, contact AnnC"],
  },
  {
    name: "B-42: the lead is kept out, the contact is not: a new person for the contact",
    configure: filterBoth,
    start: (story) => story.lead("Ann", { new_synctomkto: false }),
    chapters: [
      {
        events: (story) => story.qualify("Ann", "AnnC"),
        log: [
          "contact AnnC P1: applied created-from-dynamics lastname>marketo=Ann emailaddress1>marketo=ann@web.test statecode>marketo=0",
        ],
      },
    ],
    end: ["contact AnnC = P1 active", "P1: Ann - - Active, contact AnnC"],
  },
  {
    name: "B-43: the contact is kept out: the lead goes on, and the contact takes over when it enters",
    configure: filterBoth,
    start: (story) => story.lead("Ann"),
    chapters: [
      {
        events: async (story) => {
          await story.qualify("Ann", "AnnC");
          story.edit("AnnC", { new_synctomkto: false });
        },
        log: ["lead Ann P1: applied changed-in-dynamics statecode>marketo=1"],
      },
      {
        events: (story) => story.edit("AnnC", { new_synctomkto: true }),
        log: [
          "lead Ann P1: applied qualified",
          "contact AnnC P1: applied qualified statecode>marketo=0",
        ],
      },
    ],
    end: ["contact AnnC = P1 active", "P1: Ann - - Active, contact AnnC"],
  },
]);

function filterBoth({ recordTypes }: PairConfig): void {
  for (const type of [recordTypes.contact, recordTypes.lead]) {
    type!.filter = { column: "new_synctomkto", onLeave: "freeze" };
  }
}
