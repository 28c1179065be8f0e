import { runSandbox } from "./run";

const LOOK_EVERY_MS = 200;

const ended = new Promise<void>((resolve) => {
  process.once("SIGINT", resolve);
  process.once("SIGTERM", resolve);
  if (process.env["npm_lifecycle_event"] !== undefined) watchParent(resolve);
});

/** npm hands a SIGTERM to its shell only, which ends and leaves us behind: that has to end us as well. */
function watchParent(resolve: () => void): void {
  const parent = process.ppid;
  setInterval(() => {
    if (process.ppid !== parent) resolve();
  }, LOOK_EVERY_MS).unref();
}

runSandbox(process.argv.slice(2), {
  out: (line) => process.stdout.write(`${line}\n`),
  error: (line) => process.stderr.write(`${line}\n`),
  ended,
}).then(
  (code) => {
    process.exitCode = code;
  },
  (error: unknown) => {
    console.error(error);
    process.exitCode = 1;
  },
);
