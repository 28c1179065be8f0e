import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { parseArguments, USAGE, type ParsedArguments } from "../../../src/sandbox/arguments";

const run = (
  options: Extract<ParsedArguments, { kind: "run" }>["arguments"]["options"],
  rest: { configOut?: string; handsPerMinute?: number } = {},
): ParsedArguments => ({ kind: "run", arguments: { options, handsPerMinute: 0, ...rest } });
const wrong = (message: string): ParsedArguments => ({ kind: "wrong", message });

const cases: [string, ParsedArguments][] = [
  ["", run({})],
  ["--contacts 5 --leads 0 --persons 7", run({ contacts: 5, leads: 0, persons: 7 })],
  ["--contacts=5 --seed 9", run({ contacts: 5, seed: 9 })],
  ["--limits off", run({ limits: "off" })],
  [
    "--dynamics-port 8001 --marketo-port 8002 --control-port 0",
    run({ dynamicsPort: 8001, marketoPort: 8002, controlPort: 0 }),
  ],
  ["--no-lead-table --no-crm-fields", run({ leadTable: false, crmFields: false })],
  ["--config-out a.jsonc --hands 30", run({}, { configOut: "a.jsonc", handsPerMinute: 30 })],
  ["--contacts 5 --help", { kind: "help" }],
  ["--contacts", wrong("--contacts must be a whole number from 0 to 10000000, not nothing.")],
  ["--contacts many", wrong('--contacts must be a whole number from 0 to 10000000, not "many".')],
  ["--contacts -1", wrong('--contacts must be a whole number from 0 to 10000000, not "-1".')],
  ["--leads 1.5", wrong('--leads must be a whole number from 0 to 10000000, not "1.5".')],
  [
    "--persons 10000001",
    wrong('--persons must be a whole number from 0 to 10000000, not "10000001".'),
  ],
  [
    "--seed 4294967296",
    wrong('--seed must be a whole number from 0 to 4294967295, not "4294967296".'),
  ],
  [
    "--marketo-port 65536",
    wrong('--marketo-port must be a whole number from 0 to 65535, not "65536".'),
  ],
  ["--limits some", wrong('--limits must be real or off, not "some".')],
  ["--limits", wrong("--limits must be real or off, not nothing.")],
  ["--config-out", wrong("--config-out needs a file name.")],
  ["--config-out --leads 3", wrong("--config-out needs a file name.")],
  ["--no-lead-table=yes", wrong('--no-lead-table takes no value; leave out "=yes".')],
  ["--seed 1 --seed 2", wrong("--seed is given twice; give it once.")],
  [
    "--dynamics-port 9 --marketo-port 9",
    wrong("--dynamics-port and --marketo-port must be different ports."),
  ],
  ["--contact 5", wrong('There is no option "--contact"; --help lists the options.')],
  ["5", wrong('There is no option "5"; --help lists the options.')],
];

describe("the sandbox's arguments", () => {
  for (const [words, expected] of cases) {
    it(words || "(none)", () => {
      assert.deepEqual(parseArguments(words.split(" ").filter(Boolean)), expected);
    });
  }

  it("are all in the usage text", () => {
    const options = cases.flatMap(([words, { kind }]) =>
      kind === "run" ? words.split(/[ =]/).filter((word) => word.startsWith("--")) : [],
    );
    assert.deepEqual(
      [...new Set(options)].filter((option) => !USAGE.includes(option)),
      [],
    );
  });
});
