import assert from "node:assert/strict";
import { after, before, beforeEach, describe, it } from "node:test";
import { PRESET_NAMES, presetRule, type PresetName } from "../../../src/sandbox/control/presets";
import { dynamicsToken, startStage, type Answer, type Stage } from "./support";

let stage: Stage;
let contact: string;
before(async () => {
  stage = await startStage();
});
beforeEach(() => {
  stage.sandbox.reset();
  const [first] = stage.sandbox.dynamics.rows("contact");
  contact = String(first!["contactid"]);
});
after(() => stage.sandbox.close());

const writeDynamics = () =>
  stage.dynamics("PATCH", `contacts(${contact})`, { jobtitle: "Written" });
const writeMarketo = () =>
  stage.marketo("POST", "/rest/v1/leads.json", {
    action: "updateOnly",
    lookupField: "id",
    input: [{ id: 1, title: "Written" }],
  });
const isWritten = {
  dynamics: () => stage.sandbox.dynamics.row("contact", contact)!["jobtitle"] === "Written",
  marketo: () => stage.sandbox.marketo.person(1)!["title"] === "Written",
  identity: () => false,
};

/** What a program sees of the call, in a few words. */
async function seen(work: Promise<Answer>): Promise<string> {
  let answer: Answer;
  try {
    answer = await work;
  } catch {
    return "cut";
  }
  if (typeof answer.body === "string") {
    return `${answer.status} ${answer.body.startsWith("<") ? "html" : answer.body || "empty"}`;
  }
  const { errors, error, success } = answer.body as {
    errors?: { code: string }[];
    error?: { code: string } | string;
    success?: boolean;
  };
  const code = errors?.[0]?.code ?? (typeof error === "string" ? error : error?.code);
  return `${answer.status} ${code ?? (success ? "success" : "fine")}`;
}

const cases: Record<PresetName, [answer: string, written: boolean]> = {
  "dynamics-429": ["429 0x80072322", false],
  "dynamics-502": ["502 html", false],
  "dynamics-503": ["503 Service Unavailable", false],
  "dynamics-502-after-commit": ["502 html", true],
  "dynamics-lost-answer": ["cut", true],
  "dynamics-reset": ["cut", false],
  "dynamics-slow": ["204 empty", true],
  "dynamics-html": ["200 html", false],
  "marketo-606": ["200 606", false],
  "marketo-607": ["200 607", false],
  "marketo-615": ["200 615", false],
  "marketo-611": ["200 611", false],
  "marketo-608": ["200 608", false],
  "marketo-713": ["200 713", false],
  "marketo-604": ["200 604", false],
  "marketo-604-after-commit": ["200 604", true],
  "marketo-502": ["502 html", false],
  "marketo-502-after-commit": ["502 html", true],
  "marketo-lost-answer": ["cut", true],
  "marketo-slow": ["200 success", true],
  "marketo-html": ["200 html", false],
  "marketo-empty-body": ["200 empty", false],
  "identity-429": ["429 temporarily_unavailable", false],
  "identity-503": ["503 html", false],
};

describe("a preset happens once, then all is well", () => {
  for (const name of PRESET_NAMES) {
    it(name, async () => {
      const rule = await stage.done<{ server: keyof typeof isWritten }>(
        "POST",
        `/faults/presets/${name}`,
        { delayMs: 20 },
      );
      const calls = {
        dynamics: writeDynamics,
        marketo: writeMarketo,
        identity: () => dynamicsToken(stage.sandbox),
      };
      const first = await seen(calls[rule.server]());
      const written = isWritten[rule.server]();
      const second = await seen(calls[rule.server]());
      const fine = { dynamics: "204 empty", marketo: "200 success", identity: "200 fine" };
      assert.deepEqual([first, written, second], [...cases[name], fine[rule.server]]);
    });
  }

  it("passes and hits as many calls as it is told, on the path it is told", async () => {
    const { faults } = stage.sandbox;
    faults.add(presetRule("marketo-606", { skip: 1, times: 2, path: "describe" }));
    const outcomes: string[] = [];
    for (let turn = 0; turn < 4; turn++) {
      outcomes.push(await seen(stage.marketo("GET", "/rest/v1/leads/describe.json")));
    }
    outcomes.push(await seen(writeMarketo()));
    assert.deepEqual(outcomes, ["200 success", "200 606", "200 606", "200 success", "200 success"]);
  });

  it("leaves reads that come as POST alone where only writes are meant", async () => {
    stage.sandbox.faults.add(presetRule("marketo-lost-answer"));
    const read = stage.marketo("POST", "/rest/v1/leads/describe.json?_method=GET", "");
    assert.equal(await seen(read), "200 success");
  });
});
