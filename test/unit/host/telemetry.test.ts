import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import {
  commandEvent,
  cycleEvent,
  isWanted,
  type TelemetryConditions,
} from "../../../src/host/telemetryEvents";
import { summaryOf } from "./samples";
import { ROOT } from "./sayings";

const ALL: TelemetryConditions = {
  connectionString: "InstrumentationKey=x",
  isDevelopment: false,
  isOn: true,
  isAllowed: true,
};
const conditions: readonly [string, Partial<TelemetryConditions>, boolean][] = [
  ["everything allows it", {}, true],
  ["there is no connection string", { connectionString: "" }, false],
  ["the extension is under development", { isDevelopment: true }, false],
  ["the extension's setting is off", { isOn: false }, false],
  ["the user's level forbids it", { isAllowed: false }, false],
];

for (const [title, change, expected] of conditions) {
  test(`telemetry when ${title}: ${expected ? "sent" : "nothing is sent"}`, () => {
    assert.equal(isWanted({ ...ALL, ...change }), expected);
  });
}

type Declared = Record<string, Record<string, { isMeasurement?: boolean }>>;

test("events carry what telemetry.json declares and nothing else, and no name of a pair or record", () => {
  const text = readFileSync(join(ROOT, "telemetry.json"), "utf8");
  const { events } = JSON.parse(text) as { events: Declared };
  const sent = [
    commandEvent("contactSync.validate", "CS-TIMEOUT"),
    cycleEvent(summaryOf({ pair: "contoso-secret-project" })),
  ];
  assert.deepEqual(sent.map(({ name }) => name).sort(), Object.keys(events).sort());
  for (const { name, words, numbers } of sent) {
    const declared = Object.entries(events[name] ?? {});
    const named = (isMeasurement: boolean) =>
      declared
        .filter(([, field]) => Boolean(field.isMeasurement) === isMeasurement)
        .map(([key]) => key);
    assert.deepEqual(Object.keys(words).sort(), named(false).sort());
    assert.deepEqual(Object.keys(numbers).sort(), named(true).sort());
  }
  assert.ok(!JSON.stringify(sent).includes("contoso"));
});
