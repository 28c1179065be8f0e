import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { toEvent, toInstant } from "../../../../src/connectors/marketo/events";

const context = {
  watched: new Set(["firstName", "leadScore"]),
  nameOf: (id: number | undefined, displayName: string | null) =>
    id === 40 || displayName === "Person Score" ? "leadScore" : undefined,
  readAt: "2026-03-10T12:00:00Z",
};
const AT = "2014-09-17T22:31:49Z";
const row = (activityTypeId: number, more: object) => ({
  id: 1078,
  marketoGUID: "g1",
  leadId: 775,
  activityDate: "2014-09-17T22:31:49+0000",
  activityTypeId,
  ...more,
});
const head = { guid: "g1", personId: 775, at: AT };
const attributes = (values: Record<string, unknown>) => ({
  attributes: Object.entries(values).map(([name, value]) => ({ name, value })),
});

describe("toEvent", () => {
  const changedRow = row(13, {
    fields: [
      { id: 48, name: "firstName", newValue: "B", oldValue: "A" },
      { id: 49, name: "city", newValue: "Oslo", oldValue: null },
    ],
    ...attributes({ Reason: "Web service API", Source: "Web service API", "Lead ID": 775 }),
  });

  for (const [name, given, expected] of [
    [
      "13: watched fields by REST name",
      changedRow,
      {
        kind: "changed",
        ...head,
        fields: [{ name: "firstName", oldValue: "A", newValue: "B" }],
        source: "Web service API",
      },
    ],
    ["13: only fields that nobody watches", row(13, { fields: [{ name: "city" }] }), undefined],
    ["13: no fields", row(13, {}), undefined],
    [
      "13: empty values are null, others texts",
      row(13, { fields: [{ name: "firstName", newValue: "", oldValue: 5 }] }),
      {
        kind: "changed",
        ...head,
        fields: [{ name: "firstName", oldValue: "5", newValue: null }],
        source: null,
      },
    ],
    [
      "12: a new person",
      row(12, {
        primaryAttributeValueId: 775,
        ...attributes({ "Created Date": "2015-03-16", "Source Type": "New lead" }),
      }),
      { kind: "created", ...head, source: "New lead" },
    ],
    [
      "22: a score by id",
      row(22, {
        primaryAttributeValueId: 40,
        primaryAttributeValue: "Renamed",
        ...attributes({ "Old Value": "5", "New Value": 15, "Change Value": "+10" }),
      }),
      {
        kind: "changed",
        ...head,
        fields: [{ name: "leadScore", oldValue: "5", newValue: "15" }],
        source: null,
      },
    ],
    [
      "22: a score by display name",
      row(22, { primaryAttributeValue: "Person Score", ...attributes({ "New Value": "1" }) }),
      {
        kind: "changed",
        ...head,
        fields: [{ name: "leadScore", oldValue: null, newValue: "1" }],
        source: null,
      },
    ],
    ["22: another score", row(22, { primaryAttributeValue: "Other" }), undefined],
    ["37: a deletion", row(37, {}), { kind: "deleted", ...head }],
    ["another type", row(46, {}), undefined],
    ["no person", { ...row(12, {}), leadId: null }, undefined],
    [
      "no guid: the id stands in",
      { ...row(37, {}), marketoGUID: undefined },
      { kind: "deleted", ...head, guid: "id:1078" },
    ],
    [
      "an unreadable date: the time of the read",
      { ...row(37, {}), activityDate: "soon" },
      { kind: "deleted", ...head, at: context.readAt },
    ],
    [
      "numbers as texts",
      { ...row(0, {}), activityTypeId: "37", leadId: "775" },
      { kind: "deleted", ...head },
    ],
  ] as const) {
    it(name, () => assert.deepEqual(toEvent(given, context), expected));
  }

  for (const [value, loserIds] of [
    ["2,3", [2, 3]],
    ["[2, 3]", [2, 3]],
    [
      [2, "3"],
      [2, 3],
    ],
    [7, [7]],
    ["2;3", [2, 3]],
    [undefined, []],
    ["x", []],
  ] as const) {
    it(`32: merge ids ${JSON.stringify(value)}`, () => {
      const event = toEvent(row(32, attributes({ "Merge IDs": value })), context);
      assert.deepEqual(event, { kind: "merged", ...head, loserIds });
    });
  }
});

describe("toInstant", () => {
  for (const [text, instant] of [
    ["2014-09-17T22:31:49Z", AT],
    ["2014-09-17T22:31:49+0000", AT],
    ["2014-09-17T22:31:49.123Z", AT],
    ["2014-09-17T17:31:49-05:00", AT],
    ["2014-09-18T00:31:49+0200", AT],
    ["2014-09-17 22:31:49", AT],
    ["2014-09-17", undefined],
    ["2014-13-17T22:31:49Z", undefined],
    ["", undefined],
  ] as const) {
    it(text || "(empty)", () => assert.equal(toInstant(text), instant));
  }
});
