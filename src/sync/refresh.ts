import type { RecordType } from "../model/record";
import type { CycleContext, TypeSetup } from "./cycleContext";
import { effectiveLimit } from "./guard";
import type { Link, StatePort, StateWriter } from "./statePort";
import { newSubject, type Subjects } from "./subject";

/** How far the fields that were switched on are compared on the records that are linked already. */
export interface RefreshCursor {
  /** Columns to compare. */
  keys: readonly string[];
  /** The last Dynamics id that was compared; null: begin at the first. */
  after: string | null;
  done: number;
  /** The record type was off, so that nobody heard of persons that were deleted meanwhile. */
  unheard?: boolean;
}

/** One cycle's share of a refresh. */
export interface RefreshPortion {
  recordType: RecordType;
  /** Where the next cycle goes on; null when all records are compared. */
  next: RefreshCursor | null;
}

/** Most links of one cycle: about ten calls to Marketo and two to Dynamics. */
const PORTION = 3000;

function refreshKey(recordType: RecordType): string {
  return `refresh:${recordType}`;
}

export function refreshCursor(state: StatePort, recordType: RecordType): RefreshCursor | null {
  const stored = state.checkpoint(refreshKey(recordType));
  return stored === null ? null : (JSON.parse(stored) as RefreshCursor);
}

/** Begins to compare these columns on all linked records; a refresh that is under way starts again with them. */
export async function startRefresh(
  state: StatePort,
  recordType: RecordType,
  { keys, unheard }: Pick<RefreshCursor, "keys" | "unheard">,
): Promise<void> {
  const known = refreshCursor(state, recordType);
  const isUnderWay = keys.every((key) => known?.keys.includes(key));
  if (isUnderWay || state.countLinks(recordType) === 0) return;
  const all = [...new Set([...(known?.keys ?? []), ...keys])];
  const isUnheard = unheard || known?.unheard;
  const cursor: RefreshCursor = {
    keys: all,
    after: null,
    done: 0,
    ...(isUnheard && { unheard: true }),
  };
  await state.commit((writer) => writeCursor(writer, { recordType, next: cursor }));
}

/** Adds the next portion of links, so that a field that was switched on is compared on them; both sides are read. */
export function addRefresh(context: CycleContext, subjects: Subjects): RefreshPortion[] {
  let left = portionSize(context);
  const portions: RefreshPortion[] = [];
  for (const setup of context.types) {
    const { recordType } = setup;
    const cursor = refreshCursor(context.state, recordType);
    if (!cursor || left === 0) continue;
    const links = context.state.linksAfter(recordType, cursor.after, left);
    const isLast = links.length < left;
    left -= links.length;
    portions.push(addPortion(subjects, { setup, cursor, links, isLast }));
  }
  return portions;
}

/**
 * A refresh that was agreed to when the map changed must not be stopped by the brake on updates: even if it writes each
 * record on both sides, its portion stays within what the brake allows.
 */
function portionSize({ policies, types, state }: CycleContext): number {
  const linked = types.reduce((sum, { recordType }) => sum + state.countLinks(recordType), 0);
  const allowed = effectiveLimit(policies.brakes.maxUpdates, linked);
  return Math.max(1, Math.min(PORTION, Math.floor(allowed / 2)));
}

function addPortion(
  subjects: Subjects,
  portion: {
    setup: TypeSetup;
    cursor: RefreshCursor;
    links: readonly Link[];
    isLast: boolean;
  },
): RefreshPortion {
  const { setup, cursor, links, isLast } = portion;
  const { recordType } = setup;
  const keys = new Set(cursor.keys.filter((key) => setup.rules.some((rule) => rule.key === key)));
  if (!keys.size) return { recordType, next: null };
  for (const link of links) {
    if (link.state !== "active") continue;
    const { dynamicsId, personId } = link;
    const subject =
      subjects.row(recordType, dynamicsId) ??
      subjects.add(newSubject(setup, { dynamicsId, personId, link }));
    subject.refresh = keys;
  }
  const last = links.at(-1);
  if (!last || isLast) return { recordType, next: null };
  const done = cursor.done + links.length;
  return { recordType, next: { ...cursor, keys: [...keys], after: last.dynamicsId, done } };
}

/**
 * Is the link's turn still to come? What happened to a field while it was off is not known before both sides are read,
 * so that neither may be taken for unchanged.
 */
export function awaitsRefresh(state: StatePort, recordType: RecordType): (link: Link) => boolean {
  const cursor = refreshCursor(state, recordType);
  if (!cursor) return () => false;
  const { after } = cursor;
  return ({ dynamicsId }) => after === null || dynamicsId > after;
}

/** Could the person have been deleted while the link's record type was off? Then its absence is all that tells of it. */
export function isUnheard(state: StatePort, link: Link): boolean {
  const { recordType } = link;
  return (
    refreshCursor(state, recordType)?.unheard === true && awaitsRefresh(state, recordType)(link)
  );
}

export function writeCursor(writer: StateWriter, { recordType, next }: RefreshPortion): void {
  writer.setCheckpoint(refreshKey(recordType), next && JSON.stringify(next));
}
