import assert from "node:assert/strict";
import { after, before, beforeEach, describe, it } from "node:test";
import { dynamicsToken, startStage, type Answer, type Stage } from "./support";

let stage: Stage;
let contact: string;
before(async () => {
  stage = await startStage();
});
beforeEach(() => {
  stage.sandbox.reset();
  const [first] = stage.sandbox.dynamics.rows("contact");
  contact = String(first!["contactid"]);
});
after(() => stage.sandbox.close());

const patch = (values: object) => stage.dynamics("PATCH", `contacts(${contact})`, values);
const title = () => stage.sandbox.dynamics.row("contact", contact)?.["jobtitle"];
const messageOf = (answer: Answer) =>
  (answer.body as { error?: { message: string } }).error?.message;

describe("through the control endpoint the organization gets", () => {
  it("a plug-in that refuses by pattern or length, until it is taken out", async () => {
    const rule = { table: "contact", column: "jobtitle", message: "Titles are checked by HR." };
    await stage.done("POST", "/dynamics/plugins", { ...rule, pattern: "^Chief" });
    await stage.done("POST", "/dynamics/plugins", { ...rule, longerThan: 20, on: ["Create"] });
    const refused = await patch({ jobtitle: "Chief of all" });
    const long = await patch({ jobtitle: "A long title, but no create" });
    assert.deepEqual([refused.status, messageOf(refused)], [400, rule.message]);
    assert.equal(long.status, 204);
    await stage.done("DELETE", "/dynamics/plugins");
    assert.equal((await patch({ jobtitle: "Chief of all" })).status, 204);
    assert.equal(title(), "Chief of all");
  });

  it("a missing privilege", async () => {
    const rule = { privilege: "prvWriteContact", depth: "none" };
    await stage.done("POST", "/dynamics/privileges", rule);
    assert.equal((await patch({ jobtitle: "x" })).status, 403);
    await stage.done("POST", "/dynamics/privileges", { ...rule, depth: "Global" });
    assert.equal((await patch({ jobtitle: "x" })).status, 204);
  });

  it("column security: null on read, 403 on write", async () => {
    await stage.done("POST", "/edits", {
      side: "dynamics",
      op: "update",
      table: "contact",
      id: contact,
      values: { jobtitle: "Secret agent" },
    });
    const rule = { table: "contact", column: "jobtitle" };
    await stage.done("POST", "/dynamics/column-security", rule);
    const read = await stage.dynamics("GET", `contacts(${contact})?$select=jobtitle`);
    assert.equal((read.body as { jobtitle: unknown }).jobtitle, null);
    assert.equal((await patch({ jobtitle: "x" })).status, 403);
    await stage.done("POST", "/dynamics/column-security", { ...rule, canRead: true });
    const again = await stage.dynamics("GET", `contacts(${contact})?$select=jobtitle`);
    assert.equal((again.body as { jobtitle: unknown }).jobtitle, "Secret agent");
  });

  it("a custom column, a shorter column, and one less", async () => {
    const made = await stage.done("POST", "/dynamics/columns", {
      table: "contact",
      schemaName: "new_Color",
      type: "String",
      maxLength: 5,
    });
    assert.deepEqual(made, { name: "new_color" });
    assert.equal((await patch({ new_color: "green" })).status, 204);
    assert.equal((await patch({ new_color: "orange" })).status, 400);
    await stage.done("POST", "/dynamics/columns/contact/new_color", { maxLength: 9 });
    assert.equal((await patch({ new_color: "orange" })).status, 204);
    await stage.done("DELETE", "/dynamics/columns/contact/new_color");
    assert.equal((await patch({ new_color: "red" })).status, 400);
  });

  it("an alternate key", async () => {
    await stage.done("POST", "/dynamics/keys", {
      table: "contact",
      name: "new_employee",
      columns: ["employeeid"],
    });
    await stage.dynamics("PATCH", `contacts(${contact})`, { employeeid: "E-1" });
    const found = await stage.dynamics("GET", "contacts(employeeid='E-1')?$select=contactid");
    assert.equal((found.body as { contactid: string }).contactid, contact);
  });

  it("duplicate rules", async () => {
    await stage.done("POST", "/dynamics/duplicate-rules", {
      table: "contact",
      columns: ["emailaddress1"],
    });
    const values = { lastname: "Twin", emailaddress1: "twin@web.test" };
    const headers = { "MSCRM.SuppressDuplicateDetection": "false" };
    const first = await stage.dynamics("POST", "contacts", values, headers);
    const second = await stage.dynamics("POST", "contacts", values, headers);
    assert.deepEqual([first.status, second.status], [204, 412]);
  });

  it("a delta token that has expired, and an organization that was copied", async () => {
    const track = async () => {
      const headers = { Prefer: "odata.track-changes" };
      const { body } = await stage.dynamics("GET", "contacts?$select=jobtitle", undefined, headers);
      const link = (body as Record<string, string>)["@odata.deltaLink"]!;
      const path = link.split("/api/data/v9.2/")[1]!;
      return () => stage.dynamics("GET", path);
    };
    const first = await track();
    assert.equal((await first()).status, 200);
    await stage.done("POST", "/dynamics/expire-delta");
    assert.match(JSON.stringify((await first()).body), /0x80044352/);
    const before = stage.sandbox.dynamics.organizationId;
    const { organizationId } = await stage.done<{ organizationId: string }>(
      "POST",
      "/dynamics/new-organization-id",
    );
    const whoAmI = await stage.dynamics("GET", "WhoAmI()");
    assert.notEqual(organizationId, before);
    assert.equal((whoAmI.body as { OrganizationId: string }).OrganizationId, organizationId);
  });

  it("other users' rights: a disabled application user, and none at all", async () => {
    const users = await stage.done<{ id: string; kind: string }[]>("GET", "/dynamics/users");
    const { id } = users.find((user) => user.kind === "application")!;
    assert.equal(id, stage.sandbox.applicationUserId);
    await stage.done("POST", `/dynamics/users/${id}`, { disabled: true });
    assert.equal((await stage.dynamics("GET", "WhoAmI()")).status, 403);
    await stage.done("DELETE", `/dynamics/users/${id}`);
    const gone = await stage.dynamics("GET", "WhoAmI()");
    assert.deepEqual(
      [gone.status, (gone.body as { error: { code: string } }).error.code],
      [403, "0x80072560"],
    );
  });

  it("lower limits", async () => {
    await stage.done("POST", "/dynamics/limits", { enabled: true, requests: 2 });
    const statuses: number[] = [];
    for (let turn = 0; turn < 3; turn++) {
      statuses.push((await stage.dynamics("GET", "WhoAmI()")).status);
    }
    await stage.done("POST", "/dynamics/limits", { enabled: false, requests: 6000 });
    assert.deepEqual(statuses, [200, 200, 429]);
  });
});

describe("through the control endpoint the Marketo instance gets", () => {
  const update = (values: object) =>
    stage.marketo("POST", "/rest/v1/leads.json", {
      action: "updateOnly",
      lookupField: "id",
      input: [{ id: 1, ...values }],
    });
  const outcome = ({ body }: Answer) => {
    const { success, errors, result } = body as {
      success: boolean;
      errors?: { code: string }[];
      result?: { status: string }[];
    };
    return success ? result?.[0]?.status : errors?.[0]?.code;
  };

  it("a new field, and one that blocks writes", async () => {
    await stage.done("POST", "/marketo/fields", {
      name: "favoriteColor",
      displayName: "Favorite Color",
      dataType: "string",
    });
    await stage.done("POST", "/marketo/fields/title", { blocked: "always" });
    const before = stage.sandbox.marketo.person(1)!["title"];
    assert.equal(outcome(await update({ favoriteColor: "green", title: "Blocked" })), "updated");
    const after = stage.sandbox.marketo.person(1)!;
    assert.deepEqual([after["favoriteColor"], after["title"]], ["green", before]);
    await stage.done("POST", "/marketo/fields/title", { blocked: false });
    await update({ title: "Free" });
    assert.equal(stage.sandbox.marketo.person(1)!["title"], "Free");
  });

  it("a missing permission", async () => {
    const permissions = ["Read-Write Lead", "Read-Write Person"];
    await stage.done("POST", "/marketo/permissions", { revoke: permissions });
    assert.equal(outcome(await update({ title: "x" })), "603");
    await stage.done("POST", "/marketo/permissions", { grant: permissions });
    assert.equal(outcome(await update({ title: "x" })), "updated");
  });

  it("expired tokens, empty pages and lower limits", async () => {
    const { url, clientId, clientSecret } = stage.sandbox.ready.marketo;
    const query = `grant_type=client_credentials&client_id=${clientId}&client_secret=${clientSecret}`;
    const grant = await (await fetch(`${url}/identity/oauth/token?${query}`)).json();
    const { access_token: token } = grant as { access_token: string };
    await stage.done("POST", "/marketo/expire-tokens");
    const expired = await fetch(`${url}/rest/v1/leads/describe.json`, {
      headers: { Authorization: `Bearer ${token}` },
    });
    assert.equal(outcome({ status: 200, body: await expired.json() }), "602");
    await stage.done("POST", "/quirks", { emptyPages: 1 });
    assert.equal(stage.sandbox.marketo.quirks.emptyPages, 1);
    await stage.done("POST", "/marketo/limits", { daily: 7 });
    assert.equal((await stage.done<{ daily: number }>("GET", "/marketo/limits")).daily, 7);
  });

  it("lists, campaigns and the native flow action's row", async () => {
    const { id: listId } = await stage.done<{ id: number }>("POST", "/marketo/lists", {
      name: "VIP",
    });
    await stage.done("POST", "/edits", { side: "marketo", op: "addToList", listId, ids: [1] });
    const members = await stage.marketo("GET", `/rest/v1/lists/${listId}/leads.json`);
    assert.equal((members.body as { result: { id: number }[] }).result[0]?.id, 1);
    await stage.done("POST", "/marketo/campaigns", { name: "Ask", type: "trigger" });
    assert.deepEqual(await stage.done("GET", "/marketo/campaign-requests"), []);
    await stage.done("POST", "/marketo/sync-to-microsoft", {
      personId: 1,
      assignTo: "Sally Sales",
      syncAs: "Contact",
    });
    const rows = await stage.done<object[]>("GET", "/marketo/activities/1");
    assert.match(JSON.stringify(rows), /Sally Sales/);
  });
});

describe("through the control endpoint the sign-in server gets", () => {
  const codes = async () =>
    ((await dynamicsToken(stage.sandbox)).body as { error_codes?: number[] }).error_codes?.[0];
  const app = () => `/identity/apps/${stage.sandbox.ready.dynamics.clientId}`;

  it("refusals that are used up or cleared", async () => {
    await stage.done("POST", "/identity/refusals", { code: 7000222, times: 1 });
    await stage.done("POST", "/identity/refusals", { code: 53003, grant: "client_credentials" });
    const seen = [await codes(), await codes(), await codes()];
    await stage.done("DELETE", "/identity/refusals");
    assert.deepEqual([...seen, await codes()], [7000222, 53003, 53003, undefined]);
  });

  it("an expired secret and a new one, which is never shown", async () => {
    await stage.done("POST", app(), { expireSecrets: true });
    assert.equal(await codes(), 7000222);
    const { clientSecret } = stage.sandbox.ready.dynamics;
    stage.sandbox.identity.apps[0]!.secrets.length = 0;
    await stage.done("POST", app(), { addSecret: clientSecret });
    assert.equal(await codes(), undefined);
    assert.ok(!JSON.stringify(await stage.done("GET", "/identity")).includes(clientSecret));
  });

  it("expired access tokens and shorter ones", async () => {
    await stage.done("POST", "/identity/switches", { tokenLifetimeSeconds: 60 });
    const { body } = await dynamicsToken(stage.sandbox);
    const { access_token: token, expires_in: seconds } = body as {
      access_token: string;
      expires_in: number;
    };
    assert.equal(seconds, 60);
    await stage.done("POST", "/identity/expire-tokens");
    const answer = await fetch(`${stage.sandbox.ready.dynamics.url}/api/data/v9.2/WhoAmI()`, {
      headers: { Authorization: `Bearer ${token}` },
    });
    assert.equal(answer.status, 401);
  });
});
