import assert from "node:assert/strict";
import { test } from "node:test";
import { parseCommandLine } from "../support/standIn";
import type { Ending, SuiteEvent } from "../support/suiteEvents";
import { judge } from "../support/suiteEvents";

const passed = (title: string): SuiteEvent => ({ event: "test", title, state: "passed", ms: 1 });
const failed = (title: string): SuiteEvent => ({ event: "test", title, state: "failed", ms: 1 });
const begin: SuiteEvent = { event: "begin", title: "a" };
const end: SuiteEvent = { event: "end" };
const code = (number: number): Ending => ({ kind: "exited", code: number });

const verdicts: {
  title: string;
  events: SuiteEvent[];
  ending: Ending;
  states: string[];
  broken: string | null;
}[] = [
  {
    title: "all tests passed",
    events: [begin, passed("a"), end],
    ending: code(0),
    states: ["passed"],
    broken: null,
  },
  {
    title: "a test failed",
    events: [begin, failed("a"), end],
    ending: code(1),
    states: ["failed"],
    broken: null,
  },
  {
    title: "the host died during a test, and VS Code says it went well",
    events: [begin],
    ending: code(0),
    states: [],
    broken: 'The extension host ended (code 0) during "a".',
  },
  {
    title: "the host never started the tests",
    events: [],
    ending: code(0),
    states: [],
    broken: "The extension host ended (code 0) before the first test.",
  },
  {
    title: "a test hangs",
    events: [begin],
    ending: { kind: "hung", afterMs: 10 },
    states: [],
    broken: 'The extension host hung for 10 ms during "a".',
  },
  {
    title: "VS Code failed after all tests passed",
    events: [begin, passed("a"), end],
    ending: code(3),
    states: ["passed"],
    broken: "VS Code ended with code 3 although no test failed.",
  },
];

for (const { title, events, ending, states, broken } of verdicts) {
  test(`verdict: ${title}`, () => {
    const verdict = judge(events, ending);
    assert.deepEqual(
      { states: verdict.tests.map((result) => result.state), broken: verdict.broken },
      { states, broken },
    );
  });
}

test("the stand-in understands the flags that @vscode/test-electron passes", () => {
  assert.deepEqual(
    parseCommandLine([
      "/",
      "--no-sandbox",
      "--extensionTestsPath=/tests/entry.js",
      "--extensionDevelopmentPath=file:///my%20extension",
      "--extensions-dir=/extensions",
      "--user-data-dir=/data",
    ]),
    {
      development: ["/my extension"],
      tests: "/tests/entry.js",
      folder: "/",
      extensionsFolder: "/extensions",
    },
  );
});
