import assert from "node:assert/strict";
import { test } from "node:test";
import { redactUrl, requestIdOf } from "../../../src/http/redact";

const cases: [string, string][] = [
  [
    "https://contoso.crm.dynamics.com/api/data/v9.2/contacts?$select=firstname&$filter=emailaddress1 eq 'ada@x.test'",
    "https://contoso.crm.dynamics.com/api/data/v9.2/contacts?$select=firstname&$filter=…",
  ],
  [
    "https://o.test/contacts?%24select=a&@p1='emailaddress1'&@p2=['ada@x.test']",
    "https://o.test/contacts?%24select=a&@p1=…&@p2=…",
  ],
  [
    "https://o.test/contacts(emailaddress1='ada%40x.test')?$select=a",
    "https://o.test/contacts(emailaddress1='…')?$select=a",
  ],
  [
    "https://o.test/contacts(emailaddress1=%27ada%27,lastname='O''Neil')",
    "https://o.test/contacts(emailaddress1='…',lastname='…')",
  ],
  [
    "https://o.test/EntityDefinitions(LogicalName='contact')",
    "https://o.test/EntityDefinitions(LogicalName='contact')",
  ],
  [
    "https://1-aa.mktorest.test/identity/oauth/token?grant_type=client_credentials&client_id=a&client_secret=b",
    "https://1-aa.mktorest.test/identity/oauth/token?grant_type=client_credentials&client_id=…&client_secret=…",
  ],
  [
    "https://m.test/rest/v1/leads.json?filterType=email&filterValues=ada@x.test,b@x.test&fields=id",
    "https://m.test/rest/v1/leads.json?filterType=email&filterValues=…&fields=id",
  ],
  ["https://m.test/x?a=1?b=2&ada@x.test&%E0%A4%A=1", "https://m.test/x?a=…&…&%E0%A4%A=…"],
  ["https://user:secret@o.test/x", "https://o.test/x"],
];

test("redactUrl shows names and hides values", () => {
  assert.deepEqual(
    cases.map(([url]) => redactUrl(url)),
    cases.map(([, expected]) => expected),
  );
});

test("requestIdOf finds both vendors' ids", () => {
  assert.deepEqual(
    [
      requestIdOf({ "x-ms-service-request-id": "a-1" }, ""),
      requestIdOf({ req_id: "b-2" }, ""),
      requestIdOf({}, '{"requestId":"e42b#14272d07d78","success":true}'),
      requestIdOf({}, '{"value":[]}'),
    ],
    ["a-1", "b-2", "e42b#14272d07d78", null],
  );
});
