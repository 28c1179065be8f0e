import type { Activity } from "../model/activity";
import type { FieldValue, RecordType, Side } from "../model/record";
import type { ActivityQuery, FailedRecord, Intent, Link, PendingEcho } from "../sync/statePort";
import { activitiesAfter, countActivities, findActivities } from "./activityQuery";
import { nextId } from "./changeSet";
import type { SqlDatabase } from "./database";
import { allLinks, countLinks, linksAfter } from "./links";
import { loggedValues } from "./loggedValues";
import type { StateMemory } from "./memory";
import {
  echoesOf,
  failedAmong,
  failedAmongPersons,
  failedRecords,
  openIntents,
  overdueEchoes,
  seenAmong,
} from "./records";

/** The reading half of a state, the same for its writer and for those who only look on. */
export abstract class StateReads {
  /** The state in memory; throws when the state is closed or can no longer be trusted. */
  protected abstract memory(): StateMemory;

  fieldPositions(recordType: RecordType, keys: readonly string[]): Map<string, number> {
    return this.memory().fields.of(recordType, keys);
  }

  retireField(recordType: RecordType, key: string): void {
    this.memory().fields.retire(recordType, key);
  }

  linksByDynamicsId(recordType: RecordType, ids: readonly string[]): Map<string, Link> {
    return this.memory().links.ofRows(recordType, ids);
  }

  linksByPersonId(ids: readonly number[]): Map<number, Link> {
    return this.memory().links.ofPersons(ids);
  }

  links(recordType: RecordType): Iterable<readonly Link[]> {
    return allLinks(() => this.#database(), recordType);
  }

  linksAfter(recordType: RecordType, dynamicsId: string | null, limit: number): Link[] {
    return linksAfter(this.#database(), recordType, { dynamicsId, limit });
  }

  countLinks(recordType: RecordType): number {
    return countLinks(this.#database(), recordType);
  }

  checkpoint(key: string): string | null {
    const row = this.#database().get("SELECT value FROM checkpoint WHERE key = ?", key);
    return row ? String(row[0]) : null;
  }

  openIntents(): Intent[] {
    return openIntents(this.#database());
  }

  echoes(personIds: readonly number[]): PendingEcho[] {
    return echoesOf(this.#database(), personIds);
  }

  overdueEchoes(sentBefore: number): PendingEcho[] {
    return overdueEchoes(this.#database(), sentBefore);
  }

  seen(guids: readonly string[]): Set<string> {
    return seenAmong(this.#database(), guids);
  }

  failed(filter: { dueBefore?: number; record?: string; limit?: number } = {}): FailedRecord[] {
    return failedRecords(this.#database(), filter);
  }

  failedAmong(recordType: RecordType, dynamicsIds: readonly string[]): Map<string, FailedRecord> {
    return failedAmong(this.#database(), recordType, dynamicsIds);
  }

  failedAmongPersons(ids: readonly number[]): Map<number, FailedRecord> {
    return failedAmongPersons(this.#database(), ids);
  }

  activities(query: ActivityQuery): Activity[] {
    return findActivities(this.#database(), query);
  }

  countActivities(query: ActivityQuery): number {
    return countActivities(this.#database(), query);
  }

  activitiesAfter(id: number, limit: number): Activity[] {
    return activitiesAfter(this.#database(), id, limit);
  }

  lastActivity(): number {
    return nextId(this.#database(), "activity") - 1;
  }

  loggedValues(
    recordType: RecordType,
    wanted: ReadonlyMap<string, readonly string[]>,
  ): Map<string, Map<string, FieldValue>> {
    return loggedValues(this.#database(), recordType, wanted);
  }

  callsOn(side: Side, day: string): number {
    const sql = "SELECT calls FROM calls WHERE side = ? AND day = ?";
    return Number(this.#database().get(sql, side, day)?.[0] ?? 0);
  }

  lastCycle(): number {
    return Number(this.#database().get("SELECT max(number) FROM cycle")?.[0] ?? 0);
  }

  cycles(limit: number): string[] {
    const sql = "SELECT summary FROM cycle ORDER BY number DESC LIMIT ?";
    return this.#database()
      .all(sql, limit)
      .map(([summary]) => String(summary));
  }

  #database(): SqlDatabase {
    return this.memory().database;
  }
}
