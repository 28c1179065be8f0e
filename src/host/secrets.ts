import type * as vscode from "vscode";
import { tokenCacheKey, type SecretStore } from "../auth/secretStore";
import { ContactSyncError } from "../model/failure";
import type { Side } from "../model/record";
import type { PairConfig } from "../config/pairFile";
import { fingerprint, secretName } from "./pairs/identity";
import { say } from "./text";

/** The editor's secret storage; the only place where secrets and tokens are kept. */
export class Secrets {
  constructor(
    private readonly storage: vscode.SecretStorage,
    private readonly environment: Readonly<Record<string, string | undefined>>,
  ) {}

  /** Stores a secret and reads it back: some platforms accept one and forget it. */
  async keep(config: PairConfig, side: Side, value: string): Promise<void> {
    const name = secretName(config, side);
    await this.#store(name, value);
    if ((await this.storage.get(name)) === value) return;
    throw notKept(await variable(config, side));
  }

  async #store(name: string, value: string): Promise<void> {
    try {
      await this.storage.store(name, value);
    } catch {
      // Reading it back tells the same, with the remedy.
    }
  }

  /** The secret, from the storage or the environment; CS-SECRET-MISSING with the remedy when there is none. */
  async get(config: PairConfig, side: Side): Promise<string> {
    const kept = await this.storage.get(secretName(config, side));
    const name = await variable(config, side);
    const found = kept ?? this.environment[name];
    if (found) return found;
    throw new ContactSyncError(
      "CS-SECRET-MISSING",
      side === "dynamics"
        ? say(
            "The client secret of Dynamics is not known. Run Connect… for this pair, or set {0}.",
            name,
          )
        : say(
            "The client secret of Marketo is not known. Run Connect… for this pair, or set {0}.",
            name,
          ),
    );
  }

  async has(config: PairConfig, side: Side): Promise<boolean> {
    const kept = await this.storage.get(secretName(config, side));
    return Boolean(kept ?? this.environment[await variable(config, side)]);
  }

  /** Deletes both secrets and the sign-in of a pair. */
  async forget(config: PairConfig): Promise<void> {
    await this.storage.delete(secretName(config, "dynamics"));
    await this.storage.delete(secretName(config, "marketo"));
    await this.tokenStore(config).delete(tokenCacheKey(config.id));
  }

  /** The token cache of one pair; it belongs to the systems that the pair names, like the secrets. */
  tokenStore(config: PairConfig): SecretStore {
    const { storage } = this;
    const named = (key: string) => `${key}:${fingerprint(config)}`;
    return {
      get: async (key) => storage.get(named(key)),
      set: async (key, value) => storage.store(named(key), value),
      delete: async (key) => storage.delete(named(key)),
      onDidChange: (listener) => {
        const suffix = `:${fingerprint(config)}`;
        return storage.onDidChange(({ key }) => {
          if (key.endsWith(suffix)) listener(key.slice(0, -suffix.length));
        });
      },
    };
  }
}

async function variable(config: PairConfig, side: Side): Promise<string> {
  const { secretVariable } = await import("../config/pairFile");
  return secretVariable(config.id, side);
}

function notKept(name: string): ContactSyncError {
  return new ContactSyncError(
    "CS-SECRET-MISSING",
    say(
      "This platform does not keep secrets: what was stored could not be read back. Install a keyring (on Linux gnome-keyring or KWallet), or set the environment variable {0}.",
      name,
    ),
  );
}
