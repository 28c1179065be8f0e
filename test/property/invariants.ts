import type { Activity, CycleSummary } from "../../src/model/activity";
import { RECORD_TYPES } from "../../src/model/record";
import type { Preview } from "../../src/protocol/engine";
import type { FieldRule } from "../../src/sync/fieldRule";
import type { Link } from "../../src/sync/statePort";
import {
  keyOf,
  keyOfValue,
  personName,
  rowName,
  type Held,
  type Ledger,
  type RecordName,
} from "./ledger";
import type { Pair, Values } from "./orgs";

/** A property does not hold. */
export class Violation extends Error {}

export function fail(what: string, facts: unknown): never {
  throw new Violation(`${what}\n${JSON.stringify(facts, null, 1)}`);
}

/** What every cycle must hold: it ends well, and it did what the preview said. */
export function checkCycle(
  summary: CycleSummary,
  preview: Preview | null,
  /** Rows that campaigns asked for: the cycle makes them besides its plan. */
  asked: number,
): void {
  if (summary.error || summary.halted) fail("The cycle did not run through.", summary);
  if (!preview) return;
  const { created, updated, failed } = summary.counts;
  const { counts: plan } = preview;
  const missing = [
    plan.created.dynamics - (created.dynamics - asked),
    plan.created.marketo - created.marketo,
    plan.updated.dynamics - updated.dynamics,
    plan.updated.marketo - updated.marketo,
  ];
  // A person that is gone, and whose end is told late, cannot be written to: that is told as failed.
  const unwritten = missing.reduce((sum, writes) => sum + writes, 0);
  if (missing.some((writes) => writes < 0) || unwritten > failed) {
    fail("The cycle did something else than its preview said.", { summary, preview });
  }
}

/** What makes it impossible to say for some records whose writing is whose. */
export interface Upheaval {
  entangled: ReadonlySet<RecordName>;
}

/** What must hold when nothing moves any more. */
export async function checkAfterQuiet(pair: Pair, ledger: Ledger, life?: Upheaval): Promise<void> {
  checkNobodyTwice(pair);
  const links = RECORD_TYPES.flatMap((type) => [...pair.state.links(type)].flat());
  for (const link of links) checkLink(pair, ledger, { link, life });
  checkRowsAreAnswered(pair, links);
  if (pair.state.openIntents().length)
    fail("An intent was never answered.", pair.state.openIntents());
  await checkPreviewIsStill(pair);
}

/** The fields of a record that go back and forth and are held for a human. */
export function heldFields({ state }: Pair, record: RecordName): Set<string> {
  const loops = JSON.parse(state.checkpoint("loops") ?? "{}") as Record<string, object>;
  return new Set(Object.keys(loops[record.replace(":", " ")] ?? {}));
}

function checkLink(
  pair: Pair,
  ledger: Ledger,
  { link, life }: { link: Link; life: Upheaval | undefined },
): void {
  const { hands, state } = pair;
  const { recordType, dynamicsId, personId } = link;
  const row = hands.row(recordType, dynamicsId);
  const person = hands.person(personId);
  if (link.state === "active" && !(row && person)) fail("An active link has an end missing.", link);
  if (link.state === "dynamicsDeleted" && row) fail("A row is there and its link rests.", link);
  if (link.state === "marketoDeleted" && person) fail("A person is there, its link rests.", link);
  if (!row || !person || link.state !== "active") return;
  const failed = state.failedAmong(recordType, [dynamicsId]).get(dynamicsId);
  const isEntangled =
    life?.entangled.has(rowName(recordType, dynamicsId)) === true ||
    life?.entangled.has(personName(personId)) === true;
  const held = heldFields(pair, rowName(recordType, dynamicsId));
  for (const rule of ledger.rules[recordType]) {
    const keys = {
      dynamics: keyOf(rule, "dynamics", row),
      marketo: keyOf(rule, "marketo", person),
    };
    // Only a value that really does not fit may keep the sides apart; that is looked at below.
    if (failed) continue;
    if (held.has(rule.key)) {
      checkHeldIsTold(pair, link, { rule, keys });
      continue;
    }
    if (!isEntangled) checkOneWay(ledger, link, { rule, keys });
    if (rule.direction !== "both") continue;
    if (keys.dynamics !== keys.marketo) {
      fail("The sides differ after quiet.", {
        link: brief(link),
        field: rule.key,
        keys,
        log: logOf(pair, link),
      });
    }
    if (!isEntangled) checkNothingLost(pair, ledger, { link, rule, final: keys.dynamics });
  }
  if (failed && !isEntangled) checkReallyFails(ledger, link, { failed, row, person });
}

/** Both values of a held field are in the log. */
function checkHeldIsTold(
  pair: Pair,
  link: Link,
  { rule, keys }: { rule: FieldRule; keys: { dynamics: string; marketo: string } },
): void {
  const log = logOf(pair, link);
  const isHeld = log.some(({ reason }) => reason === "loop-held");
  const told = log
    .flatMap(({ changes }) => changes)
    .filter(({ field }) => field === rule.key)
    .map(({ after }) => keyOfValue(rule, after));
  const isTold = told.includes(keys.dynamics) && told.includes(keys.marketo);
  if (!isHeld || !isTold) fail("A field is held and the log does not tell.", { link, keys, log });
}

function checkReallyFails(
  ledger: Ledger,
  link: Link,
  {
    failed,
    row,
    person,
  }: { failed: object; row: object; person: Readonly<Record<string, unknown>> },
): void {
  const long = ledger.rules[link.recordType].some(({ field, column }) => {
    const value = person[field];
    return typeof value === "string" && value.length > (column.maxLength ?? Infinity);
  });
  if (!long)
    fail("The record is kept as failed although nothing is wrong.", {
      link: brief(link),
      failed,
      row,
      person,
    });
}

/** The copy of a one-way field that nobody touched holds what its source holds. */
function checkOneWay(
  ledger: Ledger,
  { recordType, dynamicsId, personId }: Link,
  { rule, keys }: { rule: FieldRule; keys: { dynamics: string; marketo: string } },
): void {
  if (rule.direction === "both" || keys.dynamics === keys.marketo) return;
  const [source, copy] =
    rule.direction === "toMarketo"
      ? [rowName(recordType, dynamicsId), personName(personId)]
      : [personName(personId), rowName(recordType, dynamicsId)];
  if (ledger.lastByHand(copy, rule.key)) return;
  const sourceKey = rule.direction === "toMarketo" ? keys.dynamics : keys.marketo;
  if (sourceKey === "") return;
  fail("A one-way field's copy fell behind.", { source, field: rule.key, keys });
}

/**
 * The final value is the last thing that somebody wrote on one of the two sides. What was written last on the other side
 * was seen and replaced by the writer of the final value, or it lost a clash on the side that loses, and the log has it.
 */
function checkNothingLost(
  pair: Pair,
  ledger: Ledger,
  { link, rule, final }: { link: Link; rule: FieldRule; final: string },
): void {
  const names = {
    dynamics: rowName(link.recordType, link.dynamicsId),
    marketo: personName(link.personId),
  };
  const last = {
    dynamics: ledger.lastByHand(names.dynamics, rule.key),
    marketo: ledger.lastByHand(names.marketo, rule.key),
  };
  const facts = () => ({
    link: brief(link),
    field: rule.key,
    final,
    dynamics: ledger.held(names.dynamics, rule.key),
    marketo: ledger.held(names.marketo, rule.key),
    log: logOf(pair, link),
  });
  const written = [last.dynamics, last.marketo].filter((held) => held !== undefined);
  const wasBorn = [names.dynamics, names.marketo].some((name) =>
    isDefault(ledger.held(name, rule.key), final),
  );
  if (final !== "" && !wasBorn && !ledger.wasWritten(rule.key, final)) {
    fail("Nobody wrote this value.", facts());
  }
  if (!written.length) return;
  const fitting = written.filter(({ key }) => key === final);
  if (!fitting.length) {
    // A field that was emptied before the two records met gives way to the other side's older value.
    if (written.every(({ key }) => key === "")) return;
    // The platform's own default stood against it on the side that wins, and the log has what it lost.
    const isTold = written.every(({ key }) => key === "" || isLogged(pair, link, { rule, key }));
    if (wasBorn && isTold) return;
    // What was last written to the person that is gone came over by the row.
    if (logOf(pair, link).some(({ reason }) => reason === "recreated-after-delete")) return;
    // A record that the engine made brought the value along, and nobody wrote after that.
    const start = Math.max(...written.map(({ moment }) => moment));
    const brought = [names.dynamics, names.marketo].some((name) => {
      const [first] = ledger.held(name, rule.key);
      return first?.by === "engine" && first.key === final && first.moment > start;
    });
    if (brought) return;
    fail("The final value is nobody's last writing.", facts());
  }
  for (const side of ["dynamics", "marketo"] as const) {
    const lost = last[side];
    if (!lost || lost.key === final) continue;
    const other = side === "dynamics" ? "marketo" : "dynamics";
    const winner = last[other]!;
    if (lost.key === "" || isUnclear(lost, winner)) continue;
    const ownHeld = ledger.held(names[side], rule.key);
    const otherHeld = ledger.held(names[other], rule.key);
    const sawWinner = held(ownHeld, winner.key, lost.moment);
    if (sawWinner) fail("A newer value was replaced by the one that it replaced.", facts());
    if (held(otherHeld, lost.key, winner.moment)) continue;
    const loser = link.recordType === "contact" ? "marketo" : "dynamics";
    // A row that was deleted and restored brings its value along; what went over it by then is in the log.
    const wasDeleted = logOf(pair, link).some(({ reason }) => reason === "deleted-in-dynamics");
    if (side !== loser && !wasDeleted) fail("The wrong side won.", facts());
    if (!isLogged(pair, link, { rule, key: lost.key }))
      fail("A lost value is not in the log.", facts());
  }
}

/** A record may be born with a value that nobody wrote: the platform's own default. No text is one. */
function isDefault([first]: readonly Held[], key: string): boolean {
  return first?.by === "engine" && first.key === key && !/text|fresh/i.test(key);
}

/** Values that several hands write do not tell who saw what. */
function isUnclear(lost: Held, winner: Held): boolean {
  return [lost, winner].some(({ key }) => !/text|fresh/i.test(key));
}

function held(values: readonly Held[], key: string, before: number): boolean {
  return values.some((value) => value.key === key && value.moment < before);
}

function isLogged(
  pair: Pair,
  link: Link,
  { rule, key }: { rule: FieldRule; key: string },
): boolean {
  return logOf(pair, link).some(({ changes }) =>
    changes.some(
      ({ field, lost }) =>
        field === rule.key && lost !== undefined && keyOfValue(rule, lost) === key,
    ),
  );
}

/** No person is there twice for one row, and no row for one person. */
function checkNobodyTwice({ hands, state }: Pair): void {
  const byRow = new Map<string, number[]>();
  for (const id of hands.personIds()) {
    const owner = hands.person(id)?.["crmRecordId"];
    if (typeof owner === "string") byRow.set(owner, [...(byRow.get(owner) ?? []), id]);
  }
  for (const [row, persons] of byRow) {
    if (persons.length > 1) fail("One row has two persons.", { row, persons });
    const link = state.linksByPersonId(persons).get(persons[0]!);
    // To a record that left the filter nothing is written, not even that it stands for another one now.
    if (link?.state === "active" && link.dynamicsId !== row)
      fail("A person carries another row's id.", { row, link });
  }
}

/** Each row has a link or stands in the index of open questions. */
function checkRowsAreAnswered({ hands, state }: Pair, links: readonly Link[]): void {
  const linked = new Set(links.map((link) => rowName(link.recordType, link.dynamicsId)));
  for (const type of RECORD_TYPES) {
    for (const id of hands.rowIds(type)) {
      if (linked.has(rowName(type, id)) || isStoodFor(hands.row(type, id)!)) continue;
      if (!state.failedAmong(type, [id]).has(id)) fail("A row was forgotten.", { type, id });
    }
  }
}

/** Merged into another row, made a contact of, or kept out by the filter: it needs no person of its own. */
function isStoodFor(row: Values): boolean {
  return row["merged"] === true || row["statuscode"] === 3 || row["new_synctomkto"] === false;
}

async function checkPreviewIsStill(pair: Pair): Promise<void> {
  const one = await pair.preview();
  const two = await pair.preview();
  if (one.planHash !== two.planHash) fail("Two previews of one state differ.", { one, two });
  const { created, updated } = one.counts;
  if (created.dynamics + created.marketo + updated.dynamics + updated.marketo > 0) {
    fail("After quiet the preview still plans writes.", one);
  }
}

function logOf(pair: Pair, link: Link): Activity[] {
  return pair.activities().filter(({ dynamicsId }) => dynamicsId === link.dynamicsId);
}

const brief = ({ recordType, dynamicsId, personId, state }: Link) => ({
  recordType,
  dynamicsId,
  personId,
  state,
});
