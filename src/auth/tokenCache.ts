import type { ICachePlugin } from "@azure/msal-node";
import type { SecretStore } from "./secretStore";

type Section = Record<string, unknown>;
type Cache = Record<string, Section>;

/**
 * MSAL's token cache in the secret store. Several windows share it, so it is read before each use, and a change is
 * merged into what stands there by then: otherwise the refresh token of the slower window would vanish.
 */
export function createTokenCache(store: SecretStore, key: string): ICachePlugin {
  let read = "";
  return {
    async beforeCacheAccess({ tokenCache }) {
      const stored = (await store.get(key)) ?? "";
      if (stored !== "" && isCache(stored)) tokenCache.deserialize(stored);
      read = stored;
    },
    async afterCacheAccess({ cacheHasChanged, tokenCache }) {
      if (!cacheHasChanged) return;
      const ours = tokenCache.serialize();
      const theirs = (await store.get(key)) ?? "";
      const merged = theirs === read ? ours : mergeCaches(read, ours, theirs);
      if (merged !== theirs) await store.set(key, merged);
      read = merged;
    },
  };
}

/** Three-way by entry: our additions, changes and removals since `base`, applied to `theirs`. */
export function mergeCaches(base: string, ours: string, theirs: string): string {
  const [before, mine, result] = [parse(base), parse(ours), parse(theirs)];
  for (const name of new Set([...Object.keys(before), ...Object.keys(mine)])) {
    const old = before[name] ?? {};
    const now = mine[name] ?? {};
    const section = (result[name] ??= {});
    for (const entry of new Set([...Object.keys(old), ...Object.keys(now)])) {
      if (JSON.stringify(old[entry]) === JSON.stringify(now[entry])) continue;
      if (entry in now) section[entry] = now[entry];
      else delete section[entry];
    }
  }
  return JSON.stringify(result);
}

/** A cache that cannot be read is as good as none: the user signs in again. */
function parse(text: string): Cache {
  return isCache(text) ? (JSON.parse(text) as Cache) : {};
}

function isCache(text: string): boolean {
  try {
    const parsed: unknown = JSON.parse(text);
    return typeof parsed === "object" && parsed !== null && !Array.isArray(parsed);
  } catch {
    return false;
  }
}
