import assert from "node:assert/strict";
import { test } from "node:test";
import { outputLine } from "../../../src/host/outputLines";
import { emptyCounts } from "../../../src/model/activity";
import type { HostEvent } from "../../../src/protocol/engine";
import { summaryOf } from "./samples";

const halt = { reason: "first-sync", limit: 0, planned: 3, planHash: "h" } as const;
const counts = { ...emptyCounts(), created: { dynamics: 0, marketo: 2 }, conflicts: 1 };
const lines: readonly [string, HostEvent, object | null][] = [
  [
    "a start",
    { type: "started", pair: "c", cycle: 4, at: "" },
    { level: "info", text: "Contoso: cycle 4 started" },
  ],
  [
    "an end",
    { type: "ended", pair: "c", summary: summaryOf({ cycle: 4, ms: 2000, counts }) },
    {
      level: "info",
      text: "Contoso: cycle 4 ended after 2 s: 2 created in Marketo, 1 conflict · Calls: 1 to Dynamics, 3 to Marketo",
    },
  ],
  [
    "a halt",
    { type: "ended", pair: "c", summary: summaryOf({ cycle: 4, ms: 2000, halted: halt }) },
    { level: "warn", text: /^Contoso: cycle 4 ended after 2 s: .+ 3 planned, limit 0 · / },
  ],
  [
    "an error",
    {
      type: "ended",
      pair: "c",
      summary: summaryOf({ error: { code: "CS-TIMEOUT", message: "Late.", class: "retry" } }),
    },
    { level: "error", text: /: Late\. \(CS-TIMEOUT\) · nothing to do · / },
  ],
  [
    "a warning",
    { type: "warning", pair: "c", code: "CS-LOOP", message: "In circles." },
    { level: "warn", text: "Contoso: In circles. (CS-LOOP)" },
  ],
  ["progress", { type: "progress", pair: "c", stage: "writing", done: 1, total: 2 }, null],
];

for (const [title, event, expected] of lines) {
  test(`output channel: ${title}`, () => {
    const line = outputLine("Contoso", event);
    const text = expected && "text" in expected ? expected.text : null;
    if (line && text instanceof RegExp) {
      assert.match(line.text, text);
      assert.deepEqual({ ...line, text }, expected);
    } else assert.deepEqual(line, expected);
  });
}
