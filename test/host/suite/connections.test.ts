import assert from "node:assert/strict";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as vscode from "vscode";
import { parseCertificate } from "../../../src/sandbox/identity/directory";
import { startSandbox, type Sandbox } from "../../../src/sandbox/sandbox";
import { selfSigned } from "../../unit/auth/selfSigned";
import { answering, type Answer, type Asked } from "./answers";
import { documentWith, extension, pairWhen, run, until } from "./support";

const NAME = "Sales";
const ID = "sales";
/** What replaces the app's secret once that has expired. */
const NEW_SECRET = "new~secret~of~the~app";

type Kind = "Client secret" | "Certificate" | "Device code" | "Browser";

/** Connecting, checking, choosing and approving as a user does it, against orgs of this test. */
suite("connections", () => {
  let sandbox: Sandbox;
  let file: string;
  let folder: string;

  suiteSetup(async () => {
    await extension();
    const workspace = vscode.workspace.workspaceFolders?.[0]?.uri.fsPath;
    assert.ok(workspace, "The suite needs a workspace folder.");
    file = join(workspace, "contact-sync.jsonc");
    folder = mkdtempSync(join(tmpdir(), "contact-sync-connections-"));
    sandbox = await startSandbox({ contacts: 20, leads: 5, persons: 10, limits: "off" });
  });

  suiteTeardown(async () => {
    rmSync(file, { force: true });
    await noPair();
    await sandbox.close();
    rmSync(folder, { recursive: true, force: true });
  });

  async function noPair(): Promise<void> {
    const { exports } = await extension();
    await until("no pair", () => exports.pairs().length === 0);
  }

  /** The ten questions of Connect…, with what the chosen way of signing in asks besides. */
  function answersFor(kind: Kind, more: readonly Answer[]): Answer[] {
    const { dynamics, marketo } = sandbox.ready;
    return [
      { to: /^Web address of the Dynamics/, with: dynamics.url },
      { to: /^Application \(client\) id/, with: dynamics.clientId },
      { to: /^How does the sync sign in/, with: kind },
      { to: /^Munchkin id or REST address/, with: marketo.url },
      { to: /^Client id of the Marketo/, with: marketo.clientId },
      { to: /^Client secret of the Marketo/, with: marketo.clientSecret },
      { to: /^What kind of environment/, with: "Test" },
      { to: /^Which records are synced/, with: ["Contacts", "Leads"] },
      { to: /^A name for this pair/, with: NAME },
      { to: /is connected\. The first sync is always previewed/, with: null },
      ...more,
    ];
  }

  /** Connects, and waits until the first cycle has asked for a word. */
  async function connect(
    kind: Kind,
    more: readonly Answer[],
    browser?: (url: string) => Promise<void>,
  ) {
    const asked = await answering(
      answersFor(kind, more),
      async (questions) => {
        await run("connect");
        await pairWhen(ID, "waits for its first plan", ({ phase }) => phase.kind === "halted");
        return questions;
      },
      browser,
    );
    const { phase } = await pairWhen(ID, "is halted", () => true);
    assert.equal(phase.kind === "halted" && phase.halt.reason, "first-sync");
    return asked;
  }

  async function disconnect(): Promise<void> {
    rmSync(file);
    await noPair();
  }

  test("Connect… with a certificate", async () => {
    const { certificate, key } = selfSigned();
    const app = sandbox.identity.apps.find(
      ({ clientId }) => clientId === sandbox.ready.dynamics.clientId,
    );
    app!.certificates.push(parseCertificate(certificate));
    const pem = join(folder, "app.pem");
    writeFileSync(pem, certificate + key);
    await connect("Certificate", [{ to: /^PEM file with certificate/, with: pem }]);
    assert.ok(readFileSync(file, "utf8").includes('"signIn": "certificate"'));
    await disconnect();
  });

  test("Connect… with a device code: the code is shown, and the pair is the person's", async () => {
    Object.assign(sandbox.identity.switches.device, {
      interval: 0,
      outcome: "approve",
      pendingPolls: 1,
    });
    const asked = await connect("Device code", [
      { to: /^To sign in, open .*devicelogin.* enter the code/, with: null },
    ]);
    assert.ok(asked.some(({ text }) => text.includes("enter the code")));
    assert.ok(readFileSync(file, "utf8").includes('"signIn": "deviceCode"'));
    await disconnect();
  });

  test("Connect… in the browser with PKCE: the page posts the code back to this machine", async () => {
    sandbox.identity.switches.browser = { mode: "approve" };
    const asked = await connect("Browser", [], browse);
    const page = asked.find(({ kind }) => kind === "browser");
    assert.match(page?.text ?? "", /code_challenge_method=S256/);
    await disconnect();
  });

  test("Connect… with a client secret: no secret stands in the file, and this window proposes a device code", async () => {
    const asked = await connect("Client secret", [
      { to: /^The client secret's value/, with: sandbox.ready.dynamics.clientSecret },
    ]);
    const kinds = asked.find(({ text }) => text.startsWith("How does the sync sign in"));
    assert.equal(kinds?.choices[0], "Device code", "a window elsewhere has no browser beside it");
    const text = readFileSync(file, "utf8");
    for (const secret of Object.values(sandbox.ready.env)) assert.ok(!text.includes(secret));
    assert.ok(
      asked.some(({ text: told }) =>
        told.startsWith(`${NAME}: The first sync waits for approval.`),
      ),
    );
  });

  test("the first sync is previewed, and runs after a yes", async () => {
    await run("previewCycle", { pair: ID });
    const document = await documentWith(`Next cycle of ${NAME}`);
    assert.match(document.getText(), /campaigns/i);
    const detail = await answering(
      [{ to: /^Run exactly this plan\?/, with: "Approve and Run" }],
      async (asked) => {
        await run("approve", document.uri);
        return asked.find(({ text }) => text.startsWith("Run exactly"))?.detail ?? "";
      },
    );
    assert.match(detail, /\d+ created in Marketo/);
    const { lastCycle } = await pairWhen(
      ID,
      "has synced",
      (pair) => pair.lastCycle !== null && pair.lastCycle.halted === null,
    );
    assert.equal(lastCycle?.error, null);
    assert.ok((lastCycle?.counts.created.marketo ?? 0) > 0);
  });

  test("Validate Connection offers what Marketo lacks, makes it on a yes, and is green then", async () => {
    sandbox.marketo.fields.remove("crmIsDeleted");
    await run("refreshFields", { pair: ID });
    const detail = await answering(
      [
        { to: /^Create in Marketo what the sync lacks/, with: "Create in Marketo" },
        { to: /^Created: crmIsDeleted/, with: null },
      ],
      async (asked) => {
        await run("validate", { pair: ID });
        return asked[0]?.detail ?? "";
      },
    );
    assert.match(detail, /Field crmIsDeleted: .*a deletion in Dynamics is not shown on the person/);
    const document = await documentWith(`Connection of ${NAME}`);
    await until(
      "a list without that line",
      () => !document.getText().includes("Marketo has no field crmIsDeleted"),
    );
    assert.match(document.getText(), /^\d+ OK, \d+ limited, 0 must be fixed$/m);
  });

  test("Choose Fields shows values of both sides, and what is unchecked is off in the file", async () => {
    let shown: Asked | undefined;
    const all = await fieldLabels();
    const kept = all.filter((label) => !label.startsWith("Job Title"));
    await answering([{ to: /^Checked fields are synced/, with: kept }], async (asked) => {
      await run("chooseFields", { pair: ID, recordType: "contact" });
      shown = asked.find(({ kind }) => kind === "pick");
    });
    assert.match(shown?.detail ?? "", /text ↔ string · .*"[^"]+".* ↔ .*"[^"]+"/);
    const mapping = readFileSync(file, "utf8").match(/\{[^{}]*"jobtitle"[^{}]*\}/)?.[0] ?? "";
    assert.match(mapping, /"enabled": false/);
  });

  /** The checked lines of the list, without choosing anything. */
  async function fieldLabels(): Promise<string[]> {
    return answering([], async (asked) => {
      await run("chooseFields", { pair: ID, recordType: "contact" });
      const list = asked.find(({ kind }) => kind === "pick");
      assert.ok(list);
      return list.choices.filter((_, at) => !list.detail.split("\n")[at]?.includes("suggested by"));
    });
  }

  test("a value map is edited until every value has a counterpart, and stands in the file", async () => {
    const argument = { pair: ID, recordType: "contact", field: "preferredcontactmethodcode" };
    const first = await answering(
      [
        { to: /^Value Map of/, with: "Email (2)" },
        { to: /^What does Marketo hold for Email/, with: "By mail" },
        { to: /^Value Map of/, with: "$(save) Save" },
      ],
      async (asked) => {
        await run("editValueMap", argument);
        return asked[0];
      },
    );
    assert.ok(first?.choices.includes("Phone (3)"), first?.choices.join());
    await until("the file", () =>
      /"valueMap": \{[^}]*"2": "By mail"/.test(readFileSync(file, "utf8")),
    );
  });

  test("an expired secret stops the timer, is told with the way out, and Sign In Again goes on", async () => {
    await pairWhen(
      ID,
      "has taken the new map",
      ({ phase }) => phase.kind === "halted" || phase.kind === "waiting",
    );
    const app = sandbox.identity.apps.find(
      ({ clientId }) => clientId === sandbox.ready.dynamics.clientId,
    )!;
    for (const secret of app.secrets) secret.expiresAt = sandbox.clock.now() - 1;
    sandbox.identity.expireTokens();
    const told = await answering([{ to: /Cycles wait until then/, with: null }], async (asked) => {
      await run("runCycle", { pair: ID });
      await pairWhen(ID, "needs a sign-in", ({ phase }) => phase.kind === "signIn");
      await until("the notice", () => asked.find(({ text }) => text.includes("Cycles wait")));
      return asked.find(({ text }) => text.includes("Cycles wait"))!;
    });
    assert.match(told.text, /^Sales: The client secret has expired\. .*\(AADSTS7000222\)/);
    assert.deepEqual(told.choices, ["Sign In Again", "Show Log"]);
    const { lastCycle } = await pairWhen(ID, "waits", ({ phase }) => phase.kind === "signIn");
    assert.equal(lastCycle?.error?.class, "signIn");

    app.secrets.push({ value: NEW_SECRET });
    await answering(
      [
        { to: /Client secret of Dynamics/, with: NEW_SECRET },
        { to: /Client secret of Marketo/, with: "" },
      ],
      async () => {
        await run("signInAgain", { pair: ID });
        const after = lastCycle?.cycle ?? 0;
        await pairWhen(
          ID,
          "runs again",
          (pair) =>
            pair.phase.kind !== "signIn" &&
            (pair.lastCycle?.cycle ?? 0) > after &&
            pair.lastCycle?.error === null,
        );
      },
    );
  });

  test("a restored organization stops the pair; Start Anew begins with an empty state and waits for a word", async () => {
    const [row] = [...sandbox.dynamics.rows("contact", ["contactid"])];
    const id = String(row?.["contactid"]);
    sandbox.dynamics.edit("contact", id, { firstname: "Restored" }, sandbox.salesUserId);
    sandbox.dynamics.newOrganizationId();
    await answering([{ to: /another one than before/, with: null }], async (asked) => {
      await run("refreshFields", { pair: ID });
      await run("runCycle", { pair: ID });
      await pairWhen(ID, "has stopped", ({ phase }) => phase.kind === "broken");
      await until("the notice", () => asked.find(({ choices }) => choices.includes("Start Anew…")));
    });
    const detail = await answering(
      [{ to: /start anew with an empty state/, with: "Start Anew" }],
      async (asked) => {
        await run("startAnew", { pair: ID });
        await pairWhen(ID, "waits for a word", ({ phase }) => phase.kind === "halted");
        return asked[0]?.detail ?? "";
      },
    );
    assert.match(detail, /put aside and kept/);
    const { lastCycle } = await pairWhen(ID, "is empty", () => true);
    assert.equal(lastCycle?.cycle, 1);
  });

  test("Remove Pair deletes everything that is kept here; the two can be connected anew", async () => {
    const { exports } = await extension();
    const states = () => readdirSync(join(exports.storage, "state")).filter(isOfPair);
    const isOfPair = (name: string) => name.startsWith(`${ID}-`);
    assert.equal(states().length, 1);
    await answering([{ to: /^Remove Sales/, with: null }], async () => {
      await run("removePair", { pair: ID });
    });
    assert.equal(states().length, 1, "a dismissed question removes nothing");
    const detail = await answering([{ to: /^Remove Sales/, with: "Remove" }], async (asked) => {
      await run("removePair", { pair: ID });
      return asked[0]?.detail ?? "";
    });
    assert.match(detail, /nothing changes in Dynamics and Marketo/);
    assert.deepEqual([exports.pairs(), states()], [[], []]);
    assert.deepEqual(JSON.parse(readFileSync(file, "utf8")), { pairs: [] });
    await connect("Client secret", [{ to: /^The client secret's value/, with: NEW_SECRET }]);
  });
});

/** A browser: opens the page and posts the form that it holds. */
async function browse(url: string): Promise<void> {
  const page = await (await fetch(url)).text();
  const unescape = (text: string) =>
    text.replaceAll("&quot;", '"').replaceAll("&#39;", "'").replaceAll("&amp;", "&");
  const target = /action="([^"]+)"/.exec(page)?.[1] ?? "";
  const fields = [...page.matchAll(/name="([^"]+)" value="([^"]*)"/g)].map(
    ([, name = "", value = ""]): [string, string] => [name, unescape(value)],
  );
  await fetch(unescape(target).replace("//localhost", "//127.0.0.1"), {
    method: "POST",
    body: new URLSearchParams(fields),
  });
}
