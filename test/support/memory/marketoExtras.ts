import type { NewActivityRow } from "../../../src/connectors/marketo/customActivities";
import type { MarketoExtras } from "../../../src/connectors/marketo/connector";
import { PERSON_LOG_TYPE } from "../../../src/engine/personLog";
import { CallError } from "../../../src/model/failure";
import type { CallOptions, MarketoPerson, WriteResult } from "../../../src/sync/ports";
import { writeInCalls, type MemoryCalls } from "./faults";
import type { MarketoStore } from "./marketoStore";

const OVERLAP_MS = 10 * 60_000;
const FIRST_LOOK_MS = 24 * 3_600_000;
const LOG_TYPE_ID = 100_001;

/** What campaigns' requests and the persons' own logs need. */
type LifeExtras = Pick<
  MarketoExtras,
  | "listMembers"
  | "addToList"
  | "removeFromList"
  | "watchField"
  | "findActivityType"
  | "addActivities"
>;

interface Ground {
  store: MarketoStore;
  calls: MemoryCalls;
  person: (id: number, fields: readonly string[]) => MarketoPerson | undefined;
}

/** The extras of a Marketo connector in memory, as far as the life of records needs them. */
export function lifeExtras({ store, calls, person }: Ground): LifeExtras {
  const written = (id: number): WriteResult => {
    const answer = { id: String(id), version: null, created: false, requestId: null };
    return store.persons.has(id)
      ? { kind: "written", ...answer }
      : { kind: "failed", failure: { class: "gone", code: "1004", message: "Lead not found" } };
  };
  /** Each record has its outcome, also when the call failed as a whole. */
  const inCalls = <T>(
    records: readonly T[],
    options: CallOptions | undefined,
    apply: (record: T) => WriteResult,
  ): Promise<WriteResult[]> => {
    try {
      return Promise.resolve(writeInCalls(calls, records, { ...options, size: 300 }, apply));
    } catch (error) {
      if (!(error instanceof CallError)) throw error;
      const { failure } = error;
      return Promise.resolve(records.map(() => ({ kind: "failed", failure })));
    }
  };
  return {
    async listMembers({ listId, fields }, options) {
      calls.read("read", options);
      const members = [...(store.lists.get(listId) ?? [])];
      return { persons: members.flatMap((id) => person(id, fields) ?? []), nextPage: null };
    },
    addToList: (listId, ids, options) =>
      inCalls(ids, options, (id) => {
        if (store.persons.has(id)) store.addToList(listId, id);
        return written(id);
      }),
    removeFromList: (listId, ids, options) =>
      inCalls(ids, options, (id) => {
        store.lists.get(listId)?.delete(id);
        return written(id);
      }),
    async watchField({ field, cursor }, options) {
      calls.read("changes", options);
      const readAt = store.now();
      const start = cursor === null ? readAt - FIRST_LOOK_MS : Number(cursor) - OVERLAP_MS;
      const events = store.log
        .filter(({ visibleAt, event }) => visibleAt <= readAt && Date.parse(event.at) >= start)
        .filter(({ event }) => tellsOf(event, field))
        .map(({ event: { personId, guid } }) => ({ personId, guid }));
      return { events, cursor: String(readAt) };
    },
    async findActivityType(apiName, options) {
      calls.read("describe", options);
      if (apiName !== PERSON_LOG_TYPE.apiName) return null;
      const attributes = PERSON_LOG_TYPE.attributes.map((attribute) => attribute.apiName);
      return { id: LOG_TYPE_ID, apiName, approved: true, attributes };
    },
    addActivities: (rows: readonly NewActivityRow[], options) =>
      inCalls(rows, options, (row) => {
        const answer = written(row.personId);
        if (answer.kind === "written") store.told.push(row);
        return answer;
      }),
  };
}

function tellsOf(event: MarketoStore["log"][number]["event"], field: string): boolean {
  if (event.kind === "created") return true;
  return event.kind === "changed" && event.fields.some(({ name }) => name === field);
}
