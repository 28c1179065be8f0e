import assert from "node:assert/strict";
import { afterEach, beforeEach, describe, it } from "node:test";
import { ADA, APP, BOB, CYD, loadSample, startDataverse, type Harness } from "./support";

let server: Harness;
beforeEach(async () => {
  server = await startDataverse();
  loadSample(server.org);
  server.org.model.setColumn("contact", "emailaddress1", { secured: true, masked: true });
});
afterEach(() => server.close());

const ask = async (id: string, clear: boolean) => {
  const path = `contacts(${id})?$select=emailaddress1${clear ? "&UnMaskedData=true" : ""}`;
  return (await server.get(path)).json["emailaddress1"] as unknown;
};

describe("a masking rule", () => {
  const cases: [rights: object, id: string, plain: string | null, clear: string | null][] = [
    [{}, ADA, null, null],
    [{ canRead: true }, ADA, "*************test", "*************test"],
    [{ canRead: true, canReadUnmasked: true }, ADA, "*************test", "ada@fabrikam.test"],
    [{ canRead: true }, CYD, null, null],
  ];
  for (const [rights, id, plain, clear] of cases)
    it(`${JSON.stringify(rights)} reads ${plain}, and ${clear} when clear text is asked for`, async () => {
      server.org.users.setColumnRights(APP, "contact.emailaddress1", rights);
      assert.deepEqual([await ask(id, false), await ask(id, true)], [plain, clear]);
    });

  it("leaves blanks and dashes, as in a number that is known by its last digits", async () => {
    server.org.edit("contact", BOB, { emailaddress1: "123-45-5353" }, APP);
    server.org.users.setColumnRights(APP, "contact.emailaddress1", { canRead: true });
    assert.equal(await ask(BOB, false), "***-**-5353");
    const property = await server.get(`contacts(${BOB})/emailaddress1`);
    assert.equal(property.json["value"], "***-**-5353");
  });

  it("stands in the rights of a user", async () => {
    const unmasked = async () => {
      const answer = await server.get(
        `systemusers(${APP})/Microsoft.Dynamics.CRM.RetrievePrincipalAttributePrivileges()`,
      );
      const [entry] = answer.json["AttributePrivileges"] as unknown as Record<string, number>[];
      return entry!["CanReadUnmasked"];
    };
    server.org.users.setColumnRights(APP, "contact.emailaddress1", { canRead: true });
    const without = await unmasked();
    const both = { canRead: true, canReadUnmasked: true };
    server.org.users.setColumnRights(APP, "contact.emailaddress1", both);
    assert.deepEqual([without, await unmasked()], [0, 3]);
  });
});

describe("the raw tables of column security", () => {
  const rows = async (path: string) => (await server.get(path)).json["value"] as unknown;

  it("hold profiles, permissions and masking rules", async () => {
    server.org.users.setColumnRights(APP, "contact.emailaddress1", {
      canRead: true,
      canUpdate: true,
    });
    const [profile] = (await rows("fieldsecurityprofiles?$select=name")) as Record<
      string,
      unknown
    >[];
    assert.deepEqual(profile, { "@odata.etag": 'W/"1001"', name: "Columns of Contact Sync" });
    assert.deepEqual(
      await rows(
        "fieldpermissions?$select=entityname,attributelogicalname,canread,cancreate,canupdate,canreadunmasked&$filter=entityname eq 'contact'",
      ),
      [
        {
          "@odata.etag": 'W/"1001"',
          entityname: "contact",
          attributelogicalname: "emailaddress1",
          canread: 4,
          cancreate: 0,
          canupdate: 4,
          canreadunmasked: 0,
        },
      ],
    );
    const masks = await server.get("attributemaskingrules?$select=attributelogicalname,entityname");
    assert.deepEqual(masks.json as unknown, {
      "@odata.context": `${server.api}/$metadata#attributemaskingrules(attributelogicalname,entityname)`,
      value: [
        {
          "@odata.etag": 'W/"1001"',
          attributelogicalname: "emailaddress1",
          entityname: "contact",
        },
      ],
    });
  });

  it("are empty without column security, and are read only", async () => {
    server.org.model.setColumn("contact", "emailaddress1", { secured: false });
    assert.deepEqual(
      [await rows("fieldpermissions"), await rows("attributemaskingrules")],
      [[], []],
    );
    assert.equal((await server.send("POST", "fieldpermissions", { body: {} })).status, 405);
  });
});
