import assert from "node:assert/strict";
import { afterEach, beforeEach, describe, it } from "node:test";
import {
  ADA,
  BOB,
  CYD,
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

describe("alternate keys", () => {
  beforeEach(() => {
    server.org.model.addColumn("contact", {
      schemaName: "new_MktoId",
      type: "String",
      maxLength: 50,
    });
    server.org.model.addKey("contact", { name: "new_mktoid_key", columns: ["new_mktoid"] });
  });

  it("creates, then updates by key; the entity id keeps the key form", async () => {
    const upsert = (lastname: string) =>
      server.send("PATCH", "contacts(new_mktoid='M1')?$select=lastname,new_mktoid", {
        body: { lastname },
        prefer: representation,
      });
    const plain = await server.send("PATCH", "contacts(new_mktoid='M0')", { body: {} });
    assert.equal(plain.headers.get("odata-entityid"), `${server.api}/contacts(new_mktoid='M0')`);
    const [first, second] = [await upsert("One"), await upsert("Two")];
    assert.deepEqual(
      [
        first.status,
        second.status,
        second.json["lastname"],
        second.json["new_mktoid"],
        second.json["contactid"],
      ],
      [201, 200, "Two", "M1", first.json["contactid"]],
    );
    assert.equal(
      (await server.get("contacts(new_mktoid='m1')?$select=lastname")).json["lastname"],
      "Two",
    );
  });

  it("a key in the body is ignored on update, but used on create", async () => {
    await server.send("PATCH", "contacts(new_mktoid='M1')", { body: { new_mktoid: "M2" } });
    assert.equal((await server.get("contacts(new_mktoid='M2')")).status, 200);
    await server.send("PATCH", "contacts(new_mktoid='M2')", {
      body: { new_mktoid: "M3", jobtitle: "x" },
    });
    const found = await server.get("contacts(new_mktoid='M2')?$select=jobtitle");
    assert.equal(found.json["jobtitle"], "x");
  });

  it("refuses a second row with the key, and knows no row for an unused key", async () => {
    await server.send("PATCH", `contacts(${ADA})`, { body: { new_mktoid: "M1" } });
    assert.deepEqual(
      refusal(await server.send("PATCH", `contacts(${BOB})`, { body: { new_mktoid: "m1" } })),
      [
        412,
        "0x80060892",
        "A record that has the attribute values new_MktoId already exists. The entity key new_mktoid_key requires that this set of attributes contains unique values. Select unique values and try again.",
      ],
    );
    assert.deepEqual(refusal(await server.get("contacts(new_mktoid='zz')")), [
      404,
      "0x80060891",
      "A record with the specified key values does not exist in contact entity",
    ]);
  });

  it("a key whose values the web server refuses cannot be addressed", async () => {
    assert.equal((await server.get("contacts(new_mktoid='a%2Fb')")).status, 400);
    assert.equal((await server.get("contacts(new_mktoid='a+b')")).status, 404);
  });

  it("an index over duplicates fails, and a failed key is neither enforced nor usable", async () => {
    server.org.edit("contact", ADA, { employeeid: "7" }, SELLER);
    server.org.edit("contact", BOB, { employeeid: "7" }, SELLER);
    assert.equal(
      server.org.model.addKey("contact", { name: "emp", columns: ["employeeid"] }).status,
      "Failed",
    );
    assert.equal(
      (await server.send("PATCH", `contacts(${CYD})`, { body: { employeeid: "7" } })).status,
      204,
    );
    assert.equal(refusal(await server.get("contacts(employeeid='7')"))[1], "0x80060890");
  });
});

describe("customers' own rules", () => {
  it("a plug-in refuses with its own words, and sees the row before", async () => {
    const seen: unknown[] = [];
    const takeOut = server.org.plugins.add(({ message, table, id, values, before }) => {
      seen.push([message, table, id, values["jobtitle"], before?.["jobtitle"]]);
      return values["jobtitle"] === "CEO" ? { refuse: "There is one CEO already." } : undefined;
    });
    const write = (jobtitle: string) =>
      server.send("PATCH", `contacts(${ADA})`, { body: { jobtitle } });
    assert.deepEqual(refusal(await write("CEO")), [400, "0x80040265", "There is one CEO already."]);
    assert.equal((await write("CTO")).status, 204);
    takeOut();
    assert.equal((await write("CEO")).status, 204);
    assert.deepEqual(seen, [
      ["Update", "contact", ADA, "CEO", "Analyst"],
      ["Update", "contact", ADA, "CTO", "Analyst"],
    ]);
  });

  it("duplicate rules act only when the caller asks for them", async () => {
    server.org.duplicateRules.add({ table: "contact", columns: ["emailaddress1"] });
    const body = { lastname: "Twin", emailaddress1: "ADA@fabrikam.test" };
    assert.equal((await server.send("POST", "contacts", { body })).status, 204);
    const strict = await server.send("POST", "contacts", {
      body,
      headers: { "MSCRM.SuppressDuplicateDetection": "false" },
    });
    assert.deepEqual(refusal(strict), [
      412,
      "0x80040333",
      "A record was not created or updated because a duplicate of the current record already exists.",
    ]);
  });
});

describe("deletes and what hangs on the row", () => {
  it("a company takes its contacts along; other lookups are emptied", async () => {
    server.org.create("lead", { leadid: NOBODY, lastname: "L", parentaccountid: FABRIKAM }, SELLER);
    assert.equal((await server.send("DELETE", `accounts(${FABRIKAM})`)).status, 204);
    assert.deepEqual(
      [server.org.row("contact", ADA), server.org.row("lead", NOBODY)!["_parentaccountid_value"]],
      [undefined, null],
    );
  });

  it("a user cannot be deleted", async () => {
    assert.deepEqual(refusal(await server.send("DELETE", `systemusers(${SELLER})`)).slice(0, 2), [
      405,
      "0x80040227",
    ]);
  });
});
