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

const part = (request: string, headers: string[] = [], body = "") =>
  [
    "Content-Type: application/http",
    "Content-Transfer-Encoding: binary",
    ...headers.filter((line) => line.startsWith("Content-ID")),
    "",
    `${request} HTTP/1.1`,
    ...headers.filter((line) => !line.startsWith("Content-ID")),
    ...(body ? ["Content-Type: application/json"] : []),
    "",
    body,
  ].join("\r\n");

const changeSet = (...parts: string[]) =>
  `Content-Type: multipart/mixed; boundary="set"\r\n\r\n${parts.map((entry) => `--set\r\n${entry}\r\n`).join("")}--set--\r\n`;

function batch(
  parts: string[],
  options: { prefer?: string; newline?: string } = {},
): Promise<Answer> {
  const body = `${parts.map((entry) => `--b1\r\n${entry}\r\n`).join("")}--b1--\r\n`;
  return server.send("POST", "$batch", {
    body: options.newline ? body.replaceAll("\r\n", options.newline) : body,
    headers: { "Content-Type": 'multipart/mixed; boundary="b1"' },
    prefer: options.prefer,
  });
}

const statuses = (answer: Answer) =>
  [...answer.text.matchAll(/^HTTP\/1\.1 (\d+)/gm)].map((match) => Number(match[1]));

const title = (id: string, jobtitle: string, headers: string[] = []) =>
  part(`PATCH /api/data/v9.2/contacts(${id})`, headers, JSON.stringify({ jobtitle }));

describe("$batch", () => {
  it("answers in order, in a multipart body with CRLF line ends", async () => {
    const answer = await batch([
      part("GET /api/data/v9.2/contacts?$select=lastname&$top=1", ["Accept: application/json"]),
      part(`GET ${server.api}/WhoAmI`),
      title(ADA, "CTO", ["If-Match: *"]),
    ]);
    assert.equal(answer.status, 200);
    const boundary = /^multipart\/mixed; boundary=(batchresponse_\S+)$/.exec(
      answer.headers.get("content-type")!,
    )![1]!;
    assert.ok(
      answer.text.startsWith(
        `--${boundary}\r\nContent-Type: application/http\r\nContent-Transfer-Encoding: binary\r\n\r\nHTTP/1.1 200 OK\r\n`,
      ),
    );
    assert.ok(answer.text.endsWith(`\r\n--${boundary}--\r\n`));
    assert.deepEqual(statuses(answer), [200, 200, 204]);
    assert.equal(server.org.row("contact", ADA)!["jobtitle"], "CTO");
  });

  it("stops at the first failure, with its status", async () => {
    const answer = await batch([
      title(ADA, "1"),
      title(NOBODY, "2", ["If-Match: *"]),
      title(BOB, "3"),
    ]);
    assert.deepEqual([answer.status, statuses(answer)], [404, [204, 404]]);
    assert.equal(server.org.row("contact", BOB)!["jobtitle"], null);
  });

  it("goes on when asked to; each part has its own status", async () => {
    const answer = await batch(
      [title(ADA, "1"), title(NOBODY, "2", ["If-Match: *"]), title(BOB, "3")],
      { prefer: "odata.continue-on-error" },
    );
    assert.deepEqual([answer.status, statuses(answer)], [200, [204, 404, 204]]);
    assert.match(answer.text, /"code":"0x80040217"/);
  });

  it("takes bare line feeds", async () => {
    const answer = await batch([title(ADA, "LF"), part("GET contacts?$top=1&$select=lastname")], {
      newline: "\n",
    });
    assert.deepEqual(statuses(answer), [204, 200]);
  });

  it("honors Prefer per part", async () => {
    const answer = await batch([title(ADA, "x", ["Prefer: return=representation"])]);
    assert.deepEqual(statuses(answer), [200]);
    assert.match(answer.text, /"jobtitle":"x"/);
  });

  const refused: [name: string, parts: () => string[], message: RegExp][] = [
    [
      "over 1000 requests",
      () => Array.from({ length: 1001 }, () => part("GET /api/data/v9.2/WhoAmI")),
      /maximum number of requests in a batch is 1000/,
    ],
    [
      "a batch in a batch",
      () => [part("POST /api/data/v9.2/$batch")],
      /must not contain another batch/,
    ],
    [
      "a change set without Content-ID",
      () => [changeSet(title(ADA, "x"))],
      /'Content-ID' is missing/,
    ],
    [
      "a GET in a change set",
      () => [changeSet(part("GET contacts", ["Content-ID: 1"]))],
      /must not contain a GET/,
    ],
    [
      "no request line",
      () => ["Content-Type: application/http\r\n\r\nHello"],
      /request line 'Hello'/,
    ],
  ];
  for (const [name, parts, message] of refused)
    it(`refuses ${name}`, async () => {
      const [status, code, text] = refusal(await batch(parts()));
      assert.deepEqual([status, code], [400, "0x80060888"]);
      assert.match(text, message);
    });

  it("1000 requests are one request in the log", async () => {
    const answer = await batch(
      Array.from({ length: 1000 }, () => part(`GET contacts(${ADA})?$select=lastname`)),
    );
    assert.equal(statuses(answer).length, 1000);
    assert.deepEqual(server.kernel.log.counts(), { "dynamics POST /$batch": 1 });
  });
});

describe("a change set", () => {
  it("carries out all, maps by Content-ID, and lets later requests refer to earlier ones", async () => {
    const answer = await batch([
      changeSet(
        part("POST /api/data/v9.2/accounts", ["Content-ID: 1"], '{"name":"New Inc"}'),
        part(
          "POST /api/data/v9.2/contacts",
          ["Content-ID: 2"],
          '{"lastname":"New","parentcustomerid_account@odata.bind":"$1"}',
        ),
        part("PATCH $2", ["Content-ID: 3"], '{"jobtitle":"Boss"}'),
      ),
    ]);
    assert.equal(answer.status, 200, answer.text);
    assert.match(answer.text, /boundary=changesetresponse_/);
    assert.deepEqual(
      [...answer.text.matchAll(/Content-ID: (\d)/g)].map((match) => match[1]),
      ["1", "2", "3"],
    );
    const boss = [...server.org.rows("contact")].find((row) => row["lastname"] === "New")!;
    assert.equal(boss["jobtitle"], "Boss");
    assert.equal(
      server.org.row("account", String(boss["_parentcustomerid_value"]))!["name"],
      "New Inc",
    );
  });

  it("a failure takes all back and is the only answer", async () => {
    const delta = (await server.get("contacts", { prefer: "odata.track-changes" })).json[
      "@odata.deltaLink"
    ] as unknown as string;
    const before = [...server.org.rows("contact")];
    const answer = await batch(
      [
        changeSet(
          title(ADA, "1", ["Content-ID: 1"]),
          part(`DELETE contacts(${BOB})`, ["Content-ID: 2"]),
          part("POST contacts", ["Content-ID: 3"], `{"contactid":"${NOBODY}"}`),
          title(CYD, "x".repeat(101), ["Content-ID: 4"]),
        ),
        title(CYD, "after"),
      ],
      { prefer: "odata.continue-on-error" },
    );
    assert.deepEqual([answer.status, statuses(answer)], [200, [400, 204]]);
    const untouched = before.filter((row) => row["contactid"] !== CYD);
    assert.deepEqual(
      [...server.org.rows("contact")].filter((row) => row["contactid"] !== CYD),
      untouched,
    );
    const changed = (await server.get(delta)).json["value"] as unknown as Record<string, unknown>[];
    assert.deepEqual(
      changed.map((row) => row["contactid"] ?? row["id"]),
      [CYD],
    );
  });

  it("an unknown reference is refused", async () => {
    const answer = await batch([changeSet(part("PATCH $9", ["Content-ID: 1"], "{}"))]);
    assert.match(answer.text, /Content-ID Reference: '\$9' does not exist in the batch context\./);
    assert.equal(answer.status, 400);
  });
});

describe("bulk messages", () => {
  const contact = (values: Record<string, unknown>) => ({
    "@odata.type": "Microsoft.Dynamics.CRM.contact",
    ...values,
  });
  const send = (message: string, targets: unknown[]) =>
    server.send("POST", `contacts/Microsoft.Dynamics.CRM.${message}`, {
      body: { Targets: targets },
    });

  it("CreateMultiple gives the ids in order", async () => {
    const answer = await send("CreateMultiple", [
      contact({ lastname: "One" }),
      contact({ lastname: "Two" }),
    ]);
    const ids = answer.json["Ids"] as unknown as string[];
    assert.deepEqual(
      [answer.status, ids.map((id) => server.org.row("contact", id)!["lastname"])],
      [200, ["One", "Two"]],
    );
  });

  it("UpdateMultiple and UpsertMultiple answer 204", async () => {
    server.org.model.addColumn("contact", { schemaName: "new_MktoId", type: "String" });
    server.org.model.addKey("contact", { name: "k", columns: ["new_mktoid"] });
    assert.equal(
      (await send("UpdateMultiple", [contact({ contactid: ADA, jobtitle: "U" })])).status,
      204,
    );
    const upsert = await send("UpsertMultiple", [
      contact({ contactid: BOB, jobtitle: "U" }),
      contact({ "@odata.id": "contacts(new_mktoid='9')", jobtitle: "N" }),
    ]);
    assert.equal(upsert.status, 204, upsert.text);
    assert.deepEqual(
      [ADA, BOB].map((id) => server.org.row("contact", id)!["jobtitle"]),
      ["U", "U"],
    );
    assert.equal(
      (await server.get("contacts(new_mktoid='9')?$select=jobtitle")).json["jobtitle"],
      "N",
    );
  });

  it("one bad row undoes all, and the error does not say which", async () => {
    const answer = await send("UpdateMultiple", [
      contact({ contactid: ADA, jobtitle: "U" }),
      contact({ contactid: BOB, jobtitle: "x".repeat(101) }),
    ]);
    assert.equal(refusal(answer)[1], "0x80044331");
    assert.doesNotMatch(answer.text, new RegExp(BOB));
    assert.equal(server.org.row("contact", ADA)!["jobtitle"], "Analyst");
  });

  const refused: [
    message: string,
    targets: unknown[],
    status: number,
    code: string,
    text: RegExp,
  ][] = [
    [
      "UpdateMultiple",
      [contact({ contactid: NOBODY })],
      404,
      "0x80040217",
      /^Contact With Ids = .*ff Do Not Exist$/,
    ],
    [
      "UpdateMultiple",
      [contact({ contactid: ADA }), contact({ contactid: ADA })],
      400,
      "0x80040203",
      /more than one record/,
    ],
    ["CreateMultiple", [{ lastname: "untyped" }], 400, "0x80048d19", /needs the '@odata.type'/],
    [
      "DeleteMultiple",
      [contact({ contactid: ADA })],
      501,
      "0x80060888",
      /DeleteMultiple has not yet been implemented/,
    ],
  ];
  for (const [message, targets, status, code, text] of refused)
    it(`refuses ${message}: ${text.source}`, async () => {
      const error = refusal(await send(message, targets));
      assert.deepEqual(error.slice(0, 2), [status, code]);
      assert.match(error[2], text);
    });
});

it("a batch can bind to an existing row by full URL", async () => {
  const answer = await batch([
    part(
      "POST contacts",
      [],
      JSON.stringify({
        lastname: "B",
        "parentcustomerid_account@odata.bind": `${server.api}/accounts(${FABRIKAM})`,
      }),
    ),
  ]);
  assert.deepEqual(statuses(answer), [204]);
});
