import assert from "node:assert/strict";
import { join } from "node:path";
import { test } from "node:test";
import { deniedText } from "../../src/connectors/marketo/features";
import { openSandboxEngine } from "../support/sandboxEngine";

const calls: readonly [method: string, path: string, permission: string][] = [
  ["GET", "/rest/v1/leads.json", "Read-Only Lead"],
  ["GET", "/rest/v1/lead/7.json", "Read-Only Lead"],
  ["GET", "/rest/v1/leads/describe2.json", "Read-Only Lead"],
  ["GET", "/rest/v1/lists/5/leads.json", "Read-Only Lead"],
  ["POST", "/rest/v1/leads.json", "Read-Write Lead"],
  ["DELETE", "/rest/v1/lists/5/leads.json", "Read-Write Lead"],
  ["GET", "/rest/v1/activities/leadchanges.json", "Read-Only Activity"],
  ["GET", "/rest/v1/activities/pagingtoken.json", "Read-Only Activity"],
  ["POST", "/rest/v1/activities/external.json", "Read-Write Activity"],
  ["GET", "/rest/v1/activities/external/types.json", "Read-Only Activity Metadata"],
  ["POST", "/rest/v1/activities/external/type.json", "Read-Write Activity Metadata"],
  ["POST", "/rest/v1/leads/schema/fields.json", "Read-Write Schema Custom Field"],
];

test("603: every call that the sync makes tells the permission that it needs", () => {
  for (const [method, path, permission] of calls) {
    assert.match(deniedText({ method, path }) ?? "", new RegExp(`the permission "${permission}"`));
  }
  assert.equal(deniedText({ method: "GET", path: "/rest/v1/stats/usage.json" }), undefined);
});

test("603: a cycle that is denied ends with the feature and the permission, and the next one works", async () => {
  const engine = await openSandboxEngine();
  const { pairs, config, folder, sandbox } = engine;
  const { clientId } = sandbox.ready.marketo;
  try {
    await pairs.open(config, join(folder, "state"), "test");
    for (const name of ["Read-Only Activity", "Read-Write Activity"]) {
      sandbox.marketo.permissions.revoke(clientId, name);
    }
    const { error } = await pairs.run(config.id, null);
    assert.equal(error?.code, "603");
    assert.match(
      error.message,
      /^Access denied: changes cannot be noticed\. Give the API user's role the permission "Read-Only Activity"/,
    );
    sandbox.marketo.permissions.grant(clientId, "Read-Only Activity");
    assert.equal((await pairs.run(config.id, null)).error, null);
  } finally {
    await engine.close();
  }
});
