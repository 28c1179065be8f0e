const LOOK_EVERY_MS = 200;

/** Resolves when somebody ends this process: Ctrl-C, SIGTERM, or the end of the npm script that started it. */
export function askedToEnd(): Promise<void> {
  return new Promise<void>((resolve) => {
    process.once("SIGINT", resolve);
    process.once("SIGTERM", resolve);
    if (process.env["npm_lifecycle_event"] !== undefined) watchParent(resolve);
  });
}

/** npm hands a SIGTERM to its shell only, which ends and leaves us behind: that has to end us as well. */
function watchParent(resolve: () => void): void {
  const parent = process.ppid;
  setInterval(() => {
    if (process.ppid !== parent) resolve();
  }, LOOK_EVERY_MS).unref();
}
