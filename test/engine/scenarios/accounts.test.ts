import assert from "node:assert/strict";
import { test } from "node:test";
import type { FieldConfig, PairConfig } from "../../../src/config/pairFile";
import { DEFAULT_MAP } from "../../../src/config/defaultMap";
import { openSandboxPair } from "../../support/enginePair";
import { playAll, type Story } from "./story";

const FABRIKAM = "aaaaaaaa-0000-4000-8000-000000000001";
const CONTOSO = "aaaaaaaa-0000-4000-8000-000000000002";
const HOUR_MS = 3_600_000;

const toMarketo = (column: string, field: string): FieldConfig => ({
  column,
  field,
  direction: "toMarketo",
  enabled: true,
});

/** Besides the small map: the account as the default map has it, and the customer's own name. */
function withAccounts({ recordTypes }: PairConfig): void {
  recordTypes.contact!.fields!.push(
    toMarketo("parentcustomerid.account", "crmAccountId"),
    toMarketo("parentcustomerid.accountname", "company"),
    toMarketo("parentcustomerid.name", "department"),
  );
}

function accounts(story: Story): void {
  const { salesUserId } = story.pair.sandbox;
  story.dynamics.create("account", { accountid: FABRIKAM, name: "Fabrikam" }, salesUserId);
  story.dynamics.create("account", { accountid: CONTOSO, name: "Contoso" }, salesUserId);
}

function rename(story: Story, name: string): void {
  story.dynamics.edit("account", FABRIKAM, { name }, story.pair.sandbox.salesUserId);
}

playAll([
  {
    name: "B-03, B-70: the account's id and name follow the contact, one way",
    configure: withAccounts,
    start: (story) => {
      accounts(story);
      story.contact("Ann", { parentcustomerid: FABRIKAM });
    },
    chapters: [
      {
        events: (story) => story.edit("Ann", { parentcustomerid: CONTOSO }),
        log: [
          `contact Ann P1: applied changed-in-dynamics parentcustomerid.account>marketo=${CONTOSO} parentcustomerid.accountname>marketo=Contoso parentcustomerid.name>marketo=Contoso`,
        ],
      },
      {
        // An edit of the copy is not carried and not overwritten, until the account changes.
        events: (story) => story.editPerson("P1", { company: "Home Office" }),
        log: ["contact Ann P1: skipped direction-off"],
      },
      {
        events: (story) => story.edit("Ann", { parentcustomerid: null }),
        log: [
          "contact Ann P1: applied changed-in-dynamics parentcustomerid.account>marketo=null parentcustomerid.accountname>marketo=null parentcustomerid.name>marketo=null",
        ],
      },
    ],
    end: ["contact Ann = P1 active", "P1: Ann - - Active, contact Ann"],
  },
  {
    name: "B-70: a customer that is a person is no account",
    configure: withAccounts,
    start: (story) => {
      accounts(story);
      story.contact("Boss", { parentcustomerid: FABRIKAM });
      story.contact("Ann", { parentcustomerid: FABRIKAM });
    },
    chapters: [
      {
        events: (story) => story.edit("Ann", { parentcustomerid: story.id("Boss") }),
        log: [
          "contact Ann P2: applied changed-in-dynamics parentcustomerid.account>marketo=null parentcustomerid.accountname>marketo=null parentcustomerid.name>marketo=Boss",
        ],
      },
    ],
    end: [
      "contact Boss = P1 active",
      "contact Ann = P2 active",
      "P1: Boss - - Active, contact Boss",
      "P2: Ann - - Active, contact Ann",
    ],
  },
  {
    name: "B-70: a renamed account reaches its persons, though no contact moved",
    configure: withAccounts,
    start: (story) => {
      accounts(story);
      story.contact("Ann", { parentcustomerid: FABRIKAM });
      story.contact("Bob", { parentcustomerid: FABRIKAM });
      story.contact("Cyd", { parentcustomerid: CONTOSO });
    },
    chapters: [
      {
        // Too soon for a look at the accounts; a contact that moves by itself does not bring the others along.
        events: (story) => {
          rename(story, "Fabrikam Inc.");
          story.edit("Cyd", { jobtitle: "Boss" });
        },
        log: ["contact Cyd P3: applied changed-in-dynamics jobtitle>marketo=Boss"],
        calls: [2, 4],
      },
      {
        events: (story) => {
          story.pair.clock.advance(HOUR_MS);
          story.edit("Ann", { jobtitle: "Clerk" });
        },
        log: [
          "contact Ann P1: applied changed-in-dynamics jobtitle>marketo=Clerk parentcustomerid.accountname>marketo=Fabrikam Inc. parentcustomerid.name>marketo=Fabrikam Inc.",
          "contact Bob P2: applied changed-in-dynamics parentcustomerid.accountname>marketo=Fabrikam Inc. parentcustomerid.name>marketo=Fabrikam Inc.",
        ],
      },
      {
        // At rest a look a day is enough.
        events: (story) => {
          rename(story, "Fabrikam AG");
          story.pair.clock.advance(2 * HOUR_MS);
        },
        log: [],
      },
      {
        events: (story) => story.pair.clock.advance(24 * HOUR_MS),
        log: [
          "contact Ann P1: applied changed-in-dynamics parentcustomerid.accountname>marketo=Fabrikam AG parentcustomerid.name>marketo=Fabrikam AG",
          "contact Bob P2: applied changed-in-dynamics parentcustomerid.accountname>marketo=Fabrikam AG parentcustomerid.name>marketo=Fabrikam AG",
        ],
      },
    ],
    end: [
      "contact Ann = P1 active",
      "contact Bob = P2 active",
      "contact Cyd = P3 active",
      "P1: Ann Clerk - Active, contact Ann",
      "P2: Bob - - Active, contact Bob",
      "P3: Cyd Boss - Active, contact Cyd",
    ],
  },
]);

test("B-03: the default map has the account, to Marketo only, and nothing of it can be mapped back", async () => {
  const pair = await openSandboxPair({
    configure: ({ recordTypes }) => {
      const mapped = DEFAULT_MAP.contact.map((mapping) => ({ ...mapping, enabled: true }));
      const back = { ...toMarketo("ownerid.name", "department"), direction: "toDynamics" as const };
      recordTypes.contact!.fields = [...mapped, back];
    },
  });
  try {
    const { maps, tables } = await pair.engine.describe();
    const account = maps.contact!.filter(({ column }) => column.startsWith("parentcustomerid"));
    assert.deepEqual(
      account.map(({ column, field, direction, problem, columnType }) => {
        return [column, field, direction, problem, columnType];
      }),
      [
        ["parentcustomerid.account", "crmAccountId", "toMarketo", null, "guid"],
        ["parentcustomerid.accountname", "company", "toMarketo", null, "text"],
      ],
    );
    assert.equal(
      maps.contact!.at(-1)!.problem,
      "ownerid.name cannot be written in Dynamics; set the direction to toMarketo or remove the mapping.",
    );
    const parts = tables.contact!.columns.filter(({ name }) =>
      /^(owner|parentcustomer)id\b/.test(name),
    );
    assert.deepEqual(
      parts.map(({ name, type, updatable }) => `${name} ${type} ${updatable}`),
      [
        "ownerid owner true",
        "ownerid.name text false",
        "parentcustomerid customer true",
        "parentcustomerid.account guid false",
        "parentcustomerid.accountname text false",
        "parentcustomerid.name text false",
      ],
    );
  } finally {
    await pair.close();
  }
});
