import type { ReasonCode } from "../model/activity";
import type { Pair, RecordType, Side } from "../model/record";
import { RECORD_TYPES } from "../model/record";
import type { CycleContext, TypeSetup } from "./cycleContext";
import { decide } from "./decide";
import type { FieldChange } from "./decideField";
import type { FieldRule } from "./fieldRule";
import type { Decision, FieldDecisions, SideReading, Situation } from "./decision";
import { inheritedBase, type Heir } from "./lifecycle/heir";
import type { LoopPair } from "./lifecycle/loops";
import { decideOutside } from "./lifecycle/outside";
import type { RowFacts } from "./lifecycle/rowFacts";
import type { MatchResult } from "./match";
import { asRefresh } from "./refreshReason";
import { recognizedBase, type SentValue } from "./sentValues";
import type { Base, Intent, Link, PendingEcho } from "./statePort";

/** A write whose answer was lost, as it would have been logged. */
export interface Attempt {
  side: Side;
  kind: "create" | "update";
  reason: ReasonCode;
  conflict: boolean;
  changes: readonly FieldChange[];
}

/** A record that the cycle decides on, with everything that it knows of it. */
export interface Subject {
  setup: TypeSetup;
  /** Known as soon as there is a row; for a row that is to be created, the id chosen for it. */
  dynamicsId: string;
  personId: number | null;
  link: Link | null;
  /** The version of the row that a decision on it would be made on. */
  version: string | null;
  row: SideReading;
  person: SideReading;
  /** What the row says about its own life; null as long as it is not read. */
  facts: RowFacts | null;
  /** The link of another record that this row takes over. */
  heir: Heir | null;
  /** What a merge or a qualification decided already, whatever the values are. */
  verdict: Decision | null;
  /** Fields that flip between two values: they do not travel (by column). */
  loops: ReadonlyMap<string, LoopPair>;
  /** The id of another row that the linked person carries. */
  carries: string | null;
  /** Such a person gets its own row's id: the write that was to do so did not arrive. */
  isIdDue: boolean;
  /** For a row without a link: who it belongs to. */
  match: MatchResult | null;
  /** The person of its link is gone, and somebody else may be the row's person now. */
  isBereft: boolean;
  /** For a person that shall exist in Dynamics, too (R4). */
  requested: { by: "command" | "marketo"; owner: string | null } | null;
  changedAt: Pair<string | null>;
  /** Person fields (REST names) that the change feed named in this cycle. */
  feedFields: ReadonlySet<string>;
  /** Values that our write replaced unseen and that go back (Marketo wins): written to both sides as they are. */
  restore: readonly FieldChange[];
  /** The writes that replaced those values; under audit until the values are written. */
  goingBack: readonly PendingEcho[];
  /** Columns that were switched on and are compared on this record for the first time. */
  refresh: ReadonlySet<string>;
  /** The interrupted write that made this record suspect; its outcome was lost. */
  suspect: Intent | null;
  /** Writes of this cycle whose answer was lost: the log tells of them if they turn out to have been carried out. */
  attempts: readonly Attempt[];
  /** What interrupted writes sent, in this cycle or before it. */
  sent: readonly SentValue[];
  /** Sides whose part of this cycle's decision was refused or failed. */
  failedSides: ReadonlySet<Side>;
}

const NOT_READ: SideReading = { kind: "unread" };
const NO_BASE: Base = new Uint8Array();
const NO_FIELDS: ReadonlySet<string> = new Set();
const NO_LOOPS: Subject["loops"] = new Map();
const NO_ATTEMPTS: readonly Attempt[] = [];
const NO_SENT: readonly SentValue[] = [];
const NO_CHANGES: readonly FieldChange[] = [];
const NO_ECHOES: readonly PendingEcho[] = [];
const NO_SIDES: ReadonlySet<Side> = new Set();

/** A subject about which nothing is known yet but its ids. */
export function newSubject(
  setup: TypeSetup,
  ids: { dynamicsId: string; personId: number | null; link: Link | null },
): Subject {
  return {
    setup,
    ...ids,
    version: ids.link?.version ?? null,
    row: NOT_READ,
    person: NOT_READ,
    facts: null,
    heir: null,
    verdict: null,
    loops: NO_LOOPS,
    carries: null,
    isIdDue: false,
    match: null,
    isBereft: false,
    requested: null,
    changedAt: { dynamics: null, marketo: null },
    feedFields: NO_FIELDS,
    restore: NO_CHANGES,
    goingBack: NO_ECHOES,
    refresh: NO_FIELDS,
    suspect: null,
    attempts: NO_ATTEMPTS,
    sent: NO_SENT,
    failedSides: NO_SIDES,
  };
}

/** Notes that a side's part of the decision was refused or failed; null forgets all. */
export function markFailed(subject: Subject, side: Side | null): void {
  subject.failedSides = side === null ? NO_SIDES : new Set([...subject.failedSides, side]);
}

/** Lets the values of a subject go that is done; a deletion stays known, because it is told only once. */
export function release(subject: Subject): void {
  if (subject.row.kind === "read") subject.row = NOT_READ;
  if (subject.person.kind === "read") subject.person = NOT_READ;
}

/** Decides on a subject; the same answer for the same subject, so that it need not be kept. */
export function decideSubject(subject: Subject, context: CycleContext): Decision {
  const { recordType, positions } = subject.setup;
  const { policies } = context;
  const settled = subject.verdict ?? decideOutside(subject);
  if (settled) return settled;
  const rules = travelingRules(subject);
  const decided = decide(situationOf(subject), { recordType, rules, positions, policies });
  const decision = subject.restore.length ? withRestored(decided, subject.restore) : decided;
  if (decision.kind === "createPerson" && !context.createPersons) {
    return { kind: "skip", reason: "direction-off", drift: [] };
  }
  return asRefresh(decision, subject.refresh);
}

/** A field that flips between two values does not travel. */
function travelingRules({ setup, loops }: Subject): readonly FieldRule[] {
  return loops.size === 0 ? setup.rules : setup.rules.filter((rule) => !loops.has(rule.key));
}

/** The decision with values that go back added; a record that rests or is gone gets none. */
function withRestored(decision: Decision, restore: readonly FieldChange[]): Decision {
  const { kind } = decision;
  if (kind !== "write" && kind !== "agree" && kind !== "refused" && kind !== "skip") {
    return decision;
  }
  const fields = kind === "skip" ? { ...NOTHING, drift: decision.drift } : decision;
  const restored = new Set(restore.map((change) => change.rule.key));
  const merged = (to: Side) => [
    ...(to === "dynamics" ? fields.toDynamics : fields.toMarketo).filter(
      (change) => !restored.has(change.rule.key),
    ),
    ...restore.filter((change) => change.to === to),
  ];
  return {
    kind: "write",
    revive: kind !== "skip" && decision.revive,
    reason: "overwrote-newer-value",
    toDynamics: merged("dynamics"),
    toMarketo: merged("marketo"),
    agreed: fields.agreed.filter((agreed) => !restored.has(agreed.rule.key)),
    drift: fields.drift,
    refusals: fields.refusals,
    conflict: true,
  };
}

const NOTHING: FieldDecisions = {
  toDynamics: [],
  toMarketo: [],
  agreed: [],
  drift: [],
  refusals: [],
  conflict: false,
};

function situationOf(subject: Subject): Situation {
  const { link, row, person, match, requested, heir } = subject;
  if (heir) {
    const { personId, reason } = heir;
    const base = inheritedBase(subject, heir);
    return { kind: "inherited", personId, base, sides: { dynamics: row, marketo: person }, reason };
  }
  if (link) {
    return {
      kind: "linked",
      state: link.state,
      base: recognizedBase(subject, link.base),
      sides: { dynamics: row, marketo: person },
    };
  }
  // A row that was asked for and is there already (the answer was lost) is linked to the person that it was made for.
  if (requested && row.kind !== "read") {
    return { kind: "requested", person: valuesOf(person), linked: false, by: requested.by };
  }
  if (match?.kind === "found") {
    const base = recognizedBase(subject, NO_BASE);
    return { kind: "unlinked", row: valuesOf(row), match, person: valuesOf(person), base };
  }
  return { kind: "unlinked", row: valuesOf(row), match: match ?? { kind: "none" } };
}

function valuesOf(reading: SideReading) {
  return reading.kind === "read" ? reading.values : {};
}

/** The subjects of a cycle, one for each row, found by either id. */
export class Subjects {
  readonly #byRow: Record<RecordType, Map<string, Subject>> = {
    contact: new Map(),
    lead: new Map(),
  };
  readonly #byPerson = new Map<number, Subject>();

  get size(): number {
    return this.#byRow.contact.size + this.#byRow.lead.size;
  }

  add(subject: Subject): Subject {
    this.#byRow[subject.setup.recordType].set(subject.dynamicsId, subject);
    if (subject.link) this.#byPerson.set(subject.link.personId, subject);
    return subject;
  }

  row(recordType: RecordType, dynamicsId: string): Subject | undefined {
    return this.#byRow[recordType].get(dynamicsId);
  }

  person(personId: number): Subject | undefined {
    return this.#byPerson.get(personId);
  }

  remove(subject: Subject): void {
    this.#byRow[subject.setup.recordType].delete(subject.dynamicsId);
    if (subject.link) this.#byPerson.delete(subject.link.personId);
  }

  /** In the order in which they were added, contacts first. */
  *all(): Generator<Subject> {
    for (const recordType of RECORD_TYPES) yield* this.#byRow[recordType].values();
  }
}
