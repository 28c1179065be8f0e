import { playAll, type Chapter, type Story } from "./story";

/** A plug-in in Dynamics that will have it one way. */
const pluginSets = (story: Story, title: string) => story.edit("Ann", { jobtitle: title });
/** A campaign in Marketo that will have it another way. */
const campaignSets = (story: Story, title: string) => story.editPerson("P1", { title });

const pluginWins = (title: string, record = "contact"): Chapter => ({
  events: (story) => pluginSets(story, title),
  log: [`${record} Ann P1: applied changed-in-dynamics jobtitle>marketo=${title}`],
});
const campaignWins = (title: string, record = "contact"): Chapter => ({
  events: (story) => campaignSets(story, title),
  log: [`${record} Ann P1: applied changed-in-marketo jobtitle>dynamics=${title}`],
});
const held = (record: string, change: string): string =>
  `${record} Ann P1: conflicted loop-held ${change} [jobtitle goes back and forth between two values (written in cycles 2, 3, 4 and now in 5): Dynamics user Sales and "User action" in Marketo answer each other. The field is held for this record until both sides agree or one of them gets another value; look for a workflow, plug-in or campaign that sets it.]`;

/** A, B, A, and the campaign's answer is held. */
const ROUND: readonly Chapter[] = [
  pluginWins("CEO"),
  campaignWins("ceo"),
  pluginWins("CEO"),
  {
    events: (story) => campaignSets(story, "ceo"),
    log: [held("contact", "jobtitle>dynamics=ceo")],
  },
];

playAll([
  {
    name: "a field that flips A, B, A is held and told once; the record's other fields travel",
    start: (story) => story.contact("Ann"),
    chapters: [
      ...ROUND,
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
    name: "a held field is free when one side gets another value; what the other side held is told",
    start: (story) => story.contact("Ann"),
    chapters: [
      ...ROUND,
      {
        events: (story) => pluginSets(story, "Chief"),
        log: ["contact Ann P1: conflicted clash-dynamics-wins jobtitle>marketo=Chief (lost ceo)"],
      },
      campaignWins("Head"),
    ],
    end: ["contact Ann = P1 active", "P1: Ann Head - Active, contact Ann"],
  },
  {
    name: "a held field is free when both sides agree",
    start: (story) => story.contact("Ann"),
    chapters: [
      ...ROUND,
      { events: (story) => campaignSets(story, "CEO"), log: [] },
      pluginWins("Boss"),
    ],
    end: ["contact Ann = P1 active", "P1: Ann Boss - Active, contact Ann"],
  },
  {
    name: "a lead's field that flips is held, too",
    start: (story) => story.lead("Ann"),
    chapters: [
      campaignWins("ceo", "lead"),
      pluginWins("CEO", "lead"),
      campaignWins("ceo", "lead"),
      {
        events: (story) => pluginSets(story, "CEO"),
        log: [held("lead", "jobtitle>marketo=CEO")],
      },
    ],
    end: ["lead Ann = P1 active", "P1: Ann ceo - Open, lead Ann"],
  },
  {
    name: "the same value again after a long while is no loop",
    start: (story) => story.contact("Ann"),
    chapters: [
      pluginWins("CEO"),
      campaignWins("ceo"),
      ...Array.from({ length: 5 }, () => ({ events: () => undefined, log: [] })),
      pluginWins("CEO"),
      campaignWins("ceo"),
    ],
    end: ["contact Ann = P1 active", "P1: Ann ceo - Active, contact Ann"],
  },
  {
    name: "one human who corrects what another one corrected is no loop",
    start: (story) => story.contact("Ann"),
    chapters: [pluginWins("CEO"), campaignWins("ceo"), pluginWins("CEO")],
    end: ["contact Ann = P1 active", "P1: Ann CEO - Active, contact Ann"],
  },
  {
    name: "what a record was created with is no answer to anybody",
    start: (story) => story.contact("Ann", { jobtitle: "CEO" }),
    chapters: [campaignWins("ceo"), pluginWins("CEO"), campaignWins("ceo")],
    end: ["contact Ann = P1 active", "P1: Ann ceo - Active, contact Ann"],
  },
  {
    name: "one side that changes its mind every cycle is no loop of ours",
    start: (story) => story.contact("Ann"),
    chapters: [pluginWins("A"), pluginWins("B"), pluginWins("A"), pluginWins("B")],
    end: ["contact Ann = P1 active", "P1: Ann B - Active, contact Ann"],
  },
]);
