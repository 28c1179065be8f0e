import assert from "node:assert/strict";
import { test } from "node:test";
import { proxyFor } from "../../../src/http/proxyRules";
import { PLAIN_NETWORK, type NetworkSettings } from "../../../src/model/network";

const PROXY = "http://proxy.test:3128";
const cases: readonly [url: string, settings: Partial<NetworkSettings>, proxy: string][] = [
  ["https://org.test/", {}, ""],
  ["https://org.test/", { proxy: PROXY }, PROXY],
  ["https://org.test/", { proxy: PROXY, useProxy: false }, ""],
  ["https://org.test/", { proxy: PROXY, noProxy: ["*"] }, ""],
  ["https://org.test/", { proxy: PROXY, noProxy: ["org.test"] }, ""],
  ["https://a.org.test/", { proxy: PROXY, noProxy: [".org.test"] }, ""],
  ["https://a.org.test/", { proxy: PROXY, noProxy: ["*.ORG.test"] }, ""],
  ["https://notorg.test/", { proxy: PROXY, noProxy: ["org.test"] }, PROXY],
  ["https://org.test/", { proxy: PROXY, noProxy: ["org.test:8443"] }, PROXY],
  ["https://org.test:8443/", { proxy: PROXY, noProxy: ["org.test:8443"] }, ""],
  ["http://127.0.0.1:80/", { proxy: PROXY }, ""],
  ["http://localhost/", { proxy: PROXY }, ""],
];

for (const [url, settings, expected] of cases) {
  test(`${url} with ${JSON.stringify(settings)} goes ${expected === "" ? "directly" : "by the proxy"}`, () => {
    assert.equal(proxyFor(new URL(url), { ...PLAIN_NETWORK, ...settings }), expected);
  });
}

test("the environment's proxy and its exceptions hold where the settings say nothing", () => {
  const before = { ...process.env };
  try {
    Object.assign(process.env, { HTTPS_PROXY: "http://env.test:1", NO_PROXY: "inside.test" });
    const at = (host: string, settings: Partial<NetworkSettings> = {}) =>
      proxyFor(new URL(`https://${host}/`), { ...PLAIN_NETWORK, ...settings });
    assert.deepEqual(
      [
        at("org.test"),
        at("inside.test"),
        at("org.test", { proxy: PROXY }),
        at("inside.test", { proxy: PROXY }),
        at("org.test", { useProxy: false }),
      ],
      ["http://env.test:1", "", PROXY, "", ""],
    );
  } finally {
    for (const name of ["HTTPS_PROXY", "NO_PROXY"]) {
      if (before[name] === undefined) delete process.env[name];
      else process.env[name] = before[name];
    }
  }
});
