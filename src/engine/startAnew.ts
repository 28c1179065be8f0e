import { openState } from "../state/openState";
import { diskFiles } from "../state/files";
import { putAside } from "../state/folder";
import type { StatePort } from "../sync/statePort";

/** Name of the checkpoint of a fresh state that replaced another one, until its first cycle has finished. */
const ANEW_KEY = "startedAnew";

export interface StartAnewOptions {
  /** The state folder, not the pair's own one. */
  folder: string;
  pair: string;
  /** Who does it, in words for people. */
  owner: string;
  now: () => number;
}

/**
 * Puts the pair's state aside and begins an empty one: both sides are compared in full, and nothing is written before
 * the plan is approved, in a sandbox neither. Throws CS-STATE-IN-USE while somebody runs the pair. Returns where the
 * old state lies.
 */
export async function startAnew({ folder, pair, owner, now }: StartAnewOptions): Promise<string> {
  const held = await openState({ folder, pair, mode: "write", owner, now });
  await held.close();
  const aside = await putAside(diskFiles, folder, { pair, now: now() });
  const fresh = await openState({ folder, pair, mode: "write", owner, now });
  try {
    await fresh.commit((writer) => writer.setCheckpoint(ANEW_KEY, "1"));
  } finally {
    await fresh.close();
  }
  return aside;
}

/** Does the state wait for the word that its first plan needs in any environment? */
export function isStartedAnew(state: StatePort): boolean {
  return state.checkpoint(ANEW_KEY) !== null;
}

/** The first cycle has finished: from now on the pair is one like any other. */
export async function endStartAnew(state: StatePort): Promise<void> {
  if (!isStartedAnew(state)) return;
  await state.commit((writer) => writer.setCheckpoint(ANEW_KEY, null));
}
