import assert from "node:assert/strict";
import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { createServer, type AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface, type Interface } from "node:readline";
import { after, before, describe, it } from "node:test";
import { ConfidentialClientApplication } from "@azure/msal-node";
import { build } from "esbuild";
import { parsePairFile } from "../../../src/config/parse";
import type { ReadyLine } from "../../../src/sandbox/ready";

let folder: string;
let bundle: string;

/** A bundle of its own: `dist/` may be built anew by somebody else at any moment. */
async function buildProgram(): Promise<void> {
  folder = await mkdtemp(join(tmpdir(), "sandbox-main-"));
  bundle = join(folder, "sandbox.cjs");
  await build({
    entryPoints: [join(__dirname, "../../../src/sandbox/main.ts")],
    outfile: bundle,
    bundle: true,
    platform: "node",
    target: "node20",
    alias: { "jsonc-parser": "jsonc-parser/lib/esm/main.js" },
    logLevel: "warning",
  });
}

interface Ended {
  code: number | null;
  out: string[];
  errors: string[];
}

class Run {
  readonly out: string[] = [];
  readonly errors: string[] = [];
  readonly #child: ChildProcess;
  readonly #lines: Interface;
  readonly #ended: Promise<Ended>;

  /** `viaShell` as npm does it: a signal reaches the shell only. */
  constructor(words: readonly string[], { viaShell = false } = {}) {
    const command = [process.execPath, bundle, ...words];
    const [file, ...rest] = viaShell ? ["sh", "-c", `${command.join(" ")}; exit $?`] : command;
    this.#child = spawn(file!, rest, {
      stdio: ["ignore", "pipe", "pipe"],
      env: { ...process.env, npm_lifecycle_event: viaShell ? "sandbox" : undefined },
    });
    this.#lines = createInterface(this.#child.stdout!).on("line", (line) => this.out.push(line));
    createInterface(this.#child.stderr!).on("line", (line) => this.errors.push(line));
    this.#ended = once(this.#child, "close").then(([code]) => ({
      code: code as number | null,
      out: this.out,
      errors: this.errors,
    }));
  }

  async ready(): Promise<ReadyLine> {
    const line = once(this.#lines, "line").then(([text]) => text as string);
    const early = this.#ended.then(({ errors }) => assert.fail(`It ended: ${errors.join("\n")}`));
    return JSON.parse(await Promise.race([line, early])) as ReadyLine;
  }

  end(signal: NodeJS.Signals): Promise<Ended> {
    this.#child.kill(signal);
    return this.#ended;
  }

  ended(): Promise<Ended> {
    return this.#ended;
  }
}

describe("the sandbox as a program", () => {
  before(buildProgram);
  after(() => rm(folder, { recursive: true }));

  const small = ["--contacts", "6", "--leads", "4", "--persons", "5"];

  for (const signal of ["SIGTERM", "SIGINT"] as const) {
    it(`prints one line, serves, writes the pair file and ends on ${signal}`, async () => {
      const file = join(folder, `${signal}.jsonc`);
      const run = new Run([...small, "--config-out", file]);
      const ready = await run.ready();
      const { dynamics, marketo, control } = ready;

      const app = new ConfidentialClientApplication({
        auth: {
          clientId: dynamics.clientId,
          clientSecret: dynamics.clientSecret,
          authority: dynamics.authority,
          knownAuthorities: [new URL(dynamics.authority).host],
          authorityMetadata: dynamics.authorityMetadata,
        },
      });
      const scopes = [`${dynamics.url}/.default`];
      const token = await app.acquireTokenByClientCredential({ scopes });
      const bearer = (text: string) => ({ headers: { Authorization: `Bearer ${text}` } });
      const whoAmI = await fetch(
        `${dynamics.url}/api/data/v9.2/WhoAmI()`,
        bearer(token!.accessToken),
      );
      const query = `grant_type=client_credentials&client_id=${marketo.clientId}&client_secret=${marketo.clientSecret}`;
      const grant = await fetch(`${marketo.url}/identity/oauth/token?${query}`);
      const { access_token: access } = (await grant.json()) as { access_token: string };
      const leads = await fetch(
        `${marketo.url}/rest/v1/leads.json?filterType=id&filterValues=1,2,3,4,5,6`,
        bearer(access),
      );
      const persons = (await leads.json()) as { success: boolean; result: unknown[] };
      const counts = (await (await fetch(`${control.url}/counts`)).json()) as object;
      const config = parsePairFile(await readFile(file, "utf8"));
      const ended = await run.end(signal);

      assert.deepEqual([whoAmI.status, persons.success, persons.result.length], [200, true, 5]);
      assert.deepEqual(counts, {
        "dynamics GET /WhoAmI()": 1,
        "identity POST token client_credentials": 1,
        "marketo GET /identity/oauth/token": 1,
        "marketo GET /rest/v1/leads.json": 1,
      });
      assert.ok(config.ok && config.file.pairs[0]?.dynamics.url === dynamics.url);
      assert.deepEqual(ready.env, {
        CONTACT_SYNC_SANDBOX_DYNAMICS_SECRET: dynamics.clientSecret,
        CONTACT_SYNC_SANDBOX_MARKETO_SECRET: marketo.clientSecret,
      });
      assert.deepEqual(ended, { code: 0, out: [JSON.stringify(ready)], errors: [] });
    });
  }

  it("ends when npm's shell is ended and it is left behind", { timeout: 60_000 }, async () => {
    const run = new Run(small, { viaShell: true });
    await run.ready();
    const ended = await run.end("SIGTERM");
    assert.deepEqual([ended.out.length, ended.errors], [1, []]);
  });

  const failures: [string, string[], number, string][] = [
    ["a wrong argument", ["--limits", "some"], 2, '--limits must be real or off, not "some".'],
    [
      "an unknown option",
      ["--port", "1"],
      2,
      'There is no option "--port"; --help lists the options.',
    ],
    [
      "a file that cannot be written",
      [...small, "--config-out", "/no/such/folder/x.jsonc"],
      2,
      "The pair file /no/such/folder/x.jsonc cannot be written (ENOENT: no such file or directory, open '/no/such/folder/x.jsonc'); choose another file.",
    ],
  ];
  for (const [name, words, code, sentence] of failures) {
    it(`tells of ${name} in one sentence`, async () => {
      assert.deepEqual(await new Run(words).ended(), { code, out: [], errors: [sentence] });
    });
  }

  for (const option of ["--dynamics-port", "--marketo-port", "--control-port"]) {
    it(`says that the port of ${option} is in use`, async () => {
      const other = createServer().listen(0, "127.0.0.1");
      await once(other, "listening");
      const { port } = other.address() as AddressInfo;
      const ended = await new Run([...small, option, String(port)]).ended();
      other.close();
      const sentence = `Port ${port} is in use; give ${option} another number, or 0 for a free one.`;
      assert.deepEqual(ended, { code: 3, out: [], errors: [sentence] });
    });
  }

  it("gives the same answer for the same seed: ids, secrets and rows", async () => {
    const look = async (seed: string) => {
      const run = new Run([...small, "--seed", seed]);
      const { dynamics, marketo, control } = await run.ready();
      const rows: unknown = await (await fetch(`${control.url}/records/marketo`)).json();
      await run.end("SIGTERM");
      const { tenantId, clientId, clientSecret } = dynamics;
      return { tenantId, clientId, clientSecret, marketo: marketo.clientSecret, rows };
    };
    const [first, again, other] = [await look("7"), await look("7"), await look("8")];
    assert.deepEqual(again, first);
    assert.notDeepEqual(other.rows, first.rows);
    assert.notEqual(other.clientSecret, first.clientSecret);
  });
});
