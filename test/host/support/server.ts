import { mkdirSync, writeFileSync } from "node:fs";
import { get } from "node:http";
import { dirname, join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import type { ServerInstallation } from "./installation";
import type { ProcessGroup } from "./processes";
import { cleanEnvironment, freePort, runToEnd, startGroup } from "./processes";

const START_MS = 60_000;

/** Keeps the workbench calm: nothing opens, asks, moves or phones by itself. */
const QUIET_SETTINGS = {
  "chat.disableAIFeatures": true,
  "extensions.autoCheckUpdates": false,
  "extensions.autoUpdate": false,
  "extensions.ignoreRecommendations": true,
  "files.simpleDialog.enable": true,
  // The search for ports starts processes from the extension host again and again, which holds up all in it.
  "remote.autoForwardPorts": false,
  "security.workspace.trust.enabled": false,
  "telemetry.telemetryLevel": "off",
  "window.dialogStyle": "custom",
  "workbench.enableExperiments": false,
  "workbench.reduceMotion": "on",
  "workbench.secondarySideBar.defaultVisibility": "hidden",
  "workbench.startupEditor": "none",
};

export interface ServerOptions {
  installation: ServerInstallation;
  /** Folder of this server alone: user data, extensions, temporary files. */
  home: string;
  /** VS Code's driver for extension tests. It also hides notifications, so tests as a user go without. */
  testDriver?: boolean;
  /** Added to (or put over) the quiet defaults. */
  settings?: Record<string, unknown>;
  /** Asks whether a folder's authors are trusted, as VS Code does by default. */
  asksForTrust?: boolean;
  environment?: Record<string, string>;
  /** The same port and browser profile keep secrets over a restart; a free port by default. */
  port?: number;
  extensionsFolder?: string;
}

export interface WorkbenchServer {
  port: number;
  home: string;
  output(): string;
  stop(): Promise<void>;
}

/** Starts VS Code's server on 127.0.0.1 with folders of its own. */
export async function startServer(options: ServerOptions): Promise<WorkbenchServer> {
  const port = options.port ?? (await freePort());
  prepareHome(options);
  const group = startGroup(
    options.installation.node,
    [
      options.installation.entry,
      ...folders(options),
      ...["--auth", "none", "--bind-addr", `127.0.0.1:${port}`],
      ...["--disable-telemetry", "--disable-update-check", "--ignore-last-opened"],
      ...["--disable-getting-started-override"],
      ...(options.asksForTrust ? [] : ["--disable-workspace-trust"]),
      ...(options.testDriver ? ["--vscode-option", "enable-smoke-test-driver"] : []),
    ],
    { env: environmentOf(options) },
  );
  await untilHealthy(group, port);
  return { port, home: options.home, output: group.output, stop: group.stop };
}

/** Installs a VSIX the way a user's command line does. */
export async function installExtension(options: ServerOptions, vsix: string): Promise<void> {
  prepareHome(options);
  const { node, entry } = options.installation;
  await runToEnd(node, [entry, ...folders(options), "--install-extension", vsix], {
    env: environmentOf(options),
  });
}

function folders(options: ServerOptions): string[] {
  return [
    ...["--config", join(options.home, "server.yaml")],
    ...["--user-data-dir", join(options.home, "data")],
    ...["--extensions-dir", options.extensionsFolder ?? join(options.home, "extensions")],
  ];
}

function prepareHome(options: ServerOptions): void {
  for (const name of ["data/User", "extensions", "tmp", "xdg"]) {
    mkdirSync(join(options.home, name), { recursive: true });
  }
  writeFileSync(
    join(options.home, "data/User/settings.json"),
    JSON.stringify(
      {
        ...QUIET_SETTINGS,
        ...(options.asksForTrust && { "security.workspace.trust.enabled": true }),
        ...options.settings,
      },
      null,
      2,
    ),
  );
}

function environmentOf(options: ServerOptions): NodeJS.ProcessEnv {
  const xdg = join(options.home, "xdg");
  return cleanEnvironment({
    PATH: `${dirname(options.installation.node)}:${process.env.PATH}`,
    TMPDIR: join(options.home, "tmp"),
    XDG_CONFIG_HOME: xdg,
    XDG_DATA_HOME: xdg,
    XDG_CACHE_HOME: xdg,
    ...options.environment,
  });
}

async function untilHealthy(group: ProcessGroup, port: number): Promise<void> {
  const deadline = Date.now() + START_MS;
  let ended = false;
  void group.exited.then(
    () => (ended = true),
    () => (ended = true),
  );
  while (!(await answers(port))) {
    if (ended || Date.now() > deadline) {
      await group.stop();
      throw new Error(`VS Code's server did not start:\n${group.output()}`);
    }
    await wait(50);
  }
}

function answers(port: number): Promise<boolean> {
  return new Promise((done) => {
    const request = get(
      { host: "127.0.0.1", port, path: "/healthz", timeout: 2000 },
      (response) => {
        response.resume();
        done(response.statusCode === 200);
      },
    );
    request.once("timeout", () => request.destroy());
    request.once("error", () => done(false));
  });
}
