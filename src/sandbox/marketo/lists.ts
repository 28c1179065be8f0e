import type { Values } from "./fieldTypes";

export interface StaticList {
  id: number;
  name: string;
  createdAt: number;
  updatedAt: number;
  members: Set<number>;
}

export interface SmartList {
  id: number;
  name: string;
  test: (person: Values) => boolean;
}

/** Static lists, and smart lists for the bulk extract's filter. */
export class Lists {
  #static = new Map<number, StaticList>();
  #smart = new Map<number, SmartList>();
  #sorted = new WeakMap<Set<number>, number[]>();
  #nextId = 1001;

  create(name: string, at: number): StaticList {
    const list = {
      id: this.#nextId++,
      name,
      createdAt: at,
      updatedAt: at,
      members: new Set<number>(),
    };
    this.#static.set(list.id, list);
    return list;
  }

  createSmart(name: string, test: (person: Values) => boolean): number {
    const id = this.#nextId++;
    this.#smart.set(id, { id, name, test });
    return id;
  }

  all(): StaticList[] {
    return [...this.#static.values()];
  }

  get(id: number): StaticList | undefined {
    return this.#static.get(id);
  }

  byName(name: string): StaticList | undefined {
    return this.all().find((list) => list.name === name);
  }

  smart(idOrName: number | string): SmartList | undefined {
    return [...this.#smart.values()].find((list) => [list.id, list.name].includes(idOrName));
  }

  /** True when the person was not a member before. */
  add(list: StaticList, id: number): boolean {
    if (list.members.has(id)) return false;
    list.members.add(id);
    this.#sorted.delete(list.members);
    return true;
  }

  remove(list: StaticList, id: number): boolean {
    this.#sorted.delete(list.members);
    return list.members.delete(id);
  }

  /** The members by id: the order in which the pages show them. */
  sortedMembers(list: StaticList): number[] {
    let sorted = this.#sorted.get(list.members);
    if (!sorted) this.#sorted.set(list.members, (sorted = [...list.members].sort((a, b) => a - b)));
    return sorted;
  }

  /** Takes a person off every list. */
  forget(id: number): void {
    for (const list of this.#static.values()) if (list.members.has(id)) this.remove(list, id);
  }

  /** A merge's winner takes the loser's places. */
  replace(loser: number, winner: number): void {
    for (const list of this.#static.values()) {
      if (list.members.has(loser)) this.add(list, winner);
    }
  }
}
