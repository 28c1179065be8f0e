import { line } from "./delimited";
import { fail } from "./errors";
import { headers, readSpan, within, type ExportWork } from "./exportFilter";
import type { FieldValue } from "./fieldTypes";
import type { Job } from "./jobs";
import type { Org } from "./org";
import { TOUCHED } from "./persons";
import { wireValue } from "./personReads";
import { bodyObject, isObject } from "./routing";

type Choose = (org: Org) => Iterable<number>;

const filterKinds = [
  "createdAt",
  "updatedAt",
  "staticListId",
  "staticListName",
  "smartListId",
  "smartListName",
];

/** The extract of persons: exactly one filter, REST names as header, `null` for empty. */
export const leadExport: ExportWork = (call) => {
  const { org } = call;
  const body = bodyObject(call);
  const fields = body["fields"];
  if (!Array.isArray(fields) || fields.length === 0) fail("1002", "fields");
  const names = fields.map(String);
  for (const name of names) if (!org.fields.get(name)) fail("1006", name);
  const choose = readFilter(org, body["filter"]);
  const exported = names.filter((name) => org.fields.must(name).dataType !== "formula");
  return (job: Job) => {
    const lines = [line(headers(exported, body["columnHeaderNames"]), job.format)];
    for (const id of choose(org)) {
      const values = exported.map((name): FieldValue => wireValue(name, org.persons.get(id, name)));
      lines.push(line(values, job.format));
    }
    job.records = lines.length - 1;
    job.file = Buffer.from(`${lines.join("\n")}\n`);
  };
};

function readFilter(org: Org, filter: unknown): Choose {
  if (!isObject(filter)) fail("1002", "filter");
  const kinds = Object.keys(filter);
  const kind = kinds[0];
  if (kinds.length !== 1 || kind === undefined || !filterKinds.includes(kind)) {
    return fail("1003", `Exactly one filter is needed: ${filterKinds.join(", ")}`);
  }
  if (org.quirks.unsupportedBulkFilters.includes(kind)) fail("1035", kind);
  return chooser(org, kind, filter[kind]);
}

function chooser(org: Org, kind: string, value: unknown): Choose {
  if (kind === "createdAt" || kind === "updatedAt") {
    const span = readSpan(kind, value);
    // This filter's updatedAt is the internal stamp, which moves for any field.
    const stamp = kind === "createdAt" ? "createdAt" : TOUCHED;
    return function* ({ persons }) {
      for (const id of persons.ids()) if (within(span, Number(persons.get(id, stamp)))) yield id;
    };
  }
  if (kind.startsWith("static")) {
    const list =
      kind === "staticListId" ? org.lists.get(Number(value)) : org.lists.byName(String(value));
    if (!list) return fail("1013", "Static list");
    return ({ lists }) => lists.sortedMembers(list);
  }
  const smart = org.lists.smart(kind === "smartListId" ? Number(value) : String(value));
  if (!smart) return fail("1013", "Smart list");
  return function* ({ persons }) {
    for (const id of persons.ids()) if (smart.test(persons.record(id)!)) yield id;
  };
}
