import assert from "node:assert/strict";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { pairSchema, type PairConfig } from "../../src/config/pairFile";
import { CUSTOM_FIELDS } from "../../src/config/defaultMap";
import { createFields } from "../../src/engine/marketoSetUp";
import { createPersonLogType } from "../../src/engine/personLog";
import { readSchema } from "../../src/engine/setup";
import type { Check } from "../../src/protocol/engineContract";
import type { Sandbox } from "../../src/sandbox/sandbox";
import { openSandboxEngine, type SandboxEngine } from "../support/sandboxEngine";

let engine: SandboxEngine;
before(async () => {
  engine = await openSandboxEngine();
});
after(() => engine.close());

interface Situation {
  /** What is wrong in the orgs. */
  arrange?: (sandbox: Sandbox, config: PairConfig) => void;
  /** What the pair file says. */
  configure?: (config: PairConfig) => void;
  /** What is done with the open pair before the check. */
  act?: (engine: SandboxEngine, id: string) => Promise<unknown>;
}

/** The check list in such a situation. */
async function checksIn({ arrange, configure, act }: Situation): Promise<readonly Check[]> {
  await engine.reset();
  const config = structuredClone(engine.config);
  configure?.(config);
  arrange?.(engine.sandbox, config);
  const { pairs, folder } = engine;
  await pairs.open(pairSchema.parse(config), join(folder, String(++states)), "test");
  await act?.(engine, config.id);
  return pairs.engine(config.id).validate();
}

let states = 0;

function line(checks: readonly Check[], id: string): string {
  const found = checks.find((check) => check.id === id);
  return found ? `${found.side} ${found.state} ${found.detail}` : "no such line";
}

const user = (sandbox: Sandbox) => sandbox.applicationUserId;

test("a pair that is in order is green from the first line to the last", async () => {
  const checks = await checksIn({
    configure: (config) => (config.marketo.activityLog = true),
    act: async ({ pairs }, id) => createPersonLogType(pairs.engine(id).connectors.marketo),
  });
  const wrong = checks.filter(({ id, state }) => state !== "green" && !id.startsWith("map:"));
  assert.deepEqual(wrong, []);
  assert.deepEqual(
    checks.map(({ side, id }) => `${side} ${id}`).filter((id) => !/ map:.*:/.test(id)),
    [
      ...["url", "token", "user", "roles", "organization"].map((id) => `dynamics ${id}`),
      ...["Contact", "Lead"].flatMap((table) =>
        ["Read", "Write", "Create", "Append", "AppendTo", "Assign"].map(
          (verb) => `dynamics privilege:prv${verb}${table}`,
        ),
      ),
      "dynamics expiry",
      "marketo signIn",
      "marketo quota",
      ...[
        "Read-Only Lead",
        "Read-Write Lead",
        "Read-Only Activity",
        "Read-Write Activity",
        "Read-Only Activity Metadata",
        "Read-Write Activity Metadata",
        "Read-Write Schema Custom Field",
      ].map((name) => `marketo permission:${name}`),
      "marketo activityType",
      "dynamics shared",
      "marketo shared",
      ...["contact", "lead"].flatMap((type) =>
        ["table", "tracking", "columns"].map((what) => `dynamics ${what}:${type}`),
      ),
      "marketo map:contact",
      "marketo map:lead",
      "marketo link:crmRecordId",
      "marketo link:crmRecordType",
      "marketo link:crmIsDeleted",
      "marketo native",
      "marketo blocked",
    ],
  );
  for (const { link } of checks) assert.ok(link === null || URL.canParse(link));
});

const privileges = ["Read", "Write", "Create", "Append", "AppendTo", "Assign"] as const;

const situations: readonly [what: string, Situation, id: string, line: RegExp][] = [
  // The organization.
  [
    "an address that is no organization",
    { configure: (config) => (config.dynamics.url = config.marketo.url!) },
    "url",
    /^dynamics red CS-CONFIG: .* does not answer like a Dynamics organization\. Copy the address/,
  ],
  [
    "an address that nobody listens at",
    { configure: (config) => (config.dynamics.url = "http://127.0.0.1:9") },
    "url",
    /^dynamics red CS-(CONFIG|NETWORK): /,
  ],
  [
    "a tenant that is not the organization's",
    { configure: (config) => (config.dynamics.tenantId = "99999999-9999-4999-8999-999999999999") },
    "url",
    /^dynamics red The tenant id in the pair file is 9{8}.* belongs to the tenant .* Correct the tenant id or the URL\.$/,
  ],
  [
    "a wrong secret",
    { act: async (own) => (own.secrets.dynamics = "wrong~secret") },
    "token",
    /^dynamics red AADSTS7000215: The client secret is wrong\./,
  ],
  [
    "no application user",
    { arrange: (sandbox) => sandbox.dynamics.users.remove(user(sandbox)) },
    "user",
    /^dynamics red 0x80072560: .*Create an application user for this client id/,
  ],
  [
    "a disabled user",
    { arrange: (sandbox) => sandbox.dynamics.users.setDisabled(user(sandbox), true) },
    "user",
    /^dynamics red 0x80040225: .*Enable the user in the environment/,
  ],
  [
    "a user without a role",
    { arrange: (sandbox) => sandbox.dynamics.users.removeRoles(user(sandbox)) },
    "roles",
    /^dynamics red 0x80042f09: .*Give the sync user a security role/,
  ],
  [
    "an organization that was restored",
    {
      act: async ({ pairs, sandbox }, id) => {
        await pairs.run(id, null);
        sandbox.dynamics.newOrganizationId();
      },
    },
    "organization",
    /^dynamics red CS-ORG-CHANGED: .*start anew/,
  ],
  ...(["Contact", "Lead"] as const).flatMap((table) =>
    privileges.map((verb): [string, Situation, string, RegExp] => [
      `no organization-wide ${verb} on ${table}`,
      {
        arrange: (sandbox) =>
          sandbox.dynamics.users.setPrivilege(user(sandbox), `prv${verb}${table}`, "Basic"),
      },
      `privilege:prv${verb}${table}`,
      new RegExp(
        `^dynamics ${verb === "Read" || verb === "Write" ? "red" : "amber"} prv${verb}${table} is only at Basic level: .* Give the sync user's role this privilege at organization level\\.$`,
      ),
    ]),
  ),
  [
    "change tracking off",
    { arrange: (sandbox) => (sandbox.dynamics.model.table("contact").changeTracking = false) },
    "tracking:contact",
    /^dynamics red Change tracking of the table contact is off; switch it on/,
  ],
  [
    "a column that column security hides",
    {
      arrange: (sandbox) =>
        sandbox.dynamics.model.setColumn("contact", "jobtitle", { secured: true }),
    },
    "columns:contact",
    /^dynamics amber Of \d+ mapped columns \d+ can be read .* Column security hides jobtitle: .* Grant read access/,
  ],
  [
    "columns that can be read only",
    {},
    "columns:contact",
    /^dynamics green .* Not writable, so they travel to Marketo only: .*createdon/,
  ],
  [
    "no lead table",
    { arrange: (sandbox) => sandbox.dynamics.model.removeTable("lead") },
    "table:lead",
    /^dynamics amber This organization has no lead table .* leads are off/,
  ],
  [
    "delta links that live a day",
    {
      arrange: ({ dynamics, applicationUserId }) =>
        dynamics.edit(
          "organization",
          dynamics.organizationId,
          { expirechangetrackingindays: 1 },
          applicationUserId,
        ),
    },
    "expiry",
    /^dynamics amber Delta links live 1 days; a longer pause means a full compare\.$/,
  ],
  ["delta links that live as shipped", {}, "expiry", /^dynamics green Delta links live \d+ days/],
  // The instance.
  [
    "a wrong Marketo secret",
    { act: async (own) => (own.secrets.marketo = "wrong") },
    "signIn",
    /^marketo red unauthorized: Marketo did not accept the client id and secret\./,
  ],
  [
    "no calls left",
    {
      configure: (config) => (config.budget.marketoDailyCalls = 1),
      act: async ({ pairs }, id) => pairs.engine(id).connectors.marketo.usage(),
    },
    "quota",
    /^marketo red (CS-DAILY-CAP: |0 of this pair's 1 calls are left)/,
  ],
  [
    "calls left",
    {},
    "quota",
    /^marketo green \d+ of this pair's 10000 calls are left today; the instance used \d+\.$/,
  ],
  ...(
    [
      ["Read-Only Lead", "red", "persons cannot be read"],
      ["Read-Write Lead", "red", "persons cannot be written"],
      ["Read-Only Activity", "red", "changes cannot be noticed"],
      ["Read-Write Activity", "amber", "the person's activity log is not written"],
      ["Read-Only Activity Metadata", "amber", "the activity type cannot be looked up"],
      ["Read-Write Activity Metadata", "amber", "the activity type cannot be made"],
      ["Read-Write Schema Custom Field", "amber", "link fields cannot be made"],
    ] as const
  ).map(([name, state, lost]): [string, Situation, string, RegExp] => [
    `error 603 for ${name}`,
    {
      arrange: ({ marketo, ready }) => {
        const revoke = (one: string) => marketo.permissions.revoke(ready.marketo.clientId, one);
        revoke(name);
        // Who may write may also read.
        if (name.startsWith("Read-Only")) revoke(name.replace("Only", "Write"));
      },
    },
    `permission:${name}`,
    new RegExp(`^marketo ${state} 603: The API user's role lacks it: ${lost}\\. Add it under`),
  ]),
  [
    "a mapping whose field is gone",
    { arrange: ({ marketo }) => marketo.fields.remove("homePhone") },
    "map:contact:telephone2",
    /^marketo amber Marketo has no field homePhone/,
  ],
  [
    "a field of the default map is missing",
    { arrange: ({ marketo }) => marketo.fields.remove("crmDoNotFax") },
    "field:crmDoNotFax",
    /^marketo amber Marketo has no field crmDoNotFax: donotfax of contact, donotfax of lead does not sync\. "Create in Marketo" makes it\.$/,
  ],
  [
    "no field for the Dynamics id",
    { arrange: ({ marketo }) => marketo.fields.remove("crmRecordId") },
    "link:crmRecordId",
    /^marketo red Marketo has no field crmRecordId: persons can be linked by e-mail only, and none is created\. "Create in Marketo" makes it\.$/,
  ],
  [
    "a field for the Dynamics id that cannot be written",
    { arrange: ({ marketo }) => marketo.fields.setReadOnly("crmRecordId") },
    "unusable:crmRecordId",
    /^marketo red The field crmRecordId cannot be written by the API: .* Name another one/,
  ],
  [
    "no field for the deleted flag",
    { arrange: ({ marketo }) => marketo.fields.remove("crmIsDeleted") },
    "link:crmIsDeleted",
    /^marketo amber .* a deletion in Dynamics is not shown on the person/,
  ],
  [
    "a native sync",
    { arrange: ({ marketo }) => marketo.fields.crmManaged("firstName") },
    "native",
    /^marketo red A native CRM sync is on \(it manages firstName\)\. Two engines .* switch one of them off/,
  ],
  [
    "no activity type",
    { configure: (config) => (config.marketo.activityLog = true) },
    "activityType",
    /^marketo amber Marketo has no custom activity type contactSyncOutcome: refusals, .* "Create in Marketo" makes it\.$/,
  ],
  [
    "an activity type that is a draft",
    {
      configure: (config) => (config.marketo.activityLog = true),
      act: async ({ pairs }, id) => {
        const { PERSON_LOG_TYPE } = await import("../../src/engine/personLog");
        await pairs.engine(id).connectors.marketo.createActivityType(PERSON_LOG_TYPE);
      },
    },
    "activityType",
    /^marketo amber The custom activity type contactSyncOutcome is a draft: .* approves it\.$/,
  ],
  [
    "an activity type without one of its attributes",
    {
      configure: (config) => (config.marketo.activityLog = true),
      act: async ({ pairs }, id) => {
        const { PERSON_LOG_TYPE } = await import("../../src/engine/personLog");
        const { marketo } = pairs.engine(id).connectors;
        const attributes = PERSON_LOG_TYPE.attributes.slice(1);
        await marketo.createActivityType({ ...PERSON_LOG_TYPE, attributes });
        await marketo.approveActivityType(PERSON_LOG_TYPE.apiName);
      },
    },
    "activityType:attributes",
    /^marketo amber .* lacks the attributes record: they are left out of each row\./,
  ],
  [
    "no activity type wanted",
    {},
    "activityType",
    /^marketo green Off: refusals, conflicts and creations stand in the log here only/,
  ],
  [
    "a list for requests that is there",
    {
      arrange: ({ marketo }, config) => {
        const listId = marketo.createList("To Dynamics");
        config.marketo.request = { listId, pollSeconds: 30, syncAs: "contact" };
      },
    },
    "request:list",
    /^marketo green It can be read; 0 persons wait in it\.$/,
  ],
  [
    "a list for requests that is not there",
    {
      configure: (config) =>
        (config.marketo.request = { listId: 99999, pollSeconds: 30, syncAs: "contact" }),
    },
    "request:list",
    /^marketo red 1013: /,
  ],
  [
    "a field for requests that is not there",
    {
      configure: (config) =>
        (config.marketo.request = { field: "nowhere", pollSeconds: 30, syncAs: "contact" }),
    },
    "request:field",
    /^marketo red Marketo has no field nowhere: campaigns cannot ask for records\. Create it as a boolean/,
  ],
  [
    "a field for requests that is no yes/no field",
    {
      configure: (config) =>
        (config.marketo.request = { field: "title", pollSeconds: 30, syncAs: "contact" }),
    },
    "request:field",
    /^marketo red The field title is of type string: .* Use a boolean field\.$/,
  ],
  [
    "a field for requests that the API cannot write",
    {
      arrange: ({ marketo }) => marketo.fields.setReadOnly("unsubscribed"),
      configure: (config) =>
        (config.marketo.request = { field: "unsubscribed", pollSeconds: 30, syncAs: "contact" }),
    },
    "request:field",
    /^marketo red The field unsubscribed cannot be written by the API: an answered request would stay\./,
  ],
  [
    "a field for requests as it should be",
    {
      configure: (config) =>
        (config.marketo.request = { field: "unsubscribed", pollSeconds: 30, syncAs: "contact" }),
    },
    "request:field",
    /^marketo green A boolean that the API can write\.$/,
  ],
  [
    "no blocked field so far",
    {},
    "blocked",
    /^marketo green No write was seen to be ignored so far; Marketo does not tell it in advance\./,
  ],
];

describe("each trouble has its line, with the remedy", () => {
  for (const [what, situation, id, expected] of situations) {
    test(what, async () => {
      assert.match(line(await checksIn(situation), id), expected);
    });
  }
});

test("CS-SHARED-ORG: another open pair on the same organization is a line of its own", async () => {
  const checks = await checksIn({
    act: ({ pairs, config, folder }) =>
      pairs.open({ ...config, id: "twin" }, join(folder, "twin"), "test"),
  });
  assert.match(
    checks
      .filter(({ id }) => id === "shared")
      .map(({ detail }) => detail)
      .join(),
    /CS-SHARED-ORG: The pairs "sandbox" and "twin" share one Dynamics organization.*share one Marketo instance/,
  );
});

test("a field whose updates were ignored is named with its remedy", async () => {
  const checks = await checksIn({
    act: async ({ pairs, config }, id) => {
      const { state } = pairs.engine(id);
      const message = "Marketo accepted the new value of jobtitle but kept its own: blocked.";
      await state.commit((writer) =>
        writer.addActivity({
          time: new Date().toISOString(),
          cycle: 1,
          pair: config.id,
          recordType: "contact",
          dynamicsId: null,
          personId: 1,
          outcome: "refused",
          reason: "blocked-field",
          changes: [],
          error: { code: "CS-BLOCKED-FIELD", message },
          changedAt: { dynamics: null, marketo: null },
          requestId: null,
        }),
      );
    },
  });
  assert.match(
    line(checks, "blocked:0"),
    /^marketo amber Marketo accepted the new value of jobtitle/,
  );
});

test("set-up makes the missing fields and the activity type once, and the next check is green", async () => {
  const situation: Situation = {
    configure: (config) => (config.marketo.activityLog = true),
    arrange: ({ marketo }) =>
      ["crmRecordId", "crmRecordType", "crmIsDeleted"].forEach(marketo.fields.remove),
  };
  await checksIn(situation);
  const { config, connectors } = engine.pairs.engine(engine.config.id);
  const make = async () =>
    createFields(config, connectors, await readSchema(config, connectors, Date.now()));
  assert.deepEqual(await make(), ["crmRecordId", "crmRecordType", "crmIsDeleted"]);
  assert.equal(await createPersonLogType(connectors.marketo), "contactSyncOutcome");
  assert.deepEqual(await make(), []);
  assert.equal(await createPersonLogType(connectors.marketo), null);
  const checks = await engine.pairs.engine(engine.config.id).validate();
  const states = checks.filter(({ id }) => /^(link|activityType)/.test(id));
  assert.deepEqual(
    states.map(({ state }) => state),
    ["green", "green", "green", "green"],
  );
});

test("set-up makes the default map's own fields, and the columns that waited for them travel", async () => {
  const account = "aaaaaaaa-0000-4000-8000-000000000001";
  const checks = await checksIn({
    arrange: ({ dynamics, marketo, salesUserId }) => {
      CUSTOM_FIELDS.forEach(({ name }) => marketo.fields.remove(name));
      dynamics.create("account", { accountid: account, name: "Fabrikam" }, salesUserId);
      dynamics.create("contact", { lastname: "Ann", parentcustomerid: account }, salesUserId);
    },
    act: async ({ pairs }, id) => pairs.run(id, null),
  });
  const lacking = checks.filter(({ id }) => id.startsWith("field:")).map(({ id }) => id.slice(6));
  assert.deepEqual(lacking.sort(), CUSTOM_FIELDS.map(({ name }) => name).sort());
  const accountLine =
    'Marketo has no field crmAccountId: parentcustomerid.account of contact does not sync. "Create in Marketo" makes it.';
  assert.equal(line(checks, "field:crmAccountId"), `marketo amber ${accountLine}`);

  const pair = engine.pairs.engine(engine.config.id);
  const facts = await readSchema(pair.config, pair.connectors, Date.now());
  assert.deepEqual((await createFields(pair.config, pair.connectors, facts)).sort(), lacking);
  pair.forgetSchema();
  const again = (await pair.validate()).filter(({ id }) => /^(field|map:[a-z]+:)/.test(id));
  assert.deepEqual(again, []);
  await pair.preview();
  assert.equal((await pair.run({ approved: pair.previewed })).error, null);
  const person = [...engine.sandbox.marketo.persons()].find(({ lastName }) => lastName === "Ann");
  assert.equal(person?.["crmAccountId"], account);
});

test("set-up makes nothing for a mapping that is off or that would not work with the field either", async () => {
  await checksIn({
    arrange: ({ marketo }) =>
      ["crmStatus", "crmTopic", "crmAccountId"].forEach(marketo.fields.remove),
    configure: ({ recordTypes }) => {
      delete recordTypes.lead;
      recordTypes.contact!.fields = [
        { column: "statecode", field: "crmStatus", direction: "toMarketo", enabled: false },
        { column: "nosuchcolumn", field: "crmTopic", direction: "both", enabled: true },
        { column: "lastname", field: "lastName", direction: "both", enabled: true },
      ];
    },
  });
  const { config, connectors } = engine.pairs.engine(engine.config.id);
  const facts = await readSchema(config, connectors, Date.now());
  assert.deepEqual(await createFields(config, connectors, facts), []);
});

test("checking writes nothing: no record, no field, no type is there that was not there before", async () => {
  await checksIn({ act: async ({ pairs }, id) => pairs.run(id, null) });
  const { sandbox, pairs, config } = engine;
  const before = {
    version: sandbox.dynamics.version,
    persons: sandbox.marketo.count(),
    fields: sandbox.marketo.fields.list().length,
  };
  await pairs.engine(config.id).validate();
  assert.deepEqual(
    {
      version: sandbox.dynamics.version,
      persons: sandbox.marketo.count(),
      fields: sandbox.marketo.fields.list().length,
    },
    before,
  );
});
