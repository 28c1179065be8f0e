import type { Side } from "../model/record";
import { SIDES } from "../model/record";
import { marketoUrl, type PairConfig } from "./pairFile";

/** Two pairs that use one system: each takes the other's writes for changes and answers them. */
export interface SharedSystem {
  side: Side;
  pairs: readonly [string, string];
}

/** The name under which a system is found again, however its address was written. */
export function systemName(config: PairConfig, side: Side): string {
  const url = side === "dynamics" ? config.dynamics.url : marketoUrl(config);
  // https://contoso.api.crm4.dynamics.com and https://contoso.crm4.dynamics.com are one organization.
  return new URL(url).host.toLowerCase().replace(/^([^.]+)\.api\.(crm\d*\.)/, "$1.$2");
}

/** Every two pairs that name the same organization or the same instance. */
export function sharedSystems(configs: readonly PairConfig[]): SharedSystem[] {
  return configs.flatMap((config, index) =>
    configs.slice(index + 1).flatMap((other) =>
      SIDES.filter((side) => systemName(config, side) === systemName(other, side)).map((side) => ({
        side,
        pairs: [config.id, other.id] as const,
      })),
    ),
  );
}

const SYSTEM: Readonly<Record<Side, string>> = {
  dynamics: "Dynamics organization",
  marketo: "Marketo instance",
};

/** One sentence; the same for both pairs, so that it is told once. */
export function sharedText({ side, pairs }: SharedSystem): string {
  const [one, other] = [...pairs].sort();
  return `The pairs "${one}" and "${other}" share one ${SYSTEM[side]}: each takes the other's writes for changes and answers them, so values may go in circles. Keep one of the two pairs.`;
}
