import { existsSync, mkdirSync } from "node:fs";
import { dirname, join } from "node:path";
import { ROOT } from "./paths";
import { cleanEnvironment, runToEnd } from "./processes";

/** Packages the extension in this folder into a VSIX file. */
export async function packageVsix(folder: string, target: string): Promise<void> {
  const vsce = join(ROOT, "node_modules/@vscode/vsce/vsce");
  // The bundles hold every dependency, and the probe has no repository or license file to point to.
  const flags = [
    "--no-dependencies",
    "--skip-license",
    "--allow-missing-repository",
    "--no-rewrite-relative-links",
  ];
  await runToEnd(process.execPath, [vsce, "package", ...flags, "-o", target], {
    cwd: folder,
    env: cleanEnvironment(),
  });
}

/** The project's own VSIX, built once for each run of the tests (by test/host/run.mjs, which sets the path). */
export async function productVsix(): Promise<string> {
  const built = process.env.CONTACT_SYNC_VSIX;
  if (built && existsSync(built)) return built;
  const target = join(ROOT, "dist/test/contact-sync.vsix");
  mkdirSync(dirname(target), { recursive: true });
  await packageVsix(ROOT, target);
  return target;
}
