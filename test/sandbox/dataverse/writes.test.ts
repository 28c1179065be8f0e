import assert from "node:assert/strict";
import { afterEach, beforeEach, describe, it } from "node:test";
import {
  ADA,
  APP,
  BOB,
  FABRIKAM,
  loadSample,
  NOBODY,
  refusal,
  SELLER,
  startDataverse,
  type Harness,
} from "./support";

let server: Harness;
beforeEach(async () => {
  server = await startDataverse();
  loadSample(server.org);
});
afterEach(() => server.close());

const representation = "return=representation";
const help =
  "Error identified in Payload provided by the user for Entity :'contacts', For more information on this error please follow this help link https://go.microsoft.com/fwlink/?linkid=2195293  ---->  InnerException : Microsoft.OData.ODataException: ";

describe("create", () => {
  it("answers 204 with the new row's URL, and stamps the row", async () => {
    const answer = await server.send("POST", "contacts", {
      body: { lastname: "New", fullname: "ignored", createdon: "2000-01-01T00:00:00Z" },
    });
    const url = answer.headers.get("odata-entityid")!;
    assert.deepEqual([answer.status, answer.text, answer.headers.get("location")], [204, "", url]);
    const row = server.org.row("contact", /\((.*)\)/.exec(url)![1]!)!;
    const {
      fullname,
      createdon,
      _createdby_value,
      _modifiedby_value,
      _ownerid_value,
      statecode,
      statuscode,
      preferredcontactmethodcode,
    } = row;
    assert.deepEqual(
      {
        fullname,
        createdon,
        _createdby_value,
        _modifiedby_value,
        _ownerid_value,
        statecode,
        statuscode,
        preferredcontactmethodcode,
      },
      {
        fullname: "New",
        createdon: "2026-11-24T08:00:00Z",
        _createdby_value: APP,
        _modifiedby_value: APP,
        _ownerid_value: APP,
        statecode: 0,
        statuscode: 1,
        preferredcontactmethodcode: 1,
      },
    );
  });

  it("answers 201 with the row when asked for it", async () => {
    const answer = await server.send("POST", "contacts?$select=lastname", {
      body: { contactid: NOBODY, lastname: "New" },
      prefer: representation,
    });
    assert.deepEqual(
      [
        answer.status,
        answer.json["contactid"],
        answer.headers.get("etag"),
        answer.headers.get("odata-entityid"),
        answer.headers.get("preference-applied"),
      ],
      [201, NOBODY, answer.json["@odata.etag"], null, representation],
    );
  });

  it("refuses an id that exists", async () => {
    const answer = await server.send("POST", "contacts", { body: { contactid: ADA } });
    assert.deepEqual(refusal(answer), [412, "0x80040237", "Cannot insert duplicate key."]);
  });
});

describe("update and upsert: the status matrix", () => {
  const cases: [
    name: string,
    id: string,
    headers: Record<string, string>,
    prefer: string | undefined,
    status: number,
    code?: string,
  ][] = [
    ["update", ADA, {}, undefined, 204],
    ["update with representation", ADA, {}, representation, 200],
    ["a missing row is created", NOBODY, {}, undefined, 204],
    ["a missing row is created, with representation", NOBODY, {}, representation, 201],
    ["If-Match * on a missing row", NOBODY, { "If-Match": "*" }, undefined, 404, "0x80040217"],
    ["If-Match * on a row", ADA, { "If-Match": "*" }, undefined, 204],
    ["If-Match with another version", ADA, { "If-Match": 'W/"1"' }, undefined, 412, "0x80060882"],
    ["If-None-Match * on a row", ADA, { "If-None-Match": "*" }, undefined, 412, "0x80040237"],
    ["If-None-Match * on a missing row", NOBODY, { "If-None-Match": "*" }, undefined, 204],
    ["If-None-Match null means nothing", ADA, { "If-None-Match": "null" }, undefined, 204],
  ];
  for (const [name, id, headers, prefer, status, code] of cases)
    it(name, async () => {
      const answer = await server.send("PATCH", `contacts(${id})`, {
        body: { jobtitle: "CTO" },
        headers,
        prefer,
      });
      assert.deepEqual([answer.status, answer.json?.["error"]?.["code"]], [status, code]);
      if (status === 204)
        assert.equal(answer.headers.get("odata-entityid"), `${server.api}/contacts(${id})`);
      if (status < 300) assert.equal(server.org.row("contact", id)!["jobtitle"], "CTO");
    });

  it("updates under the current version, and moves the version", async () => {
    const etag = (await server.get(`contacts(${ADA})`)).headers.get("etag")!;
    const write = () =>
      server.send("PATCH", `contacts(${ADA})`, {
        body: { jobtitle: "CTO" },
        headers: { "If-Match": etag },
      });
    assert.deepEqual([(await write()).status, (await write()).status], [204, 412]);
  });

  it("a plain PATCH brings a deleted row back under its id", async () => {
    assert.equal((await server.send("DELETE", `contacts(${ADA})`)).status, 204);
    assert.equal((await server.send("DELETE", `contacts(${ADA})`)).status, 404);
    assert.equal(
      (await server.send("PATCH", `contacts(${ADA})`, { body: { jobtitle: "Ghost" } })).status,
      204,
    );
    assert.equal(server.org.row("contact", ADA)!["firstname"], null);
  });

  it("deletes under a version only", async () => {
    const answer = await server.send("DELETE", `contacts(${ADA})`, {
      headers: { "If-Match": 'W/"1"' },
    });
    assert.equal(answer.status, 412);
    assert.equal(server.org.count("contact"), 3);
  });
});

describe("single properties and references", () => {
  it("sets and clears one property", async () => {
    assert.equal(
      (await server.send("PUT", `contacts(${ADA})/jobtitle`, { body: { value: "Boss" } })).status,
      204,
    );
    assert.equal(server.org.row("contact", ADA)!["jobtitle"], "Boss");
    assert.equal((await server.send("DELETE", `contacts(${ADA})/jobtitle`)).status, 204);
    assert.equal(server.org.row("contact", ADA)!["jobtitle"], null);
  });

  const bindings: [name: string, body: Record<string, unknown>, expected: string | null][] = [
    [
      "@odata.bind with a path",
      { "parentcustomerid_account@odata.bind": `/accounts(${FABRIKAM})` },
      FABRIKAM,
    ],
    [
      "@odata.bind without a slash, to the other table",
      { "parentcustomerid_contact@odata.bind": `contacts(${ADA})` },
      ADA,
    ],
    ["@odata.bind null", { "parentcustomerid_account@odata.bind": null }, null],
    ["the navigation itself null", { parentcustomerid_account: null }, null],
  ];
  for (const [name, body, expected] of bindings)
    it(name, async () => {
      server.org.edit("contact", BOB, { parentcustomerid: ADA }, SELLER);
      assert.equal((await server.send("PATCH", `contacts(${BOB})`, { body })).status, 204);
      assert.equal(server.org.row("contact", BOB)!["_parentcustomerid_value"], expected);
    });

  it("binds and releases through $ref", async () => {
    const path = `contacts(${BOB})/parentcustomerid_account/$ref`;
    const put = await server.send("PUT", path, {
      body: { "@odata.id": `${server.api}/accounts(${FABRIKAM})` },
    });
    assert.equal(put.status, 204);
    assert.equal(server.org.row("contact", BOB)!["_parentcustomerid_value"], FABRIKAM);
    assert.equal((await server.send("DELETE", path)).status, 204);
    assert.equal(server.org.row("contact", BOB)!["_parentcustomerid_value"], null);
  });
});

describe("validation", () => {
  const long = "x".repeat(101);
  const cases: [body: Record<string, unknown>, status: number, code: string, message: string][] = [
    [
      { jobtitle: long },
      400,
      "0x80044331",
      "A validation error occurred.  The length of the 'jobtitle' attribute of the 'contact' entity exceeded the maximum allowed length of '100'.",
    ],
    [
      { gendercode: 5 },
      400,
      "0x8004431a",
      "A validation error occurred. The value 5 of 'gendercode' on record of type 'contact' is outside the valid range. Accepted Values: 1,2",
    ],
    [
      { gendercode: "1" },
      400,
      "0x80048d19",
      `${help}Cannot convert the literal '1' to the expected type 'Edm.Int32'.`,
    ],
    [
      { numberofchildren: -1 },
      400,
      "0x8004432f",
      "A validation error occurred. The value -1 of 'numberofchildren' on record of type 'contact' is outside the valid range.",
    ],
    [
      { annualincome: -1 },
      400,
      "0x80044330",
      "A validation error occurred. The value -1 of 'annualincome' on record of type 'contact' is outside the valid range.",
    ],
    [
      { donotemail: "true" },
      400,
      "0x80048d19",
      `${help}Cannot convert the literal 'true' to the expected type 'Edm.Boolean'.`,
    ],
    [
      { birthdate: "1990-05-31T00:00:00Z" },
      400,
      "0x80048d19",
      `${help}Cannot convert the literal '1990-05-31T00:00:00Z' to the expected type 'Edm.Date'.`,
    ],
    [
      { birthdate: "1752-12-31" },
      400,
      "0x80040239",
      "DateTime is less than minimum value supported by CrmDateTime. Actual value: 1752-12-31, Minimum value supported: 01/01/1753 00:00:00",
    ],
    [
      { lastusedincampaign: "2026-11-24" },
      400,
      "0x80048d19",
      `${help}Cannot convert the literal '2026-11-24' to the expected type 'Edm.DateTimeOffset'.`,
    ],
    [
      { description: "a\u000bb" },
      400,
      "0x80040278",
      "'\u000b', hexadecimal value 0x0B, is an invalid character.",
    ],
    [
      { foo: 1 },
      400,
      "0x80048d19",
      `${help}The property 'foo' does not exist on type 'Microsoft.Dynamics.CRM.contact'. Make sure to only use property names that are defined by the type.`,
    ],
    [
      { "parentcustomerid@odata.bind": "/accounts(1)" },
      400,
      "0x80048d19",
      `${help}An undeclared property 'parentcustomerid' which only has property annotations in the payload but no property value was found in the payload. In OData, only declared navigation properties and declared named streams can be represented as properties without values.`,
    ],
    [
      { _parentcustomerid_value: FABRIKAM },
      400,
      "0x80048d19",
      "CRM do not support direct update of Entity Reference properties, Use Navigation properties instead.",
    ],
    [
      { "parentcustomerid_account@odata.bind": `/accounts(${NOBODY})` },
      404,
      "0x80040217",
      `Entity 'account' With Id = ${NOBODY} Does Not Exist`,
    ],
    [
      { statecode: 1, statuscode: 3 },
      400,
      "0x80048408",
      `3 is not a valid status code for state code ContactState.Inactive on contact with Id ${ADA}.`,
    ],
    [
      { statecode: 1, statuscode: 1 },
      400,
      "0x80048408",
      `1 is not a valid status code for state code ContactState.Inactive on contact with Id ${ADA}.`,
    ],
    [
      { "ownerid@odata.bind": null },
      400,
      "0x80040200",
      "The attribute 'ownerid' of the 'contact' entity is required and cannot be null.",
    ],
  ];
  for (const [body, ...expected] of cases)
    it(JSON.stringify(body).slice(0, 60), async () => {
      const before = server.org.row("contact", ADA);
      assert.deepEqual(refusal(await server.send("PATCH", `contacts(${ADA})`, { body })), expected);
      assert.deepEqual(server.org.row("contact", ADA), before);
    });

  it("does not enforce what only forms enforce, stores empty texts as null and drops fractions of seconds", async () => {
    const body = {
      lastname: "",
      lastusedincampaign: "2026-11-24T09:00:00.789+01:00",
      annualincome: 10.126,
    };
    assert.equal((await server.send("PATCH", `contacts(${ADA})`, { body })).status, 204);
    const { lastname, lastusedincampaign, annualincome, annualincome_base, exchangerate } =
      server.org.row("contact", ADA)!;
    assert.deepEqual(
      { lastname, lastusedincampaign, annualincome, annualincome_base, exchangerate },
      {
        lastname: null,
        lastusedincampaign: "2026-11-24T08:00:00Z",
        annualincome: 10.13,
        annualincome_base: 10.13,
        exchangerate: 1,
      },
    );
  });

  it("a state alone takes its default status; a state in a create is ignored", async () => {
    await server.send("PATCH", `contacts(${ADA})`, { body: { statecode: 1 } });
    assert.deepEqual(
      [server.org.row("contact", ADA)!["statecode"], server.org.row("contact", ADA)!["statuscode"]],
      [1, 2],
    );
    await server.send("POST", "contacts", { body: { contactid: NOBODY, statecode: 1 } });
    assert.equal(server.org.row("contact", NOBODY)!["statecode"], 0);
  });
});
