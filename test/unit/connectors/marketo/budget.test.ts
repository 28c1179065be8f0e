import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { centralDay } from "../../../../src/connectors/marketo/budget";

const dayOf = (day: string) => Date.parse(`${day}T00:00:00Z`) / 86_400_000;

describe("centralDay: the quota's day begins at midnight in Chicago, in winter and in summer", () => {
  for (const [instant, day] of [
    ["2026-01-15T05:59:59Z", "2026-01-14"],
    ["2026-01-15T06:00:00Z", "2026-01-15"],
    ["2026-07-15T04:59:59Z", "2026-07-14"],
    ["2026-07-15T05:00:00Z", "2026-07-15"],
    ["2026-03-08T06:00:00Z", "2026-03-08"],
    ["2026-03-09T04:59:59Z", "2026-03-08"],
    ["2026-03-09T05:00:00Z", "2026-03-09"],
  ] as const) {
    it(instant, () => assert.equal(centralDay(Date.parse(instant)), dayOf(day)));
  }
});
