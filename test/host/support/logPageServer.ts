import { readFileSync } from "node:fs";
import type { Server } from "node:http";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { build } from "esbuild";
import { logPage } from "../../../src/protocol/logPage";
import { ROOT } from "./paths";

export type ThemeName = "dark" | "light" | "contrast";

export interface PageWish {
  theme?: ThemeName;
  rows?: number;
  /** The first answer is told before the page has asked, or was told to a page that is gone. */
  early?: "told" | "lost";
}

/** The log panel as VS Code would show it, served without VS Code. */
export interface LogPageServer {
  url(options?: PageWish): string;
  stop(): Promise<void>;
}

interface File {
  type: string;
  body: string | Buffer;
}

const STATIC: Record<string, { type: string; path: string }> = {
  "/log.css": { type: "text/css", path: "media/log.css" },
  "/codicon.css": { type: "text/css", path: "node_modules/@vscode/codicons/dist/codicon.css" },
  "/codicon.ttf": { type: "font/ttf", path: "node_modules/@vscode/codicons/dist/codicon.ttf" },
};

/** Serves the panel, a host that lives in the page, and the colors of VS Code's own themes. */
export async function serveLogPage(): Promise<LogPageServer> {
  const [panel, host] = await Promise.all([
    bundle("media/log.ts", "media/tsconfig.json"),
    bundle("test/host/ui-log/fakeHost.ts", "tsconfig.json"),
  ]);
  const scripts = new Map([
    ["/log.js", panel],
    ["/host.js", host],
  ]);
  const server = createServer((request, response) => {
    const url = new URL(request.url ?? "/", "http://127.0.0.1");
    const file = fileAt(url, scripts);
    const policy = "default-src 'none'; script-src 'self'; style-src 'self'; font-src 'self'";
    response.writeHead(file ? 200 : 404, {
      "content-type": `${file?.type ?? "text/plain"}; charset=utf-8`,
      "content-security-policy": policy,
    });
    response.end(file?.body);
  });
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  const { port } = server.address() as AddressInfo;
  return {
    url: ({ theme = "dark", rows = 100_000, early } = {}) =>
      `http://127.0.0.1:${port}/?theme=${theme}&rows=${rows}${early ? `&early=${early}` : ""}`,
    stop: () => close(server),
  };
}

async function bundle(source: string, tsconfig: string): Promise<string> {
  const result = await build({
    entryPoints: [join(ROOT, source)],
    tsconfig: join(ROOT, tsconfig),
    bundle: true,
    write: false,
    format: "esm",
    target: "es2022",
    minify: true,
    logLevel: "warning",
  });
  return result.outputFiles[0]?.text ?? "";
}

function fileAt(url: URL, scripts: ReadonlyMap<string, string>): File | null {
  const script = scripts.get(url.pathname);
  if (script !== undefined) return { type: "text/javascript", body: script };
  const file = STATIC[url.pathname];
  if (file) return { type: file.type, body: readFileSync(join(ROOT, file.path)) };
  const theme = (url.searchParams.get("theme") ?? "dark") as ThemeName;
  if (url.pathname === "/theme.css") return { type: "text/css", body: themeSheet(theme) };
  if (url.pathname === "/") return { type: "text/html", body: pageFor(theme) };
  return null;
}

/** The product's own page, with the host before the panel and the theme that VS Code would set. */
function pageFor(theme: ThemeName): string {
  const page = logPage({
    source: "'self'",
    script: "/log.js",
    styles: { log: "/log.css", icons: "/codicon.css" },
    title: "Activity and conflict log",
    language: "en",
  });
  return page
    .replace("<script", `<link rel="stylesheet" href="/theme.css?theme=${theme}">\n<script`)
    .replace("<script", '<script type="module" src="/host.js"></script>\n<script')
    .replace("<body>", `<body class="${themes()[theme].bodyClass}">`);
}

function themeSheet(theme: ThemeName): string {
  const variables = Object.entries(themes()[theme].variables);
  return `:root {\n${variables.map(([name, value]) => `${name}: ${value};`).join("\n")}\n}`;
}

/** Read from the webview of a real VS Code in its three default themes. */
function themes(): Record<ThemeName, { bodyClass: string; variables: Record<string, string> }> {
  return JSON.parse(readFileSync(join(ROOT, "test/host/ui-log/themes.json"), "utf8")) as ReturnType<
    typeof themes
  >;
}

function close(server: Server): Promise<void> {
  server.closeAllConnections();
  return new Promise((done) => server.close(() => done()));
}
