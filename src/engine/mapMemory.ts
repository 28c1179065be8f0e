import { createHash } from "node:crypto";
import type { PairConfig } from "../config/pairFile";
import { RECORD_TYPES, type RecordType } from "../model/record";
import type { TypeSetup } from "../sync/cycleContext";
import { keepsBase, type FieldMap } from "../sync/fieldMap";
import { startRefresh } from "../sync/refresh";
import type { StatePort } from "../sync/statePort";

/** Everything of a map that decides about values, line by line. */
export interface MapFacts {
  lines: readonly string[];
  rest: string;
}

/** What a pair remembers of the map that its last finished cycle ran with. */
export interface MapMemory {
  types: readonly TypeSetup[];
  /** Changes when the map, its types or a policy that decides about values changes. */
  mapHash: string;
  facts: MapFacts;
}

export const MAP_KEY = "mapHash";
const MAP_FACTS_KEY = "mapFacts";

/**
 * Does the map ask for more than the one that the last cycle ran with? A mapping that is gone (switched off, or its
 * column disappeared) needs nobody's word: the rest goes on.
 */
export function asksForMore(state: StatePort, setup: MapMemory): boolean {
  const remembered = state.checkpoint(MAP_KEY);
  if (remembered === null || remembered === setup.mapHash) return false;
  const stored = state.checkpoint(MAP_FACTS_KEY);
  if (stored === null) return true;
  const known = JSON.parse(stored) as MapFacts;
  const lines = new Set(known.lines);
  return known.rest !== setup.facts.rest || !setup.facts.lines.every((line) => lines.has(line));
}

/** Columns that the last finished cycle did not compare, or compared in another way, are compared on all records. */
export async function refreshNewFields(state: StatePort, setup: MapMemory): Promise<void> {
  for (const { recordType, rules } of setup.types) {
    const stored = state.checkpoint(signatureKey(recordType));
    if (stored === null) continue;
    const known = JSON.parse(stored) as Record<string, string>;
    const keys = rules.filter((rule) => known[rule.key] !== rule.signature).map(({ key }) => key);
    if (keys.length) await startRefresh(state, recordType, { keys, unheard: stored === UNHEARD });
  }
}

/** Stands for the signatures of a record type that was on before: what happens to its persons is not listened to. */
const UNHEARD = "{}";

/** Remembers the map that a finished cycle ran with. */
export async function rememberMap(state: StatePort, setup: MapMemory): Promise<void> {
  if (state.checkpoint(MAP_KEY) === setup.mapHash) return;
  await state.commit((writer) => {
    writer.setCheckpoint(MAP_KEY, setup.mapHash);
    writer.setCheckpoint(MAP_FACTS_KEY, JSON.stringify(setup.facts));
    for (const { recordType, rules } of setup.types) {
      const signatures = Object.fromEntries(rules.map((rule) => [rule.key, rule.signature]));
      writer.setCheckpoint(signatureKey(recordType), JSON.stringify(signatures));
    }
    for (const recordType of RECORD_TYPES) {
      const isOn = setup.types.some((type) => type.recordType === recordType);
      if (isOn || state.checkpoint(signatureKey(recordType)) === null) continue;
      writer.setCheckpoint(signatureKey(recordType), UNHEARD);
    }
  });
}

export function mapFactsOf(
  config: PairConfig,
  types: readonly TypeSetup[],
): Pick<MapMemory, "mapHash" | "facts"> {
  const { winner, firstContact, matchByEmail, createPersons } = config.policies;
  const lines = types.flatMap(({ recordType, rules }) =>
    rules.map((rule) =>
      JSON.stringify([recordType, rule.key, rule.field, rule.direction, rule.signature]),
    ),
  );
  const filters = types.map((type) => config.recordTypes[type.recordType]?.filter ?? null);
  const rest = JSON.stringify([filters, winner, firstContact, matchByEmail, createPersons]);
  const facts = { lines: lines.sort(), rest };
  const mapHash = createHash("sha256").update(JSON.stringify(facts)).digest("hex");
  return { mapHash, facts };
}

function signatureKey(recordType: RecordType): string {
  return `signatures:${recordType}`;
}

function basesKey(recordType: RecordType): string {
  return `bases:${recordType}`;
}

/** How the values of each base compare, also of fields that are off: their bases wait for them. */
function knownBases(state: StatePort, recordType: RecordType): Record<string, string> {
  const stored =
    state.checkpoint(basesKey(recordType)) ?? state.checkpoint(signatureKey(recordType));
  return stored === null ? {} : (JSON.parse(stored) as Record<string, string>);
}

/**
 * A field that compares in another way now starts without a base. One that only was off, or whose list of options only
 * was edited, keeps it: what changed on one side meanwhile travels, and only what changed on both is a clash (R3).
 */
export function voidStaleBases(state: StatePort, recordType: RecordType, map: FieldMap): void {
  const known = knownBases(state, recordType);
  for (const rule of map.rules) {
    const earlier = known[rule.key];
    if (earlier !== undefined && !keepsBase(earlier, rule)) {
      state.retireField(recordType, rule.key);
    }
  }
}

/** Remembers how the bases compare from now on, so that none is voided twice. */
export async function fitBases(state: StatePort, { types }: MapMemory): Promise<void> {
  const moved = types.flatMap(({ recordType, rules }) => {
    const known = knownBases(state, recordType);
    const now = Object.fromEntries(rules.map(({ key, signature }) => [key, signature]));
    const text = JSON.stringify({ ...known, ...now });
    return text === state.checkpoint(basesKey(recordType)) ? [] : [{ recordType, text }];
  });
  if (!moved.length) return;
  await state.commit((writer) => {
    for (const { recordType, text } of moved) writer.setCheckpoint(basesKey(recordType), text);
  });
}
