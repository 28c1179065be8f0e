// One run of @vscode/test-electron in a process of its own, so that it can be ended with everything that it started.
// Usage: node electron.mjs EXECUTABLE EXTENSION_FOLDER TESTS_MODULE HOME
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { runTests } from "@vscode/test-electron";

const [vscodeExecutablePath, extensionDevelopmentPath, extensionTestsPath, home] =
  process.argv.slice(2);
const workspace = join(home, "workspace");
mkdirSync(workspace);
try {
  await runTests({
    vscodeExecutablePath,
    extensionDevelopmentPath,
    extensionTestsPath,
    launchArgs: [
      workspace,
      `--user-data-dir=${join(home, "data")}`,
      `--extensions-dir=${join(home, "extensions")}`,
    ],
  });
} catch (error) {
  console.error(error.message);
  process.exitCode = 1;
}
