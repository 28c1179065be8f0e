import type { CycleSummary } from "../model/activity";

/** What one event carries: codes and counts, never a name, an address or a value. `telemetry.json` lists it all. */
export interface TelemetryEvent {
  name: string;
  words: Record<string, string>;
  numbers: Record<string, number>;
}

export function commandEvent(name: string, code: string | null): TelemetryEvent {
  return { name: "command", words: { name, code: code ?? "" }, numbers: {} };
}

export function cycleEvent({ counts, calls, ms, halted, error }: CycleSummary): TelemetryEvent {
  const { created, updated, conflicts, refused, failed } = counts;
  return {
    name: "cycle",
    words: { halted: halted?.reason ?? "", code: error?.code ?? "" },
    numbers: {
      createdDynamics: created.dynamics,
      createdMarketo: created.marketo,
      updatedDynamics: updated.dynamics,
      updatedMarketo: updated.marketo,
      conflicts,
      refused,
      failed,
      callsDynamics: calls.dynamics,
      callsMarketo: calls.marketo,
      ms,
    },
  };
}

/** Nothing is sent unless all of this is so. */
export interface TelemetryConditions {
  /** Empty in this build; forks bring their own. */
  connectionString: string;
  /** Under development or under test. */
  isDevelopment: boolean;
  /** The extension's own setting. */
  isOn: boolean;
  /** The user's telemetry level allows it. */
  isAllowed: boolean;
}

export function isWanted({
  connectionString,
  isDevelopment,
  isOn,
  isAllowed,
}: TelemetryConditions): boolean {
  return connectionString !== "" && !isDevelopment && isOn && isAllowed;
}
