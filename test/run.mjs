// Runs the project's test suites and ends with one line: "N passed, N failed".
// Usage: node test/run.mjs [suite ...] [--only PATTERN]
// A suite is a folder below test/ (unit, contract, property, crash, sandbox, ...); host runs in a real VS Code.
import { spawn } from "node:child_process";
import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";

const NODE_SUITES = ["unit", "sandbox", "state", "contract", "engine", "property", "crash"];

function testFiles(folder) {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith(".test.ts"))
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
}

/** Runs a command, passes its output through and counts the runner's closing lines. */
function run(command, args) {
  return new Promise((resolve) => {
    const child = spawn(command, args, { stdio: ["ignore", "pipe", "inherit"] });
    let text = "";
    child.stdout.on("data", (chunk) => {
      process.stdout.write(chunk);
      text += chunk;
    });
    child.on("close", (code) => {
      // The failures' details stand behind the counts, so all of it is searched; the last count is the runner's.
      const count = (word) => {
        const lines = [...text.matchAll(new RegExp(`^(?:#|ℹ) ${word} (\\d+)$`, "gm"))];
        return Number(lines.at(-1)?.[1] ?? 0);
      };
      resolve({ passed: count("pass"), failed: count("fail") + count("cancelled"), code });
    });
  });
}

const words = process.argv.slice(2);
const onlyAt = words.indexOf("--only");
const only = onlyAt >= 0 ? words.splice(onlyAt, 2)[1] : undefined;
const wanted = words.length ? words : [...NODE_SUITES, "host"];

let passed = 0;
let failed = 0;
const files = NODE_SUITES.filter((suite) => wanted.includes(suite))
  .flatMap((suite) => testFiles(join("test", suite)))
  .filter((file) => !only || file.includes(only));
if (files.length) {
  const result = await run(process.execPath, [
    "--import",
    "tsx",
    "--test",
    "--test-reporter=spec",
    "--test-concurrency=2",
    // The longest file takes some five minutes. Node.js 20 has been seen to stand still for ever while it loaded one.
    "--test-timeout=1200000",
    ...files,
  ]);
  passed += result.passed;
  failed += result.failed || (result.code === 0 ? 0 : 1);
}
if (wanted.includes("host") && existsSync("test/host/run.mjs")) {
  const result = await run(process.execPath, [
    "test/host/run.mjs",
    ...(only ? ["--only", only] : []),
  ]);
  passed += result.passed;
  failed += result.failed || (result.code === 0 ? 0 : 1);
}
if (passed + failed === 0) {
  console.error("No test matched.");
  failed = 1;
}
console.log(`${passed} passed, ${failed} failed`);
process.exitCode = failed ? 1 : 0;
