import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { CrashPoint } from "./moments";
import { logProblems } from "./outcome";
import { bundleForTest } from "../support/bundle";
import { CrashRig, type Run } from "./rig";
import type { Scenario } from "./scenario";

/** Every place at which a run can be ended: around each operation, and in the middle of each write to a file. */
export function pointsOf(counts: Readonly<Record<string, number>>): CrashPoint[] {
  return Object.entries(counts).flatMap(([operation, count]) =>
    Array.from({ length: count }, (_, at) => at + 1).flatMap((nth) => {
      const torn = operation === "file append" ? (["torn"] as const) : [];
      return (["before", ...torn, "after"] as const).map((when) => ({ operation, nth, when }));
    }),
  );
}

/** Every `step`th of the points from `offset` on. */
export function spread(
  points: readonly CrashPoint[],
  { step, offset }: { step: number; offset: number },
): CrashPoint[] {
  return points.filter((_, at) => at % step === offset % step);
}

/** The same and the first point of each kind. */
export function spreadOverKinds(
  points: readonly CrashPoint[],
  { step, offset }: { step: number; offset: number },
): CrashPoint[] {
  const chosen = new Set(spread(points, { step, offset }));
  const kinds = new Set<string>();
  return points.filter((point) => {
    const kind = `${point.when} ${point.operation}`;
    const first = !kinds.has(kind);
    kinds.add(kind);
    return first || chosen.has(point);
  });
}

export const nameOf = ({ operation, nth, when }: CrashPoint): string =>
  `${when} ${operation} ${nth}`;

/** What is wrong with a run that was ended at a point, compared with one that was not. */
export function problemsOf(expected: Run, found: Run): string[] {
  const problems = [...logProblems(expected.log, found.log), ...found.personLog];
  const want = expected.outcome;
  const has = found.outcome;
  if (has.openIntents !== want.openIntents) problems.push(`${has.openIntents} open intents`);
  for (const part of ["rows", "persons", "links", "failed", "requests", "lateWrites"] as const) {
    const missing = without(want[part], has[part]);
    const extra = without(has[part], want[part]);
    problems.push(...missing.map((line) => `${part}, missing: ${line}`));
    problems.push(...extra.map((line) => `${part}, too much: ${line}`));
  }
  return problems;
}

/** The lines of the first list that the second one lacks; equal lines count one by one. */
function without(lines: readonly string[], others: readonly string[]): string[] {
  const left = [...others];
  return lines.filter((line) => {
    const at = left.indexOf(line);
    if (at >= 0) left.splice(at, 1);
    return at < 0;
  });
}

/** Rigs that work side by side, each with orgs of its own. */
export class Rigs {
  private constructor(
    private readonly folder: string,
    private readonly rigs: readonly CrashRig[],
  ) {}

  static async start(lanes: number): Promise<Rigs> {
    const folder = await mkdtemp(join(tmpdir(), "contact-sync-crash-child-"));
    const script = bundleForTest("test/crash/child.ts", "child.js", { folder });
    const rigs = await Promise.all(Array.from({ length: lanes }, () => CrashRig.start(script)));
    return new Rigs(folder, rigs);
  }

  async close(): Promise<void> {
    await Promise.all(this.rigs.map((rig) => rig.close()));
    await rm(this.folder, { recursive: true, force: true });
  }

  undisturbed(scenario: Scenario): Promise<Run> {
    return this.rigs[0]!.run(scenario, null);
  }

  /** Ends one run at each point and tells what came of it, as long as there is time. */
  async each(
    scenario: Scenario,
    points: readonly CrashPoint[],
    tell: (point: CrashPoint, run: Run) => void,
    hasTime: () => boolean = () => true,
  ): Promise<void> {
    const queue = [...points];
    const next = () => (hasTime() ? queue.shift() : undefined);
    const lane = async (rig: CrashRig): Promise<void> => {
      for (let point = next(); point; point = next()) {
        const name = nameOf(point);
        const run = await rig.run(scenario, point).catch((cause: unknown) => {
          throw new Error(`The process was ended ${name}; its successor failed.`, { cause });
        });
        tell(point, run);
      }
    };
    await Promise.all(this.rigs.map(lane));
  }
}
