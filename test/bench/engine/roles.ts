// The processes that the engine's benchmark compares; started by test/bench/engine.ts from a bundle.
import { once } from "node:events";
import { createInterface } from "node:readline";
import type { ReadyLine } from "../../../src/sandbox/ready";
import { runSandbox } from "../../../src/sandbox/run";
import { startBareLoop } from "./bareLoop";
import { startEngine } from "./engineRole";
import type { Command, Role } from "./measure";
import { startScript } from "./userScript";

/** What a role is given on its command line, as JSON. */
export interface RoleOptions {
  ready: ReadyLine;
  /** Where the engine keeps its state. */
  folder: string;
  /** Calls to write down or to make again, one JSON object a line. */
  recording: string | null;
  limits: "real" | "off";
}

const ROLES: Record<string, (options: RoleOptions) => Promise<Role>> = {
  engine: startEngine,
  bare: startBareLoop,
  script: startScript,
};

/** Carries out one command a line and answers each with one line. */
async function serveRole(role: Role): Promise<void> {
  for await (const line of createInterface(process.stdin)) {
    const result = await role.carryOut(JSON.parse(line) as Command);
    process.stdout.write(`${JSON.stringify(result)}\n`);
  }
  await role.close();
}

async function main([name = "", ...rest]: readonly string[]): Promise<void> {
  if (name === "sandbox") {
    await runSandbox(rest, {
      out: (line) => void process.stdout.write(`${line}\n`),
      error: (line) => void process.stderr.write(`${line}\n`),
      ended: once(process, "SIGTERM"),
    });
    return;
  }
  const start = ROLES[name];
  if (!start) throw new Error(`There is no role ${name}.`);
  await serveRole(await start(JSON.parse(rest[0] ?? "{}") as RoleOptions));
}

main(process.argv.slice(2)).catch((error: unknown) => {
  console.error(error);
  // Its input is still open, and would keep it waiting.
  process.exit(1);
});
