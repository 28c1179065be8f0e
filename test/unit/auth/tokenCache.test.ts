import assert from "node:assert/strict";
import { test } from "node:test";
import { createTokenCache, mergeCaches } from "../../../src/auth/tokenCache";

const cases: [name: string, base: unknown, ours: unknown, theirs: unknown, merged: unknown][] = [
  ["both add", {}, { A: { a: 1 } }, { A: { b: 2 } }, { A: { a: 1, b: 2 } }],
  [
    "we change, they add",
    { A: { a: 1 } },
    { A: { a: 2 } },
    { A: { a: 1, b: 1 } },
    { A: { a: 2, b: 1 } },
  ],
  [
    "they change, we leave it",
    { A: { a: 1 } },
    { A: { a: 1, c: 1 } },
    { A: { a: 9 } },
    { A: { a: 9, c: 1 } },
  ],
  ["we remove", { A: { a: 1, b: 1 } }, { A: { b: 1 } }, { A: { a: 1, b: 2 } }, { A: { b: 2 } }],
  [
    "they signed out",
    { A: { a: 1 }, B: { x: 1 } },
    { A: { a: 1 }, B: { x: 2 } },
    {},
    { A: {}, B: { x: 2 } },
  ],
  ["a section is new", { A: {} }, { A: {}, B: { x: 1 } }, { A: {} }, { A: {}, B: { x: 1 } }],
];

for (const [name, base, ours, theirs, merged] of cases) {
  test(`mergeCaches: ${name}`, () => {
    const [b, o, t] = [base, ours, theirs].map((value) => JSON.stringify(value)) as [
      string,
      string,
      string,
    ];
    assert.deepEqual(JSON.parse(mergeCaches(b, o, t)), merged);
  });
}

/** What MSAL hands to a plug-in, with a cache that is a text. */
function msal(cache: { text: string }, cacheHasChanged: boolean) {
  return {
    cacheHasChanged,
    tokenCache: {
      serialize: () => cache.text,
      deserialize: (text: string) => void (cache.text = text),
    },
  } as unknown as Parameters<ReturnType<typeof createTokenCache>["beforeCacheAccess"]>[0];
}

test("two windows refresh at the same time, and neither loses its token", async () => {
  const values = new Map([["k", '{"RefreshToken":{}}']]);
  const store = {
    get: async (key: string) => values.get(key),
    set: async (key: string, value: string) => void values.set(key, value),
    delete: async (key: string) => void values.delete(key),
  };
  const [one, two] = [{ text: "" }, { text: "" }];
  const [pluginOne, pluginTwo] = [createTokenCache(store, "k"), createTokenCache(store, "k")];
  await pluginOne.beforeCacheAccess(msal(one, false));
  await pluginTwo.beforeCacheAccess(msal(two, false));
  one.text = '{"RefreshToken":{"one":1}}';
  two.text = '{"RefreshToken":{"two":2}}';
  await pluginOne.afterCacheAccess(msal(one, true));
  await pluginTwo.afterCacheAccess(msal(two, true));
  assert.deepEqual(JSON.parse(values.get("k") ?? ""), { RefreshToken: { one: 1, two: 2 } });
});

test("an unchanged cache is not written, and a damaged one is as good as none", async () => {
  const written: string[] = [];
  const store = {
    get: async () => "not JSON",
    set: async (_key: string, value: string) => void written.push(value),
    delete: async () => undefined,
  };
  const cache = { text: "{}" };
  const plugin = createTokenCache(store, "k");
  await plugin.beforeCacheAccess(msal(cache, false));
  await plugin.afterCacheAccess(msal(cache, false));
  assert.deepEqual([cache.text, written], ["{}", []]);
  cache.text = '{"A":{"a":1}}';
  await plugin.afterCacheAccess(msal(cache, true));
  assert.deepEqual(written, ['{"A":{"a":1}}']);
});
