import { playAll, type Story } from "./story";

/** A plug-in in Dynamics that will have it one way. */
const pluginSets = (story: Story, title: string) => story.edit("Ann", { jobtitle: title });
/** A campaign in Marketo that will have it another way. */
const campaignSets = (story: Story, title: string) => story.editPerson("P1", { title });

playAll([
  {
    name: "a field that flips A, B, A is held and told once; the record's other fields travel",
    start: (story) => story.contact("Ann"),
    chapters: [
      {
        events: (story) => pluginSets(story, "CEO"),
        log: ["contact Ann P1: applied changed-in-dynamics jobtitle>marketo=CEO"],
      },
      {
        events: (story) => campaignSets(story, "ceo"),
        log: ["contact Ann P1: applied changed-in-marketo jobtitle>dynamics=ceo"],
      },
      {
        events: (story) => pluginSets(story, "CEO"),
        log: [
          "contact Ann P1: conflicted loop-held jobtitle>marketo=CEO [jobtitle goes back and forth between two values (written in cycles 2, 3 and now in 4): Dynamics user Sales and an unknown source in Marketo answer each other. The field is held for this record until both sides agree or one of them gets another value; look for a workflow, plug-in or campaign that sets it.]",
        ],
      },
      {
        events: (story) => story.edit("Ann", { telephone1: "1" }),
        log: ["contact Ann P1: applied changed-in-dynamics telephone1>marketo=1"],
      },
      { events: (story) => story.pair.restart(), log: [] },
      {
        events: (story) => story.editPerson("P1", { lastName: "Annis" }),
        log: ["contact Ann P1: applied changed-in-marketo lastname>dynamics=Annis"],
      },
    ],
    end: ["contact Ann = P1 active", "P1: Annis ceo 1 Active, contact Ann"],
  },
  {
    name: "a held field is free when one side gets another value",
    start: (story) => story.contact("Ann"),
    chapters: [
      {
        events: (story) => pluginSets(story, "CEO"),
        log: ["contact Ann P1: applied changed-in-dynamics jobtitle>marketo=CEO"],
      },
      {
        events: (story) => campaignSets(story, "ceo"),
        log: ["contact Ann P1: applied changed-in-marketo jobtitle>dynamics=ceo"],
      },
      {
        events: (story) => pluginSets(story, "CEO"),
        log: [
          "contact Ann P1: conflicted loop-held jobtitle>marketo=CEO [jobtitle goes back and forth between two values (written in cycles 2, 3 and now in 4): Dynamics user Sales and an unknown source in Marketo answer each other. The field is held for this record until both sides agree or one of them gets another value; look for a workflow, plug-in or campaign that sets it.]",
        ],
      },
      {
        events: (story) => pluginSets(story, "Chief"),
        log: ["contact Ann P1: applied changed-in-dynamics jobtitle>marketo=Chief"],
      },
      {
        events: (story) => campaignSets(story, "Head"),
        log: ["contact Ann P1: applied changed-in-marketo jobtitle>dynamics=Head"],
      },
    ],
    end: ["contact Ann = P1 active", "P1: Ann Head - Active, contact Ann"],
  },
  {
    name: "a held field is free when both sides agree",
    start: (story) => story.contact("Ann"),
    chapters: [
      {
        events: (story) => pluginSets(story, "CEO"),
        log: ["contact Ann P1: applied changed-in-dynamics jobtitle>marketo=CEO"],
      },
      {
        events: (story) => campaignSets(story, "ceo"),
        log: ["contact Ann P1: applied changed-in-marketo jobtitle>dynamics=ceo"],
      },
      {
        events: (story) => pluginSets(story, "CEO"),
        log: [
          "contact Ann P1: conflicted loop-held jobtitle>marketo=CEO [jobtitle goes back and forth between two values (written in cycles 2, 3 and now in 4): Dynamics user Sales and an unknown source in Marketo answer each other. The field is held for this record until both sides agree or one of them gets another value; look for a workflow, plug-in or campaign that sets it.]",
        ],
      },
      {
        events: (story) => campaignSets(story, "CEO"),
        log: ["contact Ann P1: skipped same-change-on-both-sides"],
      },
      {
        events: (story) => pluginSets(story, "Boss"),
        log: ["contact Ann P1: applied changed-in-dynamics jobtitle>marketo=Boss"],
      },
    ],
    end: ["contact Ann = P1 active", "P1: Ann Boss - Active, contact Ann"],
  },
  {
    name: "a lead's field that flips is held, too",
    start: (story) => story.lead("Ann"),
    chapters: [
      {
        events: (story) => campaignSets(story, "ceo"),
        log: ["lead Ann P1: applied changed-in-marketo jobtitle>dynamics=ceo"],
      },
      {
        events: (story) => pluginSets(story, "CEO"),
        log: ["lead Ann P1: applied changed-in-dynamics jobtitle>marketo=CEO"],
      },
      {
        events: (story) => campaignSets(story, "ceo"),
        log: [
          'lead Ann P1: conflicted loop-held jobtitle>dynamics=ceo [jobtitle goes back and forth between two values (written in cycles 2, 3 and now in 4): Dynamics user Sales and "User action" in Marketo answer each other. The field is held for this record until both sides agree or one of them gets another value; look for a workflow, plug-in or campaign that sets it.]',
        ],
      },
    ],
    end: ["lead Ann = P1 active", "P1: Ann ceo - Open, lead Ann"],
  },
  {
    name: "the same value again after a long while is no loop",
    start: (story) => story.contact("Ann"),
    chapters: [
      {
        events: (story) => pluginSets(story, "CEO"),
        log: ["contact Ann P1: applied changed-in-dynamics jobtitle>marketo=CEO"],
      },
      {
        events: (story) => campaignSets(story, "ceo"),
        log: ["contact Ann P1: applied changed-in-marketo jobtitle>dynamics=ceo"],
      },
      ...Array.from({ length: 5 }, () => ({ events: () => undefined, log: [] })),
      {
        events: (story) => pluginSets(story, "CEO"),
        log: ["contact Ann P1: applied changed-in-dynamics jobtitle>marketo=CEO"],
      },
    ],
    end: ["contact Ann = P1 active", "P1: Ann CEO - Active, contact Ann"],
  },
  {
    name: "one side that changes its mind every cycle is no loop of ours",
    start: (story) => story.contact("Ann"),
    chapters: [
      {
        events: (story) => pluginSets(story, "A"),
        log: ["contact Ann P1: applied changed-in-dynamics jobtitle>marketo=A"],
      },
      {
        events: (story) => pluginSets(story, "B"),
        log: ["contact Ann P1: applied changed-in-dynamics jobtitle>marketo=B"],
      },
      {
        events: (story) => pluginSets(story, "A"),
        log: ["contact Ann P1: applied changed-in-dynamics jobtitle>marketo=A"],
      },
    ],
    end: ["contact Ann = P1 active", "P1: Ann A - Active, contact Ann"],
  },
]);
