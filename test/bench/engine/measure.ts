/** What the benchmark asks of a role. */
export type Command =
  /** One cycle of the engine, or the calls of that cycle again. */
  | { kind: "cycle"; phase: string }
  /** Moves the role's clock, as the sandbox's was moved. */
  | { kind: "advance"; ms: number }
  /** Carries so many records over, one call each. */
  | { kind: "sample"; records: number };

export interface Measured {
  wallMs: number;
  cpuMs: number;
  /** Highest resident memory of the process so far. */
  peakMb: number;
  calls: { dynamics: number; marketo: number };
  /** Answers that said that the caller is too fast. */
  throttled?: number;
  bytesWritten: number;
  note: string;
}

export interface Role {
  carryOut(command: Command): Promise<Measured | null>;
  close(): Promise<void>;
}

/** Wall and processor time of a piece of work in this process. */
export async function measured(
  work: () => Promise<Pick<Measured, "calls" | "throttled" | "bytesWritten" | "note">>,
): Promise<Measured> {
  const started = performance.now();
  const cpu = process.cpuUsage();
  const result = await work();
  const { user, system } = process.cpuUsage(cpu);
  return {
    wallMs: performance.now() - started,
    cpuMs: (user + system) / 1000,
    peakMb: process.resourceUsage().maxRSS / 1024,
    ...result,
  };
}
