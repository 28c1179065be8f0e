import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { names, refusal, startDataverse, type Answer, type Harness } from "./support";

let server: Harness;
before(async () => {
  server = await startDataverse();
});
after(() => server.close());

type Item = Record<string, unknown>;
const list = (answer: Answer) => answer.json["value"] as unknown as Item[];
const contact = "EntityDefinitions(LogicalName='contact')";
const cast = (type: string) =>
  `${contact}/Attributes/Microsoft.Dynamics.CRM.${type}AttributeMetadata`;

async function byName(path: string, member: string): Promise<Record<string, unknown>> {
  const answer = await server.get(path);
  assert.equal(answer.status, 200, answer.text);
  return Object.fromEntries(list(answer).map((item) => [item["LogicalName"], item[member]]));
}

describe("EntityDefinitions", () => {
  it("describes a table with its columns and keys", async () => {
    server.org.model.addKey("contact", { name: "external", columns: ["externaluseridentifier"] });
    const { json } = await server.get(
      `${contact}?$select=LogicalName,EntitySetName,PrimaryIdAttribute,PrimaryNameAttribute,ObjectTypeCode,ChangeTrackingEnabled,IsOptimisticConcurrencyEnabled,Privileges` +
        "&$expand=Attributes($select=LogicalName,AttributeType,AttributeTypeName,RequiredLevel,IsValidForUpdate;$filter=LogicalName eq 'lastname'),Keys($select=LogicalName,KeyAttributes,EntityKeyIndexStatus)",
    );
    const {
      "@odata.context": _context,
      MetadataId: tableId,
      Privileges,
      Attributes,
      Keys,
      ...rest
    } = json as unknown as Item;
    assert.match(String(tableId), /^[0-9a-f-]{36}$/);
    assert.deepEqual(rest, {
      LogicalName: "contact",
      EntitySetName: "contacts",
      PrimaryIdAttribute: "contactid",
      PrimaryNameAttribute: "fullname",
      ObjectTypeCode: 2,
      ChangeTrackingEnabled: true,
      IsOptimisticConcurrencyEnabled: true,
    });
    assert.deepEqual((Privileges as Item[]).map((entry) => entry["Name"]).slice(0, 2), [
      "prvCreateContact",
      "prvReadContact",
    ]);
    const [lastname] = Attributes as Item[];
    assert.deepEqual(
      { ...lastname, MetadataId: undefined },
      {
        "@odata.type": "#Microsoft.Dynamics.CRM.StringAttributeMetadata",
        LogicalName: "lastname",
        AttributeType: "String",
        AttributeTypeName: { Value: "StringType" },
        RequiredLevel: {
          Value: "ApplicationRequired",
          CanBeChanged: true,
          ManagedPropertyLogicalName: "canmodifyrequirementlevelsettings",
        },
        IsValidForUpdate: true,
        MetadataId: undefined,
      },
    );
    assert.deepEqual(
      (Keys as Item[]).map(({ MetadataId: _, "@odata.type": __, ...key }) => key),
      [
        {
          LogicalName: "external",
          KeyAttributes: ["externaluseridentifier"],
          EntityKeyIndexStatus: "Active",
        },
      ],
    );
  });

  it("lists the tracked tables", async () => {
    const answer = await server.get(
      "EntityDefinitions?$select=LogicalName&$filter=ChangeTrackingEnabled eq true",
    );
    assert.deepEqual(
      list(answer).map((item) => item["LogicalName"]),
      ["account", "contact", "lead", "systemuser"],
    );
  });

  it("casts: lengths", async () => {
    const lengths = await byName(
      `${cast("String")}?$select=LogicalName,MaxLength,FormatName`,
      "MaxLength",
    );
    const expected = {
      firstname: 50,
      emailaddress1: 100,
      mobilephone: 50,
      jobtitle: 100,
      websiteurl: 200,
      address1_city: 80,
      address1_line1: 250,
      address1_name: 200,
      address2_name: 100,
      childrensnames: 255,
      suffix: 10,
    };
    assert.deepEqual(
      Object.fromEntries(Object.keys(expected).map((name) => [name, lengths[name]])),
      expected,
    );
    const lead = await byName(cast("String").replace("contact", "lead"), "MaxLength");
    assert.deepEqual(
      [lead["mobilephone"], lead["subject"], lead["pager"], lead["address1_name"]],
      [20, 300, 20, 100],
    );
  });

  it("casts: ranges, dates and targets", async () => {
    assert.deepEqual(
      (await byName(`${cast("Integer")}?$select=LogicalName,MinValue,MaxValue`, "MaxValue"))[
        "numberofchildren"
      ],
      1000000000,
    );
    assert.deepEqual(
      (await byName(`${cast("Money")}?$select=LogicalName,Precision,MaxValue`, "MaxValue"))[
        "annualincome"
      ],
      100000000000000,
    );
    assert.deepEqual(
      (
        await byName(
          `${cast("DateTime")}?$select=LogicalName,Format,DateTimeBehavior`,
          "DateTimeBehavior",
        )
      )["birthdate"],
      { Value: "DateOnly" },
    );
    const targets = await byName(`${cast("Lookup")}?$select=LogicalName,Targets`, "Targets");
    assert.deepEqual(
      [targets["parentcustomerid"], targets["ownerid"], targets["originatingleadid"]],
      [["account", "contact"], ["systemuser", "team"], ["lead"]],
    );
  });

  it("casts: option sets with labels, and states with their status", async () => {
    const answer = await server.get(
      `${cast("Picklist")}?$select=LogicalName&$expand=OptionSet($select=Options),GlobalOptionSet($select=Options)&$filter=LogicalName eq 'gendercode'`,
    );
    const [gender] = list(answer) as {
      OptionSet: { Options: { Value: number; Label: { UserLocalizedLabel: { Label: string } } }[] };
      GlobalOptionSet: null;
    }[];
    assert.deepEqual(
      gender!.OptionSet.Options.map(({ Value, Label }) => [Value, Label.UserLocalizedLabel.Label]),
      [
        [1, "Male"],
        [2, "Female"],
      ],
    );
    assert.equal(gender!.GlobalOptionSet, null);
    const statuses = await server.get(
      `${cast("Status").replace("contact", "lead")}?$select=LogicalName&$expand=OptionSet($select=Options)`,
    );
    const [status] = list(statuses) as {
      OptionSet: { Options: { Value: number; State: number }[] };
    }[];
    assert.deepEqual(
      status!.OptionSet.Options.map(({ Value, State }) => [Value, State]),
      [
        [1, 0],
        [2, 0],
        [3, 1],
        [4, 2],
        [5, 2],
        [6, 2],
        [7, 2],
      ],
    );
    const booleans = await server.get(
      `${cast("Boolean")}?$select=LogicalName&$expand=OptionSet($select=TrueOption,FalseOption)&$filter=LogicalName eq 'donotemail'`,
    );
    const [flag] = list(booleans) as {
      OptionSet: { TrueOption: { Label: { UserLocalizedLabel: { Label: string } } } };
    }[];
    assert.equal(flag!.OptionSet.TrueOption.Label.UserLocalizedLabel.Label, "Do Not Allow");
  });

  it("filters by enumerations and complex members, and marks the virtual name columns", async () => {
    const picklists = await byName(
      `${contact}/Attributes?$select=LogicalName,AttributeType&$filter=AttributeType eq Microsoft.Dynamics.CRM.AttributeTypeCode'Picklist' and startswith(LogicalName,'gender')`,
      "AttributeType",
    );
    assert.deepEqual(picklists, { gendercode: "Picklist" });
    const required = await byName(
      `${contact}/Attributes?$select=LogicalName,RequiredLevel&$filter=RequiredLevel/Value eq Microsoft.Dynamics.CRM.AttributeRequiredLevel'ApplicationRequired'`,
      "RequiredLevel",
    );
    assert.deepEqual(Object.keys(required), ["lastname"]);
    const virtual = await byName(
      `${contact}/Attributes?$select=LogicalName,AttributeOf&$filter=AttributeOf eq 'gendercode'`,
      "AttributeOf",
    );
    assert.deepEqual(virtual, { gendercodename: "gendercode" });
  });

  it("says what can be written", async () => {
    const rights = async (member: string) =>
      await byName(`${contact}/Attributes?$select=LogicalName,${member}`, member);
    const [create, update] = [await rights("IsValidForCreate"), await rights("IsValidForUpdate")];
    const columns = [
      "statecode",
      "fullname",
      "createdon",
      "overriddencreatedon",
      "lastusedincampaign",
      "contactid",
      "new_synctomkto",
      "mkt_leadscore",
    ];
    assert.deepEqual(
      columns.map((name) => [name, create[name], update[name]]),
      [
        ["statecode", false, true],
        ["fullname", false, false],
        ["createdon", false, false],
        ["overriddencreatedon", true, false],
        ["lastusedincampaign", false, true],
        ["contactid", true, false],
        ["new_synctomkto", true, true],
        ["mkt_leadscore", true, true],
      ],
    );
  });

  it("reads one attribute, and its option set", async () => {
    const path = `${contact}/Attributes(LogicalName='gendercode')`;
    assert.equal((await server.get(`${path}?$select=SchemaName`)).json["SchemaName"], "GenderCode");
    const options = await server.get(
      `${path}/Microsoft.Dynamics.CRM.PicklistAttributeMetadata/OptionSet?$select=Name`,
    );
    assert.equal(options.json["Name"], "contact_gendercode");
  });

  const refused: [path: string, status: number, code: string, message: string][] = [
    [
      `${contact}/Attributes?$select=MaxLength`,
      400,
      "0x80060888",
      "Could not find a property named 'MaxLength' on type 'Microsoft.Dynamics.CRM.AttributeMetadata'.",
    ],
    [
      cast("Enum"),
      404,
      "0x8006088a",
      "Resource not found for the segment 'Microsoft.Dynamics.CRM.EnumAttributeMetadata'.",
    ],
    [
      "EntityDefinitions(LogicalName='nothing')",
      404,
      "0x80040217",
      "Could not find an entity with name nothing.",
    ],
    [
      `${contact}/Attributes?$top=1`,
      400,
      "0x80060888",
      "The query parameter $top is not supported",
    ],
  ];
  for (const [path, ...expected] of refused)
    it(`refuses ${path}`, async () => assert.deepEqual(refusal(await server.get(path)), expected));
});

describe("the model can change", () => {
  it("a new column and option set are there at once, and gone when removed", async () => {
    const { model, load } = server.org;
    assert.equal(typeof load, "function");
    model.addColumn("contact", {
      schemaName: "new_Interests",
      type: "MultiSelectPicklist",
      label: "Interests",
      options: [
        { value: 1, label: "Art" },
        { value: 9, label: "Golf" },
      ],
    });
    const created = await server.send("POST", "contacts?$select=new_interests", {
      body: { firstname: "M", new_interests: "1, 9" },
      prefer: 'return=representation,odata.include-annotations="*"',
    });
    assert.deepEqual(
      [
        created.json["new_interests"],
        created.json["new_interests@OData.Community.Display.V1.FormattedValue"],
      ],
      ["1,9", "Art; Golf"],
    );
    const filter =
      "Microsoft.Dynamics.CRM.ContainValues(PropertyName='new_interests',PropertyValues=['9'])";
    assert.deepEqual(names(await server.get(`contacts?$select=firstname&$filter=${filter}`)), [
      "M",
    ]);
    const types = await byName(
      `${contact}/Attributes?$select=LogicalName,AttributeTypeName&$filter=LogicalName eq 'new_interests'`,
      "AttributeTypeName",
    );
    assert.deepEqual(types, { new_interests: { Value: "MultiSelectPicklistType" } });
    model.removeColumn("contact", "new_interests");
    assert.equal((await server.get("contacts?$select=new_interests")).status, 400);
  });

  it("a custom lookup is written through its schema name", async () => {
    server.org.model.addColumn("contact", {
      schemaName: "new_Region",
      type: "Lookup",
      targets: ["team"],
    });
    const team = server.org.users.addTeam({ name: "North" });
    const created = await server.send("POST", "contacts?$select=_new_region_value", {
      body: { "new_Region@odata.bind": `/teams(${team})` },
      prefer: "return=representation",
    });
    assert.equal(created.json["_new_region_value"], team);
    assert.equal(
      (
        await server.send("POST", "contacts", {
          body: { "new_region@odata.bind": `/teams(${team})` },
        })
      ).status,
      400,
    );
  });

  it("without the Sales app there is no lead and no originating lead", async () => {
    const base = await startDataverse({ leadTable: false });
    try {
      assert.deepEqual(refusal(await base.get("leads")), [
        404,
        "0x8006088a",
        "Resource not found for the segment 'leads'.",
      ]);
      assert.equal((await base.get("contacts?$select=_originatingleadid_value")).status, 400);
    } finally {
      await base.close();
    }
  });
});

describe("other descriptions", () => {
  it("the service document, $metadata and the message filters", async () => {
    const sets = list(await server.get("")).map((item) => item["name"]);
    assert.ok(
      ["contacts", "leads", "accounts", "systemusers", "teams", "organizations"].every((name) =>
        sets.includes(name),
      ),
    );
    const csdl = await server.get("$metadata");
    assert.match(
      csdl.text,
      /<EntityType Name="contact" BaseType="mscrm.crmbaseentity">\n<Key><PropertyRef Name="contactid" \/><\/Key>/,
    );
    assert.match(
      csdl.text,
      /<NavigationProperty Name="parentcustomerid_account" Type="mscrm.account" \/>/,
    );
    const filters = async (message: string) =>
      list(
        await server.get(
          `sdkmessagefilters?$select=sdkmessagefilterid&$filter=sdkmessageid/name eq '${message}' and primaryobjecttypecode eq 'contact'`,
        ),
      ).length;
    assert.deepEqual([await filters("CreateMultiple"), await filters("DeleteMultiple")], [1, 0]);
  });
});
