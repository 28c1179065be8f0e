import type { PairConfig } from "../../config/pairFile";
import type { Activity, CycleSummary } from "../../model/activity";
import type { RecordType } from "../../model/record";
import type { HostEvent, MappedField, PairSchema, PairStatus } from "../../protocol/engine";
import type { FailedRow, OpenResult } from "../../protocol/engineContract";
import type { EngineRequest } from "../engine/client";
import { isSignInProblem, problemOf, type Problem } from "../problem";
import { Signal } from "../signal";
import { advance, nextStep, phaseAfter, type Phase } from "./phase";
import type { RememberedSchema } from "./rememberedSchema";

export interface SessionSurroundings {
  request: EngineRequest;
  stateFolder: string;
  /** This window, in words for people. */
  owner: string;
  now: () => number;
  /** Remembers over restarts that the user paused the pair. */
  paused: { get(): boolean; set(paused: boolean): void };
  remembered: RememberedSchema;
  onError: (error: unknown) => void;
}

/** What is known of a pair's past; read again after each cycle. */
export interface Knowledge {
  status: PairStatus | null;
  cycles: readonly CycleSummary[];
  conflicts: readonly Activity[];
  failed: readonly FailedRow[];
}

const CYCLES_SHOWN = 30;
const CONFLICTS_SHOWN = 50;
const FAILED_SHOWN = 200;

/** One pair of the file in this window: what it does, what is known of it, and its turn of the timer. */
export class PairSession {
  readonly changed = new Signal<void>();
  phase: Phase = { kind: "opening" };
  known: Knowledge = { status: null, cycles: [], conflicts: [], failed: [] };
  schema: PairSchema | null = null;
  schemaProblem: Problem | null = null;
  /** The schema is not that of an earlier window or of former settings. */
  isDescribed = false;
  /** Grows with what the window that runs the pair does, when that is another one. */
  version = 0;
  #closed = false;
  #describing: Promise<PairSchema> | null = null;
  #stepping = false;
  #watching = false;
  #before: Phase | null = null;
  #tellOpened!: () => void;
  readonly #isOpened = new Promise<void>((done) => (this.#tellOpened = done));

  constructor(
    readonly config: PairConfig,
    private readonly around: SessionSurroundings,
  ) {}

  get id(): string {
    return this.config.id;
  }

  get name(): string {
    return this.config.name ?? this.config.id;
  }

  get intervalMs(): number {
    return this.config.intervalSeconds * 1000;
  }

  get isWriter(): boolean {
    return !["opening", "reader", "broken"].includes(this.phase.kind);
  }

  /** Takes over what is known of the same pair under its former settings; the check boxes follow the new ones. */
  inherit({ known, schema, shownPhase }: PairSession): void {
    this.known = known;
    this.schema = schema && withSwitches(schema, this.config);
    // A cycle that runs is ended by the new settings.
    this.#before = shownPhase.kind === "running" ? null : shownPhase;
  }

  /** What the trees say the pair does: as long as it is reopened with other settings, what it did before. */
  get shownPhase(): Phase {
    return this.phase.kind === "opening" ? (this.#before ?? this.phase) : this.phase;
  }

  async open(): Promise<void> {
    const { request, stateFolder, owner } = this.around;
    try {
      this.#opened(await request("open", { config: this.config, stateFolder, owner }));
      const inherited = this.schema;
      this.schema ??= await this.around.remembered.get();
      await this.refresh();
      if (this.isWriter) this.#enter(this.#phaseOfPast());
      // What was inherited belongs to the former settings. Its trouble, if any, is kept and shown.
      if (inherited && this.isWriter) void this.describe().catch(() => undefined);
    } catch (error) {
      this.#enter({ kind: "broken", problem: problemOf(error) });
    } finally {
      this.#tellOpened();
    }
  }

  /** One look of the timer. */
  async step(now: number, automatic: boolean): Promise<void> {
    if (this.#stepping || this.#closed) return;
    this.#stepping = true;
    try {
      const step = nextStep(this.phase, { now, intervalMs: this.intervalMs, automatic });
      if (step === "takeOver") await this.#takeOver();
      else if (step === "run") await this.run(null);
    } finally {
      this.#stepping = false;
    }
  }

  /** Runs the next cycle, or joins the one that runs; the row of a pair can be clicked while it is being reopened. */
  async run(approved: string | null): Promise<CycleSummary | null> {
    await this.#isOpened;
    try {
      const summary = await this.around.request("runCycle", { pair: this.id, approved });
      await this.#settle(phaseAfter(summary, this.intervalMs));
      return summary;
    } catch (error) {
      const problem = problemOf(error);
      // The engine's thread is gone; the pair is being opened anew.
      if (problem.code === "RPC-CLOSED") return null;
      const nextAt = this.around.now() + this.intervalMs;
      await this.#settle(
        isSignInProblem(error) ? { kind: "signIn", problem } : { kind: "waiting", nextAt, problem },
      );
      return null;
    }
  }

  async cancel(): Promise<void> {
    await this.around.request("cancelCycle", { pair: this.id });
  }

  pause(): void {
    this.around.paused.set(true);
    if (this.phase.kind !== "running") this.#enter({ kind: "paused" });
    else this.changed.tell();
  }

  resume(): void {
    this.around.paused.set(false);
    if (this.phase.kind === "paused") this.#enter(this.#waiting(this.around.now()));
    else this.changed.tell();
  }

  get isPaused(): boolean {
    return this.around.paused.get();
  }

  /** A human has removed what the timer waited for; the next look runs a cycle. */
  clear(): void {
    if (this.phase.kind === "signIn" || this.phase.kind === "waiting") {
      this.#enter(this.#waiting(this.around.now()));
    }
  }

  onEvent(event: HostEvent): void {
    if (event.type === "started") {
      const { cycle, at } = event;
      const startedAt = Date.parse(at);
      this.#enter({
        kind: "running",
        run: { cycle, startedAt, stage: "opening", done: 0, total: null },
      });
    } else if (event.type === "progress" && this.phase.kind === "running") {
      this.#enter({ kind: "running", run: advance(this.phase.run, event) });
    }
  }

  /** Begins with an empty state; its first plan waits for a word. Returns where the old one lies. */
  async startAnew(): Promise<string> {
    const { aside, opened } = await this.around.request("startAnew", { pair: this.id });
    this.#opened(opened);
    await this.refresh();
    return aside;
  }

  /** The engine's thread ended; the pair is opened anew. */
  async reopen(): Promise<void> {
    if (this.#closed) return;
    this.#enter({ kind: "opening" });
    await this.open();
  }

  async refresh(): Promise<void> {
    const { request } = this.around;
    const pair = this.id;
    const newest = { by: "time", descending: true } as const;
    const [status, cycles, conflicts, failed] = await Promise.all([
      request("status", { pair }),
      request("cycles", { pair, limit: CYCLES_SHOWN }),
      request("activities", {
        pair,
        filter: { conflictsOnly: true, sort: newest },
        offset: 0,
        limit: CONFLICTS_SHOWN,
      }),
      request("failed", { pair, limit: FAILED_SHOWN }),
    ]);
    this.known = { status, cycles, conflicts, failed };
    if (!this.#closed) this.changed.tell();
  }

  /** What waits gets less while a cycle writes; the rest is read at its end. A slow engine is not asked twice. */
  async watch(): Promise<void> {
    if (this.#watching || this.phase.kind !== "running") return;
    this.#watching = true;
    try {
      const status = await this.around.request("status", { pair: this.id });
      if (this.#closed || this.phase.kind !== "running") return;
      this.known = { ...this.known, status };
      this.changed.tell();
    } finally {
      this.#watching = false;
    }
  }

  /** Both sides' fields; asked of the systems once, and anew when the user wishes. */
  async describe(refresh = false): Promise<PairSchema> {
    if (this.#describing && !refresh) return this.#describing;
    const describing = this.#describe(refresh).finally(() => {
      if (this.#describing === describing) this.#describing = null;
    });
    this.#describing = describing;
    return describing;
  }

  async #describe(refresh: boolean): Promise<PairSchema> {
    try {
      this.schema = await this.around.request("describe", { pair: this.id, refresh });
      this.schemaProblem = null;
      this.isDescribed = true;
      this.around.remembered.set(this.schema).catch(this.around.onError);
      return this.schema;
    } catch (error) {
      this.schemaProblem = problemOf(error);
      throw error;
    } finally {
      if (!this.#closed) this.changed.tell();
    }
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#tellOpened();
    await this.around.request("close", { pair: this.id });
  }

  async #takeOver(): Promise<void> {
    try {
      this.#opened(await this.around.request("takeOver", { pair: this.id }));
      await this.refresh();
      if (this.isWriter) this.#enter(this.#phaseOfPast());
    } catch (error) {
      this.#enter({ kind: "broken", problem: problemOf(error) });
    }
  }

  #opened(result: OpenResult): void {
    const { phase } = this;
    if (result.kind === "writer") return this.#enter(this.#waiting(this.around.now()));
    this.version = result.version;
    if (phase.kind !== "reader" || phase.owner !== result.owner) {
      this.#enter({ kind: "reader", owner: result.owner });
    }
  }

  /** After a restart the timer goes on where the last cycle left it; a halt still waits for its human. */
  #phaseOfPast(): Phase {
    if (this.isPaused) return { kind: "paused" };
    const [last] = this.known.cycles;
    if (!last) return this.#waiting(this.around.now());
    const phase = phaseAfter(last, this.intervalMs);
    // Sign-in and lasting trouble may be gone by now: the first cycle tells.
    return phase.kind === "halted" || phase.kind === "waiting"
      ? phase
      : this.#waiting(this.around.now());
  }

  #waiting(nextAt: number): Phase {
    return this.isPaused ? { kind: "paused" } : { kind: "waiting", nextAt, problem: null };
  }

  async #settle(phase: Phase): Promise<void> {
    if (this.#closed) return;
    if (phase.kind === "waiting" && phase.problem?.code === "CS-STATE-FENCED") {
      return this.reopen();
    }
    this.#enter(phase.kind === "waiting" && this.isPaused ? { kind: "paused" } : phase);
    // What cannot be read again stays as it was known.
    await this.refresh().catch(() => undefined);
  }

  #enter(phase: Phase): void {
    if (this.#closed) return;
    this.phase = phase;
    this.changed.tell();
  }
}

/** The same fields with the switches of these settings; what a switch changes beyond that is described anew. */
function withSwitches(schema: PairSchema, { recordTypes }: PairConfig): PairSchema {
  const maps = Object.entries(schema.maps).map(([recordType, fields]) => {
    const written = recordTypes[recordType as RecordType]?.fields;
    const isOn = (mapped: MappedField) =>
      written?.find(({ column, field }) => column === mapped.column && field === mapped.field)
        ?.enabled ?? mapped.enabled;
    return [recordType, fields.map((mapped) => ({ ...mapped, enabled: isOn(mapped) }))];
  });
  return { ...schema, maps: Object.fromEntries(maps) as PairSchema["maps"] };
}
