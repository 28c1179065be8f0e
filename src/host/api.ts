import type { CycleSummary } from "../model/activity";
import type { Host } from "./host";
import type { Phase } from "./pairs/phase";

/** What another extension may see of a pair; it cannot change anything. */
export interface PairReport {
  id: string;
  name: string;
  phase: Phase;
  lastCycle: CycleSummary | null;
}

/** What `activate` returns. */
export interface ContactSyncApi {
  pairs(): readonly PairReport[];
  /** The folder of the extension's own files: states, and the pair file without a workspace. */
  readonly storage: string;
}

export function createApi({ sessions, context }: Host): ContactSyncApi {
  return {
    storage: context.globalStorageUri.fsPath,
    pairs: () =>
      sessions.all.map(({ id, name, phase, known }) => ({
        id,
        name,
        phase,
        lastCycle: known.cycles[0] ?? null,
      })),
  };
}
