import assert from "node:assert/strict";
import { test } from "node:test";
import type { FieldValue, Side } from "../../../src/model/record";
import type { FieldRule } from "../../../src/sync/fieldRule";
import { OPTIONS, column, field, rule } from "./builders";

const RULES = {
  text: rule(column("c", "text", { maxLength: 5 }), field("f", "string")),
  bytes: rule(column("c", "memo"), field("f", "text", { maxLength: 6 })),
  email: rule(column("c", "email", { maxLength: 100 }), field("f", "email")),
  integer: rule(column("c", "integer", { min: 0, max: 100 }), field("f", "integer")),
  bigint: rule(column("c", "bigint"), field("f", "string")),
  money: rule(column("c", "money", { precision: 2 }), field("f", "currency")),
  moneyWhole: rule(column("c", "money", { precision: 2 }), field("f", "integer")),
  decimalText: rule(column("c", "decimal"), field("f", "string")),
  boolean: rule(column("c", "boolean"), field("f", "boolean")),
  booleanText: rule(column("c", "boolean"), field("f", "string"), {
    valueMap: { true: "Do not call", false: "Call" },
  }),
  booleanNumber: rule(column("c", "boolean"), field("f", "integer")),
  textBoolean: rule(column("c", "text"), field("f", "boolean"), {
    valueMap: { Y: true, Yes: true, N: false },
  }),
  date: rule(column("c", "date"), field("f", "date")),
  instant: rule(column("c", "datetime"), field("f", "datetime")),
  instantText: rule(column("c", "datetime"), field("f", "string")),
  wallClock: rule(column("c", "localDatetime"), field("f", "datetime")),
  wallClockText: rule(column("c", "localDatetime"), field("f", "string")),
  label: rule(
    column("c", "picklist", { options: OPTIONS }),
    field("f", "string", { maxLength: 3 }),
  ),
  number: rule(column("c", "picklist", { options: OPTIONS }), field("f", "string"), {
    options: "number",
  }),
  numberField: rule(column("c", "status", { options: OPTIONS }), field("f", "score")),
  mapped: rule(column("c", "picklist", { options: OPTIONS }), field("f", "string"), {
    valueMap: { Hot: "A", Warm: "A", "3": "C" },
  }),
  many: rule(column("c", "multiSelect", { options: OPTIONS }), field("f", "string")),
  manyNumbers: rule(column("c", "multiSelect", { options: OPTIONS }), field("f", "string"), {
    options: "number",
  }),
  owner: rule(column("c", "owner"), field("f", "string")),
} satisfies Record<string, FieldRule>;

type Name = keyof typeof RULES;
const ID = "6a000000-0000-0000-0000-000000000001";

/** Wire value of one side -> canonical value. */
const READS: readonly [Name, Side, unknown, FieldValue][] = [
  ["text", "dynamics", "", null],
  ["text", "marketo", null, null],
  ["text", "marketo", undefined, null],
  ["text", "dynamics", "  a ", "  a "],
  ["text", "marketo", 12, "12"],
  ["text", "marketo", false, "false"],
  ["email", "dynamics", "Ada@Fabrikam.test", "Ada@Fabrikam.test"],
  ["integer", "marketo", "12", 12],
  ["integer", "marketo", " +12.0 ", 12],
  ["integer", "dynamics", 0, 0],
  ["integer", "marketo", -0, 0],
  ["integer", "marketo", "-0", 0],
  ["integer", "marketo", "twelve", "twelve"],
  ["integer", "marketo", true, "true"],
  ["integer", "marketo", "0x10", "0x10"],
  ["bigint", "marketo", "9007199254740993", "9007199254740993"],
  ["money", "dynamics", 12.5, 12.5],
  ["money", "marketo", "12.50", 12.5],
  ["money", "marketo", "1,234.5", "1,234.5"],
  ["money", "marketo", Number.NaN, "NaN"],
  ["boolean", "dynamics", false, false],
  ["boolean", "dynamics", null, null],
  ["boolean", "marketo", "TRUE", true],
  ["boolean", "marketo", 0, false],
  ["boolean", "marketo", "maybe", "maybe"],
  ["booleanText", "dynamics", true, true],
  ["booleanText", "marketo", "do not call", true],
  ["booleanText", "marketo", "true", "true"],
  ["booleanNumber", "marketo", 1, true],
  ["textBoolean", "marketo", true, "Y"],
  ["textBoolean", "dynamics", "Yes", "Yes"],
  ["date", "dynamics", "1990-05-31", "1990-05-31"],
  ["date", "marketo", "1990-05-31T00:00:00Z", "1990-05-31"],
  ["date", "marketo", "1990-05-31T00:00:00+14:00", "1990-05-31"],
  ["date", "marketo", "1990-05-31T01:00:00Z", "1990-05-31T01:00:00Z"],
  ["date", "marketo", "1990-02-30", "1990-02-30"],
  ["date", "marketo", "31.05.1990", "31.05.1990"],
  ["instant", "dynamics", "2026-11-24T08:00:00Z", "2026-11-24T08:00:00Z"],
  ["instant", "marketo", "2026-11-24T08:00:00.987Z", "2026-11-24T08:00:00Z"],
  ["instant", "marketo", "2026-11-24T08:00:00+00:00", "2026-11-24T08:00:00Z"],
  ["instant", "marketo", "2026-11-24T08:00:00+0000", "2026-11-24T08:00:00Z"],
  ["instant", "marketo", "2026-11-24T02:00:00-06:00", "2026-11-24T08:00:00Z"],
  ["instant", "marketo", "2026-11-25T00:30:00+05:45", "2026-11-24T18:45:00Z"],
  ["instant", "marketo", "2014-11-13 12:43:04", "2014-11-13T12:43:04Z"],
  ["instant", "marketo", "2014-11-13T24:00:00Z", "2014-11-13T24:00:00Z"],
  ["instant", "marketo", "9999-12-31T23:59:59-01:00", "9999-12-31T23:59:59-01:00"],
  ["instant", "marketo", "0001-01-01T00:00:00+01:00", "0001-01-01T00:00:00+01:00"],
  ["wallClock", "dynamics", "2026-11-24T08:00:00Z", "2026-11-24T08:00:00"],
  ["wallClock", "marketo", "2026-11-24T02:00:00-06:00", "2026-11-24T08:00:00"],
  ["wallClockText", "marketo", "2026-11-24T08:00:00", "2026-11-24T08:00:00"],
  ["wallClockText", "marketo", "2026-11-24 08:00", "2026-11-24T08:00:00"],
  ["label", "dynamics", 1, 1],
  ["label", "marketo", "hot ", 1],
  ["label", "marketo", "Tepid", "Tepid"],
  ["label", "marketo", "1", "1"],
  ["number", "marketo", "1", 1],
  ["numberField", "marketo", 3, 3],
  ["mapped", "marketo", "a", 1],
  ["mapped", "marketo", "Hot", "Hot"],
  ["many", "dynamics", "3, 1", "1;3"],
  ["many", "dynamics", "3", "3"],
  ["many", "dynamics", "10,9", "9;10"],
  ["many", "dynamics", "", null],
  ["many", "marketo", "Cold;Hot;Cold", "1;3"],
  ["many", "marketo", " ; ", null],
  ["many", "marketo", "Hot;Tepid", "Hot;Tepid"],
  ["many", "marketo", "1;3", '"1;3"'],
  ["manyNumbers", "marketo", "3;1", "1;3"],
  ["owner", "dynamics", ID, ID],
  ["owner", "marketo", ` {${ID.toUpperCase()}}`, ID],
  ["owner", "marketo", "Ada", "Ada"],
];

for (const [name, side, wire, expected] of READS) {
  test(`${name} from ${side}: ${JSON.stringify(wire)} -> ${JSON.stringify(expected)}`, () => {
    const { codec } = RULES[name];
    const actual = side === "dynamics" ? codec.fromDynamics(wire) : codec.fromMarketo(wire);
    assert.deepEqual(actual, expected);
  });
}

/** Canonical value -> what is sent to each side. */
const WRITES: readonly [Name, FieldValue, dynamics: unknown, marketo: unknown][] = [
  ["text", null, null, null],
  ["text", "a", "a", "a"],
  ["integer", 0, 0, 0],
  ["decimalText", 0.5, 0.5, "0.5"],
  ["boolean", false, false, false],
  ["boolean", null, null, null],
  ["booleanText", false, false, "Call"],
  ["booleanNumber", true, true, 1],
  ["textBoolean", "Yes", "Yes", true],
  ["date", "1990-05-31", "1990-05-31", "1990-05-31"],
  ["instant", "2026-11-24T08:00:00Z", "2026-11-24T08:00:00Z", "2026-11-24T08:00:00Z"],
  ["wallClock", "2026-11-24T08:00:00", "2026-11-24T08:00:00Z", "2026-11-24T08:00:00Z"],
  ["wallClockText", "2026-11-24T08:00:00", "2026-11-24T08:00:00Z", "2026-11-24T08:00:00"],
  ["label", 1, 1, "Hot"],
  ["number", 1, 1, "1"],
  ["numberField", 1, 1, 1],
  ["mapped", 2, 2, "A"],
  ["many", "1;3", "1,3", "Hot;Cold"],
  ["many", null, null, null],
  ["manyNumbers", "1;3", "1,3", "1;3"],
  ["owner", ID, ID, ID],
];

for (const [name, value, dynamics, marketo] of WRITES) {
  test(`${name}: ${JSON.stringify(value)} is sent as ${JSON.stringify([dynamics, marketo])}`, () => {
    const { codec } = RULES[name];
    assert.deepEqual([codec.toDynamics(value), codec.toMarketo(value)], [dynamics, marketo]);
  });
}

/** What fits on each side; "" fits. */
const FITS: readonly [Name, FieldValue, dynamics: string, marketo: string][] = [
  ["text", null, "", ""],
  ["text", "12345", "", ""],
  ["text", "123456", "too-long", ""],
  ["text", "x".repeat(256), "too-long", "too-long"],
  ["text", "a\u0000", "control-character", "control-character"],
  ["text", "a\nb\t", "", ""],
  ["text", "\ud83d", "control-character", "control-character"],
  ["bytes", "äöü", "", ""],
  ["bytes", "äöüx", "", "too-long"],
  ["email", "ada@fabrikam.test", "", ""],
  ["email", "ädä@fabrikam.test", "", "not-ascii"],
  ["integer", 100, "", ""],
  ["integer", 101, "out-of-range", ""],
  ["integer", -1, "out-of-range", ""],
  ["integer", 1.5, "too-precise", "too-precise"],
  ["integer", "twelve", "unreadable", "unreadable"],
  ["bigint", "9007199254740993", "unreadable", "unreadable"],
  ["money", 12.25, "", ""],
  ["money", 12.255, "too-precise", ""],
  ["money", 1e15, "out-of-range", ""],
  ["moneyWhole", 12.5, "", "too-precise"],
  ["moneyWhole", 1e16, "out-of-range", "out-of-range"],
  ["boolean", "maybe", "unreadable", "unreadable"],
  ["booleanText", "true", "unmapped-value", "unmapped-value"],
  ["textBoolean", "perhaps", "unmapped-value", "unmapped-value"],
  ["date", "1752-12-31", "out-of-range", ""],
  ["date", "9999-12-31", "out-of-range", ""],
  ["date", "1990-02-30", "unreadable", "unreadable"],
  ["date", "2024-02-29", "", ""],
  ["date", "1900-02-29", "unreadable", "unreadable"],
  ["date", "0000-01-01", "unreadable", "unreadable"],
  ["instant", "1752-12-31T23:59:59Z", "out-of-range", ""],
  ["instant", "2026-11-24T08:00:00", "unreadable", "unreadable"],
  ["instant", "0000-01-01T00:00:00Z", "unreadable", "unreadable"],
  ["wallClock", "2026-11-24T08:00:00", "", ""],
  ["wallClock", "2026-11-24T25:00:00", "unreadable", "unreadable"],
  ["label", 3, "", "too-long"],
  ["label", 4, "unmapped-value", "unmapped-value"],
  ["label", "Tepid", "unmapped-value", "unmapped-value"],
  ["numberField", 3, "", ""],
  ["many", "1;3", "", ""],
  ["many", "1;4", "unmapped-value", "unmapped-value"],
  ["many", '"1;3"', "unmapped-value", "unmapped-value"],
  ["owner", ID, "", ""],
  ["owner", "Ada", "unreadable", "unreadable"],
];

for (const [name, value, dynamics, marketo] of FITS) {
  const shown = JSON.stringify(value).slice(0, 40);
  test(`${name}: does ${shown} fit? ${JSON.stringify([dynamics, marketo])}`, () => {
    const { codec } = RULES[name];
    const code = (side: Side) => codec.fits(side, value)?.code ?? "";
    assert.deepEqual([code("dynamics"), code("marketo")], [dynamics, marketo]);
  });
}

test("a wire value that is no single value is refused on both sides, and never thrown on", () => {
  const { codec } = RULES.text;
  for (const wire of [{}, [], Symbol("x"), () => 1, Object.create(null) as unknown]) {
    const value = codec.fromMarketo(wire);
    assert.equal(codec.fits("dynamics", value)?.code, "unreadable");
    assert.equal(codec.fits("marketo", value)?.code, "unreadable");
  }
});

/** Two canonical values of one field and whether they are the same value. */
const COMPARES: readonly [Name, FieldValue, FieldValue, boolean][] = [
  ["text", "a", "A", false],
  ["text", "a", "a ", false],
  ["email", "Ada@Fabrikam.test", "ada@fabrikam.TEST", true],
  ["boolean", false, null, false],
  ["integer", 0, null, false],
  ["integer", 12, "12 items", false],
  ["mapped", 1, 2, true],
  ["mapped", 1, 3, false],
  ["textBoolean", "Y", "Yes", true],
  ["textBoolean", "Y", "true", false],
  ["label", 1, "HOT", true],
  ["label", 4, "4", false],
  ["label", " ", null, false],
  ["many", "1;3", "1;2", false],
  ["many", "1;4", "1", false],
];

for (const [name, one, two, same] of COMPARES) {
  test(`${name}: ${JSON.stringify(one)} ${same ? "is" : "is not"} ${JSON.stringify(two)}`, () => {
    const { codec } = RULES[name];
    assert.equal(codec.compareKey(one) === codec.compareKey(two), same);
  });
}

/** Texts of the change feed; "unknown" when the text does not tell the value. */
const FEED: readonly [Name, string | null, FieldValue | "unknown"][] = [
  ["text", null, null],
  ["text", "", null],
  ["integer", "12", 12],
  ["money", "12.50", 12.5],
  ["boolean", "1", true],
  ["boolean", "false", false],
  ["instant", "2014-11-13T12:43:04+0000", "2014-11-13T12:43:04Z"],
  ["instant", "2014-11-13 12:43:04", "unknown"],
  ["instant", "rubbish", "rubbish"],
  ["instantText", "2014-11-13 12:43:04", "2014-11-13T12:43:04Z"],
  ["wallClock", "2014-11-13 12:43:04", "unknown"],
  ["wallClockText", "2014-11-13 12:43:04", "2014-11-13T12:43:04"],
  ["date", "2014-11-13 00:00:00", "2014-11-13"],
  ["label", "Warm", 2],
  ["many", "Warm;Hot", "1;2"],
];

for (const [name, text, expected] of FEED) {
  test(`${name} in the feed: ${JSON.stringify(text)} -> ${JSON.stringify(expected)}`, () => {
    assert.deepEqual(
      RULES[name].codec.fromFeed(text) ?? null,
      expected === "unknown" ? null : expected,
    );
    assert.equal(RULES[name].codec.fromFeed(text) === undefined, expected === "unknown");
  });
}
