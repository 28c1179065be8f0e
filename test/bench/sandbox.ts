// Measures the sandbox: memory, the cost of a delta page, requests per second. Prints tables, asserts nothing.
// Usage: node --expose-gc --import tsx test/bench/sandbox.ts [--large]
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { buildSync } from "esbuild";
import type { ReadyLine } from "../../src/sandbox/ready";
import { runSandbox } from "../../src/sandbox/run";
import { startSandbox } from "../../src/sandbox/sandbox";
import { agent, bearers, ok, type CallOptions } from "./sandboxClient";

const SMALL = 10_000;
function collectGarbage(): void {
  if (!globalThis.gc) throw new Error("The benchmark needs --expose-gc.");
  globalThis.gc();
}

/** Memory of a sandbox that holds so many contacts. */
async function memory(contacts: number): Promise<object> {
  const started = performance.now();
  const sandbox = await startSandbox({ contacts, leads: 0, persons: 0, limits: "off" });
  const seconds = (performance.now() - started) / 1000;
  collectGarbage();
  const { heapUsed, external, rss } = process.memoryUsage();
  const mb = (bytes: number) => Math.round(bytes / 1e6);
  await sandbox.close();
  return {
    contacts,
    "heap MB": mb(heapUsed + external),
    "resident MB": mb(rss),
    "bytes per contact": Math.round((heapUsed + external) / contacts),
    "filled in s": Number(seconds.toFixed(1)),
  };
}

const COLUMNS = "firstname,lastname,emailaddress1,jobtitle,telephone1,address1_city,modifiedon";

/** Median processor time of a delta page of 5,000 changed rows, server and client together. */
async function deltaPage(contacts: number): Promise<object> {
  const sandbox = await startSandbox({ contacts, leads: 0, persons: 0, limits: "off" });
  const auth = (await bearers(sandbox.ready)).dynamics;
  const headers = { ...auth, Prefer: "odata.track-changes, odata.maxpagesize=5000" };
  let page = await ok(`${sandbox.ready.dynamics.url}/api/data/v9.2/contacts?$select=${COLUMNS}`, {
    headers,
  });
  while (page["@odata.nextLink"]) page = await ok(String(page["@odata.nextLink"]), { headers });
  let changed = 0;
  for (const row of sandbox.dynamics.rows("contact")) {
    if (changed++ >= 5_000) break;
    const id = String(row["contactid"]);
    sandbox.dynamics.edit("contact", id, { jobtitle: `Bench ${changed}` }, sandbox.salesUserId);
  }
  const delta = String(page["@odata.deltaLink"]);
  // What filling and seeding left behind shall not be swept up on the page's account.
  collectGarbage();
  const times: number[] = [];
  let rows = 0;
  for (let turn = 0; turn < 7; turn++) {
    const started = process.cpuUsage();
    const answer = await ok(delta, { headers });
    const { user, system } = process.cpuUsage(started);
    times.push((user + system) / 1000);
    rows = (answer["value"] as unknown[]).length;
  }
  await sandbox.close();
  const median = times.sort((a, b) => a - b)[3]!;
  return {
    "rows in the org": contacts,
    "rows in the page": rows,
    "median CPU ms": Math.round(median),
  };
}

const SECONDS = 3;
const AT_ONCE = 16;

async function perSecond(url: string, make: () => CallOptions): Promise<number> {
  const until = performance.now() + SECONDS * 1000;
  let done = 0;
  const lane = async () => {
    while (performance.now() < until) {
      await ok(url, make());
      done++;
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, lane));
  return Math.round(done / SECONDS);
}

/** Requests per second of each server, in a process of its own as a user would run it. */
async function throughput(): Promise<object[]> {
  const child = spawn(process.execPath, [__filename, "--section", "serve"], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  try {
    const [line] = (await once(createInterface(child.stdout), "line")) as [string];
    return await measureCalls(JSON.parse(line) as ReadyLine);
  } finally {
    child.kill("SIGTERM");
    if (child.exitCode === null) await once(child, "exit");
  }
}

async function serve(): Promise<object> {
  const code = await runSandbox(["--limits", "off"], {
    out: (line) => void process.stdout.write(`${line}\n`),
    error: (line) => void process.stderr.write(`${line}\n`),
    ended: once(process, "SIGTERM"),
  });
  return { code };
}

async function measureCalls(ready: ReadyLine): Promise<object[]> {
  const auth = await bearers(ready);
  const api = `${ready.dynamics.url}/api/data/v9.2`;
  const leads = `${ready.marketo.url}/rest/v1/leads.json`;
  const first = await ok(`${api}/contacts?$select=contactid&$top=1`, { headers: auth.dynamics });
  const { contactid } = (first["value"] as { contactid: string }[])[0]!;
  const json = { "Content-Type": "application/json" };
  let serial = 0;
  const dynamicsLimit = 6_000 / 300;
  const marketoLimit = 100 / 20;
  const calls: [string, number | undefined, string, () => CallOptions][] = [
    ["sign-in", undefined, auth.tokenEndpoint, () => ({ method: "POST", body: auth.form })],
    ["Dynamics: WhoAmI", dynamicsLimit, `${api}/WhoAmI`, () => ({ headers: auth.dynamics })],
    [
      "Dynamics: one contact",
      dynamicsLimit,
      `${api}/contacts(${contactid})?$select=${COLUMNS}`,
      () => ({ headers: auth.dynamics }),
    ],
    [
      "Dynamics: change a contact",
      dynamicsLimit,
      `${api}/contacts(${contactid})`,
      () => ({
        method: "PATCH",
        headers: { ...auth.dynamics, ...json, "If-Match": "*" },
        body: JSON.stringify({ jobtitle: `Bench ${++serial}` }),
      }),
    ],
    [
      "Marketo: 100 persons by id",
      marketoLimit,
      `${leads}?filterType=id&filterValues=${Array.from({ length: 100 }, (_, i) => i + 1).join()}`,
      () => ({ headers: auth.marketo }),
    ],
    [
      "Marketo: sync 300 persons",
      marketoLimit,
      leads,
      () => ({
        method: "POST",
        headers: { ...auth.marketo, ...json },
        body: JSON.stringify({
          action: "updateOnly",
          lookupField: "id",
          input: Array.from({ length: 300 }, (_, i) => ({ id: i + 1, title: `B ${++serial}` })),
        }),
      }),
    ],
  ];
  const rows: object[] = [];
  for (const [name, limit, url, make] of calls) {
    const rate = await perSecond(url, make);
    const times = limit && Math.floor(rate / limit);
    rows.push({
      call: name,
      "per second": rate,
      "limit per second": limit,
      "times the limit": times,
    });
  }
  return rows;
}

const SECTIONS: Record<string, (size: number) => Promise<object | object[]>> = {
  memory,
  delta: deltaPage,
  throughput,
  serve,
};

/** Bundles this file as the product is bundled: the loader that runs it now would be measured as well. */
function bundle(folder: string): string {
  const outfile = join(folder, "bench.cjs");
  buildSync({
    entryPoints: [__filename],
    outfile,
    bundle: true,
    platform: "node",
    target: "node20",
    external: ["esbuild"],
    alias: { "jsonc-parser": "jsonc-parser/lib/esm/main.js" },
    logLevel: "warning",
  });
  return outfile;
}

/** Runs a section in a fresh process, so that one's garbage does not slow the next. */
async function inChild(
  file: string,
  section: string,
  size: number,
): Promise<Record<string, unknown>[]> {
  const words = ["--expose-gc", "--max-old-space-size=6000", file, "--section", section];
  const child = spawn(process.execPath, [...words, String(size)], {
    stdio: ["ignore", "pipe", "inherit"],
    // The bundle leaves esbuild out; it is found from here.
    env: { ...process.env, NODE_PATH: join(process.cwd(), "node_modules") },
  });
  let text = "";
  child.stdout.on("data", (chunk: Buffer) => (text += chunk.toString()));
  const [code] = (await once(child, "close")) as [number | null];
  if (code !== 0) throw new Error(`The section ${section} failed.`);
  return [JSON.parse(text) as Record<string, unknown>].flat();
}

async function report(large: boolean): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "sandbox-bench-"));
  try {
    await measureAll(bundle(folder), large);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

async function measureAll(file: string, large: boolean): Promise<void> {
  const size = large ? 1_000_000 : 100_000;
  console.log(`Memory (goal: 1,000,000 contacts under 2,000 MB)`);
  console.table(await inChild(file, "memory", size));
  const pages = [...(await inChild(file, "delta", SMALL)), ...(await inChild(file, "delta", size))];
  console.log("Delta page of 5,000 rows (goal: the same at any size)");
  console.table(pages);
  const [small, big] = pages.map((page) => Number(page["median CPU ms"]));
  console.log(`Ratio: ${(big! / small!).toFixed(2)}\n`);
  console.log(
    `Requests per second, ${AT_ONCE} at once (goal: above what the limits allow a client)`,
  );
  const calls = await inChild(file, "throughput", 0);
  console.table(calls);
  const least = Math.min(...calls.map((row) => Number(row["times the limit"] ?? Infinity)));
  console.log(
    `Limits: Dynamics 6,000 requests in 300 s, Marketo 100 calls in 20 s. Every limited call is answered at least ${least} times as often.`,
  );
}

async function main(words: readonly string[]): Promise<void> {
  const at = words.indexOf("--section");
  if (at < 0) return report(words.includes("--large"));
  const section = SECTIONS[words[at + 1] ?? ""];
  if (!section) throw new Error(`There is no section ${words[at + 1]}.`);
  process.stdout.write(JSON.stringify(await section(Number(words[at + 2]))));
  agent.destroy();
}

main(process.argv.slice(2)).catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});
