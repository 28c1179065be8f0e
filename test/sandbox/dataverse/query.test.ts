import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import {
  ADA,
  BOB,
  FABRIKAM,
  loadSample,
  names,
  NOBODY,
  refusal,
  SELLER,
  startDataverse,
  type Harness,
} from "./support";

let server: Harness;
before(async () => {
  server = await startDataverse();
  loadSample(server.org);
});
after(() => server.close());

const type = "Microsoft.Dynamics.CRM.contact";

describe("$filter", () => {
  const cases: [filter: string, firstNames: string[]][] = [
    ["firstname eq 'ada'", ["Ada"]],
    ["emailaddress1 eq 'bob@X.test'", ["Bob"]],
    ["lastname eq 'O''Hara'", ["Bob"]],
    ["emailaddress1 eq null", ["Cyd"]],
    ["emailaddress1 ne null", ["Ada", "Bob"]],
    ["jobtitle ne 'analyst'", ["Bob", "Cyd"]],
    ["gendercode eq 2", ["Ada"]],
    ["numberofchildren gt 1", ["Bob"]],
    ["2 le numberofchildren", ["Bob"]],
    ["annualincome lt 1000.6", ["Cyd"]],
    ["birthdate ge 1990-05-31", ["Ada"]],
    ["createdon le 2026-11-24T08:00:00Z", ["Ada", "Bob", "Cyd"]],
    ["createdon lt 2026-11-24T08:00:00Z", []],
    ["firstname eq 'Ada' or firstname eq 'Bob' and lastname eq 'Nobody'", ["Ada"]],
    ["(firstname eq 'Ada' or firstname eq 'Bob') and lastname eq 'O''Hara'", ["Bob"]],
    ["not (firstname eq 'Ada') and not contains(lastname,'char')", ["Bob"]],
    ["contains(fullname,'DA LOVE')", ["Ada"]],
    ["startswith(lastname,'ch')", ["Cyd"]],
    ["endswith(emailaddress1,'.TEST')", ["Ada", "Bob"]],
    [`_parentcustomerid_value eq ${FABRIKAM}`, ["Ada"]],
    [`contactid eq ${BOB}`, ["Bob"]],
    [`contactid eq ${ADA} or contactid eq ${BOB}`, ["Ada", "Bob"]],
    ["parentcustomerid_account/name eq 'FABRIKAM'", ["Ada"]],
    ["donotemail eq false and statecode eq 0", ["Ada", "Bob", "Cyd"]],
    [
      "Microsoft.Dynamics.CRM.In(PropertyName='firstname',PropertyValues=['ADA','cyd'])",
      ["Ada", "Cyd"],
    ],
    [
      "Microsoft.Dynamics.CRM.NotIn(PropertyName='firstname',PropertyValues=['ADA','cyd'])",
      ["Bob"],
    ],
    [
      `Microsoft.Dynamics.CRM.In(PropertyName='ownerid',PropertyValues=['${SELLER}'])`,
      ["Ada", "Cyd"],
    ],
  ];
  for (const [filter, expected] of cases)
    it(filter, async () => {
      const answer = await server.get(
        `contacts?$select=firstname&$filter=${encodeURIComponent(filter)}`,
      );
      assert.equal(answer.status, 200, answer.text);
      assert.deepEqual(names(answer), expected);
    });

  it("takes aliases for the parameters of In", async () => {
    const alias = `@p1='emailaddress1'&@p2=['a@x.test','bob@x.test']`;
    const answer = await server.get(
      `contacts?$select=firstname&$filter=Microsoft.Dynamics.CRM.In(PropertyName=@p1,PropertyValues=@p2)&${alias}`,
    );
    assert.deepEqual(names(answer), ["Bob"]);
  });

  it("reads an unescaped plus as a blank, as a web server does", async () => {
    const plus = await server.get("contacts?$select=firstname&$filter=firstname+eq+'Ada'");
    assert.deepEqual(names(plus), ["Ada"]);
  });
});

describe("refused queries", () => {
  const cases: [path: string, status: number, code: string, message: string][] = [
    [
      "contacts?$select=foo",
      400,
      "0x80060888",
      `Could not find a property named 'foo' on type '${type}'.`,
    ],
    [
      "contacts?$filter=foo eq 1",
      400,
      "0x80060888",
      `Could not find a property named 'foo' on type '${type}'.`,
    ],
    [
      "contacts?$orderby=foo",
      400,
      "0x80060888",
      `Could not find a property named 'foo' on type '${type}'.`,
    ],
    [
      "contacts?$select=gendercodename",
      400,
      "0x80060888",
      `Could not find a property named 'gendercodename' on type '${type}'.`,
    ],
    [
      "contacts?$select=parentcustomerid",
      400,
      "0x80060888",
      `Could not find a property named 'parentcustomerid' on type '${type}'.`,
    ],
    [
      "contacts?$filter=firstname in ('a')",
      501,
      "0x80060888",
      "The query node In is not supported",
    ],
    ["contacts?$skip=5", 400, "0x80060888", "Skip Clause is not supported in CRM"],
    [
      "contacts?$top=x",
      400,
      "0x80060888",
      "Invalid value 'x' for $top query option found. The $top query option requires a non-negative integer value.",
    ],
    [
      "contacts?$expand=nothing",
      400,
      "0x80060888",
      `Could not find a property named 'nothing' on type '${type}'.`,
    ],
    [
      "contacts?$filter=gendercode eq '1'",
      400,
      "0x80060888",
      "A binary operator with incompatible types was detected. Found operand types 'Edm.Int32' and 'Edm.String' for operator kind 'Equal'.",
    ],
    ["contacts?$skiptoken=abc", 400, "0x80060888", "Malformed XML in the Paging Cookie"],
    ["opportunities", 404, "0x8006088a", "Resource not found for the segment 'opportunities'."],
    [
      `contacts(${NOBODY})`,
      404,
      "0x80040217",
      `Entity 'contact' With Id = ${NOBODY} Does Not Exist`,
    ],
    [
      "contacts(nokey='1')",
      400,
      "0x80060888",
      `The key in the request URI is not valid for resource '${type}'. Ensure that the names and number of key properties match the declared or alternate key properties for the resource '${type}'.`,
    ],
  ];
  for (const [path, ...expected] of cases)
    it(path, async () => assert.deepEqual(refusal(await server.get(path)), expected));

  it("adds the error's details when all annotations are wanted", async () => {
    const { json } = await server.get("contacts?$select=foo", {
      prefer: 'odata.include-annotations="*"',
    });
    assert.deepEqual(Object.keys(json["error"]!), [
      "code",
      "message",
      "@Microsoft.PowerApps.CDS.ErrorDetails.OperationStatus",
      "@Microsoft.PowerApps.CDS.ErrorDetails.SubErrorCode",
      "@Microsoft.PowerApps.CDS.ErrorDetails.HttpStatusCode",
      "@Microsoft.PowerApps.CDS.HelpLink",
      "@Microsoft.PowerApps.CDS.TraceText",
      "@Microsoft.PowerApps.CDS.InnerError.Message",
    ]);
  });
});

describe("long URLs", () => {
  const inFilter = (count: number) => {
    const values = Array.from({ length: count }, (_, i) => `'person${i}@x.test'`).join(",");
    return `contacts?$select=firstname&$filter=Microsoft.Dynamics.CRM.In(PropertyName='emailaddress1',PropertyValues=['bob@x.test',${values}])`;
  };

  it("are taken up to 32 KB", async () => {
    assert.deepEqual(names(await server.get(inFilter(1000))), ["Bob"]);
    assert.equal((await server.get(inFilter(2000))).status, 414);
  });
});

describe("$select", () => {
  it("returns the etag, the selected columns with nulls, and the id", async () => {
    const { json } = await server.get(
      `contacts(${ADA})?$select=lastname,telephone1,_ownerid_value`,
    );
    const { "@odata.etag": etag, ...rest } = json as Record<string, unknown>;
    assert.match(String(etag), /^W\/"\d+"$/);
    assert.deepEqual(rest, {
      "@odata.context": `${server.api}/$metadata#contacts(lastname,telephone1,_ownerid_value)/$entity`,
      lastname: "Lovelace",
      telephone1: null,
      _ownerid_value: SELLER,
      contactid: ADA,
    });
  });

  it("adds the currency to money and the composite to an address part", async () => {
    const { json } = await server.get(`contacts(${ADA})?$select=annualincome,address1_city`);
    assert.deepEqual(Object.keys(json).slice(2), [
      "annualincome",
      "address1_city",
      "_transactioncurrencyid_value",
      "address1_composite",
      "contactid",
    ]);
  });

  it("returns every readable column without it", async () => {
    const { json } = await server.get(`contacts(${ADA})`);
    for (const column of [
      "fullname",
      "donotemail",
      "merged",
      "versionnumber",
      "new_synctomkto",
      "mkt_leadscore",
      "_originatingleadid_value",
    ])
      assert.ok(column in json, column);
    assert.equal(json["fullname"], "Ada Lovelace");
    assert.equal(json["_owninguser_value"], SELLER);
    assert.equal(json["new_synctomkto"], null);
  });
});

describe("$orderby, $top, $count and paging", () => {
  it("sorts without regard to case, nulls first", async () => {
    assert.deepEqual(
      names(await server.get("contacts?$select=firstname&$orderby=emailaddress1 desc")),
      ["Bob", "Ada", "Cyd"],
    );
    assert.deepEqual(
      names(await server.get("contacts?$select=firstname&$orderby=_ownerid_value,firstname desc")),
      ["Bob", "Cyd", "Ada"],
    );
  });

  it("$top ends the list without a link", async () => {
    const answer = await server.get("contacts?$select=firstname&$top=2");
    assert.deepEqual([names(answer), answer.json["@odata.nextLink"]], [["Ada", "Bob"], undefined]);
  });

  for (const query of [
    "$select=firstname",
    "$select=firstname&$orderby=jobtitle desc",
    "$select=firstname&$filter=statecode eq 0",
  ])
    it(`pages by links until the end: ${query}`, async () => {
      const prefer = "odata.maxpagesize=1";
      const whole = names(await server.get(`contacts?${query}`));
      const seen: unknown[] = [];
      let link: string | undefined = `contacts?${query}`;
      let pages = 0;
      while (link) {
        const answer = await server.get(link, { prefer });
        assert.equal(answer.headers.get("preference-applied"), prefer);
        seen.push(...names(answer));
        link = answer.json["@odata.nextLink"] as string | undefined;
        if (link) assert.match(link, /\$skiptoken=%3Ccookie%20pagenumber=%22\d%22%20pagingcookie/);
        pages++;
      }
      assert.deepEqual([seen, pages], [whole, 3]);
    });

  it("counts in the answer and alone", async () => {
    const { json } = await server.get(
      "contacts?$count=true&$top=1&$select=firstname&$filter=jobtitle ne null",
      { prefer: 'odata.include-annotations="*"' },
    );
    assert.deepEqual(
      [
        json["@odata.count"],
        json["@Microsoft.Dynamics.CRM.totalrecordcount"],
        json["@Microsoft.Dynamics.CRM.totalrecordcountlimitexceeded"],
      ],
      [2, 2, false],
    );
    const alone = await server.get("contacts/$count");
    assert.deepEqual([alone.text, alone.headers.get("content-type")], ["3", "text/plain"]);
  });
});

describe("annotations and $expand", () => {
  it("formats values and says where a lookup points", async () => {
    const { json } = await server.get(
      `contacts(${ADA})?$select=gendercode,_parentcustomerid_value,birthdate,donotemail,_ownerid_value`,
      {
        prefer: 'odata.include-annotations="*"',
      },
    );
    const formatted = "OData.Community.Display.V1.FormattedValue";
    const {
      "@odata.context": _context,
      "@odata.etag": _etag,
      ...rest
    } = json as Record<string, unknown>;
    assert.deepEqual(rest, {
      [`gendercode@${formatted}`]: "Female",
      gendercode: 2,
      [`_parentcustomerid_value@${formatted}`]: "Fabrikam",
      "_parentcustomerid_value@Microsoft.Dynamics.CRM.associatednavigationproperty":
        "parentcustomerid_account",
      "_parentcustomerid_value@Microsoft.Dynamics.CRM.lookuplogicalname": "account",
      _parentcustomerid_value: FABRIKAM,
      [`birthdate@${formatted}`]: "5/31/1990",
      birthdate: "1990-05-31",
      [`donotemail@${formatted}`]: "Allow",
      donotemail: false,
      [`_ownerid_value@${formatted}`]: "Sally Seller",
      "_ownerid_value@Microsoft.Dynamics.CRM.associatednavigationproperty": "ownerid",
      "_ownerid_value@Microsoft.Dynamics.CRM.lookuplogicalname": "systemuser",
      _ownerid_value: SELLER,
      contactid: ADA,
    });
  });

  it("expands a single-valued navigation", async () => {
    const answer = await server.get(
      `contacts?$select=firstname&$expand=parentcustomerid_account($select=name)&$orderby=firstname`,
    );
    const rows = answer.json["value"] as unknown as Record<
      string,
      Record<string, unknown> | null
    >[];
    assert.deepEqual(
      rows.map((row) => row["parentcustomerid_account"]?.["name"] ?? null),
      ["Fabrikam", null, null],
    );
  });
});

describe("conditional and partial reads", () => {
  it("answers 304 for a known version, but not with $expand or annotations", async () => {
    const etag = (await server.get(`contacts(${ADA})?$select=lastname`)).headers.get("etag")!;
    const known = { "If-None-Match": etag };
    const status = async (query: string, prefer?: string) =>
      (await server.get(`contacts(${ADA})?$select=lastname${query}`, { headers: known, prefer }))
        .status;
    assert.deepEqual(
      [
        await status(""),
        await status("&$expand=ownerid"),
        await status("", 'odata.include-annotations="*"'),
      ],
      [304, 200, 200],
    );
    assert.equal(
      (await server.get(`contacts(${ADA})`, { headers: { "If-None-Match": "null" } })).status,
      200,
    );
  });

  it("reads one property, its raw value and a reference", async () => {
    assert.equal((await server.get(`contacts(${ADA})/jobtitle`)).json["value"], "Analyst");
    assert.equal((await server.get(`contacts(${ADA})/jobtitle/$value`)).text, "Analyst");
    assert.equal((await server.get(`contacts(${BOB})/jobtitle`)).status, 204);
    const reference = await server.get(`contacts(${ADA})/parentcustomerid_account/$ref`);
    assert.equal(reference.json["@odata.id"], `${server.api}/accounts(${FABRIKAM})`);
    assert.equal(
      (await server.get(`contacts(${ADA})/parentcustomerid_account?$select=name`)).json["name"],
      "Fabrikam",
    );
  });
});
