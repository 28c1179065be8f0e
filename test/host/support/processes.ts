import type { ChildProcess, SpawnOptions } from "node:child_process";
import { spawn } from "node:child_process";
import { createServer } from "node:net";
import type { AddressInfo } from "node:net";

const GRACE_MS = 6000;

/** A process with all its descendants, ended as one group. */
export interface ProcessGroup {
  child: ChildProcess;
  /** Both output streams, the last 100,000 characters. */
  output(): string;
  /** Resolves with the exit code, or 128 when a signal ended it. */
  exited: Promise<number>;
  stop(): Promise<void>;
}

export interface GroupOptions extends SpawnOptions {
  onOutput?: (text: string) => void;
}

/** Starts a command as the leader of its own group, so that nothing it starts can outlive it. */
export function startGroup(
  command: string,
  args: readonly string[],
  options: GroupOptions = {},
): ProcessGroup {
  const { onOutput, ...spawnOptions } = options;
  const child = spawn(command, args, {
    stdio: ["ignore", "pipe", "pipe"],
    ...spawnOptions,
    detached: true,
  });
  let text = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream?.on("data", (chunk: Buffer) => {
      text = (text + chunk.toString()).slice(-100_000);
      onOutput?.(chunk.toString());
    });
  }
  let running = true;
  const exited = new Promise<number>((done, failed) => {
    child.once("error", failed);
    child.once("close", (code) => {
      running = false;
      done(code ?? 128);
    });
  });
  exited.catch(() => (running = false));
  const stop = async () => {
    if (running) signalGroup(child, "SIGTERM");
    const force = setTimeout(() => signalGroup(child, "SIGKILL"), GRACE_MS);
    await exited.catch(() => undefined);
    clearTimeout(force);
    // Members that ignored the first signal while their leader has gone.
    signalGroup(child, "SIGKILL");
  };
  return { child, output: () => text, exited, stop };
}

function signalGroup(child: ChildProcess, signal: NodeJS.Signals): void {
  if (child.pid === undefined) return;
  try {
    process.kill(-child.pid, signal);
  } catch (error) {
    // ESRCH: the whole group has ended already, which is what was wanted.
    if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error;
  }
}

/** Runs a command to its end; rejects with its output when it fails. */
export async function runToEnd(
  command: string,
  args: readonly string[],
  options: GroupOptions = {},
): Promise<string> {
  const group = startGroup(command, args, options);
  const code = await group.exited;
  if (code === 0) return group.output();
  throw new Error(
    `"${[command, ...args].join(" ")}" ended with code ${code}:\n${group.output().slice(-4000)}`,
  );
}

/** A port of 127.0.0.1 that nobody listens on at this moment. */
export function freePort(): Promise<number> {
  return new Promise((done, failed) => {
    const server = createServer();
    server.once("error", failed);
    server.listen(0, "127.0.0.1", () => {
      const { port } = server.address() as AddressInfo;
      server.close(() => done(port));
    });
  });
}

/** The environment without what a surrounding editor or npm run would leak into the processes under test. */
export function cleanEnvironment(extra: Record<string, string> = {}): NodeJS.ProcessEnv {
  const leaks =
    /^(VSCODE_|ELECTRON_|NODE_OPTIONS$|NODE_TEST_|npm_config_local_prefix$|npm_lifecycle_|npm_package_)/;
  const kept = Object.entries(process.env).filter(([key]) => !leaks.test(key));
  return { ...Object.fromEntries(kept), ...extra };
}
