import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { DynamicsWebApi } from "dynamics-web-api";
import {
  ADA,
  APP,
  BOB,
  CYD,
  FABRIKAM,
  loadSample,
  SELLER,
  startDataverse,
  type Harness,
} from "./support";

/** A client that was not written for this server drives it through what a sync needs. */
let server: Harness;
let client: DynamicsWebApi;
before(async () => {
  server = await startDataverse();
  loadSample(server.org);
  server.org.model.addColumn("contact", {
    schemaName: "new_MktoId",
    type: "String",
    maxLength: 50,
  });
  server.org.model.addKey("contact", { name: "new_mktoid_key", columns: ["new_mktoid"] });
  client = new DynamicsWebApi({
    serverUrl: server.url,
    dataApi: { version: "9.2" },
    onTokenRefresh: () => Promise.resolve("app"),
  });
});
after(() => server.close());

const firstNames = (rows: Record<string, unknown>[]) => rows.map((row) => row["firstname"]);

describe("dynamics-web-api", () => {
  it("connects", async () => {
    const me = await client.callFunction<Record<string, string>>("WhoAmI");
    assert.deepEqual([me["UserId"], me["OrganizationId"]], [APP, server.org.organizationId]);
  });

  it("reads metadata", async () => {
    const entity = await client.retrieveEntity({
      key: "LogicalName='contact'",
      select: ["LogicalName", "EntitySetName"],
    });
    assert.equal((entity as Record<string, unknown>)["EntitySetName"], "contacts");
    const strings = await client.retrieveAttributes({
      entityKey: "LogicalName='contact'",
      castType: "Microsoft.Dynamics.CRM.StringAttributeMetadata",
      select: ["LogicalName", "MaxLength"],
      filter: "LogicalName eq 'jobtitle'",
    } as never);
    assert.deepEqual(
      strings.value!.map((item) => (item as Record<string, unknown>)["MaxLength"]),
      [100],
    );
  });

  it("queries with paging, to the end", async () => {
    const first = await client.retrieveMultiple<Record<string, unknown>>({
      collection: "contacts",
      select: ["firstname"],
      maxPageSize: 2,
      count: true,
    });
    assert.deepEqual([firstNames(first.value), first.oDataCount], [["Ada", "Bob"], 3]);
    const second = await client.retrieveMultiple<Record<string, unknown>>(
      { collection: "contacts", maxPageSize: 2 },
      first.oDataNextLink,
    );
    assert.deepEqual([firstNames(second.value), second.oDataNextLink], [["Cyd"], undefined]);
    const all = await client.retrieveAll<Record<string, unknown>>({
      collection: "contacts",
      select: ["firstname"],
      filter: "contains(emailaddress1,'fabrikam')",
    });
    assert.deepEqual(firstNames(all.value), ["Ada"]);
  });

  it("expands, and reads formatted values", async () => {
    const ada = await client.retrieve<Record<string, never>>({
      collection: "contacts",
      key: ADA,
      select: ["gendercode"],
      expand: [{ property: "parentcustomerid_account", select: ["name"] }],
      includeAnnotations: "*",
    });
    assert.equal(
      ada["gendercode_Formatted" as never] ??
        ada["gendercode@OData.Community.Display.V1.FormattedValue" as never],
      "Female",
    );
    assert.equal(ada["parentcustomerid_account"]!["name"], "Fabrikam");
  });

  it("creates, and updates under a version", async () => {
    const created = await client.create<Record<string, string>>({
      collection: "contacts",
      data: { firstname: "Dan", "parentcustomerid_account@odata.bind": `/accounts(${FABRIKAM})` },
      returnRepresentation: true,
      select: ["firstname"],
    });
    const update = (jobtitle: string) =>
      client.update({
        collection: "contacts",
        key: created["contactid"],
        data: { jobtitle },
        ifmatch: created["@odata.etag"],
      });
    assert.equal(await update("First"), true);
    // The client reports a failed condition as false.
    assert.equal(await update("Second"), false);
    assert.equal(server.org.row("contact", created["contactid"]!)!["jobtitle"], "First");
    assert.equal(
      await client.deleteRecord({ collection: "contacts", key: created["contactid"] }),
      true,
    );
  });

  it("gets the id of a plain create", async () => {
    const id = await client.create<string>({
      collection: "contacts",
      data: { firstname: "Eve" } as never,
    });
    assert.equal(server.org.row("contact", id)!["firstname"], "Eve");
    await client.deleteRecord({ collection: "contacts", key: id });
  });

  it("upserts by alternate key", async () => {
    const upsert = (jobtitle: string) =>
      client.upsert<Record<string, string>>({
        collection: "contacts",
        key: "new_mktoid='M1'",
        data: { jobtitle },
        returnRepresentation: true,
        select: ["jobtitle"],
      });
    const [first, second] = [await upsert("A"), await upsert("B")];
    assert.deepEqual([second["contactid"], second["jobtitle"]], [first["contactid"], "B"]);
    await client.deleteRecord({ collection: "contacts", key: first["contactid"] });
  });

  it("tracks changes with deletions", async () => {
    const seed = await client.retrieveMultiple<Record<string, unknown>>({
      collection: "contacts",
      select: ["firstname"],
      trackChanges: true,
    });
    const link = seed.oDataDeltaLink!;
    server.org.edit("contact", ADA, { firstname: "Ada2" }, SELLER);
    server.org.remove("contact", CYD);
    const delta = await client.retrieveMultiple<Record<string, unknown>>(
      { collection: "contacts" },
      link,
    );
    assert.deepEqual(
      delta.value.map((row) => row["firstname"] ?? [row["id"], row["reason"]]),
      ["Ada2", [CYD, "deleted"]],
    );
    assert.match(delta.oDataDeltaLink!, /\$deltatoken=/);
  });

  it("sends a batch, with a change set and without", async () => {
    client.startBatch();
    void client.update({ collection: "contacts", key: ADA, data: { jobtitle: "Batch" } });
    void client.create({ collection: "contacts", data: { firstname: "Fay" } });
    const [, created] = await client.executeBatch();
    assert.deepEqual(
      [
        server.org.row("contact", ADA)!["jobtitle"],
        server.org.row("contact", created)!["firstname"],
      ],
      ["Batch", "Fay"],
    );

    client.startBatch();
    void client.retrieve({
      collection: "contacts",
      key: ADA,
      select: ["jobtitle"],
      inChangeSet: false,
    });
    void client.retrieveMultiple({
      collection: "contacts",
      select: ["firstname"],
      filter: "firstname eq 'Fay'",
      inChangeSet: false,
    });
    const [ada, found] = await client.executeBatch();
    assert.deepEqual([ada.jobtitle, firstNames(found.value)], ["Batch", ["Fay"]]);
  });

  it("calls bound functions and actions", async () => {
    const rights = await client.callFunction<Record<string, unknown[]>>({
      collection: "systemusers",
      key: APP,
      name: "Microsoft.Dynamics.CRM.RetrieveUserPrivileges",
    } as never);
    assert.ok(rights["RolePrivileges"]!.length > 20);
    const lead = server.org.create("lead", { firstname: "Lee", lastname: "Lead" }, SELLER);
    const result = await client.callAction<{ value: Record<string, string>[] }>({
      collection: "leads",
      key: lead,
      actionName: "Microsoft.Dynamics.CRM.QualifyLead",
      action: { CreateAccount: false, CreateContact: true, CreateOpportunity: false, Status: 3 },
    });
    assert.equal(
      server.org.row("contact", result.value[0]!["contactid"]!)!["_originatingleadid_value"],
      lead,
    );
  });

  it("sets and clears single properties and associations", async () => {
    await client.updateSingleProperty({
      collection: "contacts",
      key: BOB,
      fieldValuePair: { jobtitle: "Solo" },
    });
    assert.equal(server.org.row("contact", BOB)!["jobtitle"], "Solo");
    await client.associateSingleValued({
      collection: "contacts",
      primaryKey: BOB,
      navigationProperty: "parentcustomerid_account",
      relatedCollection: "accounts",
      relatedKey: FABRIKAM,
    });
    assert.equal(server.org.row("contact", BOB)!["_parentcustomerid_value"], FABRIKAM);
    await client.disassociateSingleValued({
      collection: "contacts",
      primaryKey: BOB,
      navigationProperty: "parentcustomerid_account",
    });
    assert.equal(server.org.row("contact", BOB)!["_parentcustomerid_value"], null);
  });
});
