import type { ActivityChange, NewActivity } from "../model/activity";
import type { RecordType, Side } from "../model/record";
import type { FailedRecord, Link, PendingEcho, StateWriter } from "../sync/statePort";
import type { Row, SqlDatabase } from "./database";
import { activityValues, packChanges } from "./activityRows";
import { packId } from "./ids";
import type { Links } from "./links";
import type { StateMemory } from "./memory";
import { LoggedFields } from "./loggedFields";
import type { Operation, OperationKind } from "./operations";

/**
 * Collects what one commit changes. Everything that could make the commit fail later is refused here, before anything
 * is written: what stands in the journal can always be applied.
 */
export class ChangeSet implements StateWriter {
  readonly operations: Operation[] = [];
  readonly #database: SqlDatabase;
  readonly #links: Links;
  #nextActivity: number;
  #open = true;
  /** Who a person belongs to, and the person of a record, as far as this commit changes it. */
  readonly #ownerOf = new Map<number, string | null>();
  readonly #personOf = new Map<string, number | null>();

  /** The fields that the log knows, with those that this commit brings; read when the first one is asked for. */
  #fields: LoggedFields | null = null;

  constructor({ database, links }: Pick<StateMemory, "database" | "links">) {
    this.#database = database;
    this.#links = links;
    this.#nextActivity = nextId(database, "activity");
  }

  /** Later calls of a writer that was kept too long are a mistake of the caller, and must not get lost silently. */
  close(): void {
    this.#open = false;
  }

  putLink(link: Link): void {
    this.#claimPerson(link);
    const { recordType, dynamicsId, personId, version, state, base } = link;
    this.#add(
      "putLink",
      recordType,
      packId(dynamicsId),
      personId,
      version,
      state,
      new Uint8Array(base),
    );
  }

  removeLink(recordType: RecordType, dynamicsId: string): void {
    const person = this.#currentPerson(recordType, dynamicsId);
    if (person !== null) this.#ownerOf.set(person, null);
    this.#personOf.set(linkKey(recordType, dynamicsId), null);
    this.#add("removeLink", recordType, packId(dynamicsId));
  }

  setCheckpoint(key: string, value: string | null): void {
    this.#add("setCheckpoint", key, value);
  }

  addActivity(activity: NewActivity): number {
    if (Number.isNaN(Date.parse(activity.time)))
      throw new TypeError(`The activity's time "${activity.time}" is not an ISO instant.`);
    const id = this.#nextActivity;
    this.#nextActivity += 1;
    const packed = packChanges(activity.changes, (side, field) => this.#markOf(side, field));
    this.#push("addActivity", activityValues(id, activity, packed));
    return id;
  }

  amendActivity(id: number, changes: readonly ActivityChange[]): void {
    for (const { to, field } of changes) this.#markOf(to, field);
    this.#add("amendActivity", id, JSON.stringify(changes));
  }

  finishIntents(ids: readonly number[]): void {
    if (ids.length > 0) this.#push("finishIntents", ids);
  }

  putEcho(echo: PendingEcho): void {
    const { personId, position, field, priorHash, sentHash, activityId, cycle, sentAt } = echo;
    const hashes = [new Uint8Array(priorHash), new Uint8Array(sentHash)];
    this.#add("putEcho", personId, position, field, ...hashes, activityId, cycle, sentAt);
  }

  removeEchoes(personId: number, positions: readonly number[]): void {
    if (positions.length > 0) this.#add("removeEchoes", personId, ...positions);
  }

  confirmEchoes(echoes: readonly PendingEcho[]): void {
    const values = echoes.flatMap(({ personId, position, activityId }) => [
      ...[personId, position, activityId],
    ]);
    if (values.length > 0) this.#push("confirmEchoes", values);
  }

  addSeen(guids: readonly { guid: string; at: number }[]): void {
    const values = guids.flatMap(({ guid, at }) => [guid, at]);
    if (values.length > 0) this.#push("addSeen", values);
  }

  trimSeen(before: number): void {
    this.#add("trimSeen", before);
  }

  putFailed(record: FailedRecord): void {
    const { recordType, dynamicsId, personId, outcome, side, code, message } = record;
    if (dynamicsId === null && personId === null)
      throw new TypeError("A failed record needs a Dynamics id or a person id.");
    const { attempts, firstAt, lastAt, nextAttempt } = record;
    const ids = [recordType, dynamicsId, personId];
    const times = [firstAt, lastAt, nextAttempt];
    this.#add("putFailed", ...ids, outcome, side, code, message, attempts, ...times);
  }

  removeFailed(key: {
    recordType: RecordType;
    dynamicsId: string | null;
    personId: number | null;
  }): void {
    this.#add("removeFailed", key.recordType, key.dynamicsId, key.personId);
  }

  addCalls(side: Side, day: string, calls: number): void {
    this.#add("addCalls", side, day, calls);
  }

  putCycle(summary: string, cycle: number): void {
    this.#add("putCycle", cycle, summary);
  }

  /** Number of activities that this commit adds. */
  addedActivities(): number {
    return this.operations.filter(({ kind }) => kind === "addActivity").length;
  }

  #markOf(side: Side, field: string): string {
    this.#fields ??= new LoggedFields(this.#database);
    if (!this.#fields.has(side, field)) {
      const logged = this.#fields.next(side, field);
      this.#fields.add(logged);
      this.#add("addLoggedField", logged.mark, side, field);
    }
    return this.#fields.markOf(side, field);
  }

  #add(kind: OperationKind, ...values: Row): void {
    this.#push(kind, values);
  }

  #push(kind: OperationKind, values: Row): void {
    if (!this.#open) throw new Error("A state writer was used after its commit.");
    if (values.some((value) => value === undefined || Number.isNaN(value)))
      throw new TypeError(`The state operation ${kind} has an undefined value.`);
    this.operations.push({ kind, values });
  }

  #claimPerson({ recordType, dynamicsId, personId }: Link): void {
    const key = linkKey(recordType, dynamicsId);
    const owner = this.#currentOwner(personId);
    if (owner !== null && owner !== key)
      throw new Error(`Person ${personId} is linked already, to ${owner}; remove that link first.`);
    const before = this.#currentPerson(recordType, dynamicsId);
    if (before !== null) this.#ownerOf.set(before, null);
    this.#ownerOf.set(personId, key);
    this.#personOf.set(key, personId);
  }

  #currentOwner(personId: number): string | null {
    const changed = this.#ownerOf.get(personId);
    if (changed !== undefined) return changed;
    const link = this.#links.ofPersons([personId]).get(personId);
    return link ? linkKey(link.recordType, link.dynamicsId) : null;
  }

  #currentPerson(recordType: RecordType, dynamicsId: string): number | null {
    const changed = this.#personOf.get(linkKey(recordType, dynamicsId));
    if (changed !== undefined) return changed;
    return this.#links.ofRows(recordType, [dynamicsId]).get(dynamicsId)?.personId ?? null;
  }
}

/** The id that the next row of the table gets; ids are never used twice, even after their rows are gone. */
export function nextId(database: SqlDatabase, table: "activity" | "intent"): number {
  const row = database.get("SELECT seq FROM sqlite_sequence WHERE name = ?", table);
  return Number(row?.[0] ?? 0) + 1;
}

function linkKey(recordType: RecordType, dynamicsId: string): string {
  return `${recordType} ${dynamicsId}`;
}
