import assert from "node:assert/strict";
import { after, test } from "node:test";
import fc from "fast-check";
import type { FieldValue } from "../../../src/model/record";
import { SIDES } from "../../../src/model/record";
import type { ColumnType, MarketoType } from "../../../src/model/schema";
import type { MappingSpec } from "../../../src/sync/fieldRule";
import { PAIRS } from "../../../src/sync/fieldTypes";
import { OPTIONS, column, field, rule } from "./builders";

const homeZone = process.env["TZ"];
after(() => {
  if (homeZone === undefined) delete process.env["TZ"];
  else process.env["TZ"] = homeZone;
});

/** Every offset in use, both ends, the half and quarter hours, and zones with gaps and skipped days. */
const ZONES = [
  ..."UTC Etc/GMT+12 Pacific/Pago_Pago Pacific/Honolulu Pacific/Marquesas America/Anchorage".split(
    " ",
  ),
  ..."America/Los_Angeles America/Denver America/Chicago America/New_York America/Caracas".split(
    " ",
  ),
  ..."America/St_Johns America/Sao_Paulo America/Noronha Atlantic/Azores Africa/Monrovia".split(
    " ",
  ),
  ..."Europe/London Europe/Dublin Europe/Berlin Europe/Amsterdam Africa/Cairo Europe/Moscow".split(
    " ",
  ),
  ..."Asia/Tehran Asia/Dubai Asia/Kabul Asia/Karachi Asia/Kolkata Asia/Kathmandu Asia/Dhaka".split(
    " ",
  ),
  ..."Asia/Yangon Asia/Bangkok Asia/Shanghai Australia/Eucla Asia/Tokyo Australia/Adelaide".split(
    " ",
  ),
  ..."Australia/Sydney Australia/Lord_Howe Pacific/Noumea Pacific/Auckland Pacific/Chatham".split(
    " ",
  ),
  ..."Pacific/Apia Pacific/Tongatapu Pacific/Kiritimati".split(" "),
];

const two = (number: number) => String(number).padStart(2, "0");
const day = fc
  .record({
    year: fc.integer({ min: 1753, max: 9998 }),
    month: fc.integer({ min: 1, max: 12 }),
    day: fc.integer({ min: 1, max: 28 }),
  })
  .map((parts) => `${parts.year}-${two(parts.month)}-${two(parts.day)}`);
/** The hours of the changes of clock: what a conversion through local time would lose. */
const gapDay = fc.constantFrom(
  "2026-03-08",
  "2026-03-29",
  "2026-10-04",
  "2011-12-30",
  "1937-07-01",
);
const clock = fc
  .record({
    hour: fc.oneof(fc.integer({ min: 0, max: 23 }), fc.constantFrom(0, 2, 3)),
    minute: fc.integer({ min: 0, max: 59 }),
    second: fc.integer({ min: 0, max: 59 }),
  })
  .map((parts) => `${two(parts.hour)}:${two(parts.minute)}:${two(parts.second)}`);
const days = fc.oneof(day, gapDay);
const text = fc
  .string({ unit: "grapheme", minLength: 1, maxLength: 60 })
  .filter((t) => t.length < 200);
const optionNumber = fc.constantFrom(1, 2, 3);
const number = fc.oneof(
  fc.integer(),
  fc.double({ min: -1e10, max: 1e10, noNaN: true }).map((n) => n + 0),
);

/** Values in the canonical form of each column type. */
const VALUES: Readonly<Record<Exclude<ColumnType, "unsupported">, fc.Arbitrary<FieldValue>>> = {
  text,
  memo: text,
  phone: text,
  url: text,
  email: fc.emailAddress(),
  integer: fc.integer(),
  bigint: fc.maxSafeInteger(),
  decimal: number,
  double: number,
  money: number,
  boolean: fc.boolean(),
  date: days,
  datetime: fc.tuple(days, clock).map(([date, time]) => `${date}T${time}Z`),
  localDatetime: fc.tuple(days, clock).map(([date, time]) => `${date}T${time}`),
  picklist: optionNumber,
  state: optionNumber,
  status: optionNumber,
  multiSelect: fc.subarray([1, 2, 3], { minLength: 1 }).map((numbers) => numbers.join(";")),
  lookup: fc.uuid(),
  customer: fc.uuid(),
  owner: fc.uuid(),
  guid: fc.uuid(),
};

const LISTED: ReadonlySet<ColumnType> = new Set(["picklist", "state", "status", "multiSelect"]);

function pairRule(type: ColumnType, marketo: MarketoType) {
  const described = column("c", type, LISTED.has(type) ? { options: OPTIONS } : {});
  const needsMap = marketo === "boolean" && type !== "boolean";
  if (!needsMap) return rule(described, field("f", marketo));
  const valueMap: MappingSpec["valueMap"] = LISTED.has(type)
    ? { Hot: true, Warm: false, Cold: false }
    : { a: true, b: false };
  return rule(described, field("f", marketo), { valueMap });
}

function roundTrip(
  type: Exclude<ColumnType, "unsupported">,
  marketo: MarketoType,
  zone: string,
): void {
  const { codec } = pairRule(type, marketo);
  const values =
    type !== "email" && marketo === "boolean" && !LISTED.has(type) && type !== "boolean"
      ? fc.constantFrom("a", "b")
      : VALUES[type];
  const property = fc.property(fc.option(values, { nil: null }), (value) => {
    fc.pre(SIDES.every((side) => codec.fits(side, value) === null));
    const key = codec.compareKey(value);
    const wire = codec.toMarketo(value);
    const keys = [
      codec.compareKey(codec.fromMarketo(wire)),
      codec.compareKey(codec.fromMarketo(codec.toMarketo(codec.fromMarketo(wire)))),
      codec.compareKey(codec.fromFeed(wire === null ? null : String(wire)) ?? null),
      codec.compareKey(codec.fromDynamics(codec.toDynamics(value))),
    ];
    assert.deepEqual(keys, [key, key, key, key], zone);
    assert.equal(key === "", value === null);
  });
  fc.assert(property, { numRuns: 12 });
}

for (const type of Object.keys(VALUES) as (keyof typeof VALUES)[]) {
  test(`${type}: a value survives the way over both sides and the feed in every time zone`, () => {
    for (const zone of ZONES) {
      process.env["TZ"] = zone;
      for (const marketo of Object.keys(PAIRS[type]) as MarketoType[])
        roundTrip(type, marketo, zone);
    }
  });
}

test("a text with an offset means the same moment in every time zone of the machine", () => {
  const { codec } = pairRule("datetime", "datetime");
  const texts = [
    "2026-03-29T03:30:00+02:00",
    "2026-03-08T02:30:00-08:00",
    "2011-12-30T00:30:00+14:00",
  ];
  for (const zone of ZONES) {
    process.env["TZ"] = zone;
    assert.deepEqual(
      texts.map((wire) => codec.fromMarketo(wire)),
      ["2026-03-29T01:30:00Z", "2026-03-08T10:30:00Z", "2011-12-29T10:30:00Z"],
      zone,
    );
  }
});

test("the time zones of this test are in force while it runs", () => {
  const offsets = ["Pacific/Kiritimati", "Pacific/Pago_Pago", "Asia/Kathmandu"].map((zone) => {
    process.env["TZ"] = zone;
    return new Date("2026-11-24T00:00:00Z").getTimezoneOffset();
  });
  assert.deepEqual(offsets, [-840, 660, -345]);
});

test("no wire value makes a codec throw, and what it cannot read fits on no side", () => {
  for (const type of Object.keys(VALUES) as (keyof typeof VALUES)[]) {
    for (const marketo of Object.keys(PAIRS[type]) as MarketoType[]) {
      const { codec } = pairRule(type, marketo);
      const property = fc.property(fc.anything({ withBigInt: true, withDate: true }), (wire) => {
        for (const value of [codec.fromDynamics(wire), codec.fromMarketo(wire)]) {
          assert.ok(value === null || ["string", "number", "boolean"].includes(typeof value));
          assert.equal(codec.compareKey(value) === "", value === null);
          codec.toDynamics(value);
          codec.toMarketo(value);
          if (typeof wire === "object" && wire !== null) {
            assert.notEqual(codec.fits("dynamics", value), null);
            assert.notEqual(codec.fits("marketo", value), null);
          }
        }
      });
      fc.assert(property, { numRuns: 40 });
    }
  }
});
