import { CallError } from "../model/failure";
import type { FieldValues } from "../model/record";
import { deltaKey, stopIfCanceled, type CycleContext, type TypeSetup } from "./cycleContext";
import type { SideReading } from "./decision";
import { diffRecord } from "./diff";
import { hasLifeNews, rowFacts, sharedFacts, type RowFacts } from "./lifecycle/rowFacts";
import { normalizeDynamics } from "./normalize";
import { Packs } from "./packed";
import { emailIn } from "./match";
import type { PersonSearch } from "./personSearch";
import type { DynamicsPage, DynamicsRow } from "./ports";
import type { Link } from "./statePort";

/** A row that the cycle must decide on: unlinked, changed in a mapped field, or tried before without success. */
export interface DynamicsNews {
  id: string;
  version: string;
  row: SideReading;
  facts: RowFacts;
  modifiedAt: string | null;
  link: Link | null;
}

/** What a tracked read brought. */
export interface DynamicsPull {
  setup: TypeSetup;
  news: DynamicsNews[];
  /** Links of rows that moved without a change of a mapped field: only the version is new. */
  moved: { link: Link; version: string }[];
  /** Rows that somebody touched without changing a mapped field (our own echoes are not counted). */
  skipped: number;
  deletedIds: string[];
  checkpoint: string | null;
  /** The read told all rows, not only changes: no checkpoint yet, or an expired one. */
  full: "no" | "first" | "expired";
  rows: number;
  /** On a full read of a table with linked rows: the ids that were there. */
  seenIds: Set<string> | null;
}

/** Reads what changed in Dynamics since the last cycle; an expired checkpoint becomes a full read. */
export async function pullDynamics(
  context: CycleContext,
  setup: TypeSetup,
  search: PersonSearch,
): Promise<DynamicsPull> {
  const checkpoint = context.state.checkpoint(deltaKey(setup.recordType));
  if (checkpoint === null) return readAll(context, { setup, full: "first", checkpoint, search });
  const request = { setup, search: null };
  try {
    return await readAll(context, { ...request, full: "no", checkpoint });
  } catch (error) {
    if (!(error instanceof CallError) || error.failure.class !== "expired") throw error;
    context.report.warning(error.failure.code, error.failure.message);
    return readAll(context, { ...request, full: "expired", checkpoint: null });
  }
}

interface Reading {
  setup: TypeSetup;
  full: DynamicsPull["full"];
  checkpoint: string | null;
  /** Searches for the persons of new rows while the next ones are read. */
  search: PersonSearch | null;
}

async function readAll(
  context: CycleContext,
  { setup, full, checkpoint, search }: Reading,
): Promise<DynamicsPull> {
  const pull: DynamicsPull = {
    setup,
    news: [],
    moved: [],
    skipped: 0,
    deletedIds: [],
    checkpoint: null,
    full,
    rows: 0,
    // Without links none can be missing.
    seenIds: full === "no" || !context.state.countLinks(setup.recordType) ? null : new Set(),
  };
  const request = { columns: setup.columns, checkpoint, signal: context.signal };
  for await (const page of context.connectors.dynamics.changes(setup.recordType, request)) {
    stopIfCanceled(context.signal);
    sortPage(context, { pull, search }, page);
    context.report.progress("reading", pull.rows, null);
  }
  return pull;
}

interface PageSorting {
  pull: DynamicsPull;
  search: PersonSearch | null;
  packs: Packs;
  facts: Map<string, RowFacts>;
}

/** Puts every row of a page where it belongs; the wire rows are let go. */
function sortPage(
  context: CycleContext,
  { pull, search }: Pick<PageSorting, "pull" | "search">,
  page: DynamicsPage,
): void {
  const { recordType } = pull.setup;
  const ids = page.rows.map((row) => row.id);
  const links = context.state.linksByDynamicsId(recordType, ids);
  const failed = context.state.failedAmong(recordType, ids);
  const sorting = { pull, search, packs: new Packs(), facts: new Map<string, RowFacts>() };
  for (const row of page.rows) {
    pull.seenIds?.add(row.id);
    sortRow(sorting, row, links.get(row.id) ?? null, failed.has(row.id));
  }
  pull.rows += page.rows.length;
  pull.deletedIds.push(...page.deletedIds);
  pull.checkpoint = page.checkpoint ?? pull.checkpoint;
}

function sortRow(
  { pull, search, packs, facts: known }: PageSorting,
  row: DynamicsRow,
  link: Link | null,
  failed: boolean,
): void {
  const { setup } = pull;
  // Also in a full read: fields that are new in the map are compared in portions of their own (refresh.ts).
  const isKnown = link?.version === row.version && link.state === "active" && !failed;
  if (isKnown && !setup.filter) return;
  const values = normalizeDynamics(setup.rules, row.values);
  const facts = rowFacts(setup, row, values);
  if (isKnown && facts.isInFilter) return;
  const isOutside = !facts.isInFilter && (!link || link.state === "frozen");
  if (isOutside && !failed && facts.masterId === null) {
    pull.skipped++;
    return;
  }
  const { id, version } = row;
  const isNews = !link || failed || link.state !== "active" || hasLifeNews(facts);
  if (isNews || isChanged(setup, link, values)) {
    if (!link && facts.isInFilter) search?.ahead(id, emailIn(values));
    const reading = packs.of(setup).add(values);
    const news = { id, version, row: reading, facts: sharedFacts(known, facts) };
    pull.news.push({ ...news, modifiedAt: modifiedAt(row), link });
    return;
  }
  pull.moved.push({ link, version: row.version });
  if (link.version !== null) pull.skipped++;
}

/** Does a mapped column of a linked row stand otherwise than agreed? */
export function isChanged(setup: TypeSetup, link: Link, values: FieldValues): boolean {
  const fields = diffRecord(setup, link.base, { dynamics: values, marketo: null });
  return fields.some((field) => field.situation !== "unchanged");
}

/** When the row was last changed, as an ISO instant. */
export function modifiedAt(row: DynamicsRow): string | null {
  const stamp = row.values["modifiedon"];
  return typeof stamp === "string" ? stamp : null;
}
