import assert from "node:assert/strict";
import { afterEach, beforeEach, describe, it } from "node:test";
import {
  addPeople,
  ADA,
  APP,
  BOB,
  FABRIKAM,
  loadSample,
  names,
  refusal,
  SELLER,
  startDataverse,
  type Harness,
  type Request,
} from "./support";

let server: Harness;
beforeEach(async () => {
  server = await startDataverse();
  loadSample(server.org);
});
afterEach(() => server.close());

describe("who may come in", () => {
  for (const token of [null, "old", "forged"])
    it(`token ${token}: 401 that tells the tenant`, async () => {
      const answer = await server.get("", { token });
      assert.equal(answer.status, 401);
      assert.equal(
        answer.headers.get("www-authenticate"),
        `Bearer authorization_uri=https://login.emu.test/0000beef-0000-4000-8000-000000000001/oauth2/authorize, resource_id=${server.url}/`,
      );
    });

  const refused: [name: string, act: () => void, code: string, message: string][] = [
    [
      "unknown",
      () => server.org.users.remove(APP),
      "0x80072560",
      "The user is not a member of the organization.",
    ],
    [
      "disabled",
      () => server.org.users.setDisabled(APP, true),
      "0x80040225",
      `The user with id ${APP} is disabled or is not a member of any business unit.`,
    ],
    [
      "without a role",
      () => server.org.users.removeRoles(APP),
      "0x80042f09",
      `The user with id ${APP} has not been assigned any roles.`,
    ],
  ];
  for (const [name, act, code, message] of refused)
    it(`a user who is ${name}`, async () => {
      act();
      assert.deepEqual(refusal(await server.get("WhoAmI")), [403, code, message]);
    });

  it("a person comes in by the object id", async () => {
    assert.equal((await server.get("WhoAmI()", { token: "seller" })).json["UserId"], SELLER);
    assert.equal(refusal(await server.get("WhoAmI()", { token: "stranger" }))[1], "0x80072560");
  });

  it("acts for another user, and both are stamped", async () => {
    const headers = { CallerObjectId: "aaaa0000-0000-4000-8000-000000000002" };
    await server.send("PATCH", `contacts(${ADA})`, { body: { jobtitle: "x" }, headers });
    const { _modifiedby_value, _modifiedonbehalfby_value } = server.org.row("contact", ADA)!;
    assert.deepEqual([_modifiedby_value, _modifiedonbehalfby_value], [SELLER, APP]);
    server.org.users.setPrivilege(APP, "prvActOnBehalfOfAnotherUser", undefined);
    assert.equal(refusal(await server.get("WhoAmI", { headers }))[1], "0x80040220");
  });

  it("a reset takes all rows and users away", async () => {
    server.org.reset();
    assert.equal((await server.get("WhoAmI")).status, 403);
    addPeople(server.org);
    assert.deepEqual(
      [(await server.get("contacts/$count")).text, server.org.count("systemuser")],
      ["0", 2],
    );
  });
});

describe("table privileges", () => {
  const bind = { "parentcustomerid_account@odata.bind": `/accounts(${FABRIKAM})` };
  const cases: [privilege: string, method: string, path: string, request: Request][] = [
    ["prvReadContact", "GET", "contacts", {}],
    ["prvReadContact", "GET", `contacts(${ADA})`, {}],
    ["prvCreateContact", "POST", "contacts", { body: { lastname: "x" } }],
    ["prvWriteContact", "PATCH", `contacts(${ADA})`, { body: { lastname: "x" } }],
    ["prvDeleteContact", "DELETE", `contacts(${ADA})`, {}],
    ["prvAppendContact", "PATCH", `contacts(${BOB})`, { body: bind }],
    ["prvAppendToAccount", "PATCH", `contacts(${BOB})`, { body: bind }],
    [
      "prvAssignContact",
      "PATCH",
      `contacts(${BOB})`,
      { body: { "ownerid@odata.bind": `/systemusers(${SELLER})` } },
    ],
    ["prvReadUser", "GET", "systemusers", {}],
  ];
  for (const [privilege, method, path, request] of cases)
    it(`${method} ${path} needs ${privilege}`, async () => {
      server.org.users.setPrivilege(APP, privilege, undefined);
      const [status, code, message] = refusal(await server.send(method, path, request));
      assert.deepEqual([status, code], [403, "0x80040220"]);
      assert.match(
        message,
        new RegExp(
          `^Principal user \\(Id=${APP}, type=8, roleCount=1, .*is missing ${privilege} privilege \\(Id=.*\\) on OTC=\\d+ for entity '\\w+'\\.$`,
        ),
      );
    });

  it("with Basic depth one sees and writes one's own rows", async () => {
    server.org.users.setPrivilege(APP, "prvReadContact", "Basic");
    server.org.users.setPrivilege(APP, "prvWriteContact", "Basic");
    assert.deepEqual(names(await server.get("contacts?$select=firstname")), ["Bob"]);
    assert.equal((await server.get("contacts/$count")).text, "1");
    assert.equal(refusal(await server.get(`contacts(${ADA})`))[1], "0x80048306");
    assert.equal(
      refusal(await server.send("PATCH", `contacts(${ADA})`, { body: {} }))[1],
      "0x80048306",
    );
    assert.equal((await server.send("PATCH", `contacts(${BOB})`, { body: {} })).status, 204);
  });

  it("tells a user's privileges", async () => {
    server.org.users.setPrivilege(APP, "prvWriteLead", undefined);
    server.org.users.setPrivilege(APP, "prvReadLead", "Local");
    const path = `systemusers(${APP})/Microsoft.Dynamics.CRM`;
    const all = (await server.get(`${path}.RetrieveUserPrivileges()`)).json[
      "RolePrivileges"
    ] as unknown as Record<string, string>[];
    const depth = (name: string) => all.find((entry) => entry["PrivilegeName"] === name)?.["Depth"];
    assert.deepEqual(["prvReadContact", "prvReadLead", "prvWriteLead"].map(depth), [
      "Global",
      "Local",
      undefined,
    ]);
    const one = await server.get(
      `${path}.RetrieveUserPrivilegeByPrivilegeName(PrivilegeName='prvReadLead')`,
    );
    assert.deepEqual(
      (one.json["RolePrivileges"] as unknown as Record<string, string>[]).map(
        (entry) => entry["Depth"],
      ),
      ["Local"],
    );
  });

  it("tells the rights on a row", async () => {
    server.org.users.setPrivilege(APP, "prvDeleteContact", undefined);
    const target = encodeURIComponent(`{'@odata.id':'contacts(${ADA})'}`);
    const answer = await server.get(
      `systemusers(${APP})/Microsoft.Dynamics.CRM.RetrievePrincipalAccess(Target=@t)?@t=${target}`,
    );
    assert.equal(
      answer.json["AccessRights"],
      "ReadAccess, WriteAccess, AppendAccess, AppendToAccess, CreateAccess, ShareAccess, AssignAccess",
    );
  });
});

describe("column security", () => {
  beforeEach(() => server.org.model.setColumn("contact", "emailaddress1", { secured: true }));
  const words = (right: string) =>
    `Caller user with Id ${APP} does not have ${right} permissions to a Email secured field on entity Contact table. The requested operation could not be completed.`;

  it("a hidden column reads as null, without any error", async () => {
    assert.equal(
      (await server.get(`contacts(${ADA})?$select=emailaddress1`)).json["emailaddress1"],
      null,
    );
    const delta = await server.get("contacts?$select=emailaddress1", {
      prefer: "odata.track-changes",
    });
    assert.deepEqual(
      (delta.json["value"] as unknown as Record<string, unknown>[]).map(
        (row) => row["emailaddress1"],
      ),
      [null, null, null],
    );
    assert.equal((await server.get(`contacts(${ADA})/emailaddress1`)).status, 204);
  });

  it("a write with it is refused as a whole", async () => {
    const body = { emailaddress1: "new@x.test", jobtitle: "x" };
    assert.deepEqual(refusal(await server.send("PATCH", `contacts(${ADA})`, { body })), [
      403,
      "0x8004f507",
      words("update"),
    ]);
    assert.deepEqual(refusal(await server.send("POST", "contacts", { body })), [
      403,
      "0x8004f502",
      words("create"),
    ]);
    assert.equal(server.org.row("contact", ADA)!["jobtitle"], "Analyst");
  });

  it("it cannot be filtered or sorted by", async () => {
    assert.deepEqual(refusal(await server.get("contacts?$filter=emailaddress1 ne null")), [
      403,
      "0x8004f504",
      words("read"),
    ]);
    assert.deepEqual(refusal(await server.get("contacts?$orderby=emailaddress1")), [
      403,
      "0x8004f506",
      words("read"),
    ]);
  });

  it("a profile grants each right on its own, and the function tells them", async () => {
    const granted = async () =>
      (
        await server.get(
          `systemusers(${APP})/Microsoft.Dynamics.CRM.RetrievePrincipalAttributePrivileges()`,
        )
      ).json["AttributePrivileges"] as unknown as Record<string, unknown>[];
    assert.deepEqual(await granted(), []);
    server.org.users.setColumnRights(APP, "contact.emailaddress1", { canRead: true });
    const metadata = await server.get(
      "EntityDefinitions(LogicalName='contact')/Attributes?$select=LogicalName,MetadataId&$filter=IsSecured eq true",
    );
    const [column] = metadata.json["value"] as unknown as Record<string, unknown>[];
    assert.deepEqual(await granted(), [
      {
        AttributeId: column!["MetadataId"],
        CanRead: 4,
        CanCreate: 0,
        CanUpdate: 0,
        CanReadUnmasked: 3,
      },
    ]);
    assert.equal(
      (await server.get(`contacts(${ADA})?$select=emailaddress1`)).json["emailaddress1"],
      "ada@fabrikam.test",
    );
    assert.equal(
      (await server.send("PATCH", `contacts(${ADA})`, { body: { emailaddress1: "x@x.test" } }))
        .status,
      403,
    );
    server.org.users.setColumnRights(APP, "contact.emailaddress1", { canUpdate: true });
    assert.equal(
      (await server.send("PATCH", `contacts(${ADA})`, { body: { emailaddress1: "x@x.test" } }))
        .status,
      204,
    );
  });

  it("administrators see all", async () => {
    server.org.users.get(APP).administrator = true;
    assert.equal(
      (await server.get(`contacts(${ADA})?$select=emailaddress1`)).json["emailaddress1"],
      "ada@fabrikam.test",
    );
  });
});
