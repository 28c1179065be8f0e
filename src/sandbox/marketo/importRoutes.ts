import { addToList } from "./listRoutes";
import { webService } from "./changes";
import { formatOf, line, parseRows } from "./delimited";
import { fail, type Reason } from "./errors";
import type { Job, JobState } from "./jobs";
import { multipartFile } from "./multipart";
import type { Org } from "./org";
import { intParam, permission, route, type Answer, type Call, type Route } from "./routing";
import { syncOptions, syncRecord, type SyncOptions } from "./syncLeads";
import { DAY } from "./time";

const MAX_JOBS = 10;
const BATCH_DAYS = 7;

/** What a finished import tells. */
interface Outcome {
  header: string[];
  processed: number;
  failures: { row: string[]; why: string }[];
  warnings: { row: string[]; why: string }[];
}

const states: Record<JobState, string> = {
  created: "Queued",
  queued: "Queued",
  running: "Importing",
  done: "Complete",
  failed: "Failed",
  canceled: "Failed",
};

/** The outcomes by job; they live as long as the job does. */
const outcomes = new WeakMap<Job, Outcome>();

function importLeads(call: Call): Answer {
  const { org, query } = call;
  const format = formatOf(query.get("format") ?? undefined);
  if (!format) fail("1003", "Invalid format; use csv, tsv or ssv");
  const options = importOptions(org, query);
  const listText = query.get("listId");
  const list = listText ? org.lists.get(intParam(listText, "listId")) : undefined;
  if (listText && !list) fail("1013", "List");
  const type = call.request.headers["content-type"] ?? "";
  const file = multipartFile(call.request.body, type, "file");
  if (file.toString().trim() === "") fail("1003", "Empty file");
  const busy = org.imports.count("queued", "running");
  if (busy >= MAX_JOBS) fail("1016", String(busy));
  const [header, ...rows] = parseRows(file, format);
  if (!header) fail("1003", "Empty file");
  for (const name of header) if (!org.fields.get(name)) fail("1006", name);

  const batchId = org.imports.list().length + 1001;
  const now = org.clock.now();
  const work = (job: Job) => {
    const outcome = importRows(org, options, header, rows);
    for (const id of list ? outcome.ids : []) addToList(org, list!, id, webService);
    outcomes.set(job, outcome);
  };
  org.imports.add({
    id: String(batchId),
    kind: "import",
    owner: call.client.clientId,
    state: "queued",
    createdAt: now,
    queuedAt: now,
    format,
    work,
  });
  return { result: [{ batchId, importId: String(batchId), status: "Queued" }] };
}

/** Upsert only; by id it can only update. */
function importOptions(org: Org, query: URLSearchParams): SyncOptions {
  const lookupField = query.get("lookupField") ?? "email";
  const partitionName = query.get("partitionName");
  return syncOptions(org, {
    lookupField,
    action: lookupField === "id" ? "updateOnly" : "createOrUpdate",
    ...(partitionName ? { partitionName } : {}),
  });
}

function importRows(
  org: Org,
  options: SyncOptions,
  header: string[],
  rows: string[][],
): Outcome & { ids: number[] } {
  const outcome: Outcome & { ids: number[] } = {
    header,
    processed: 0,
    failures: [],
    warnings: [],
    ids: [],
  };
  for (const row of rows) {
    if (row.length !== header.length) {
      outcome.warnings.push({ row, why: "Number of columns differs from the header" });
    }
    const record = Object.fromEntries(header.map((name, at) => [name, row[at] ?? null]));
    const synced = syncRecord(org, options, record);
    if (synced.status === "skipped") {
      outcome.failures.push({ row, why: synced.reasons.map(text).join("; ") });
      continue;
    }
    outcome.processed++;
    outcome.ids.push(synced.id);
  }
  return outcome;
}

const text = (why: Reason) => why.message;

function pathJob(call: Call): Job {
  const job = call.org.imports.get(call.params[0]!);
  const oldest = call.org.clock.now() - BATCH_DAYS * DAY;
  return job && job.createdAt >= oldest ? job : fail("1013", "Import batch");
}

function batchStatus(call: Call): Answer {
  const job = pathJob(call);
  const outcome = outcomes.get(job);
  return {
    result: [
      {
        batchId: Number(job.id),
        importId: job.id,
        status: states[job.state],
        ...(outcome
          ? {
              numOfLeadsProcessed: outcome.processed,
              numOfRowsFailed: outcome.failures.length,
              numOfRowsWithWarning: outcome.warnings.length,
              message: messageOf(outcome),
            }
          : {}),
        ...(job.error === undefined ? {} : { message: job.error }),
      },
    ],
  };
}

function messageOf(outcome: Outcome): string {
  if (outcome.failures.length === 0) {
    return `Import succeeded, ${outcome.processed} records imported`;
  }
  const { processed, failures } = outcome;
  return `Import completed with errors, ${processed} records imported, ${failures.length} failed`;
}

function rowsFile(call: Call, kind: "failures" | "warnings"): Answer {
  const job = pathJob(call);
  const outcome = outcomes.get(job);
  if (!outcome) return fail("1003", "The import is not complete");
  const reasonColumn = kind === "failures" ? "Import Failure Reason" : "Import Warning Reason";
  const lines = [line([...outcome.header, reasonColumn], job.format)];
  for (const { row, why } of outcome[kind]) lines.push(line([...row, why], job.format));
  const headers = { "Content-Type": "text/csv;charset=UTF-8" };
  return { raw: { status: 200, headers, body: `${lines.join("\n")}\n` } };
}

const BATCH = "/bulk/v1/leads/batch/{batchId}";
const { readLead, writeLead } = permission;

export const importRoutes: Route[] = [
  route("POST /bulk/v1/leads.json", writeLead, "multipart", importLeads),
  route(`GET ${BATCH}.json`, readLead, "none", batchStatus),
  route(`GET ${BATCH}/failures.json`, readLead, "none", (call) => rowsFile(call, "failures")),
  route(`GET ${BATCH}/warnings.json`, readLead, "none", (call) => rowsFile(call, "warnings")),
];
