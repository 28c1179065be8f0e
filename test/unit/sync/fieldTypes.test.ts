import assert from "node:assert/strict";
import { test } from "node:test";
import type { ColumnType, MarketoType } from "../../../src/model/schema";
import { PAIRS } from "../../../src/sync/fieldTypes";
import { buildFieldMap, pairField } from "../../../src/sync/fieldMap";
import type { MappingSpec } from "../../../src/sync/fieldRule";
import { OPTIONS, column, field } from "./builders";

const MARKETO_TYPES: readonly MarketoType[] = [
  "string",
  "text",
  "email",
  "phone",
  "url",
  "integer",
  "score",
  "percent",
  "float",
  "currency",
  "boolean",
  "date",
  "datetime",
  "reference",
  "formula",
  "unsupported",
];

/**
 * One letter for each Marketo type in the order above: t text, e e-mail, n number, b yes/no, m by a value list,
 * o several options, d day, i instant, w wall clock, g id, . refused.
 */
const EXPECTED: Readonly<Record<ColumnType, string>> = {
  //            s t e p u   i s p f c   b   d d   r f u
  text: "       t t e t t   . . . . .   m   . .   . . .",
  memo: "       t t e t t   . . . . .   m   . .   . . .",
  phone: "      t t e t t   . . . . .   m   . .   . . .",
  url: "        t t e t t   . . . . .   m   . .   . . .",
  email: "      e e e . .   . . . . .   .   . .   . . .",
  integer: "    n n . . .   n n n n n   .   . .   . . .",
  bigint: "     n n . . .   n . . . .   .   . .   . . .",
  decimal: "    n n . . .   n n n n n   .   . .   . . .",
  double: "     n n . . .   n n n n n   .   . .   . . .",
  money: "      n n . . .   n n n n n   .   . .   . . .",
  boolean: "    m m . . .   m m . . .   b   . .   . . .",
  date: "       d d . . .   . . . . .   .   d .   . . .",
  datetime: "   i i . . .   . . . . .   .   . i   . . .",
  localDatetime: "w w . . .  . . . . .   .   . w   . . .",
  picklist: "   m m . . .   m m . . .   m   . .   . . .",
  state: "      m m . . .   m m . . .   m   . .   . . .",
  status: "     m m . . .   m m . . .   m   . .   . . .",
  multiSelect: "o o . . .   . . . . .   .   . .   . . .",
  lookup: "     g g . . .   . . . . .   .   . .   . . .",
  customer: "   g g . . .   . . . . .   .   . .   . . .",
  owner: "      g g . . .   . . . . .   .   . .   . . .",
  guid: "       g g . . .   . . . . .   .   . .   . . .",
  unsupported: ". . . . .   . . . . .   .   . .   . . .",
};

const LETTER = {
  text: "t",
  email: "e",
  number: "n",
  boolean: "b",
  mapped: "m",
  options: "o",
  date: "d",
  instant: "i",
  wallClock: "w",
  id: "g",
} as const;

test("every pair of types is either mapped in one way or refused", () => {
  const actual = Object.entries(PAIRS).map(([type, row]) => [
    type,
    MARKETO_TYPES.map((marketo) => (row[marketo] ? LETTER[row[marketo]] : ".")).join(""),
  ]);
  const expected = Object.entries(EXPECTED).map(([type, row]) => [type, row.replaceAll(" ", "")]);
  assert.deepEqual(actual, expected);
});

test("every refused pair says so at configuration time, every other one gives a working rule", () => {
  for (const type of Object.keys(PAIRS) as ColumnType[]) {
    for (const marketo of MARKETO_TYPES) {
      const options = ["picklist", "state", "status", "multiSelect"].includes(type);
      const toBoolean = marketo === "boolean" && type !== "boolean";
      const valueMap: MappingSpec["valueMap"] = options
        ? { Hot: true, Cold: false }
        : { Y: true, N: false };
      const paired = pairField(
        { column: "c", field: "f", direction: "both", ...(toBoolean ? { valueMap } : {}) },
        column("c", type, options ? { options: OPTIONS } : {}),
        field("f", marketo),
      );
      const outcome = paired.ok ? "rule" : paired.problem.code;
      assert.equal(
        outcome,
        PAIRS[type][marketo] ? "rule" : "pair-not-allowed",
        `${type} ${marketo}`,
      );
    }
  }
});

const TEXT = column("c", "text", { maxLength: 100 });
const STRING = field("f", "string", { maxLength: 255 });
const PICKLIST = column("c", "picklist", { options: OPTIONS });
const TWINS = column("c", "status", {
  options: [
    { value: 1, label: "Lost" },
    { value: 2, label: "lost" },
  ],
});

type Case = [
  name: string,
  spec: Partial<MappingSpec>,
  column: ReturnType<typeof column> | undefined,
  field: ReturnType<typeof field> | undefined,
  expected: string,
];

/** Expected: the direction in force, or the problem's code. */
const PAIRINGS: readonly Case[] = [
  ["a column that is not there", {}, undefined, STRING, "column-missing"],
  ["a field that is not there", {}, TEXT, undefined, "field-missing"],
  ["R6: a hidden column", {}, { ...TEXT, hidden: true }, STRING, "column-hidden"],
  [
    "R6: one way, too",
    { direction: "toDynamics" },
    { ...TEXT, hidden: true },
    STRING,
    "column-hidden",
  ],
  ["an unreadable column", {}, { ...TEXT, readable: false }, STRING, "column-hidden"],
  ["both ways", {}, TEXT, STRING, "both"],
  ["a read-only column", {}, { ...TEXT, updatable: false }, STRING, "toMarketo"],
  [
    "the same to Dynamics",
    { direction: "toDynamics" },
    { ...TEXT, updatable: false },
    STRING,
    "column-read-only",
  ],
  ["a read-only field", {}, TEXT, { ...STRING, updatable: false }, "toDynamics"],
  [
    "the same to Marketo",
    { direction: "toMarketo" },
    TEXT,
    { ...STRING, updatable: false },
    "field-read-only",
  ],
  ["a field of the native sync", {}, TEXT, { ...STRING, crmManaged: true }, "toDynamics"],
  [
    "both read-only",
    {},
    { ...TEXT, updatable: false },
    { ...STRING, updatable: false },
    "column-read-only",
  ],
  ["a lookup", {}, column("c", "lookup"), STRING, "toMarketo"],
  [
    "a customer to Dynamics",
    { direction: "toDynamics" },
    column("c", "customer"),
    STRING,
    "column-read-only",
  ],
  ["an owner", {}, column("c", "owner"), STRING, "both"],
  ["a map for plain texts", { valueMap: { a: "b" } }, TEXT, STRING, "value-map"],
  ["a text in a yes/no field without a map", {}, TEXT, field("f", "boolean"), "value-map"],
  ["an option in a yes/no field without a map", {}, PICKLIST, field("f", "boolean"), "value-map"],
  ["a map with an unknown option", { valueMap: { Frozen: "x" } }, PICKLIST, STRING, "value-map"],
  ["a map onto empty", { valueMap: { Hot: "" } }, PICKLIST, STRING, "value-map"],
  [
    "a map of text onto numbers",
    { valueMap: { Hot: "x" } },
    PICKLIST,
    field("f", "integer"),
    "value-map",
  ],
  ["an empty map", { valueMap: {} }, PICKLIST, STRING, "value-map"],
  ["a map by number and label", { valueMap: { "1": "A", cold: "C" } }, PICKLIST, STRING, "both"],
  ["two options of one name", {}, TWINS, STRING, "options-ambiguous"],
  ["the same to Marketo", { direction: "toMarketo" }, TWINS, STRING, "toMarketo"],
  ["the same by number", { options: "number" }, TWINS, STRING, "both"],
  [
    "several options with a separator in a name",
    {},
    column("c", "multiSelect", { options: [{ value: 1, label: "A; B" }] }),
    STRING,
    "value-map",
  ],
];

for (const [name, spec, columnDescription, fieldDescription, expected] of PAIRINGS) {
  test(`pairing: ${name} -> ${expected}`, () => {
    const paired = pairField(
      { column: "c", field: "f", direction: "both", ...spec },
      columnDescription,
      fieldDescription,
    );
    assert.equal(paired.ok ? paired.rule.direction : paired.problem.code, expected);
    if (!paired.ok) assert.match(paired.problem.message, /^[^.]+\b.*\.$/);
  });
}

const WARNINGS: readonly [string, ReturnType<typeof column>, ReturnType<typeof field>, RegExp[]][] =
  [
    ["memo into string", column("c", "memo", { maxLength: 2000 }), STRING, [/c holds up to 2000/]],
    ["string into text", TEXT, STRING, [/f holds up to 255/]],
    ["money into integer", column("c", "money"), field("f", "integer"), [/fractions of c/]],
    [
      "float into integer",
      column("c", "integer"),
      field("f", "float"),
      [/fractions and texts of f/],
    ],
    ["wall clock", column("c", "localDatetime"), field("f", "datetime"), [/digits as UTC/]],
    [
      "read-only column",
      column("c", "date", { updatable: false }),
      field("f", "date"),
      [/toMarketo only/],
    ],
    ["day", column("c", "date"), field("f", "date"), []],
  ];

for (const [name, columnDescription, fieldDescription, expected] of WARNINGS) {
  test(`warning: ${name}`, () => {
    const paired = pairField(
      { column: "c", field: "f", direction: "both" },
      columnDescription,
      fieldDescription,
    );
    const warnings = paired.ok ? paired.warnings : [paired.problem.message];
    assert.equal(warnings.length, expected.length, warnings.join("\n"));
    expected.forEach((pattern, at) => assert.match(warnings[at] ?? "", pattern));
  });
}

test("a map keeps what works and switches off what collides", () => {
  const table = {
    name: "contact",
    entitySet: "contacts",
    primaryId: "contactid",
    changeTracking: true,
    columns: [column("a", "text"), column("b", "text"), column("c", "text")],
  };
  const map = buildFieldMap(
    [
      { column: "a", field: "x", direction: "both" },
      { column: "b", field: "x", direction: "toMarketo" },
      { column: "c", field: "x", direction: "toDynamics" },
      { column: "a", field: "y", direction: "both" },
      { column: "d", field: "y", direction: "both" },
    ],
    table,
    [field("x", "string"), field("y", "string")],
  );
  assert.deepEqual(
    {
      rules: map.rules.map(({ key, field: name, direction }) => [key, name, direction]),
      problems: map.problems.map((problem) => [problem.column, problem.field, problem.code]),
    },
    {
      rules: [
        ["a", "x", "both"],
        ["c", "x", "toDynamics"],
      ],
      problems: [
        ["b", "x", "field-written-twice"],
        ["a", "y", "column-mapped-twice"],
        ["d", "y", "column-missing"],
      ],
    },
  );
});
