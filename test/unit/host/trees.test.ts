import assert from "node:assert/strict";
import { test } from "node:test";
import { conflictNodes } from "../../../src/host/trees/conflicts";
import { cycleNodes } from "../../../src/host/trees/cycles";
import type { TreeNode } from "../../../src/host/trees/node";
import { organizationNodes, type OrganizationView } from "../../../src/host/trees/organizations";
import { emptyCounts } from "../../../src/model/activity";
import type { BacklogStatus } from "../../../src/protocol/engine";
import type { FailedRow } from "../../../src/protocol/engineContract";
import { activityOf, configOf, mappedOf, schemaOf, statusOf, summaryOf } from "./samples";

const NOW = Date.parse("2026-03-02T10:00:00.000Z");

function organization(change: Partial<OrganizationView> = {}): TreeNode {
  const [node] = organizationNodes(
    [
      {
        config: configOf(),
        phase: { kind: "waiting", nextAt: NOW + 60_000, problem: null },
        status: null,
        schema: null,
        schemaProblem: null,
        ...change,
      },
    ],
    { now: NOW, automatic: true, locale: "en" },
  );
  assert.ok(node);
  return node;
}

/** The tree as indented lines: what a user reads. */
function lines(nodes: readonly TreeNode[], indent = ""): string[] {
  return nodes.flatMap((node) => [
    `${indent}${node.checked === undefined ? "" : node.checked ? "[x] " : "[ ] "}${node.label} | ${node.description ?? ""}`,
    ...lines(node.children ?? [], `${indent}  `),
  ]);
}

test("a pair with its systems, record types and fields", () => {
  const schema = schemaOf({
    maps: {
      contact: [
        mappedOf("jobtitle", { field: "title", columnLabel: "Job Title", fieldLabel: "Title" }),
        mappedOf("fax", { direction: "toMarketo", enabled: false }),
        mappedOf("gone", { problem: "Dynamics has no column gone.", direction: "toDynamics" }),
      ],
    },
  });
  assert.deepEqual(lines([organization({ schema })]), [
    "Contoso | test · next cycle in 1 min",
    "  contoso.crm.dynamics.com | Dynamics 365 · version 9.2.1 · Sync User",
    "  123-abc-456.mktorest.com | Marketo · 0 of 10000 calls today",
    "  Contacts | 1 of 3 fields sync · 1 cannot sync",
    "    [x] Job Title ↔ Title | text ↔ string",
    "    [ ] fax → fax | text → string",
    "    [x] gone ← gone | text ← string · Dynamics has no column gone.",
  ]);
});

test("what waits for each side, since when, and what was written of late (B-90 to B-92)", () => {
  const backlog = (
    recordType: "contact" | "lead",
    change: Partial<BacklogStatus>,
  ): BacklogStatus => ({
    recordType,
    links: 0,
    waiting: { creates: { dynamics: 0, marketo: 0 }, updates: { dynamics: 0, marketo: 0 } },
    failed: 0,
    questions: 0,
    oldest: null,
    lastHour: 0,
    ...change,
  });
  const waiting = { creates: { dynamics: 1, marketo: 40 }, updates: { dynamics: 0, marketo: 2 } };
  const busy = backlog("contact", { waiting, oldest: "2026-03-02T09:48:00.000Z", lastHour: 41 });
  const status = statusOf({ lastHour: 41, drainMs: 90_000, backlog: [busy, backlog("lead", {})] });
  const node = organization({ status });
  assert.deepEqual(lines(node.children ?? []), [
    "contoso.crm.dynamics.com | Dynamics 365 · 1 change waits",
    "123-abc-456.mktorest.com | Marketo · 0 of 10000 calls today · 42 changes wait",
    "Contacts | 0 linked",
    "Backlog | 43 changes wait · for 12 min",
    "  Contacts → Dynamics 365 | 1 to create",
    "  Contacts → Marketo | 40 to create · 2 to change",
    "  Oldest waiting change | for 12 min",
    "  Time until nothing waits | about 2 min of work",
    "  Last full hour | 41 records written",
  ]);
  const idle = statusOf({ backlog: [backlog("contact", {})] });
  assert.deepEqual(lines([organization({ status: idle }).children?.at(-1) as TreeNode]), [
    "Backlog | nothing waits",
    "  Contacts → Dynamics 365 | nothing waits",
    "  Contacts → Marketo | nothing waits",
    "  Oldest waiting change | none",
    "  Time until nothing waits | nothing waits",
    "  Last full hour | 0 records written",
  ]);
});

test("only a field that cannot sync carries the warning sign, and says why to a screen reader", () => {
  const schema = schemaOf({
    maps: {
      contact: [
        mappedOf("long", { warnings: ["May be too long."] }),
        mappedOf("gone", { problem: "It is gone." }),
      ],
    },
  });
  const fields = organization({ schema }).children?.[2]?.children ?? [];
  assert.deepEqual(
    fields.map(({ icon, spoken }) => [icon, spoken]),
    [
      ["arrow-both", "long, both ways, long, synced, text ↔ string"],
      ["warning", "gone, both ways, gone, synced, text ↔ string, Cannot sync: It is gone."],
    ],
  );
});

test("production and sign-in trouble are said in words", () => {
  const node = organization({
    config: configOf({ environment: "production" }),
    phase: { kind: "signIn", problem: { code: "AADSTS50173", message: "Sign in again." } },
  });
  assert.equal(node.description, "PRODUCTION · needs sign-in");
  assert.match(node.spoken ?? "", /PRODUCTION, needs sign-in, Sign in again\. \(AADSTS50173\)/);
  assert.equal(node.context, "pair signIn production");
  assert.match(node.children?.[0]?.context ?? "", /^dynamics signedOut/);
});

test("running cycles first, then the past ones of all pairs by time", () => {
  const counts = { ...emptyCounts(), created: { dynamics: 0, marketo: 4 }, refused: 1 };
  const nodes = cycleNodes(
    [
      {
        pair: "a",
        name: "A",
        phase: {
          kind: "running",
          run: { cycle: 3, startedAt: NOW - 5000, stage: "writing", done: 1, total: 4 },
        },
        cycles: [summaryOf({ cycle: 2, counts })],
      },
      {
        pair: "b",
        name: "B",
        phase: { kind: "paused" },
        cycles: [
          summaryOf({ cycle: 9, endedAt: "2026-03-02T11:00:00.000Z" }),
          summaryOf({
            cycle: 8,
            endedAt: "2026-03-02T08:00:00.000Z",
            halted: { reason: "first-sync", limit: 0, planned: 1, planHash: "h" },
          }),
        ],
      },
    ],
    { now: NOW, locale: "en" },
  );
  assert.deepEqual(
    nodes.map(({ label, description, icon, context }) => [
      label,
      description?.split(" · ")[0],
      icon,
      context,
    ]),
    [
      ["A, cycle 3", "writing 25 %", "sync~spin", "cycle running"],
      ["B, cycle 9", "nothing to do", "pass", "cycle past"],
      ["A, cycle 2", "4 created in Marketo, 1 refused", "warning", "cycle past"],
      ["B, cycle 8", "halted", "stop-circle", "cycle past halted"],
    ],
  );
});

const failed = (change: Partial<FailedRow>): FailedRow => ({
  recordType: "lead",
  dynamicsId: "bbbbbbbb-0000-0000-0000-000000000002",
  personId: null,
  outcome: "refused",
  side: "dynamics",
  code: "0x1",
  message: "HR says no.",
  attempts: 1,
  firstAt: NOW,
  lastAt: NOW,
  nextAttempt: null,
  ...change,
});

test("open questions, refusals and clashes, by short ids and never by name", () => {
  const view = {
    pair: "a",
    name: "A",
    conflicts: [activityOf({ reason: "clash-dynamics-wins" })],
    failed: [failed({}), failed({ outcome: "conflicted", message: "Two persons match." })],
  };
  assert.deepEqual(lines(conflictNodes([view], "en")), [
    "Open questions | 1",
    "  Lead bbbbbbbb | Two persons match.",
    "Refused and failed records | 1",
    "  Lead bbbbbbbb | HR says no.",
    "Recent conflicts | 1",
    "  Contact aaaaaaaa · Person 42 | jobtitle · Both sides have a new value for the same field; by this record type's rule, Dynamics wins.",
  ]);
});

test("no conflicts, no groups: the welcome view shows", () => {
  const view = { pair: "a", name: "A", conflicts: [], failed: [] };
  assert.deepEqual(conflictNodes([view], "en"), []);
  assert.deepEqual(conflictNodes([view, { ...view, pair: "b" }], "en"), []);
});
