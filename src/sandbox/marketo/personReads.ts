import type { FieldDefinition, FieldValue, Values } from "./fieldTypes";
import { fail } from "./errors";
import type { Org } from "./org";
import { batchSize, listParameter, type Answer, type Call } from "./routing";
import { isoSeconds } from "./time";

const defaultFields = ["id", "email", "updatedAt", "createdAt", "firstName", "lastName"];

/** The fields that a read asks for, or the usual six. */
export function readFields(call: Call): FieldDefinition[] {
  const names = listParameter(call, "fields");
  return (names.length > 0 ? [...new Set(names)] : defaultFields).map(
    (name) => call.org.fields.get(name) ?? fail("1006", name),
  );
}

/** One field's wire form. */
export function wireValue(name: string, value: FieldValue | undefined): FieldValue {
  if (value === undefined || value === null) return null;
  const isStamp = (name === "createdAt" || name === "updatedAt") && typeof value === "number";
  return isStamp ? isoSeconds(value) : value;
}

export function renderPerson(org: Org, record: Values, fields: FieldDefinition[]): Values {
  const rendered: Values = {};
  for (const { name } of fields) {
    const value = wireValue(name, record[name]);
    if (value !== null || org.quirks.emptyFields === "null") rendered[name] = value;
  }
  return rendered;
}

/** One page of persons by ascending id; the token holds the last id and belongs to this one question. */
export function personPage(call: Call, ids: number[], question: string): Answer {
  const { org } = call;
  const fields = readFields(call);
  const token = call.query.get("nextPageToken");
  const size = batchSize(call);
  let start = 0;
  if (token) {
    const [asked, last] = org.tokens.decode("page", token, org.quirks.pagingTokenLifeMs);
    if (asked !== fingerprint(question)) fail("1003", "nextPageToken belongs to another query");
    start = firstAfter(ids, Number(last));
  }
  const page = ids.slice(start, start + size);
  const result = page.flatMap((id) => {
    const record = org.lag.view(id);
    return record ? [renderPerson(org, record, fields)] : [];
  });
  if (start + size >= ids.length) return { result, moreResult: false };
  const nextPageToken = org.tokens.encode("page", [fingerprint(question), page.at(-1)!]);
  return { result, nextPageToken, moreResult: true };
}

function firstAfter(ids: number[], last: number): number {
  let low = 0;
  let high = ids.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (ids[middle]! <= last) low = middle + 1;
    else high = middle;
  }
  return low;
}

function fingerprint(question: string): string {
  let hash = 5381;
  for (let i = 0; i < question.length; i++) hash = (hash * 33 + question.charCodeAt(i)) >>> 0;
  return hash.toString(36);
}
