import assert from "node:assert/strict";
import { afterEach, beforeEach, describe, it } from "node:test";
import {
  ADA,
  BOB,
  loadSample,
  names,
  NOBODY,
  refusal,
  startDataverse,
  type Harness,
} from "./support";

let server: Harness;
beforeEach(async () => {
  server = await startDataverse();
  loadSample(server.org);
});
afterEach(() => server.close());

const DAY = 86_400_000;

describe("small forms that a client can trip over", () => {
  it("a next link leaves = and / of the cookie unescaped, and works as it is", async () => {
    const first = await server.get("contacts?$select=firstname", { prefer: "odata.maxpagesize=2" });
    const link = first.json["@odata.nextLink"] as unknown as string;
    const form =
      /\?\$select=firstname&\$skiptoken=%3Ccookie%20pagenumber=%222%22%20pagingcookie=%22[^"]+%22%20istracking=%22False%22%20\/%3E$/;
    assert.match(link, form);
    assert.deepEqual(names(await server.get(link)), ["Cyd"]);
  });

  it("metadata names the selected members in its context", async () => {
    const context = async (path: string) =>
      ((await server.get(path)).json["@odata.context"] as unknown as string).split("#")[1];
    const contact = "EntityDefinitions(LogicalName='contact')";
    assert.deepEqual(
      [
        await context(`${contact}?$select=LogicalName,EntitySetName`),
        await context("EntityDefinitions?$select=LogicalName"),
        await context(`${contact}/Attributes?$select=LogicalName`),
        await context("sdkmessagefilters?$select=sdkmessagefilterid"),
        await context(contact),
      ],
      [
        "EntityDefinitions(LogicalName,EntitySetName)/$entity",
        "EntityDefinitions(LogicalName)",
        "EntityDefinitions('contact')/Attributes(LogicalName)",
        "sdkmessagefilters(sdkmessagefilterid)",
        "EntityDefinitions/$entity",
      ],
    );
  });

  it("parts of a batch: an update has a Location, a failure the id of its request", async () => {
    const part = (line: string, body: string) =>
      `--b\r\nContent-Type: application/http\r\nContent-Transfer-Encoding: binary\r\n\r\n${line} HTTP/1.1\r\nContent-Type: application/json\r\nIf-Match: *\r\n\r\n${body}\r\n`;
    const body = `${part(`PATCH contacts(${ADA})`, '{"jobtitle":"x"}')}${part(`DELETE contacts(${NOBODY})`, "")}--b--\r\n`;
    const answer = await server.send("POST", "$batch", {
      body,
      headers: { "Content-Type": "multipart/mixed; boundary=b" },
      prefer: "odata.continue-on-error",
    });
    const url = `${server.api}/contacts(${ADA})`;
    assert.deepEqual(answer.text.match(/^(?:Location|OData-EntityId): .*$/gm), [
      `Location: ${url}`,
      `OData-EntityId: ${url}`,
    ]);
    assert.match(answer.text, /404 Not Found\r\nREQ_ID: [0-9a-f-]{36}\r\n/);
  });

  it("FetchXML is refused, never ignored", async () => {
    const answer = await server.get("contacts?fetchXml=%3Cfetch/%3E");
    assert.deepEqual(refusal(answer), [501, "0x80060888", "FetchXML is not supported."]);
  });
});

describe("LastXDays", () => {
  const find = (property: string, value: string) =>
    server.get(
      `contacts?$select=firstname&$filter=Microsoft.Dynamics.CRM.LastXDays(PropertyName='${property}',PropertyValue=${value})`,
    );

  it("reaches back to the first second of the day so many days ago", async () => {
    const midnight = Date.parse("2026-11-22T00:00:00Z");
    server.clock.freeze(midnight - 1000);
    server.org.edit("contact", ADA, { jobtitle: "x" }, NOBODY);
    server.clock.freeze(midnight);
    server.org.edit("contact", BOB, { jobtitle: "x" }, NOBODY);
    server.clock.freeze(midnight + 2 * DAY + 8 * 3_600_000);
    assert.deepEqual(names(await find("modifiedon", "2")), ["Bob", "Cyd"]);
    assert.deepEqual(names(await find("modifiedon", "3")), ["Ada", "Bob", "Cyd"]);
    assert.deepEqual(names(await find("birthdate", "1")), []);
  });

  const refused: [property: string, value: string, status: number][] = [
    ["jobtitle", "2", 400],
    ["modifiedon", "0", 400],
    ["modifiedon", "'2'", 400],
    ["nothing", "2", 400],
  ];
  for (const [property, value, status] of refused)
    it(`refuses ${value} days of ${property}`, async () => {
      assert.equal((await find(property, value)).status, status);
    });
});
