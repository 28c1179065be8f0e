import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { interpret } from "../../../../src/connectors/marketo/envelope";

const ok = (more: object) => JSON.stringify({ requestId: "a#1", success: true, ...more });
const nok = (errors: unknown, more: object = {}) =>
  JSON.stringify({ requestId: "a#1", success: false, errors, ...more });
const success = (more: object = {}) => ({
  kind: "success",
  envelope: {
    requestId: "a#1",
    result: [],
    nextPageToken: null,
    moreResult: false,
    ...more,
  },
});
const error = (code: string, message: string, requestId: string | null = "a#1") => ({
  kind: "error",
  error: { code, message },
  requestId,
});
const NOTHING = "Marketo answered without a result and without an error.";

describe("interpret", () => {
  for (const [name, status, body, expected] of [
    ["result", 200, ok({ result: [{ id: 1 }] }), success({ result: [{ id: 1 }] })],
    ["no result", 200, ok({}), success()],
    ["empty errors", 200, ok({ errors: [], warnings: ["w"] }), success()],
    [
      "page",
      200,
      ok({ nextPageToken: "AB=", moreResult: true }),
      success({ nextPageToken: "AB=", moreResult: true }),
    ],
    ["error in a 200", 200, nok([{ code: "606", message: "Max" }]), error("606", "Max")],
    ["code as a number", 200, nok([{ code: 606, message: "Max" }]), error("606", "Max")],
    ["first of several", 200, nok([{ code: "1", message: "a" }, { code: "2" }]), error("1", "a")],
    ["no message", 200, nok([{ code: "1" }]), error("1", "Marketo gave no reason.")],
    ["empty body (Q16)", 200, "", error("unreadable", NOTHING, null)],
    ["HTML (Q16)", 200, "<html>busy</html>", error("unreadable", NOTHING, null)],
    ["cut off", 200, '{"requestId":"a#1","succ', error("unreadable", NOTHING, null)],
    ["a list", 200, "[]", error("unreadable", NOTHING, null)],
    ["failure without errors", 200, nok([]), error("unreadable", NOTHING)],
    ["gateway", 502, "<html>", error("502", "Marketo answered with HTTP status 502.", null)],
    ["too long", 414, "", error("414", "Marketo answered with HTTP status 414.", null)],
    ["error in a 500", 500, nok([{ code: "611", message: "Sys" }]), error("611", "Sys")],
    ["success in a 503", 503, ok({}), error("503", "Marketo answered with HTTP status 503.")],
  ] as const) {
    it(name, () => {
      assert.deepEqual(interpret({ status, body }), expected);
    });
  }
});
