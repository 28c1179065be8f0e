import { lookupPartOf, type LookupPart } from "../../model/lookupPart";
import type { RecordType } from "../../model/record";
import type { CallOptions } from "../../sync/ports";
import { isGuid } from "./odata";
import { readWire, type RowReader } from "./reading";
import { TABLES, type OpenRow, type WireRow } from "./rows";

const FORMATTED = "OData.Community.Display.V1.FormattedValue";
const TABLE_NAME = "Microsoft.Dynamics.CRM.lookuplogicalname";
const WITH_NAMES = `odata.include-annotations="${FORMATTED},${TABLE_NAME}"`;

/** What a lookup points to. */
interface Named {
  name: string | null;
  table: string | null;
}

/** Names that are kept; more would be a database of their own. */
const MOST_NAMES = 50_000;

/**
 * The names behind lookups. A tracked read cannot tell them (asked for annotations it may lose its delta link), so names
 * that are not known yet are read once with one row that points to them, and kept.
 */
export class LookupNames {
  readonly #known = new Map<string, Named>();

  constructor(private readonly reader: RowReader) {}

  /** Records that may have another name now. */
  forget(ids: readonly string[]): void {
    for (const id of ids) this.#known.delete(id);
  }

  /** Puts the parts of lookups in place of the ids that stand there. */
  async fill(
    recordType: RecordType,
    rows: readonly OpenRow[],
    { columns, signal }: { columns: readonly string[] } & CallOptions,
  ): Promise<void> {
    const parts = columns.flatMap((name) => {
      const found = lookupPartOf(name);
      return found ? [{ name, ...found }] : [];
    });
    if (!parts.length) return;
    await this.#learn(recordType, { rows, parts, ...(signal && { signal }) });
    for (const { values } of rows) this.#fillParts(values, parts);
    this.#trim();
  }

  async #learn(
    recordType: RecordType,
    asked: { rows: readonly OpenRow[]; parts: readonly PartName[] } & CallOptions,
  ): Promise<void> {
    const witnesses = new Map<unknown, string>();
    for (const { id, values } of asked.rows) {
      for (const { name } of asked.parts) {
        const target = values[name];
        if (isGuid(target) && !this.#known.has(target)) witnesses.set(target, id);
      }
    }
    if (!witnesses.size) return;
    const { primaryId } = TABLES[recordType];
    const lookups = [...new Set(asked.parts.map(({ column }) => `_${column}_value`))];
    const wire = await readWire(
      this.reader,
      recordType,
      { column: primaryId, values: [...witnesses.values()] },
      {
        select: [primaryId, ...lookups].join(","),
        annotations: WITH_NAMES,
        ...(asked.signal && { signal: asked.signal }),
      },
    );
    for (const row of wire) for (const lookup of lookups) this.#take(row, lookup);
  }

  #take(row: WireRow, lookup: string): void {
    const id = row[lookup];
    if (!isGuid(id)) return;
    const name = textOf(row[`${lookup}@${FORMATTED}`]);
    this.#known.set(id.toLowerCase(), { name, table: textOf(row[`${lookup}@${TABLE_NAME}`]) });
  }

  /**
   * A row that points elsewhere since it was read leaves its parts unread: the tracked read tells it once more, and
   * nothing is emptied meanwhile.
   */
  #fillParts(values: WireRow, parts: readonly PartName[]): void {
    for (const { name, part } of parts) {
      const id = values[name];
      const named = isGuid(id) ? this.#known.get(id) : undefined;
      if (named) values[name] = PARTS[part](id as string, named);
      else if (id !== null) delete values[name];
    }
  }

  #trim(): void {
    for (const id of this.#known.keys()) {
      if (this.#known.size <= MOST_NAMES) return;
      this.#known.delete(id);
    }
  }
}

type PartName = { name: string; column: string; part: LookupPart };

const PARTS: Readonly<Record<LookupPart, (id: string, named: Named) => string | null>> = {
  name: (_id, { name }) => name,
  account: (id, { table }) => (table === "account" ? id : null),
  accountname: (_id, { name, table }) => (table === "account" ? name : null),
};

function textOf(value: unknown): string | null {
  return typeof value === "string" && value !== "" ? value : null;
}
