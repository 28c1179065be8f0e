import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { createPersonLogType } from "../../src/engine/personLog";
import type { LoggedRequest } from "../../src/sandbox/kernel/requestLog";
import { answerQuestion } from "../../src/engine/answers";
import type { Link } from "../../src/sync/statePort";
import { openSandboxPair, type SandboxPair } from "../support/enginePair";

/** One request, or one operation inside a batch, as it went over the wire. */
interface Sent {
  where: "sign-in" | "Dynamics" | "batch" | "Marketo";
  method: string;
  path: string;
  query: Record<string, string>;
  headers: Record<string, string>;
  body: string;
}

/** What the vendors document of a call; what is not listed must not be sent. */
interface Fact {
  name: string;
  where: Sent["where"];
  call: RegExp;
  /** Query parameters that must be there, with their form. */
  query?: Record<string, RegExp>;
  /** Parameters that may be there besides. */
  optional?: readonly string[];
  headers?: Record<string, RegExp>;
  /** The form's fields or the JSON body's members, with their form; a body is allowed only where one is described. */
  form?: Record<string, RegExp>;
  json?: (body: Record<string, unknown>) => boolean;
  text?: RegExp;
}

const GUID = "[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}";
const ROOT = "/api/data/v9\\.2/";
const ANY = /./;
const NAMES = /^[A-Za-z0-9_]+(,[A-Za-z0-9_]+)*$/;
const ETAG = /^W\/"\d+"$/;
const TOKEN = /^[A-Z2-7]+=*$/;
const of = (value: unknown, keys: readonly string[]) =>
  typeof value === "object" &&
  value !== null &&
  Object.keys(value).every((key) => keys.includes(key));
const rows = (value: unknown, most: number): value is Record<string, unknown>[] =>
  Array.isArray(value) && value.length <= most;

const FACTS: readonly Fact[] = [
  // Signing in.
  {
    name: "the tenant is read from the 401 of an unauthenticated call",
    where: "Dynamics",
    call: new RegExp(`^GET ${ROOT}$`),
    headers: { accept: /^application\/json$/, authorization: /^$/ },
  },
  {
    name: "an application user signs in by client credentials for the organization's default scope",
    where: "sign-in",
    call: new RegExp(`^POST /${GUID}/oauth2/v2\\.0/token$`),
    query: { "client-request-id": new RegExp(`^${GUID}$`) },
    headers: { "content-type": /^application\/x-www-form-urlencoded;charset=utf-8$/ },
    form: {
      grant_type: /^client_credentials$/,
      client_id: new RegExp(`^${GUID}$`),
      client_secret: ANY,
      scope: /^https?:\/\/[^/]+\/\.default$/,
      "x-client-SKU": /^msal\.js\.node$/,
      "x-client-VER": /^\d+\.\d+\.\d+$/,
      "x-client-OS": ANY,
      "x-client-CPU": ANY,
      "x-ms-lib-capability": /^retry-after, h429$/,
      "x-client-current-telemetry": ANY,
      "x-client-last-telemetry": ANY,
      "client-request-id": new RegExp(`^${GUID}$`),
    },
  },
  {
    name: "Marketo's identity service takes the client id and secret of a custom service",
    where: "Marketo",
    call: /^GET \/identity\/oauth\/token$/,
    query: { grant_type: /^client_credentials$/, client_id: ANY, client_secret: ANY },
    headers: { authorization: /^$/ },
  },
  // Dynamics: who, what, how.
  { name: "WhoAmI", where: "batch", call: new RegExp(`^GET ${ROOT}WhoAmI\\(\\)$`) },
  {
    name: "RetrieveVersion",
    where: "batch",
    call: new RegExp(`^GET ${ROOT}RetrieveVersion\\(\\)$`),
  },
  {
    name: "the sync user's own record",
    where: "Dynamics",
    call: new RegExp(`^GET ${ROOT}systemusers\\(${GUID}\\)$`),
    query: { $select: NAMES },
  },
  {
    name: "the privileges of the user's roles",
    where: "Dynamics",
    call: new RegExp(
      `^GET ${ROOT}systemusers\\(${GUID}\\)/Microsoft\\.Dynamics\\.CRM\\.RetrieveUserPrivileges\\(\\)$`,
    ),
  },
  {
    name: "the life of delta links",
    where: "Dynamics",
    call: new RegExp(`^GET ${ROOT}organizations$`),
    query: { $select: /expirechangetrackingindays/ },
  },
  {
    name: "a table's description, read with strong consistency",
    where: "Dynamics",
    call: new RegExp(`^GET ${ROOT}EntityDefinitions\\(LogicalName='(contact|lead)'\\)$`),
    query: { $select: NAMES, $expand: /^Attributes\(\$select=[A-Za-z,]+\)$/ },
    headers: { consistency: /^Strong$/ },
  },
  {
    name: "the columns of one type, by a cast",
    where: "batch",
    call: new RegExp(
      `^GET ${ROOT}EntityDefinitions\\(LogicalName='(contact|lead)'\\)/Attributes/Microsoft\\.Dynamics\\.CRM\\.\\w+AttributeMetadata$`,
    ),
    query: { $select: ANY },
    optional: ["$expand"],
  },
  {
    name: "the lookups of a table and their navigation properties",
    where: "Dynamics",
    call: new RegExp(
      `^GET ${ROOT}EntityDefinitions\\(LogicalName='(contact|lead)'\\)/ManyToOneRelationships$`,
    ),
    query: { $select: /ReferencingEntityNavigationPropertyName/ },
  },
  {
    name: "a tracked read: changes are asked for by preference, without $filter, $orderby, $expand or $top",
    where: "Dynamics",
    call: new RegExp(`^GET ${ROOT}(contacts|leads)$`),
    query: { $select: NAMES },
    headers: { prefer: /^odata\.track-changes, odata\.maxpagesize=5000$/ },
  },
  {
    name: "a delta read goes on from the link that the server gave",
    where: "Dynamics",
    call: new RegExp(`^GET ${ROOT}(contacts|leads)$`),
    query: { $select: NAMES, $deltatoken: ANY },
    headers: { prefer: /^(odata\.maxpagesize=\d+)?$/ },
  },
  {
    name: "rows by id, or by a text column",
    where: "Dynamics",
    call: new RegExp(`^GET ${ROOT}(contacts|leads|systemusers|teams)$`),
    query: { $select: NAMES, $filter: ANY },
    headers: { prefer: /^odata\.maxpagesize=5000/ },
  },
  {
    name: "many operations in one call; one that fails does not end the others",
    where: "Dynamics",
    call: new RegExp(`^POST ${ROOT}\\$batch$`),
    headers: {
      "content-type": /^multipart\/mixed; ?boundary="?batch_[^"]+"?$/,
      prefer: /^odata\.continue-on-error$/,
    },
    text: /^--batch_/,
  },
  {
    name: "an update is conditional on the version that was decided on",
    where: "batch",
    call: new RegExp(`^PATCH ${ROOT}(contacts|leads)\\(${GUID}\\)$`),
    optional: ["$select"],
    headers: { "if-match": ETAG, "content-type": /^application\/json/, "if-none-match": /^$/ },
    json: (body) => Object.keys(body).length > 0,
  },
  {
    name: "a create has an id of ours and refuses to change what is there",
    where: "batch",
    call: new RegExp(`^PATCH ${ROOT}(contacts|leads)\\(${GUID}\\)$`),
    optional: ["$select"],
    headers: { "if-none-match": /^\*$/, "content-type": /^application\/json/, "if-match": /^$/ },
    json: (body) => Object.keys(body).length > 0,
  },
  // Marketo: describe, feeds, reads.
  { name: "the calls of the day", where: "Marketo", call: /^GET \/rest\/v1\/stats\/usage\.json$/ },
  {
    name: "both descriptions of the person's fields",
    where: "Marketo",
    call: /^GET \/rest\/v1\/leads\/describe2?\.json$/,
  },
  {
    name: "a paging token for a moment, in UTC",
    where: "Marketo",
    call: /^GET \/rest\/v1\/activities\/pagingtoken\.json$/,
    query: { sinceDatetime: /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/ },
  },
  {
    name: "lead changes: the token and the fields are both required",
    where: "Marketo",
    call: /^(GET|POST) \/rest\/v1\/activities\/leadchanges\.json$/,
    query: { nextPageToken: TOKEN, fields: NAMES },
  },
  {
    name: "other activities by type, at most ten",
    where: "Marketo",
    call: /^GET \/rest\/v1\/activities\.json$/,
    query: { nextPageToken: TOKEN, activityTypeIds: /^\d+(,\d+){0,9}$/ },
  },
  {
    name: "deletions have a feed of their own",
    where: "Marketo",
    call: /^GET \/rest\/v1\/activities\/deletedleads\.json$/,
    query: { nextPageToken: TOKEN },
  },
  {
    name: "persons by a filter, at most 300 values",
    where: "Marketo",
    call: /^GET \/rest\/v1\/leads\.json$/,
    query: { filterType: /^[A-Za-z]+$/, filterValues: /^[^,]+(,[^,]+){0,299}$/, fields: NAMES },
    optional: ["nextPageToken"],
  },
  // Marketo: writes.
  {
    name: "updates go by id, creates by the field that holds the Dynamics id; at most 300 a call",
    where: "Marketo",
    call: /^POST \/rest\/v1\/leads\.json$/,
    headers: { "content-type": /^application\/json/ },
    json: (body) =>
      of(body, ["action", "lookupField", "input"]) &&
      rows(body["input"], 300) &&
      ((body["action"] === "updateOnly" &&
        body["lookupField"] === "id" &&
        body["input"].every(({ id }) => typeof id === "number")) ||
        (body["action"] === "createOrUpdate" &&
          body["lookupField"] === "crmRecordId" &&
          body["input"].every((row) => typeof row["crmRecordId"] === "string" && !("id" in row)))),
  },
  {
    name: "a merge names the winner in the path and the losers in the query, and has no body",
    where: "Marketo",
    call: /^POST \/rest\/v1\/leads\/\d+\/merge\.json$/,
    query: { leadIds: /^\d+(,\d+){0,24}$/ },
    headers: { "content-type": /^$/ },
  },
  {
    name: "rows of a custom activity, at most 300 a call",
    where: "Marketo",
    call: /^POST \/rest\/v1\/activities\/external\.json$/,
    headers: { "content-type": /^application\/json/ },
    json: (body) =>
      of(body, ["input"]) &&
      rows(body["input"], 300) &&
      body["input"].every((row) =>
        of(row, [
          "leadId",
          "activityDate",
          "activityTypeId",
          "primaryAttributeValue",
          "attributes",
        ]),
      ),
  },
  {
    name: "the custom activity types",
    where: "Marketo",
    call: /^GET \/rest\/v1\/activities\/external\/types\.json$/,
  },
  {
    name: "a custom activity type is made as a draft, gets its attributes and is approved",
    where: "Marketo",
    call: /^POST \/rest\/v1\/activities\/external\/type(\/\w+\/(attributes\/create|approve))?\.json$/,
    headers: { "content-type": /^application\/json/ },
    json: (body) =>
      of(body, [
        "apiName",
        "name",
        "triggerName",
        "filterName",
        "description",
        "primaryAttribute",
        "attributes",
      ]),
  },
  {
    name: "custom fields are made by their REST name, display name and type",
    where: "Marketo",
    call: /^POST \/rest\/v1\/leads\/schema\/fields\.json$/,
    headers: { "content-type": /^application\/json/ },
    json: (body) =>
      of(body, ["input"]) &&
      rows(body["input"], 100) &&
      body["input"].every((row) =>
        of(row, ["name", "displayName", "dataType", "description", "isHidden"]),
      ),
  },
];

/** What holds for every call to a side, whatever it is for. */
const ALWAYS: Record<Sent["where"], (sent: Sent) => string | undefined> = {
  "sign-in": ({ headers }) =>
    headers["authorization"] ? "a token to the sign-in server" : undefined,
  Dynamics: ({ path, headers, method }) => {
    if (path === "/api/data/v9.2/") return undefined;
    if (!/^Bearer /.test(headers["authorization"] ?? "")) return "no bearer token";
    if (headers["odata-version"] !== "4.0") return "no OData-Version 4.0";
    if (headers["odata-maxversion"] !== "4.0") return "no OData-MaxVersion 4.0";
    if (headers["accept"] !== "application/json") return "no Accept: application/json";
    // The documented habit that keeps proxies from answering out of their caches.
    if (method === "GET" && headers["if-none-match"] !== "null") return "no If-None-Match: null";
    return undefined;
  },
  batch: ({ headers }) =>
    headers["accept"]?.startsWith("application/json") ? undefined : "no Accept: application/json",
  Marketo: ({ path, query, headers }) => {
    if ("access_token" in query) return "a token in the address";
    if (path === "/identity/oauth/token") return undefined;
    if (!path.endsWith(".json")) return "a path that does not end with .json";
    if (path.includes("//")) return "a double slash";
    return /^Bearer /.test(headers["authorization"] ?? "") ? undefined : "no bearer token";
  },
};

/** Why a request does not agree with a fact; undefined when it does. */
function mismatch(sent: Sent, fact: Fact): string | undefined {
  const { query = {}, optional = [], headers = {} } = fact;
  if (sent.where !== fact.where || !fact.call.test(`${sent.method} ${sent.path}`))
    return "another call";
  for (const [name, form] of Object.entries(query)) {
    if (!form.test(sent.query[name] ?? "")) return `query ${name}`;
  }
  const known = [...Object.keys(query), ...optional];
  const stranger = Object.keys(sent.query).find((name) => !known.includes(name));
  if (stranger !== undefined) return `query ${stranger} is not documented`;
  for (const [name, form] of Object.entries(headers)) {
    if (!form.test(sent.headers[name] ?? "")) return `header ${name}`;
  }
  return bodyMismatch(sent, fact);
}

function bodyMismatch({ body }: Sent, { form, json, text }: Fact): string | undefined {
  if (form) {
    const fields = Object.fromEntries(new URLSearchParams(body));
    for (const [name, expected] of Object.entries(form)) {
      if (!expected.test(fields[name] ?? "")) return `field ${name}`;
    }
    const stranger = Object.keys(fields).find((name) => !(name in form));
    return stranger === undefined ? undefined : `field ${stranger} is not documented`;
  }
  if (json) return json(JSON.parse(body) as Record<string, unknown>) ? undefined : "body";
  if (text) return text.test(body) ? undefined : "body";
  return body === "" ? undefined : "a body where none is documented";
}

const WHERE = { identity: "sign-in", dynamics: "Dynamics", marketo: "Marketo" } as const;

function sentOf({ server, method, target, headers, body }: LoggedRequest): Sent[] {
  const sent = { where: WHERE[server], method, headers, body, ...addressOf(target) };
  return sent.path.endsWith("/$batch") ? [sent, ...partsOf(body)] : [sent];
}

function addressOf(target: string): Pick<Sent, "path" | "query"> {
  const url = new URL(target, "http://localhost");
  return { path: decodeURIComponent(url.pathname), query: Object.fromEntries(url.searchParams) };
}

/** The operations of a batch, those of its change sets too. */
function partsOf(body: string): Sent[] {
  const operation =
    /^(GET|POST|PATCH|DELETE) (\S+) HTTP\/1\.1\r?\n((?:[\w-]+: [^\r\n]*\r?\n)*)\r?\n([\s\S]*?)(?=\r?\n?--(?:batch|changeset)_)/gm;
  return [...body.matchAll(operation)].map(([, method = "", target = "", head = "", text = ""]) => {
    const headers = Object.fromEntries(
      head
        .split(/\r?\n/)
        .filter(Boolean)
        .map((line) => [
          line.slice(0, line.indexOf(":")).toLowerCase(),
          line.slice(line.indexOf(":") + 2),
        ]),
    );
    return { where: "batch" as const, method, headers, body: text.trim(), ...addressOf(target) };
  });
}

/** Everything that a pair does in its life: checks, set-up, first sync, changes of both sides, a create, an idle cycle. */
async function live(pair: SandboxPair): Promise<void> {
  const { sandbox, engine, state, clock } = pair;
  sandbox.marketo.fields.remove("crmIsDeleted");
  await engine.validate();
  const { createFields } = await import("../../src/engine/marketoSetUp");
  await createFields(pair.config, engine.connectors, await engine.schema());
  await createPersonLogType(engine.connectors.marketo);
  engine.forgetSchema();
  assert.equal((await pair.run()).error, null);
  const [first, second, third] = state.linksAfter("contact", null, 3);
  const editRow = (id: string, values: Record<string, string>) =>
    sandbox.dynamics.edit("contact", id, values, sandbox.salesUserId);
  editRow(first!.dynamicsId, { jobtitle: "From Dynamics" });
  sandbox.marketo.edit(second!.personId!, { title: "From Marketo" });
  editRow(third!.dynamicsId, { jobtitle: "This" });
  sandbox.marketo.edit(third!.personId!, { title: "That" });
  clock.advance(60_000);
  assert.equal((await pair.run()).error, null);
  const person = sandbox.marketo.create({ email: "born@marketo.test", lastName: "There" });
  await engine.createRecord({ personId: person });
  clock.advance(60_000);
  assert.equal((await pair.run()).error, null);
  await mergeBoth(pair, [first!, second!]);
}

/** Two linked contacts become one, and a human answers that their persons are one, too. */
async function mergeBoth(pair: SandboxPair, [winner, loser]: [Link, Link]): Promise<void> {
  const { sandbox, state, clock, config } = pair;
  const ids = { winner: winner.dynamicsId, loser: loser.dynamicsId };
  sandbox.dynamics.merge("contact", ids, sandbox.salesUserId);
  clock.advance(60_000);
  assert.equal((await pair.run()).error, null);
  const answer = { kind: "keep", personId: winner.personId } as const;
  const request = { recordType: "contact", dynamicsId: ids.loser, answer } as const;
  const said = { ...request, by: "Ada", because: "They are one." };
  await answerQuestion(state, said, { pair: config.id, now: clock.now() });
  clock.advance(60_000);
  assert.equal((await pair.run()).error, null);
}

describe("what goes over the wire is what the vendors document", () => {
  let sent: Sent[];
  before(async () => {
    const pair = await openSandboxPair({
      sandbox: { contacts: 12, leads: 4, persons: 8 },
      configure: ({ marketo }) => {
        marketo.activityLog = true;
      },
    });
    try {
      await live(pair);
      sent = pair.sandbox.log.entries().flatMap(sentOf);
    } finally {
      await pair.close();
    }
  });
  after(() => {
    sent = [];
  });

  test("every request agrees with a documented call, in path, query, headers and body", () => {
    const strangers = sent
      .filter((one) => !FACTS.some((fact) => mismatch(one, fact) === undefined))
      .map((one) => {
        const why = FACTS.map((fact) => mismatch(one, fact)).filter(
          (text) => text !== "another call",
        );
        return `${one.where} ${one.method} ${one.path}?${Object.keys(one.query).join()}: ${why.join("; ") || "no such call"}`;
      });
    assert.deepEqual([...new Set(strangers)], []);
  });

  test("every request carries what its side asks of each call", () => {
    const wrong = sent.flatMap((one) => {
      const problem = ALWAYS[one.where](one);
      return problem === undefined ? [] : [`${one.method} ${one.path}: ${problem}`];
    });
    assert.deepEqual([...new Set(wrong)], []);
  });

  for (const fact of FACTS) {
    test(`sent: ${fact.name}`, () => {
      assert.ok(sent.some((one) => mismatch(one, fact) === undefined));
    });
  }

  test("no secret and no token is repeated where it does not belong", () => {
    const places = sent.filter(
      ({ body, query }) => /client_secret/.test(body) || "client_secret" in query,
    );
    assert.ok(places.every(({ path }) => /\/token$/.test(path)));
  });
});
