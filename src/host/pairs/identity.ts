import { createHash } from "node:crypto";
import type { PairConfig } from "../../config/pairFile";
import type { Side } from "../../model/record";

function hash(...parts: readonly string[]): string {
  return createHash("sha256").update(JSON.stringify(parts)).digest("hex").slice(0, 16);
}

function marketoAddress({ marketo }: PairConfig): string {
  return (marketo.url ?? marketo.munchkinId ?? "").toLowerCase().replace(/\/+$/, "");
}

function dynamicsAddress({ dynamics }: PairConfig): string {
  return dynamics.url.toLowerCase().replace(/\/+$/, "");
}

/**
 * Names what a pair connects. Two windows with the same pair share one state and one lease, wherever the file lies; a
 * pair that points to other systems starts with a state of its own.
 */
export function fingerprint(config: PairConfig): string {
  const address = hash(dynamicsAddress(config), marketoAddress(config));
  return `${config.id.toLowerCase()}-${address}`;
}

/**
 * The name of a secret. It holds for one address and one client: a file that sends the same pair to another server does
 * not get the secret.
 */
export function secretName(config: PairConfig, side: Side): string {
  const target =
    side === "dynamics"
      ? [dynamicsAddress(config), config.dynamics.clientId, config.dynamics.authority?.url ?? ""]
      : [marketoAddress(config), config.marketo.clientId];
  return `secret:${config.id}:${side}:${hash(...target)}`;
}
