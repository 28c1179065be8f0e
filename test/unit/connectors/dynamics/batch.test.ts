import assert from "node:assert/strict";
import { test } from "node:test";
import { buildBatch, parseBatch } from "../../../../src/connectors/dynamics/batch";

test("buildBatch writes CRLF, a blank line before each delimiter and the end", () => {
  const body = buildBatch(
    [
      { method: "GET", path: "/api/data/v9.2/WhoAmI()", headers: { Accept: "application/json" } },
      {
        method: "PATCH",
        path: "/api/data/v9.2/contacts(1)",
        headers: { "If-Match": 'W/"7"' },
        body: '{"jobtitle":"CTO"}',
      },
    ],
    "b1",
  );
  assert.deepEqual(body.split("\r\n"), [
    "--b1",
    "Content-Type: application/http",
    "Content-Transfer-Encoding: binary",
    "",
    "GET /api/data/v9.2/WhoAmI() HTTP/1.1",
    "Accept: application/json",
    "",
    "",
    "--b1",
    "Content-Type: application/http",
    "Content-Transfer-Encoding: binary",
    "",
    "PATCH /api/data/v9.2/contacts(1) HTTP/1.1",
    'If-Match: W/"7"',
    "",
    '{"jobtitle":"CTO"}',
    "--b1--",
    "",
  ]);
});

const PARTS = [
  "--r1",
  "Content-Type: application/http",
  "Content-Transfer-Encoding: binary",
  "",
  "HTTP/1.1 200 OK",
  "Content-Type: application/json; odata.metadata=minimal",
  "OData-Version: 4.0",
  "",
  '{"description":"--r1 inside","@odata.etag":"W/\\"8\\""}',
  "--r1",
  "Content-Type: application/http",
  "",
  "HTTP/1.1 204 No Content",
  "OData-EntityId: https://o.test/contacts(1)",
  "",
  "",
  "--r1",
  "Content-Type: application/http",
  "",
  "HTTP/1.1 404 Not Found",
  "REQ_ID: 6c",
  "",
  '{"error":{"code":"0x80040217","message":"gone"}}',
  "--r1--",
  "",
];
const ANSWERS = [
  {
    status: 200,
    headers: {
      "content-type": "application/json; odata.metadata=minimal",
      "odata-version": "4.0",
    },
    body: '{"description":"--r1 inside","@odata.etag":"W/\\"8\\""}',
  },
  { status: 204, headers: { "odata-entityid": "https://o.test/contacts(1)" }, body: "" },
  {
    status: 404,
    headers: { req_id: "6c" },
    body: '{"error":{"code":"0x80040217","message":"gone"}}',
  },
];

const readable: [name: string, contentType: string, body: string, parts: number][] = [
  ["CRLF", "multipart/mixed; boundary=r1", PARTS.join("\r\n"), 3],
  ["LF", "multipart/mixed; boundary=r1", PARTS.join("\n"), 3],
  ["a quoted boundary", 'Multipart/Mixed; charset=utf-8; boundary="r1"', PARTS.join("\r\n"), 3],
  [
    "text before the first part",
    "multipart/mixed; boundary=r1",
    `preamble\r\n${PARTS.join("\r\n")}`,
    3,
  ],
  ["no end", "multipart/mixed; boundary=r1", PARTS.slice(0, -2).join("\r\n"), 3],
  [
    "a batch that stopped",
    "multipart/mixed; boundary=r1",
    [...PARTS.slice(0, 9), "--r1--"].join("\r\n"),
    1,
  ],
  ["a part that was cut off", "multipart/mixed; boundary=r1", PARTS.slice(0, 11).join("\r\n"), 1],
  [
    "nothing behind a part that is no answer",
    "multipart/mixed; boundary=r1",
    PARTS.join("\r\n").replace("HTTP/1.1 204 No Content", "<html>"),
    1,
  ],
];

for (const [name, contentType, body, parts] of readable) {
  test(`parseBatch reads ${name}`, () => {
    assert.deepEqual(parseBatch(contentType, body), ANSWERS.slice(0, parts));
  });
}

test("parseBatch says so when the answer is no batch", () => {
  assert.deepEqual(
    [
      parseBatch("text/html", "<html>"),
      parseBatch(undefined, ""),
      parseBatch("multipart/mixed", "--x"),
      parseBatch("multipart/mixed; boundary=r1", "nothing"),
    ],
    [undefined, undefined, undefined, undefined],
  );
});
