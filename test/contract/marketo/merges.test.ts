import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { FaultAction } from "../../../src/sandbox/kernel/faults";
import { calls, range, withWorld } from "./support";
import type { SandboxWorld } from "./sandboxWorld";

describe("Marketo writes: merges", () => {
  const MERGE = "^/rest/v1/leads/\\d+/merge\\.json";
  const answer = (world: SandboxWorld, action: FaultAction) =>
    world.kernel.faults.add({ server: "marketo", path: MERGE, action });
  const errors = (code: string): FaultAction => ({
    kind: "respond",
    status: 200,
    body: JSON.stringify({
      requestId: "a#1",
      success: false,
      errors: [{ code, message: "Injected." }],
    }),
  });

  for (const [code, expected] of [
    ["1076", "refused"],
    ["1077", "refused"],
    ["1078", "refused"],
    ["1079", "refused"],
    ["1080", "refused"],
    ["604", "unknown"],
    ["719", "unknown"],
  ] as const) {
    it(
      `${code}: ${expected}, and the call is made once`,
      withWorld(async (world) => {
        const [winnerId, loserId] = range(2).map((n) => world.hands.create({ firstName: `P${n}` }));
        answer(world, errors(code));
        const result = await world.port.merge({ winnerId: winnerId!, loserId: loserId! });
        assert.ok(result.kind !== "written");
        const found = result.kind === "unknown" ? "unknown" : result.failure.class;
        assert.deepEqual([found, result.failure.code], [expected, code]);
        assert.deepEqual([calls(world).length, world.count()], [1, 2]);
      }),
    );
  }

  it(
    "603 names the missing permission",
    withWorld(async (world) => {
      answer(world, errors("603"));
      await assert.rejects(world.port.merge({ winnerId: 1, loserId: 2 }), /Read-Write Lead/);
    }),
  );
});
