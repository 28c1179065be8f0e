import { setMaxListeners } from "node:events";
import type { PairConfig } from "../config/pairFile";
import type { Timing } from "../http/timing";
import type { TokenSource } from "../http/tokenSource";
import type { HttpTransport } from "../http/transport";
import { emptyCounts, type CycleSummary } from "../model/activity";
import { CallError, ContactSyncError } from "../model/failure";
import type { Pair, RecordType } from "../model/record";
import type { CreateContactRequest, CycleEvent, PairSchema, Preview } from "../protocol/engine";
import type { Check, RequestTally } from "../protocol/engineContract";
import type { State } from "../state/state";
import { runCycle, type CycleOutcome } from "../sync/cycle";
import { SchemaMovedError, type CycleContext } from "../sync/cycleContext";
import { startFeed } from "../sync/pullMarketo";
import type { World } from "../sync/ports";
import { AfterCycle } from "./afterCycle";
import { connect, StateLedger, type ConnectOptions, type ConnectorSet } from "./connect";
import { createRecord, type CreateResult } from "./createRecord";
import type { SampleGround } from "./fieldSamples";
import { checkOrganization } from "./organizationCheck";
import { asksForMore, fitBases, refreshNewFields, rememberMap } from "./mapMemory";
import { needsApproval, policiesOf } from "./policies";
import { makePreview, PREVIEWED_KEY } from "./preview";
import { mayWrite } from "./requests";
import {
  describePair,
  fitCheckpoints,
  readSchema,
  readUserName,
  setUp,
  type PairSetup,
  type SchemaFacts,
} from "./setup";
import { endStartAnew, isStartedAnew } from "./startAnew";
import { UsedSystems } from "./usedSystems";
import { validate } from "./validate/validate";

export interface PairEngineOptions {
  config: PairConfig;
  /** Open for writing. */
  state: State;
  transport: HttpTransport;
  tokens: Pair<TokenSource>;
  timing: Timing;
  world: World;
  /** The systems of all pairs of this process; by default the pair knows only of itself. */
  systems?: UsedSystems;
  /** Makes the connectors; by default those that talk over HTTP. */
  connect?: (config: PairConfig, options: ConnectOptions) => ConnectorSet;
  /** Told of everything that happens, as it happens. */
  onEvent: (event: CycleEvent) => void;
}

export interface RunOptions {
  /** Hash of the plan that the user approved; it counts for exactly that plan. */
  approved?: string | null;
  signal?: AbortSignal;
}

/** Descriptions change seldom; an error that points to them drops them at once. */
const SCHEMA_LIFETIME_MS = 12 * 60 * 60 * 1000;

/** Descriptions of this age are taken for those of the rows that are read with them. */
const JUST_NOW_MS = 5 * 60 * 1000;

/** One pair at work: its connectors, its state, its cycles. Two cycles never overlap (R1). */
export class PairEngine {
  readonly config: PairConfig;
  readonly state: State;
  readonly connectors: ConnectorSet;
  readonly ledger: StateLedger;
  readonly systems: UsedSystems;
  readonly #options: PairEngineOptions;
  #schema: SchemaFacts | null = null;
  /** The sync user's name, and whose it is: asked again with each reading of who that is. */
  #user: { identity: SchemaFacts["identity"]; name: string | null } | null = null;
  readonly after: AfterCycle;
  #running: Promise<CycleSummary> | null = null;
  /** What writes to the orgs waits here for its turn: a cycle, a look at the requests, a command. */
  #lane: Promise<unknown> = Promise.resolve();
  #lastWarnings = "";

  constructor(options: PairEngineOptions) {
    this.#options = options;
    this.config = options.config;
    this.state = options.state;
    this.ledger = new StateLedger(options.state);
    this.systems = options.systems ?? new UsedSystems();
    this.systems.use(options.config);
    const make = options.connect ?? connect;
    this.connectors = make(options.config, {
      transport: options.transport,
      timing: options.timing,
      tokens: options.tokens,
      ledger: this.ledger,
      onWait: (side, code, afterMs) =>
        this.#warn(code, `${side} asks to wait ${Math.ceil(afterMs / 1000)} s (${code}).`),
    });
    this.after = new AfterCycle(options.config, this.connectors, options.world);
  }

  /** Runs the next ordinary cycle, or joins the one that runs (R5). Never throws: the summary tells the error. */
  run(options: RunOptions = {}): Promise<CycleSummary> {
    this.#running ??= this.#alone(() => this.#cycle(options)).finally(() => {
      this.#running = null;
    });
    return this.#running;
  }

  /** Carries out what Marketo campaigns ask for, between two cycles; null when that has to wait. */
  async pollRequests(signal?: AbortSignal): Promise<RequestTally | null> {
    if (this.#running || !this.after.requests || !mayWrite(this.state)) return null;
    return this.#alone(async () => {
      try {
        const { context } = await this.prepare(signal);
        return await this.after.poll(context);
      } catch (error) {
        const { code, message, class: kind } = this.#describeError(error);
        if (kind !== "canceled") this.after.warnOnce(code, () => this.#warn(code, message));
        return null;
      }
    });
  }

  /** Creates a record in Dynamics from a person (R4); waits for the cycle that runs. */
  createRecord(request: CreateContactRequest): Promise<CreateResult> {
    return this.#alone(async () => {
      const { context } = await this.prepare();
      const { owner, unusable } = await this.after.chooseOwner(request.owner ?? null);
      const asked = { ...request, ...(owner === null ? { owner: undefined } : { owner }) };
      const result = await createRecord(context, asked, unusable);
      await this.after.writePersonLog(context);
      return result;
    });
  }

  /** Waits until nothing is under way. */
  async idle(): Promise<void> {
    await this.#lane;
  }

  #alone<T>(work: () => Promise<T>): Promise<T> {
    const result = this.#lane.then(work);
    // The next one waits for this one, whatever becomes of it; its own caller hears of a failure.
    this.#lane = result.catch(() => undefined);
    return result;
  }

  get isRunning(): boolean {
    return this.#running !== null;
  }

  /** What the next cycle would do, by the same planner, with nothing written to either side. */
  async preview(options: { sampleSize?: number; signal?: AbortSignal } = {}): Promise<Preview> {
    const preview = await this.#prepared(options.signal, ({ context, setup }) =>
      makePreview(context, this.#rules(setup, null), options.sampleSize ?? 100),
    );
    await this.state.commit((writer) => {
      writer.setCheckpoint(PREVIEWED_KEY, preview.planHash);
      this.ledger.flush(writer);
    });
    return preview;
  }

  /** Hash of the plan that the last preview showed. */
  get previewed(): string | null {
    return this.state.checkpoint(PREVIEWED_KEY);
  }

  async describe(signal?: AbortSignal): Promise<PairSchema> {
    const facts = await this.schema(signal);
    const { identity } = facts;
    if (this.#user?.identity !== identity) {
      this.#user = { identity, name: await readUserName(this.connectors, signal) };
    }
    return { ...describePair(this.config, facts), userName: this.#user.name };
  }

  /** What looking at real records' values of a type needs. */
  async sampleGround(recordType: RecordType): Promise<SampleGround> {
    const { connectors, state } = this;
    return { connectors, state, facts: await this.schema(), recordType };
  }

  /** A checklist of the connection and the set-up; nothing is written. */
  validate(): Promise<readonly Check[]> {
    const { config, connectors, state, ledger, systems } = this;
    const { transport, tokens, world } = this.#options;
    const now = world.now();
    return validate({ config, connectors, state, ledger, systems, transport, tokens, now });
  }

  /** Forgets the descriptions, so that the next use reads them again. */
  forgetSchema(): void {
    this.#schema = null;
  }

  async schema(signal?: AbortSignal): Promise<SchemaFacts> {
    const now = this.#options.world.now();
    const known = this.#schema;
    if (known && now - known.readAt < SCHEMA_LIFETIME_MS) return known;
    this.#schema = await readSchema(this.config, this.connectors, now, signal);
    this.systems.learn(this.config.id, this.#schema.identity.organizationId);
    try {
      await checkOrganization(this.state, this.config, this.#schema.identity);
    } catch (error) {
      this.#schema = null;
      throw error;
    }
    return this.#schema;
  }

  /** Everything that a cycle or a command needs, standing on live descriptions. */
  async prepare(
    signal: AbortSignal = new AbortController().signal,
  ): Promise<{ context: CycleContext; setup: PairSetup }> {
    // Every waiting call listens to the one signal of its cycle; many of them are no leak.
    setMaxListeners(0, signal);
    const facts = await this.schema(signal);
    const setup = setUp(this.config, facts, this.state);
    await fitBases(this.state, setup);
    await fitCheckpoints(this.state, setup);
    await refreshNewFields(this.state, setup);
    await this.after.begin(this.state);
    this.#warnOnce([...setup.warnings, ...this.systems.warnings(this.config.id)]);
    const { onEvent } = this.#options;
    const pair = this.config.id;
    const context: CycleContext = {
      pair,
      cycle: this.state.lastCycle() + 1,
      types: setup.types,
      linkFields: setup.linkFields,
      personFields: setup.personFields,
      requestField: this.config.marketo.request?.field ?? null,
      connectors: this.connectors,
      state: this.state,
      world: this.#options.world,
      policies: policiesOf(this.config),
      createPersons: this.config.policies.createPersons && setup.linkFields.id !== null,
      report: {
        progress: (stage, done, total) => onEvent({ type: "progress", pair, stage, done, total }),
        activities: (activities) => onEvent({ type: "activities", pair, activities }),
        warning: (code, message) => this.#warn(code, message),
      },
      confirmSchema: () => this.#confirmSchema(setup, signal),
      confirmColumns: (recordTypes) => this.#confirmColumns(setup, recordTypes, signal),
      signal,
    };
    await startFeed(context);
    return { context, setup };
  }

  async #confirmSchema(setup: PairSetup, signal: AbortSignal): Promise<void> {
    this.forgetSchema();
    this.#expectSame(setup, await this.schema(signal));
  }

  async #confirmColumns(
    setup: PairSetup,
    recordTypes: readonly RecordType[],
    signal: AbortSignal,
  ): Promise<void> {
    if (!recordTypes.length) return;
    const facts = await this.schema(signal);
    if (this.#options.world.now() - facts.readAt < JUST_NOW_MS) return;
    const tables = { ...facts.tables };
    for (const recordType of recordTypes) {
      tables[recordType] = await this.connectors.dynamics.describe(recordType, { signal });
    }
    this.#schema = { ...facts, tables };
    this.#expectSame(setup, this.#schema);
  }

  #expectSame(setup: PairSetup, facts: SchemaFacts): void {
    const { mapHash } = setUp(this.config, facts, this.state);
    if (mapHash !== setup.mapHash) throw new SchemaMovedError();
  }

  /** Prepares and works; once more if columns or fields changed meanwhile. */
  async #prepared<T>(
    signal: AbortSignal | undefined,
    work: (prepared: { context: CycleContext; setup: PairSetup }) => Promise<T>,
  ): Promise<T> {
    try {
      return await work(await this.prepare(signal));
    } catch (error) {
      if (!(error instanceof SchemaMovedError)) throw error;
      return work(await this.prepare(signal));
    }
  }

  async #cycle({ approved = null, signal }: RunOptions): Promise<CycleSummary> {
    const { onEvent, world } = this.#options;
    const started = world.now();
    const before = this.#calls();
    const cycle = this.state.lastCycle() + 1;
    const pair = this.config.id;
    onEvent({ type: "started", pair, cycle, at: new Date(started).toISOString() });
    const result = await this.#attempt(approved, signal);
    const ended = world.now();
    const calls = this.#calls();
    const summary: CycleSummary = {
      pair,
      cycle,
      startedAt: new Date(started).toISOString(),
      endedAt: new Date(ended).toISOString(),
      counts: result.outcome?.counts ?? emptyCounts(),
      calls: {
        dynamics: calls.dynamics - before.dynamics,
        marketo: calls.marketo - before.marketo,
      },
      ms: ended - started,
      halted: result.outcome?.halted ?? null,
      error: result.error,
    };
    const recorded = await this.#record(summary);
    onEvent({ type: "ended", pair, summary: recorded });
    return recorded;
  }

  async #attempt(
    approved: string | null,
    signal: AbortSignal | undefined,
  ): Promise<{ outcome: CycleOutcome | null; error: CycleSummary["error"] }> {
    try {
      const outcome = await this.#prepared(signal, async ({ context, setup }) => {
        const done = await runCycle(context, this.#rules(setup, approved));
        if (done.halted) return done;
        await rememberMap(this.state, setup);
        await endStartAnew(this.state);
        await this.after.cycle(context, done.counts);
        return done;
      });
      return { outcome, error: null };
    } catch (error) {
      return { outcome: null, error: this.#describeError(error) };
    }
  }

  #rules(setup: PairSetup, approved: string | null) {
    return {
      needsApproval: needsApproval(this.config) || isStartedAnew(this.state),
      mapChanged: asksForMore(this.state, setup),
      approved,
    };
  }

  /** Errors that end a cycle are told, not thrown; an error in our own code is not hidden behind a word. */
  #describeError(error: unknown): NonNullable<CycleSummary["error"]> {
    if (error instanceof CallError) {
      // A column or field that is gone: the next cycle reads the descriptions again and switches the mapping off.
      if (error.failure.class === "configuration") this.forgetSchema();
      const { code, message, class: kind } = error.failure;
      return { code, message, class: kind };
    }
    if (error instanceof ContactSyncError) {
      const kind = error.code === "CS-SECRET-MISSING" ? "signIn" : "configuration";
      return { code: error.code, message: error.message, class: kind };
    }
    throw error;
  }

  /** The summary stays in the state, unless the state itself is what failed. */
  async #record(summary: CycleSummary): Promise<CycleSummary> {
    try {
      await this.state.commit((writer) => {
        writer.putCycle(JSON.stringify(summary), summary.cycle);
        this.ledger.flush(writer);
      });
      return summary;
    } catch (error) {
      return { ...summary, error: summary.error ?? this.#describeError(error) };
    }
  }

  #calls(): Pair<number> {
    return { dynamics: this.connectors.dynamics.calls, marketo: this.connectors.marketo.calls };
  }

  /** The same warnings are told once, not in every cycle. */
  #warnOnce(warnings: PairSetup["warnings"]): void {
    const text = JSON.stringify(warnings);
    if (text === this.#lastWarnings) return;
    this.#lastWarnings = text;
    for (const { code, message } of warnings) this.#warn(code, message);
  }

  #warn(code: string, message: string): void {
    this.#options.onEvent({ type: "warning", pair: this.config.id, code, message });
  }
}
