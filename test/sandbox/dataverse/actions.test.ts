import assert from "node:assert/strict";
import { afterEach, beforeEach, describe, it } from "node:test";
import {
  ADA,
  BOB,
  CYD,
  loadSample,
  NOBODY,
  refusal,
  SELLER,
  startDataverse,
  type Harness,
} from "./support";

const LEAD = "1ead0000-0000-4000-8000-000000000001";
let server: Harness;
beforeEach(async () => {
  server = await startDataverse();
  loadSample(server.org);
  server.org.load("lead", [
    {
      leadid: LEAD,
      firstname: "Lee",
      lastname: "Lead",
      companyname: "Leadco",
      emailaddress1: "lee@leadco.test",
      mobilephone: "1",
      donotemail: true,
      address1_city: "Rome",
      ownerid: SELLER,
    },
  ]);
});
afterEach(() => server.close());

const state = (table: string, id: string) => {
  const { statecode, statuscode } = server.org.row(table, id)!;
  return [statecode, statuscode];
};

describe("QualifyLead", () => {
  const qualify = (body: Record<string, unknown>) =>
    server.send("POST", `leads(${LEAD})/Microsoft.Dynamics.CRM.QualifyLead`, { body });
  const all = { CreateAccount: true, CreateContact: true, CreateOpportunity: false, Status: 3 };

  it("closes the lead and creates account and contact", async () => {
    const answer = await qualify(all);
    const [account, contact] = answer.json["value"] as unknown as Record<string, string>[];
    assert.deepEqual(
      [account!["@odata.type"], contact!["@odata.type"]],
      ["#Microsoft.Dynamics.CRM.account", "#Microsoft.Dynamics.CRM.contact"],
    );
    assert.deepEqual(state("lead", LEAD), [1, 3]);
    const row = server.org.row("contact", contact!["contactid"]!)!;
    const copied = [
      "fullname",
      "emailaddress1",
      "mobilephone",
      "donotemail",
      "address1_city",
      "_originatingleadid_value",
      "_parentcustomerid_value",
      "_ownerid_value",
    ];
    assert.deepEqual(
      copied.map((name) => row[name]),
      ["Lee Lead", "lee@leadco.test", "1", true, "Rome", LEAD, account!["accountid"], SELLER],
    );
    assert.equal(server.org.row("account", account!["accountid"]!)!["name"], "Leadco");
  });

  it("refuses a closed lead", async () => {
    await qualify(all);
    assert.equal(refusal(await qualify(all))[1], "0x80040519");
  });

  it("creates no contact beside the lead's parent contact", async () => {
    server.org.edit("lead", LEAD, { parentcontactid: ADA }, SELLER);
    const answer = await qualify({ ...all, CreateAccount: false });
    assert.deepEqual([answer.json["value"], state("lead", LEAD)], [[], [1, 3]]);
  });

  it("is taken back as a whole when a part is refused", async () => {
    server.org.plugins.add(({ table, message }) =>
      table === "contact" && message === "Create" ? { refuse: "No." } : undefined,
    );
    assert.equal(refusal(await qualify(all))[2], "No.");
    assert.deepEqual([state("lead", LEAD), server.org.count("account")], [[0, 1], 1]);
  });
});

describe("lead states", () => {
  it("disqualifies and reopens", async () => {
    const patch = (body: Record<string, unknown>) =>
      server.send("PATCH", `leads(${LEAD})`, { body });
    await patch({ statecode: 2, statuscode: 5 });
    assert.deepEqual(state("lead", LEAD), [2, 5]);
    await patch({ statecode: 0 });
    assert.deepEqual(state("lead", LEAD), [0, 1]);
    assert.equal(
      refusal(await patch({ statecode: 2, statuscode: 1 }))[2],
      `1 is not a valid status code for state code LeadState.Disqualified on lead with Id ${LEAD}.`,
    );
  });
});

describe("Merge", () => {
  const type = "Microsoft.Dynamics.CRM.contact";
  const merge = (target: string, subordinate: string, content: Record<string, unknown> = {}) =>
    server.send("POST", "Merge", {
      body: {
        Target: { "@odata.type": type, contactid: target },
        Subordinate: { "@odata.type": type, contactid: subordinate },
        UpdateContent: { "@odata.type": type, ...content },
        PerformParentingChecks: false,
      },
    });

  it("retires the loser, updates the winner and moves the children; the feed shows updates", async () => {
    server.org.edit("contact", CYD, { parentcustomerid: BOB }, SELLER);
    const link = (await server.get("contacts?$select=merged", { prefer: "odata.track-changes" }))
      .json["@odata.deltaLink"] as unknown as string;
    assert.equal((await merge(ADA, BOB, { jobtitle: "Merged" })).status, 204);
    const { merged, _masterid_value } = server.org.row("contact", BOB)!;
    assert.deepEqual([state("contact", BOB), merged, _masterid_value], [[1, 2], true, ADA]);
    assert.deepEqual(
      [
        server.org.row("contact", ADA)!["jobtitle"],
        server.org.row("contact", CYD)!["_parentcustomerid_value"],
      ],
      ["Merged", ADA],
    );
    const feed = (await server.get(link)).json["value"] as unknown as Record<string, unknown>[];
    assert.deepEqual(
      feed.map((row) => [row["contactid"], row["merged"]]),
      [
        [ADA, false],
        [CYD, false],
        [BOB, true],
      ],
    );
  });

  const refused: [name: string, target: string, subordinate: string, code: string][] = [
    ["a record with itself", ADA, ADA, "0x80045305"],
    ["a missing record", ADA, NOBODY, "0x80040217"],
  ];
  for (const [name, target, subordinate, code] of refused)
    it(`refuses ${name}`, async () =>
      assert.equal(refusal(await merge(target, subordinate))[1], code));

  it("refuses an inactive record", async () => {
    await merge(ADA, BOB);
    assert.equal(refusal(await merge(CYD, BOB))[1], "0x80045304");
  });
});

describe("functions", () => {
  it("WhoAmI and RetrieveVersion, with and without parentheses", async () => {
    const { json } = await server.get("WhoAmI()");
    assert.equal(
      json["@odata.context"],
      `${server.api}/$metadata#Microsoft.Dynamics.CRM.WhoAmIResponse`,
    );
    assert.equal(json["OrganizationId"], server.org.organizationId);
    assert.match(String((await server.get("RetrieveVersion")).json["Version"]), /^9\.2\./);
  });

  it("RetrieveTotalRecordCount counts without a cap", async () => {
    server.org.load(
      "contact",
      (function* () {
        for (let i = 0; i < 6000; i++)
          yield {
            contactid: `c0000000-0000-4000-8000-${String(i).padStart(12, "0")}`,
            lastname: `L${i}`,
          };
      })(),
    );
    const { json } = await server.get(
      "RetrieveTotalRecordCount(EntityNames=['contact','account'])",
    );
    assert.deepEqual(json["EntityRecordCountCollection"], {
      Count: 2,
      IsReadOnly: false,
      Keys: ["contact", "account"],
      Values: [6003, 1],
    });
    assert.equal((await server.get("contacts/$count")).text, "5000");
    const page = await server.get("contacts?$select=lastname&$count=true");
    assert.deepEqual(
      [
        (page.json["value"] as unknown as unknown[]).length,
        page.json["@odata.count"],
        typeof page.json["@odata.nextLink"],
      ],
      [5000, 5000, "string"],
    );
  });

  it("any v9 version of the API, nothing else", async () => {
    assert.equal((await server.get(`${server.url}/api/data/v9.1/WhoAmI`)).status, 200);
    assert.equal((await server.get(`${server.url}/XRMServices/2011/Organization.svc`)).status, 404);
  });
});

it("other hands' edits are stamped with the hand and skip validation", () => {
  server.clock.advance(5000);
  server.org.edit(
    "contact",
    ADA,
    { jobtitle: "x".repeat(200), _parentcustomerid_value: null },
    SELLER,
  );
  const { jobtitle, modifiedon, _modifiedby_value, _parentcustomerid_value } = server.org.row(
    "contact",
    ADA,
  )!;
  assert.deepEqual(
    [String(jobtitle).length, modifiedon, _modifiedby_value, _parentcustomerid_value],
    [200, "2026-11-24T08:00:05Z", SELLER, null],
  );
  assert.throws(
    () => server.org.edit("contact", ADA, { nope: 1 }, SELLER),
    /Table contact has no column nope/,
  );
});
