import type { Random } from "../kernel/random";
import type { Orgs } from "./ports";

const TAKE_AGAIN_AFTER = 200;

/** Which records there are, to pick from. Counting them all is dear, so it is done once in many picks. */
export class Census {
  #ids: Record<"contact" | "lead", string[]> = { contact: [], lead: [] };
  #personIds: number[] = [];
  #personByEmail = new Map<string, number>();
  #picks = Infinity;

  constructor(private readonly orgs: Orgs) {}

  /** The tables that rows are made and changed in. */
  table(random: Random): "contact" | "lead" {
    return this.orgs.dynamics.has("lead") && random.chance(0.25) ? "lead" : "contact";
  }

  /** A live row of the table. */
  row(random: Random, table: "contact" | "lead"): string | undefined {
    this.#refresh();
    return pickLive(random, this.#ids[table], (id) => !!this.orgs.dynamics.row(table, id));
  }

  person(random: Random): number | undefined {
    this.#refresh();
    return pickLive(random, this.#personIds, (id) => !!this.orgs.marketo.person(id));
  }

  /** A row and the person with its e-mail address: what a sync would have linked. */
  couple(random: Random, table: "contact" | "lead"): { row: string; person: number } | undefined {
    for (let attempt = 0; attempt < 20; attempt++) {
      const row = this.row(random, table);
      if (!row) return undefined;
      const email = this.orgs.dynamics.row(table, row)?.["emailaddress1"];
      const person = this.#personByEmail.get(String(email).toLowerCase());
      if (person !== undefined && this.orgs.marketo.person(person)) return { row, person };
    }
    return undefined;
  }

  #refresh(): void {
    if (++this.#picks < TAKE_AGAIN_AFTER) return;
    this.#picks = 0;
    const { dynamics, marketo } = this.orgs;
    for (const table of ["contact", "lead"] as const) {
      const key = `${table}id`;
      const rows = dynamics.has(table) ? dynamics.rows(table, [key]) : [];
      this.#ids[table] = Array.from(rows, (row) => String(row[key]));
    }
    this.#personIds = [];
    this.#personByEmail.clear();
    for (const person of marketo.persons()) {
      const id = Number(person["id"]);
      this.#personIds.push(id);
      const { email } = person;
      if (typeof email === "string") this.#personByEmail.set(email.toLowerCase(), id);
    }
  }
}

function pickLive<T>(random: Random, ids: T[], live: (id: T) => boolean): T | undefined {
  while (ids.length) {
    const at = random.below(ids.length);
    const id = ids[at]!;
    if (live(id)) return id;
    // Gone since the last count: the last one takes its place.
    ids[at] = ids.at(-1)!;
    ids.pop();
  }
  return undefined;
}
