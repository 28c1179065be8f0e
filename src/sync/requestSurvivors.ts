import type { CycleContext } from "./cycleContext";
import type { MarketoPull } from "./pullMarketo";
import type { StatePort, StateWriter } from "./statePort";

/** Name of the checkpoint of persons into whom others were merged and whose request was not looked at since then. */
const SURVIVORS_KEY = "requestSurvivors";

/**
 * The survivor of a merge takes the loser's value where it had none, and the feed tells no change of the field: whoever
 * waits for changes of the field alone would never hear of a request that came over so.
 */
export function noteSurvivors(
  { state, requestField }: CycleContext,
  writer: StateWriter,
  { persons }: MarketoPull,
): void {
  if (requestField === null) return;
  const known = survivors(state);
  const merged = [...persons.values()]
    .filter(({ events }) => events.some(({ kind }) => kind === "merged"))
    .map(({ personId }) => personId);
  if (merged.length) keepSurvivors(writer, [...new Set([...known, ...merged])]);
}

export function survivors(state: Pick<StatePort, "checkpoint">): readonly number[] {
  return JSON.parse(state.checkpoint(SURVIVORS_KEY) ?? "[]") as number[];
}

export function keepSurvivors(writer: StateWriter, ids: readonly number[]): void {
  writer.setCheckpoint(SURVIVORS_KEY, ids.length ? JSON.stringify(ids) : null);
}
