import assert from "node:assert/strict";
import { after, before, beforeEach, describe, it } from "node:test";
import { startStage, type Stage } from "./support";

let stage: Stage;
before(async () => {
  stage = await startStage();
});
beforeEach(() => stage.sandbox.reset());
after(() => stage.sandbox.close());

const edit = (step: object) => stage.done<{ id: string }>("POST", "/edits", step);
const ids = (table: "contact" | "lead") =>
  [...stage.sandbox.dynamics.rows(table)]
    .filter((row) => row["statecode"] === 0)
    .map((row) => String(row[`${table}id`]));

describe("a seller", () => {
  it("qualifies a lead, whose contact comes to life", async () => {
    const { dynamics, salesUserId } = stage.sandbox;
    const [lead] = ids("lead");
    const { id } = await edit({ side: "dynamics", op: "qualify", id: lead });
    const { statecode, statuscode, emailaddress1, _modifiedby_value } = dynamics.row(
      "lead",
      lead!,
    )!;
    const contact = dynamics.row("contact", id)!;
    assert.deepEqual([statecode, statuscode, _modifiedby_value], [1, 3, salesUserId]);
    assert.deepEqual(
      [contact["_originatingleadid_value"], contact["emailaddress1"], contact["_createdby_value"]],
      [lead, emailaddress1, salesUserId],
    );
  });

  it("merges contacts", async () => {
    const { dynamics } = stage.sandbox;
    const [winner, ...losers] = ids("contact").slice(0, 3);
    await edit({ side: "dynamics", op: "merge", table: "contact", id: winner, losers });
    const fates = losers.map((loser) => {
      const { merged, statecode, _masterid_value } = dynamics.row("contact", loser)!;
      return [merged, statecode, _masterid_value];
    });
    assert.deepEqual(fates, [
      [true, 1, winner],
      [true, 1, winner],
    ]);
  });

  it("hears the organization's refusal", async () => {
    const [lead] = ids("lead");
    const step = { side: "dynamics", op: "qualify", id: lead };
    await edit(step);
    const again = await stage.control("POST", "/edits", step);
    assert.deepEqual(again, { status: 400, body: { error: "The lead is already closed." } });
  });
});

it("a masked column shows its end only, and the masking rule can be read", async () => {
  const [id] = ids("contact");
  const values = { jobtitle: "Secret agent" };
  await edit({ side: "dynamics", op: "update", table: "contact", id, values });
  const rule = { table: "contact", column: "jobtitle", canRead: true, masked: true };
  await stage.done("POST", "/dynamics/column-security", rule);
  const path = `contacts(${id})?$select=jobtitle`;
  const masked = await stage.dynamics("GET", path);
  await stage.done("POST", "/dynamics/column-security", { ...rule, canReadUnmasked: true });
  const clear = await stage.dynamics("GET", `${path}&UnMaskedData=true`);
  const titles = [masked, clear].map(({ body }) => (body as { jobtitle: string }).jobtitle);
  assert.deepEqual(titles, ["****** *gent", "Secret agent"]);
});
