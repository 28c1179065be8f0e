import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pairFileText } from "../../../src/sandbox/pairFile";
import { startSandbox, type Sandbox, type SandboxOptions } from "../../../src/sandbox/sandbox";
import { bundleForTest } from "../../support/bundle";

/** What a run of the command line left behind. */
export interface Ended {
  code: number | null;
  out: string;
  err: string;
  /** The lines of standard output as JSON, when all of them are. */
  json: Record<string, unknown>[];
}

export const BUNDLE = join("dist", "test", "cli.js");

export function buildCli(): void {
  bundleForTest("src/cli/main.ts", "cli.js", { version: "1.2.3" });
}

export type Environment = Readonly<Record<string, string>>;

export function spawnCli(words: readonly string[], environment: Environment = {}): ChildProcess {
  return spawn(process.execPath, [BUNDLE, ...words], {
    stdio: ["ignore", "pipe", "pipe"],
    env: { PATH: process.env["PATH"], ...environment },
  });
}

export async function ended(child: ChildProcess): Promise<Ended> {
  const text = { out: "", err: "" };
  child.stdout?.on("data", (chunk: Buffer) => (text.out += chunk.toString()));
  child.stderr?.on("data", (chunk: Buffer) => (text.err += chunk.toString()));
  const [code] = (await once(child, "close")) as [number | null];
  return { code, ...text, json: jsonLines(text.out) };
}

export function cli(words: readonly string[], environment?: Environment): Promise<Ended> {
  return ended(spawnCli(words, environment));
}

function jsonLines(text: string): Record<string, unknown>[] {
  try {
    const lines = text.split("\n").filter((line) => line !== "");
    return lines.map((line) => JSON.parse(line) as Record<string, unknown>);
  } catch {
    // Text for people; the tests that want JSON compare with what they expect.
    return [];
  }
}

/** A sandbox in the test's process, and a folder with a pair file for it. */
export interface Ground {
  sandbox: Sandbox;
  folder: string;
  config: string;
  env: Environment;
  /** A new state folder. */
  state(): string;
  /** Writes another pair file, made of the sandbox's own by a change of its text. */
  file(change: (text: string) => string): string;
  close(): Promise<void>;
}

export async function openGround(options: SandboxOptions = {}): Promise<Ground> {
  const size = { contacts: 40, leads: 10, persons: 20, limits: "off" } as const;
  const sandbox = await startSandbox({ ...size, ...options });
  const folder = mkdtempSync(join(tmpdir(), "contact-sync-cli-"));
  const text = pairFileText(sandbox.ready, sandbox.recordTypes);
  let files = 0;
  const file = (change: (text: string) => string) => {
    const path = join(folder, `pairs-${++files}.jsonc`);
    writeFileSync(path, change(text));
    return path;
  };
  return {
    sandbox,
    folder,
    config: file((same) => same),
    env: sandbox.ready.env,
    state: () => mkdtempSync(join(folder, "state-")),
    file,
    close: async () => {
      await sandbox.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
