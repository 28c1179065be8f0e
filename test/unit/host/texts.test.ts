import assert from "node:assert/strict";
import { test } from "node:test";
import { checksText } from "../../../src/host/documents/checksText";
import { explainText, nextText } from "../../../src/host/documents/explainText";
import { plain, table } from "../../../src/host/documents/markdown";
import { previewText } from "../../../src/host/documents/previewText";
import { compareTexts, shownIn } from "../../../src/host/log/compareText";
import { csvCell, csvHeader, csvLines, exportChunk } from "../../../src/host/log/exportText";
import { isSignInProblem, problemOf } from "../../../src/host/problem";
import { dynamicsRecordUrl } from "../../../src/host/recordLinks";
import { statusBarText, type StatusView } from "../../../src/host/statusText";
import { duration } from "../../../src/host/text";
import type { MappedField, Preview } from "../../../src/protocol/engine";
import type { NextStep } from "../../../src/protocol/explain";
import { RpcError } from "../../../src/protocol/rpc";
import { activityOf, configOf, mappedOf } from "./samples";

const NOW = Date.parse("2026-03-02T10:00:00.000Z");
const MOMENT = { now: NOW, automatic: true };

const cells: readonly [unknown: string | number | boolean | null | undefined, cell: string][] = [
  ["plain", "plain"],
  ["=1+1", "'=1+1"],
  ["+49 30", "'+49 30"],
  ["-5", "'-5"],
  ["@SUM(A1)", "'@SUM(A1)"],
  ["\t=1", "'\t=1"],
  ["  =1", "'  =1"],
  ['=HYPERLINK("x","y")', `"'=HYPERLINK(""x"",""y"")"`],
  ["a,b", '"a,b"'],
  ['say "hi"', '"say ""hi"""'],
  ["two\nlines", '"two\nlines"'],
  [" edge ", '" edge "'],
  [-5, "-5"],
  [false, "false"],
  [0, "0"],
  [null, ""],
  [undefined, ""],
];

for (const [value, cell] of cells) {
  test(`CSV: ${JSON.stringify(value)} becomes ${JSON.stringify(cell)}`, () => {
    assert.equal(csvCell(value), cell);
  });
}

test("CSV has one line per changed field and one for an activity without any", () => {
  const two = activityOf({
    changes: [
      { field: "a", to: "marketo", before: null, after: "=x" },
      { field: "b", to: "dynamics", before: 1, after: 2, lost: 3 },
    ],
  });
  const start =
    "5,2026-03-02T10:00:00.000Z,7,contoso,contact,aaaaaaaa-0000-0000-0000-000000000001,42,applied,changed-in-dynamics";
  const end = "2026-03-02T09:00:00Z,,r-1,,";
  assert.deepEqual(csvLines(two), [
    `${start},a,marketo,,'=x,,${end}`,
    `${start},b,dynamics,1,2,3,${end}`,
  ]);
  assert.equal(csvLines(activityOf({ changes: [] })).length, 1);
  assert.equal(csvHeader().split(",").length, csvLines(two)[0]!.split(",").length);
});

test("NDJSON has one object per line", () => {
  const rows = [activityOf(), activityOf({ id: 6 })];
  const lines = exportChunk("ndjson", rows).trimEnd().split("\n");
  assert.deepEqual(
    lines.map((line) => JSON.parse(line) as unknown),
    rows,
  );
});

test("compare shows both values of every field on the same line", () => {
  const activity = activityOf({
    changes: [
      { field: "a", to: "marketo", before: null, after: true },
      { field: "b", to: "dynamics", before: undefined, after: "x", lost: "y" },
    ],
  });
  assert.deepEqual(compareTexts(activity), {
    before: "a: (empty)\nb: y",
    after: "a: Yes\nb: x",
  });
});

test("options are shown by their names, other values as they are", () => {
  const options = [
    { value: 1, label: "Any" },
    { value: 2, label: "Email" },
  ];
  const cases = [1, "2", "1, 2", 7, null, true].map((value) => shownIn({ options }, value));
  assert.deepEqual(cases, ["Any", "Email", "Any, Email", "7", "(empty)", "Yes"]);
  assert.equal(shownIn(undefined, "a, b"), "a, b");
});

test("a record's value can be no markup and breaks no table", () => {
  assert.equal(
    plain("![x](https://evil.test/p.png) <b> a|b\nc `d`"),
    "!\\[x\\](https://evil.test/p.png) \\<b> a\\|b c \\`d\\`",
  );
  assert.equal(
    table(["A", "Bee"], [["1", "22222"]]),
    "| A   | Bee   |\n| --- | ----- |\n| 1   | 22222 |",
  );
});

const view = (change: Partial<StatusView>): StatusView => ({
  name: "Contoso",
  environment: "test",
  phase: { kind: "waiting", nextAt: NOW + 240_000, problem: null },
  conflicts: 0,
  waits: null,
  ...change,
});
const problem = { code: "AADSTS7000215", message: "The secret is wrong." };
const halt = { reason: "first-sync", limit: 0, planned: 3, planHash: "h" } as const;

const bars: readonly [string, StatusView[], string, boolean][] = [
  ["idle", [view({})], "$(sync) Contact Sync: next cycle in 4 min", false],
  [
    "production in words",
    [view({ environment: "production" })],
    "$(sync) Contact Sync: next cycle in 4 min · PRODUCTION",
    false,
  ],
  [
    "running",
    [
      view({
        phase: {
          kind: "running",
          run: { cycle: 1, startedAt: NOW, stage: "writing", done: 2, total: 5 },
        },
      }),
    ],
    "$(sync~spin) Contact Sync: writing 40 %",
    false,
  ],
  ["paused", [view({ phase: { kind: "paused" } })], "$(debug-pause) Contact Sync: paused", false],
  [
    "needs sign-in",
    [view({ phase: { kind: "signIn", problem } })],
    "$(key) Contact Sync: needs sign-in",
    true,
  ],
  [
    "elsewhere",
    [view({ phase: { kind: "reader", owner: "the window of crm" } })],
    "$(eye) Contact Sync: runs in the window of crm",
    false,
  ],
  [
    "the most urgent of several, by name",
    [view({}), view({ name: "Fabrikam", phase: { kind: "halted", halt } })],
    "$(stop-circle) Contact Sync: Fabrikam · halted, waits for your word",
    true,
  ],
];

for (const [title, views, text, isWarning] of bars) {
  test(`status bar: ${title}`, () => {
    const bar = statusBarText(views, MOMENT);
    assert.deepEqual([bar?.text, bar?.isWarning], [text, isWarning]);
  });
}

test("status bar: without the timer no time is named, and nothing is due", () => {
  const bar = statusBarText([view({})], { now: NOW + 900_000, automatic: false });
  assert.equal(bar?.text, "$(sync) Contact Sync: cycles run by command only");
});

test("status bar: nothing to say without a pair", () => {
  assert.equal(statusBarText([], MOMENT), null);
});

const same = "Nothing to write: both sides agree.";
const nexts: readonly [string, NextStep, Partial<MappedField>, string][] = [
  [
    "off",
    { action: "nothing", to: null, text: same },
    { enabled: false },
    "The field is not synced: nothing will happen.",
  ],
  [
    "a problem",
    { action: "nothing", to: null, text: same },
    { problem: "Too odd." },
    "The field cannot sync: Too odd.",
  ],
  ["equal", { action: "nothing", to: null, text: same }, {}, `Nothing will happen: ${same}`],
  [
    "a question",
    { action: "ask", to: null, text: "Several records match." },
    {},
    "It waits for your answer: Several records match.",
  ],
  [
    "too long",
    { action: "refuse", to: "dynamics", text: "It is too long." },
    {},
    "The next cycle would not write it to Dynamics: It is too long.",
  ],
  [
    "a clash",
    {
      action: "write",
      to: "marketo",
      before: "B",
      after: "A",
      lost: "B",
      text: "For a contact, Dynamics wins.",
    },
    {},
    "The next cycle writes A to Marketo, where B stands now: For a contact, Dynamics wins. B is lost.",
  ],
];

for (const [title, next, change, text] of nexts) {
  test(`what would happen next: ${title}`, () => {
    assert.equal(nextText(next, mappedOf("jobtitle", change)), text);
  });
}

test("an explained field: now, next, and every change with side, cycle, rule and both values", () => {
  const text = explainText({
    mapped: mappedOf("jobtitle", { field: "title", columnLabel: "Job Title" }),
    locale: "en",
    explanation: {
      recordType: "contact",
      dynamicsId: "aaaa",
      personId: 7,
      column: "jobtitle",
      field: "title",
      current: { dynamics: "A", marketo: "A" },
      next: { action: "nothing", to: null, text: same },
      history: [
        {
          activity: 3,
          time: "2026-03-02T10:00:00.000Z",
          cycle: 9,
          to: "dynamics",
          outcome: "refused",
          reason: "refused-by-dynamics",
          rule: "Dynamics refused the change. 0x80044331: too long.",
          before: "A",
          after: "C",
          lost: "B",
        },
      ],
    },
  });
  assert.match(text, /^# Job Title · Contact aaaa\n\n`jobtitle` ↔ `title`\n\n## Now\n/);
  assert.match(text, /## Next\n\nNothing will happen: Nothing to write/);
  assert.match(
    text,
    /\| 9 +\| Dynamics +\| A +\| C +\| B +\| Dynamics refused the change\. 0x80044331: too long\. \|/,
  );
});

test("the check list shows what must be fixed first, with sign, word and link", () => {
  const text = checksText("Contoso", [
    { id: "a", side: "dynamics", state: "green", title: "A", detail: "Fine.", link: null },
    { id: "b", side: "dynamics", state: "red", title: "B", detail: "Bad.", link: "https://x.test" },
    { id: "c", side: "marketo", state: "amber", title: "C", detail: "So so.", link: null },
  ]);
  assert.equal(
    text,
    `# Connection of Contoso

1 OK, 1 limited, 1 must be fixed

## Dynamics 365

- ✖ Must be fixed — **B**: Bad. https://x.test
- ✔ OK — **A**: Fine.

## Marketo

- ⚠ Limited — **C**: So so.
`,
  );
});

test("the preview tells counts, halt, refusals and values before and after", () => {
  const preview: Preview = {
    pair: "contoso",
    planHash: "h",
    counts: {
      created: { dynamics: 0, marketo: 2 },
      updated: { dynamics: 1, marketo: 0 },
      linked: 3,
      conflicts: 0,
      ambiguous: 0,
      refused: 1,
      emptied: 0,
      deleted: 0,
    },
    halt,
    refusals: [{ message: "Too long.", count: 1 }],
    sample: [
      {
        recordType: "contact",
        dynamicsId: "x-1",
        personId: 4,
        action: "update",
        to: "dynamics",
        reason: "changed-in-marketo",
        message: null,
        changes: [{ field: "jobtitle", to: "dynamics", before: null, after: "Boss" }],
      },
    ],
    calls: { dynamics: 2, marketo: 5 },
    warnings: ["Campaigns may start."],
  };
  const text = previewText("Contoso", preview);
  for (const part of [
    "**This plan is halted.** The first sync waits for approval.",
    "| created in Marketo  | 2       |",
    "| 1       | Too long. |",
    "- Campaigns may start.",
    "### Change: Contact x-1 · Person 4",
    "| jobtitle | Dynamics | (empty) | Boss  |            |",
  ]) {
    assert.ok(text.includes(part), `${part}\n\nis not in\n\n${text}`);
  }
});

test("errors: the code once, sign-in told by its code alone", () => {
  const error = new RpcError({ code: "SIGN-IN AADSTS50173", message: "AADSTS50173: Sign in." });
  assert.deepEqual(problemOf(error), { code: "AADSTS50173", message: "Sign in." });
  assert.equal(isSignInProblem(error), true);
  assert.equal(isSignInProblem(new Error("sign in")), false);
  assert.deepEqual(problemOf("odd"), { code: "CS-UNEXPECTED", message: "odd" });
});

test("links to records keep the organization's path and escape the id", () => {
  assert.equal(
    dynamicsRecordUrl(configOf(), "contact", "a&b"),
    "https://contoso.crm.dynamics.com/main.aspx?etn=contact&pagetype=entityrecord&id=a%26b",
  );
});

test("durations in the two largest units", () => {
  assert.deepEqual([0, 59_000, 300_000, 5_400_000, -1].map(duration), [
    "0 s",
    "59 s",
    "5 min",
    "1 h 30 min",
    "0 s",
  ]);
});
