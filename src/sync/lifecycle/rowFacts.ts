import type { FieldValues, RecordType } from "../../model/record";
import type { DynamicsRow } from "../ports";
import { passes, type RowFilter } from "./rowFilter";

/** What a row says about its own life, besides its mapped values. */
export interface RowFacts {
  /** A lead that was qualified: closed, and a contact stands for it. */
  isQualified: boolean;
  /** The row that survived the merge in which this one lost. */
  masterId: string | null;
  /** The lead that this contact was made from. */
  leadId: string | null;
  /** The contact that this lead belongs to. */
  contactId: string | null;
  isInFilter: boolean;
  /** Who changed the row last (a systemuser id), for the log. */
  changedBy: string | null;
}

/** `statecode` of a qualified lead; a contact with this value is only inactive. */
const QUALIFIED = 1;

export function rowFacts(
  { recordType, filter }: { recordType: RecordType; filter: RowFilter | null },
  { values: wire }: DynamicsRow,
  values: FieldValues,
): RowFacts {
  const isLead = recordType === "lead";
  return {
    isQualified: isLead && wire["statecode"] === QUALIFIED,
    masterId: wire["merged"] === false ? null : idOf(wire["masterid"]),
    leadId: isLead ? null : idOf(wire["originatingleadid"]),
    contactId: isLead ? idOf(wire["parentcontactid"]) : null,
    isInFilter: passes(filter, wire, values),
    changedBy: idOf(wire["modifiedby"]),
  };
}

/** One object for all rows of which the same is to be said: most rows have no news of their own. */
export function sharedFacts(known: Map<string, RowFacts>, facts: RowFacts): RowFacts {
  const key = JSON.stringify(facts);
  const shared = known.get(key);
  if (!shared) known.set(key, facts);
  return shared ?? facts;
}

function idOf(value: unknown): string | null {
  return typeof value === "string" && value !== "" ? value.toLowerCase() : null;
}

/** Does the row of an active link have news that no mapped field shows? */
export function hasLifeNews({ isQualified, masterId, contactId, isInFilter }: RowFacts): boolean {
  return masterId !== null || !isInFilter || (isQualified && contactId !== null);
}
