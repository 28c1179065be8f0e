import * as types from "./activityTypes";
import type { FieldDefinition, FieldValue, Values } from "./fieldTypes";
import { addActivity, nowSeconds, type Org } from "./org";
import { TOUCHED } from "./persons";
import { isoSeconds } from "./time";

/** Who changes a person; Source and Reason of the rows that the change writes. */
export interface Origin {
  source: string;
  reason: string;
  /** Blocked and CRM-managed fields drop the writes of the web service. */
  webService: boolean;
}

export const webService: Origin = {
  source: "Web service API",
  reason: "Web service API",
  webService: true,
};
export const marketer: Origin = {
  source: "User action",
  reason: "Changed by marketer in Lead Database",
  webService: false,
};

export const crmSync: Origin = {
  source: "Microsoft Dynamics sync",
  reason: "Changed by CRM sync",
  webService: false,
};

/** Makes a person from checked values and writes the New Lead row. */
export function createPerson(org: Org, values: Values, origin: Origin): number {
  const id = org.persons.nextId;
  org.lag.note(id, org.quirks.readLagMs);
  org.persons.insert(id);
  const at = nowSeconds(org);
  for (const stamp of ["createdAt", "updatedAt", TOUCHED]) org.persons.set(id, stamp, at);
  org.persons.set(id, "leadPartitionId", 1);
  const written = writable(org, id, values, origin);
  for (const [field, value] of written) org.persons.set(id, field.name, value);
  addActivity(org, {
    typeId: types.NEW_LEAD,
    leadId: id,
    primaryId: id,
    primaryValue: fullName(org, id),
    attributes: [
      ["Created Date", isoSeconds(at).slice(0, 10)],
      ["Source Type", origin.source],
      ["Source Info", null],
    ],
  });
  if (org.quirks.initialValueRows) {
    for (const [field, value] of written)
      addChangeRow(org, id, { field, old: null, value }, origin);
  }
  shareUnsubscribe(org, id, origin);
  return id;
}

/** Writes the values that differ, each with its row; an unchanged value leaves no trace. */
export function updatePerson(org: Org, id: number, values: Values, origin: Origin): void {
  const changed = writable(org, id, values, origin).filter(
    ([field, value]) => org.persons.get(id, field.name) !== value,
  );
  if (changed.length === 0) return;
  org.lag.note(id, org.quirks.readLagMs);
  for (const [field, value] of changed) {
    const old = org.persons.get(id, field.name);
    org.persons.set(id, field.name, value);
    addChangeRow(org, id, { field, old, value }, origin);
  }
  touch(
    org,
    id,
    changed.some(([field]) => !field.custom),
  );
  if (changed.some(([field]) => field.name === "unsubscribed" || field.name === "email")) {
    shareUnsubscribe(org, id, origin);
  }
}

/** Moves the stamps of a change; the visible one heeds only standard fields. */
export function touch(org: Org, id: number, standard: boolean): void {
  const at = nowSeconds(org);
  org.persons.set(id, TOUCHED, at);
  if (standard || org.quirks.updatedAtMovesForCustomFields) org.persons.set(id, "updatedAt", at);
}

export function deletePerson(org: Org, id: number, origin: Origin): void {
  addActivity(org, {
    typeId: types.DELETE_LEAD,
    leadId: id,
    primaryId: id,
    primaryValue: fullName(org, id),
    attributes: [
      ["Campaign", null],
      ["Source", origin.source],
    ],
  });
  vanish(org, id);
}

/** Merges the losers into the winner: its values are kept unless empty, the losers vanish. */
export function mergePersons(org: Org, winner: number, losers: number[], origin: Origin): void {
  org.lag.note(winner, org.quirks.readLagMs);
  const merged: FieldDefinition[] = [];
  for (const loser of losers) {
    for (const field of org.fields.list()) {
      const value = org.persons.get(loser, field.name);
      if (field.readOnly || value === null || org.persons.get(winner, field.name) !== null)
        continue;
      org.persons.set(winner, field.name, value);
      merged.push(field);
    }
    org.lists.replace(loser, winner);
  }
  touch(org, winner, true);
  addActivity(org, {
    typeId: types.MERGE_LEADS,
    leadId: winner,
    primaryId: winner,
    primaryValue: fullName(org, winner),
    attributes: [
      ["Merge IDs", org.quirks.mergeIdsAsList ? `[${losers.join(",")}]` : losers.join(",")],
      ["Merge Fields", merged.map((field) => field.displayName).join(",")],
      ["Master Updated", merged.length > 0],
      ["Merge Source", origin.source],
    ],
  });
  for (const loser of losers) {
    if (org.quirks.mergeLoserInDeletedLeads) deletePerson(org, loser, origin);
    else vanish(org, loser);
  }
}

export function fullName(org: Org, id: number): string | null {
  const names = ["firstName", "lastName"].map((name) => org.persons.get(id, name));
  return names.filter((name) => name !== null).join(" ") || null;
}

function vanish(org: Org, id: number): void {
  org.lag.note(id, org.quirks.readLagMs);
  org.persons.remove(id);
  org.lists.forget(id);
  for (const [cookie, owner] of org.cookies) if (owner === id) org.cookies.delete(cookie);
}

/** The values that this origin may write. */
function writable(
  org: Org,
  id: number,
  values: Values,
  origin: Origin,
): [FieldDefinition, FieldValue][] {
  const pairs: [FieldDefinition, FieldValue][] = [];
  for (const [name, value] of Object.entries(values)) {
    const field = org.fields.must(name);
    if (origin.webService && isDropped(org, id, field)) continue;
    pairs.push([field, value]);
  }
  return pairs;
}

function isDropped(org: Org, id: number, field: FieldDefinition): boolean {
  if (field.blocked === "always" || field.crmManaged) return true;
  return field.blocked === "whenFilled" && org.persons.get(id, field.name) !== null;
}

function addChangeRow(
  org: Org,
  leadId: number,
  change: { field: FieldDefinition; old: FieldValue; value: FieldValue },
  origin: Origin,
): void {
  const { field, old, value } = change;
  if (field.dataType === "formula") return;
  const isScore = field.dataType === "score";
  addActivity(org, {
    typeId: isScore ? types.CHANGE_SCORE : types.CHANGE_DATA_VALUE,
    leadId,
    change: {
      fieldId: field.id,
      name: field.name,
      displayName: field.displayName,
      oldValue: old,
      newValue: value,
    },
    attributes: [
      ...(isScore ? ([["Change Value", signed(Number(value) - Number(old))]] as const) : []),
      ["Reason", origin.reason],
      ["Source", origin.source],
    ],
  });
}

const signed = (delta: number): string => (delta < 0 ? String(delta) : `+${delta}`);

/** Unsubscribing belongs to the address: it reaches every person that has it, and outlives them (Q22). */
function shareUnsubscribe(org: Org, id: number, origin: Origin): void {
  if (!org.quirks.sharedUnsubscribe) return;
  const email = org.persons.get(id, "email");
  if (typeof email !== "string") return;
  const key = email.toLowerCase();
  if (org.persons.get(id, "unsubscribed") === true) org.durableUnsubscribes.add(key);
  if (!org.durableUnsubscribes.has(key)) return;
  for (const other of org.persons.find("email", email)) {
    if (org.persons.get(other, "unsubscribed") !== true) {
      updatePerson(org, other, { unsubscribed: true }, { ...origin, webService: false });
    }
  }
}
