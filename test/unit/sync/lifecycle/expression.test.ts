import assert from "node:assert/strict";
import { test } from "node:test";
import type { FieldValues } from "../../../../src/model/record";
import { columnsOf, holds, parseExpression } from "../../../../src/sync/lifecycle/expression";

function meets(text: string, values: FieldValues): boolean {
  const parsed = parseExpression(text);
  assert.ok(parsed.ok, parsed.ok ? "" : parsed.message);
  return holds(parsed.expression, values);
}

const ANN: FieldValues = {
  lastname: "O'Hara",
  jobtitle: "Boss",
  statecode: 0,
  revenue: 12.5,
  donotemail: false,
  createdon: "2026-03-10T12:00:00Z",
  emailaddress1: null,
};

const CONDITIONS: readonly [condition: string, holds: boolean][] = [
  ["statecode = 0", true],
  ["statecode != 0", false],
  ["statecode <> 1", true],
  ["revenue > 12", true],
  ["revenue >= 12.5", true],
  ["revenue < -1", false],
  ["revenue <= 12.4", false],
  ["donotemail = false", true],
  ["donotemail != true", true],
  // Text without regard to case, in either kind of quotes; a doubled quote stands for one.
  ["jobtitle = 'boss'", true],
  ['jobtitle = "BOSS"', true],
  ["lastname = 'o''hara'", true],
  ["jobtitle < 'c'", true],
  ["createdon >= '2026-03-01'", true],
  ["createdon < '2026-03-01'", false],
  // Empty equals null alone; it is neither less nor more than anything.
  ["emailaddress1 = null", true],
  ["emailaddress1 = ''", true],
  ["emailaddress1 != null", false],
  ["emailaddress1 != 'a'", true],
  ["emailaddress1 < 'a'", false],
  ["emailaddress1 >= 'a'", false],
  ["nosuchcolumn = null", true],
  // Values of another kind are different, never converted.
  ["statecode = '0'", false],
  ["statecode < '5'", false],
  // and before or; not before both; parentheses before all.
  ["statecode = 1 and statecode = 0 or jobtitle = 'boss'", true],
  ["statecode = 1 and (statecode = 0 or jobtitle = 'boss')", false],
  ["not statecode = 1 and jobtitle = 'boss'", true],
  ["NOT (statecode = 0 OR jobtitle = 'x')", false],
  ["not not statecode = 0", true],
];

for (const [condition, expected] of CONDITIONS) {
  test(`${condition} is ${expected}`, () => assert.equal(meets(condition, ANN), expected));
}

const MISTAKES: readonly [condition: string, message: string][] = [
  ["", "A column's logical name is expected here (at character 1)."],
  ["statecode", "One of = != < > <= >= is expected here (at character 10)."],
  [
    "statecode =",
    "A text in quotes, a number, true, false or null is expected here (at character 12).",
  ],
  [
    "statecode = boss",
    "A text in quotes, a number, true, false or null is expected here (at character 13).",
  ],
  ["= 0", "A column's logical name is expected here (at character 1)."],
  ["null = null", "A column's logical name is expected here (at character 1)."],
  ["(statecode = 0", "A closing parenthesis is missing (at character 15)."],
  ["statecode = 0)", '"and" or "or" is expected here (at character 14).'],
  ["statecode = 0 jobtitle = 'x'", '"and" or "or" is expected here (at character 15).'],
  ["jobtitle = 'x", "This text has no closing quote (at character 12)."],
  ["jobtitle ~ 'x'", '"~" is not expected here (at character 10).'],
  ["revenue > null", "null can be compared with = and != only (at character 11)."],
  ["statecode = 0 and", "A column's logical name is expected here (at character 18)."],
];

for (const [condition, message] of MISTAKES) {
  test(`a mistake is shown at its place: ${condition}`, () => {
    const parsed = parseExpression(condition);
    assert.equal(parsed.ok ? null : parsed.message, message);
  });
}

test("a condition names its columns once each", () => {
  const parsed = parseExpression("a = 1 and (B = 2 or not a = 3)");
  assert.deepEqual(parsed.ok && columnsOf(parsed.expression), ["a", "b"]);
});
