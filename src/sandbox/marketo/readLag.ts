import type { Values } from "./fieldTypes";
import { indexKey } from "./personIndex";
import type { PersonStore } from "./persons";

interface Snapshot {
  /** Milliseconds of the clock until which reads still show this state. */
  until: number;
  /** Undefined: the person did not exist. */
  record: Values | undefined;
}

/** What reads show while they trail behind the writes (Q5): the states before the latest writes, for as long as they count. */
export class ReadLag {
  #old = new Map<number, Snapshot[]>();

  constructor(
    private readonly persons: PersonStore,
    private readonly now: () => number,
  ) {}

  /** Remembers how a person is, right before a write. */
  note(id: number, lagMs: number): void {
    if (lagMs <= 0) return;
    const snapshots = this.#old.get(id) ?? [];
    snapshots.push({ until: this.now() + lagMs, record: this.persons.record(id) });
    this.#old.set(id, snapshots);
  }

  /** The person as reads show it; undefined when they do not show it. */
  view(id: number): Values | undefined {
    const snapshot = this.#snapshot(id);
    return snapshot ? snapshot.record : this.persons.record(id);
  }

  has(id: number): boolean {
    const snapshot = this.#snapshot(id);
    return snapshot ? snapshot.record !== undefined : this.persons.has(id);
  }

  /** Ids whose shown value of a field equals the text, in ascending order. */
  find(name: string, text: string): number[] {
    const live = this.persons.find(name, text);
    if (this.#old.size === 0) return live;
    const ids = live.filter((id) => !this.#snapshot(id));
    for (const id of this.#old.keys()) {
      const record = this.#snapshot(id)?.record;
      const value = record?.[name] ?? null;
      if (value !== null && indexKey(value) === indexKey(text)) ids.push(id);
    }
    return ids.sort((a, b) => a - b);
  }

  #snapshot(id: number): Snapshot | undefined {
    const snapshots = this.#old.get(id);
    if (!snapshots) return undefined;
    const now = this.now();
    const live = snapshots.filter((snapshot) => snapshot.until > now);
    if (live.length === 0) this.#old.delete(id);
    else if (live.length < snapshots.length) this.#old.set(id, live);
    return live[0];
  }
}
