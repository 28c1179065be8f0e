import assert from "node:assert/strict";
import { test } from "node:test";
import { decideRetry, RETRY_DEFAULTS } from "../../../../src/http/retry";
import { classify, RETRY_CODES } from "../../../../src/connectors/dynamics/errors";
import { ERROR_TABLE } from "../../../../src/connectors/dynamics/errorTable";
import type { FailureClass } from "../../../../src/model/failure";

/** Every row of the reference: code, a status it may come with, the class, and the tries of an inner operation. */
const rows: [code: string, status: number, expected: FailureClass, tries: number][] = [
  ["0x80072321", 429, "retry", 5],
  ["0x80072322", 429, "retry", 5],
  ["0x80072326", 429, "retry", 5],
  ["0x8005f103", 503, "retry", 5],
  ["0x80044151", 500, "retry", 5],
  ["0x80044150", 500, "retry", 3],
  ["0x80040255", 400, "retry", 5],
  ["0x8004a001", 503, "retry", 5],
  ["0x80040216", 500, "retry", 3],
  ["0x80081111", 400, "retry", 2],
  ["0x80044171", 400, "retry", 2],
  ["0x80044172", 500, "retry", 2],
  ["0x80044173", 500, "retry", 2],
  ["0x80081116", 400, "retry", 3],
  ["0x80040224", 500, "retry", 2],
  ["0x8004a104", 403, "retry", 1],
  ["0x8004a113", 503, "retry", 1],
  ["0x8004a100", 401, "signIn", 1],
  ["0x8004a101", 401, "signIn", 1],
  ["0x80072560", 403, "configuration", 1],
  ["0x80042f09", 403, "configuration", 1],
  ["0x80040225", 401, "configuration", 1],
  ["0x8004a112", 403, "configuration", 1],
  ["0x8004d24b", 403, "configuration", 1],
  ["0x8004032c", 403, "configuration", 1],
  ["0x80040220", 403, "configuration", 1],
  ["0x80048306", 403, "configuration", 1],
  ["0x8004f502", 403, "configuration", 1],
  ["0x8004f503", 403, "configuration", 1],
  ["0x8004f504", 403, "configuration", 1],
  ["0x8004f506", 403, "configuration", 1],
  ["0x8004f507", 403, "configuration", 1],
  ["0x80048d19", 400, "configuration", 1],
  ["0x80060888", 400, "configuration", 1],
  ["0x8006088a", 404, "configuration", 1],
  ["0x8006088d", 400, "configuration", 1],
  ["0x80060890", 400, "configuration", 1],
  ["0x80041103", 400, "configuration", 1],
  ["0x80040203", 400, "refused", 1],
  ["0x80072491", 400, "configuration", 1],
  ["0x80044352", 400, "expired", 1],
  ["0x80044352", 410, "expired", 1],
  ["0x80040217", 404, "gone", 1],
  ["0x80060882", 412, "stale", 1],
  ["0x80060891", 404, "gone", 1],
  ["0x80040237", 412, "exists", 1],
  ["0x8006089d", 400, "ambiguous", 1],
  ["0x80060892", 412, "refused", 1],
  ["0x80040333", 412, "refused", 1],
  ["0x80040333", 500, "refused", 1],
  ["0x80040265", 400, "refused", 1],
  ["0x80044331", 400, "refused", 1],
  ["0x8004431a", 400, "refused", 1],
  ["0x8004432f", 400, "refused", 1],
  ["0x80044330", 400, "refused", 1],
  ["0x80040239", 400, "refused", 1],
  ["0x80044192", 400, "refused", 1],
  ["0x80040278", 400, "refused", 1],
  ["0x80048408", 400, "refused", 1],
  ["0x80040230", 400, "refused", 1],
  ["0x80040519", 400, "refused", 1],
  ["0x80045300", 400, "refused", 1],
  ["0x80045301", 403, "refused", 1],
  ["0x80045303", 400, "refused", 1],
  ["0x80045304", 400, "refused", 1],
  ["0x80045305", 400, "refused", 1],
  ["0x80044182", 400, "refused", 1],
  ["0x80040227", 405, "refused", 1],
  ["0x80040200", 400, "refused", 1],
];

function tries(code: string, status: number, failureClass: FailureClass): number {
  for (let attempt = 1; ; attempt++) {
    const decision = decideRetry(
      {
        method: "PATCH",
        idempotent: false,
        status,
        code,
        attempt,
        permanent: failureClass !== "retry",
      },
      { ...RETRY_DEFAULTS, codes: RETRY_CODES, jitter: 0 },
    );
    if (decision.kind === "stop") return attempt;
  }
}

test("each code has its class and its number of tries, whatever the status", () => {
  const actual = rows.map(([code, status]) => {
    const body = JSON.stringify({ error: { code, message: "m" } });
    const { failure } = classify({ status, headers: {}, body }, 0);
    return [failure.code, status, failure.class, tries(code, status, failure.class)];
  });
  assert.deepEqual(actual, rows);
});

test("no row of the table is untested", () => {
  const tested = new Set(rows.map(([code]) => code));
  assert.deepEqual(
    Object.keys(ERROR_TABLE).filter((code) => !tested.has(code)),
    [],
  );
});

const statuses: [status: number, expected: FailureClass, tries: number][] = [
  [400, "refused", 1],
  [401, "signIn", 1],
  [403, "configuration", 1],
  [404, "configuration", 1],
  [405, "refused", 1],
  [409, "refused", 1],
  [412, "stale", 1],
  [413, "configuration", 1],
  [429, "retry", 5],
  [500, "retry", 3],
  [501, "configuration", 1],
  // A write behind a gateway error may be done: it is not sent again.
  [408, "retry", 1],
  [502, "retry", 1],
  [503, "retry", 1],
  [504, "retry", 1],
  [599, "retry", 1],
];

test("without a known code the status decides; HTML and empty bodies are survived", () => {
  const actual = statuses.map(([status], index) => {
    const body = index % 2 ? "<html>Bad gateway</html>" : "";
    const { failure } = classify({ status, headers: {}, body }, 0);
    return [status, failure.class, tries(failure.code, status, failure.class)];
  });
  assert.deepEqual(actual, statuses);
});

test("a failure keeps the server's words, its id and its pause, and adds the remedy", () => {
  const answer = {
    status: 429,
    headers: { "retry-after": "17", "x-ms-service-request-id": "r-1" },
    body: '{"error":{"code":"0x80072322","message":"Number of requests exceeded the limit."}}',
  };
  assert.deepEqual(classify(answer, 0).failure, {
    class: "retry",
    code: "0x80072322",
    message: "Number of requests exceeded the limit. The sync slows down by itself.",
    side: "dynamics",
    requestId: "r-1",
    retryAfterMs: 17_000,
  });
});

test("a plug-in's refusal is shown word for word; odd errors are survived", () => {
  const message = (body: string) => classify({ status: 400, headers: {}, body }, 0).failure;
  assert.deepEqual(
    [
      message('{"error":{"code":"0x80040265","message":"No e-mail, no contact."}}'),
      message('{"error":{"code":"","message":"x"}}'),
      message('{"error":{"code":7}}'),
      message("null"),
    ].map(({ code, message: text }) => [code, text]),
    [
      ["0x80040265", "No e-mail, no contact."],
      ["HTTP 400", "x"],
      ["HTTP 400", "The server answered with HTTP 400."],
      ["HTTP 400", "The server answered with HTTP 400."],
    ],
  );
});
