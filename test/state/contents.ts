import { RECORD_TYPES } from "../../src/model/record";
import type { State } from "../../src/state/state";

const CHECKPOINTS = ["delta", "token", "map"];
const GUIDS = Array.from({ length: 12 }, (_, at) => `event-${at}`);

/** Everything that can be read from a state in which tests use only the keys above, as one value to compare. */
export function contentsOf(state: State) {
  return {
    links: RECORD_TYPES.flatMap((type) => [...state.links(type)].flat()),
    checkpoints: CHECKPOINTS.map((key) => state.checkpoint(key)),
    intents: state.openIntents(),
    echoes: state.overdueEchoes(Infinity),
    seen: [...state.seen(GUIDS)],
    failed: state.failed({ dueBefore: Infinity }),
    activities: state.activities({ limit: 1000 }),
    calls: (["dynamics", "marketo"] as const).map((side) => state.callsOn(side, "2026-01-01")),
    cycles: state.cycles(100),
  };
}

export type Contents = ReturnType<typeof contentsOf>;
