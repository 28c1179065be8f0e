// Runs the tests in a real VS Code: as a user in the workbench, then inside the extension host.
// Usage: node test/host/run.mjs [--only PATTERN]; ends with the lines "# pass N" and "# fail N".
import "tsx";

const { runAll } = (await import("./support/run.ts")).default;
const words = process.argv.slice(2);
const onlyAt = words.indexOf("--only");
process.exitCode = await runAll(onlyAt < 0 ? undefined : words[onlyAt + 1]);
