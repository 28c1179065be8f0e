export interface Partition {
  id: number;
  name: string;
  description: string;
}

/** The lead partitions; every instance has "Default". */
export class Partitions {
  #all: Partition[] = [{ id: 1, name: "Default", description: "Initial system lead partition" }];

  list(): readonly Partition[] {
    return this.#all;
  }

  byName(name: string): Partition | undefined {
    return this.#all.find((partition) => partition.name === name);
  }

  add(name: string): Partition {
    const partition = { id: this.#all.length + 1, name, description: "" };
    this.#all.push(partition);
    return partition;
  }
}
