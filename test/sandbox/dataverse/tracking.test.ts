import assert from "node:assert/strict";
import { afterEach, beforeEach, describe, it } from "node:test";
import {
  ADA,
  APP,
  BOB,
  CYD,
  loadSample,
  NOBODY,
  refusal,
  SELLER,
  startDataverse,
  type Answer,
  type Harness,
} from "./support";

let server: Harness;
beforeEach(async () => {
  server = await startDataverse();
  loadSample(server.org);
});
afterEach(() => server.close());

const DAY = 86_400_000;
const track = "odata.track-changes";

const seed = async (query = "$select=firstname") =>
  (await server.get(`contacts?${query}`, { prefer: track })).json[
    "@odata.deltaLink"
  ] as unknown as string;

/** `firstname` of a row, or `-<id>` of a deletion. */
function entries(answer: Answer): string[] {
  return (answer.json["value"] as unknown as Record<string, string>[]).map((entry) =>
    entry["reason"] === "deleted" ? `-${entry["id"]}` : entry["firstname"]!,
  );
}

describe("a tracked read", () => {
  it("gives rows and a delta link; the token holds version and time", async () => {
    const answer = await server.get("contacts?$select=firstname", { prefer: track });
    assert.equal(answer.headers.get("preference-applied"), track);
    assert.deepEqual(entries(answer), ["Ada", "Bob", "Cyd"]);
    assert.equal(
      answer.json["@odata.deltaLink"],
      `${server.api}/contacts?$select=firstname&$deltatoken=${server.org.version}%2111%2f24%2f2026%2008%3a00%3a00`,
    );
  });

  it("has the delta link on the last page only; earlier pages link on", async () => {
    const prefer = `${track}, odata.maxpagesize=2`;
    const first = await server.get("contacts?$select=firstname", { prefer });
    assert.equal(first.json["@odata.deltaLink"], undefined);
    const second = await server.get(first.json["@odata.nextLink"] as unknown as string, {
      prefer: "odata.maxpagesize=2",
    });
    assert.deepEqual(
      [entries(first), entries(second), typeof second.json["@odata.deltaLink"]],
      [["Ada", "Bob"], ["Cyd"], "string"],
    );
  });

  it("a row changed while the seed is paged comes again with the delta", async () => {
    const prefer = `${track}, odata.maxpagesize=2`;
    const first = await server.get("contacts?$select=firstname", { prefer });
    server.org.edit("contact", ADA, { firstname: "Ada2" }, SELLER);
    const second = await server.get(first.json["@odata.nextLink"] as unknown as string, { prefer });
    assert.deepEqual(
      entries(await server.get(second.json["@odata.deltaLink"] as unknown as string)),
      ["Ada2"],
    );
  });
});

describe("a delta", () => {
  it("holds each changed row once as it is now, by version, then the deletions", async () => {
    const link = await seed();
    server.org.edit("contact", CYD, { firstname: "C1" }, SELLER);
    server.org.edit("contact", ADA, { firstname: "A1" }, SELLER);
    server.org.remove("contact", BOB);
    server.org.edit("contact", CYD, { jobtitle: "unselected" }, SELLER);
    const created = server.org.create("contact", { firstname: "Temp" }, SELLER);
    server.org.remove("contact", created);
    const answer = await server.get(link);
    assert.deepEqual(entries(answer), ["A1", "C1", `-${BOB}`, `-${created}`]);
    assert.equal(
      answer.json["@odata.context"],
      `${server.api}/$metadata#contacts(firstname)/$delta`,
    );
    assert.deepEqual((answer.json["value"] as unknown as unknown[])[2], {
      "@odata.context": `${server.api}/$metadata#contacts/$deletedEntity`,
      id: BOB,
      reason: "deleted",
    });
    const next = await server.get(answer.json["@odata.deltaLink"] as unknown as string);
    assert.deepEqual([entries(next), typeof next.json["@odata.deltaLink"]], [[], "string"]);
  });

  it("holds our own writes, with the etag that the write returned", async () => {
    const link = await seed();
    const write = await server.send("PATCH", `contacts(${ADA})?$select=contactid`, {
      body: { jobtitle: "x" },
      prefer: "return=representation",
    });
    const rows = (await server.get(link)).json["value"] as unknown as Record<string, unknown>[];
    assert.deepEqual(
      rows.map((row) => row["@odata.etag"]),
      [write.json["@odata.etag"]],
    );
  });

  it("a row that was deleted and came back is a change, not a deletion", async () => {
    const link = await seed();
    server.org.remove("contact", ADA);
    await server.send("PATCH", `contacts(${ADA})`, { body: { firstname: "Again" } });
    assert.deepEqual(entries(await server.get(link)), ["Again"]);
  });

  it("pages rows and deletions alike, and counts them", async () => {
    const link = await seed();
    server.org.edit("contact", ADA, { firstname: "A1" }, SELLER);
    server.org.remove("contact", BOB);
    server.org.remove("contact", CYD);
    const count = await server.get(link.replace("contacts?", "contacts/$count?"));
    assert.equal(count.text, "3");
    const seen: string[] = [];
    let pages = 0;
    let next: string | undefined = link;
    while (next) {
      const page: Answer = await server.get(next, { prefer: "odata.maxpagesize=1" });
      seen.push(...entries(page));
      pages++;
      const { "@odata.nextLink": more, "@odata.deltaLink": end } = page.json as unknown as Record<
        string,
        string
      >;
      assert.equal(more === undefined, end !== undefined);
      next = more;
    }
    assert.deepEqual([seen, pages], [["A1", `-${BOB}`, `-${CYD}`], 3]);
  });

  it("stays right over thousands of edits of few rows", async () => {
    const link = await seed();
    for (let i = 0; i < 5000; i++)
      server.org.edit("contact", [ADA, BOB, CYD][i % 3]!, { firstname: `n${i}` }, SELLER);
    assert.deepEqual(entries(await server.get(link)), ["n4997", "n4998", "n4999"]);
  });
});

describe("refused tracked reads", () => {
  for (const option of ["$filter=statecode eq 0", "$orderby=lastname", "$expand=ownerid", "$top=5"])
    it(option, async () => {
      const name = option.split("=")[0];
      assert.deepEqual(refusal(await server.get(`contacts?${option}`, { prefer: track })), [
        400,
        "0x80060888",
        `The "${name}" query parameter isn't supported when Change Tracking is enabled.`,
      ]);
    });

  it("a table without change tracking", async () => {
    assert.deepEqual(refusal(await server.get("teams", { prefer: track })), [
      400,
      "0x80072491",
      "Entity team isn't enabled for change tracking.",
    ]);
  });

  it("a caller who does not read the whole organization", async () => {
    server.org.users.setPrivilege(APP, "prvReadContact", "Local");
    const [status, code, message] = refusal(await server.get("contacts", { prefer: track }));
    assert.deepEqual([status, code], [403, "0x80040220"]);
    assert.match(message, /missing prvReadContact privilege/);
  });
});

describe("expiry", () => {
  const expired = [
    400,
    "0x80044352",
    "Version stamp associated with the client has expired. Please perform a full sync.",
  ];
  const cases: [name: string, act: () => void, gone: boolean][] = [
    ["seven days later it still works", () => server.clock.advance(7 * DAY), false],
    ["after seven days and a second it is gone", () => server.clock.advance(7 * DAY + 1000), true],
    ["expired on demand", () => server.org.expireDelta(), true],
    ["the organization was copied", () => server.org.newOrganizationId(), true],
  ];
  for (const [name, act, gone] of cases)
    it(name, async () => {
      const link = await seed();
      act();
      const answer = await server.get(link);
      if (!gone) assert.equal(answer.status, 200);
      else assert.deepEqual(refusal(answer), expired);
      assert.equal((await server.get(await seed())).status, 200);
    });

  it("the days stand in the organization row, and a copy has a new id", async () => {
    const read = async () =>
      (await server.get("organizations?$select=expirechangetrackingindays")).json[
        "value"
      ] as unknown as Record<string, unknown>[];
    const [before] = await read();
    server.org.newOrganizationId();
    const [after] = await read();
    assert.deepEqual(
      [before!["expirechangetrackingindays"], after!["expirechangetrackingindays"]],
      [7, 7],
    );
    assert.notEqual(before!["organizationid"], after!["organizationid"]);
    assert.equal((await server.get("WhoAmI()")).json["OrganizationId"], after!["organizationid"]);
  });
});

it("a malformed token is refused", async () => {
  assert.equal((await server.get(`contacts?$deltatoken=${NOBODY}`)).status, 400);
});
