import type { PairConfig } from "../../config/pairFile";
import type { HostEvent } from "../../protocol/engine";
import type { EngineClient } from "../engine/client";
import { Signal, type Disposable } from "../signal";
import { fingerprint } from "./identity";
import { lookAgainIn } from "./phase";
import { PairSession, type SessionSurroundings } from "./session";

export interface SessionsOptions {
  engine: EngineClient;
  surroundings: (config: PairConfig) => SessionSurroundings;
  now: () => number;
  /** May the timer start cycles by itself? */
  automatic: () => boolean;
  onError: (error: unknown) => void;
}

/** The timer looks at least this often, and at most that often. */
const LOOK = { least: 200, most: 5000 };

/** All pairs of this window, kept in step with the pair file, and the one timer that gives them their turns. */
export class Sessions implements Disposable {
  readonly changed = new Signal<PairSession | null>();
  readonly events = new Signal<HostEvent>();
  /** The timer has looked: what is shown of the time goes on. */
  readonly looked = new Signal<void>();
  readonly #sessions = new Map<string, PairSession>();
  #configs: readonly PairConfig[] = [];
  #applying: Promise<void> = Promise.resolve();
  #timer: NodeJS.Timeout | undefined;
  #disposed = false;

  constructor(private readonly options: SessionsOptions) {
    options.engine.events.listen((event) => this.#onEvent(event));
    options.engine.crashed.listen((reason) => {
      options.onError(new Error(reason));
      for (const session of this.all) this.#watch(session.reopen());
    });
  }

  get all(): readonly PairSession[] {
    return [...this.#sessions.values()];
  }

  /** What time-dependent texts are made from. */
  get moment(): { now: number; automatic: boolean } {
    return { now: this.options.now(), automatic: this.options.automatic() };
  }

  find(id: string | undefined): PairSession | undefined {
    return id === undefined ? undefined : this.#sessions.get(id);
  }

  /** Opens, closes and reopens pairs until they are those of the file; changes follow one another. */
  use(configs: readonly PairConfig[]): Promise<void> {
    this.#configs = configs;
    this.#applying = this.#applying.then(() => this.#apply()).catch(this.options.onError);
    return this.#applying;
  }

  async #apply(): Promise<void> {
    const before = new Map(this.#sessions);
    const fresh: PairSession[] = [];
    this.#sessions.clear();
    for (const config of this.#configs) {
      const known = before.get(config.id);
      const isSame = known && JSON.stringify(known.config) === JSON.stringify(config);
      const session = isSame ? known : this.#make(config, known);
      if (!isSame) fresh.push(session);
      this.#sessions.set(config.id, session);
    }
    this.changed.tell(null);
    const gone = [...before.values()].filter((session) => this.find(session.id) !== session);
    await Promise.all(gone.map((session) => session.close().catch(this.options.onError)));
    await Promise.all(fresh.map((session) => session.open()));
    this.look();
  }

  /** What was shown of a pair stays on the screen while it is reopened: a click in that moment must find its row. */
  #make(config: PairConfig, before: PairSession | undefined): PairSession {
    const session = new PairSession(config, this.options.surroundings(config));
    if (before && fingerprint(before.config) === fingerprint(config)) session.inherit(before);
    session.changed.listen(() => this.changed.tell(session));
    return session;
  }

  /** Gives every pair its turn now and winds the timer up again afterwards. */
  look(): void {
    if (this.#disposed) return;
    clearTimeout(this.#timer);
    const now = this.options.now();
    for (const session of this.all) {
      this.#watch(session.step(now, this.options.automatic()));
      this.#watch(session.watch());
    }
    if (this.#sessions.size === 0) return;
    this.looked.tell();
    const phases = this.all.map((session) => session.phase);
    const wait = lookAgainIn(phases, now, LOOK);
    this.#timer = setTimeout(() => this.look(), wait);
  }

  #onEvent(event: HostEvent): void {
    const id = event.type === "ended" ? event.summary.pair : event.pair;
    this.find(id)?.onEvent(event);
    this.events.tell(event);
  }

  #watch(work: Promise<void>): void {
    work.catch(this.options.onError);
  }

  dispose(): void {
    this.#disposed = true;
    clearTimeout(this.#timer);
  }
}
