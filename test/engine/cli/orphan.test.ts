import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { before, test } from "node:test";
import { setImmediate as nextTurn } from "node:timers/promises";
import { buildCli, BUNDLE } from "./support";

before(() => buildCli());

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

/** A process lets go of its pipes a moment before it is gone. */
async function gone(pid: number): Promise<void> {
  while (isAlive(pid)) await nextTurn();
}

test("npm start ends when the shell that npm started is ended", { timeout: 120_000 }, async () => {
  const sizes = "--contacts 10 --leads 2 --persons 2 --interval 600";
  const command = `"${process.execPath}" "${BUNDLE}" start ${sizes} & echo "pid $!"; wait $!`;
  const shell = spawn("sh", ["-c", command], {
    stdio: ["ignore", "pipe", "inherit"],
    env: { PATH: process.env["PATH"], npm_lifecycle_event: "start" },
  });
  let out = "";
  // The pipe closes when the last process that holds it is gone.
  const closed = once(shell.stdout, "close");
  const waiting = new Promise<void>((resolve) => {
    shell.stdout.on("data", (chunk: Buffer) => {
      out += chunk.toString();
      if (out.includes("Next cycle in 600 s")) resolve();
    });
  });
  const pid = () => Number(/^pid (\d+)$/m.exec(out)![1]);
  try {
    await waiting;
    assert.ok(isAlive(pid()));
    shell.kill("SIGTERM");
    await closed;
    await gone(pid());
  } finally {
    if (isAlive(pid())) process.kill(pid(), "SIGKILL");
  }
});
