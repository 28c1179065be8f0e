import type { SandboxRequest, SandboxResponse } from "../kernel/http";
import { createHash } from "node:crypto";
import { activityExport } from "./activityExport";
import { formatOf } from "./delimited";
import { fail } from "./errors";
import type { ExportWork } from "./exportFilter";
import type { Job, JobState } from "./jobs";
import { leadExport } from "./leadExport";
import type { Limits } from "./limits";
import {
  bodyObject,
  listParameter,
  permission,
  route,
  type Answer,
  type Call,
  type Route,
} from "./routing";
import { DAY } from "./time";

type Kind = "leads" | "activities";

const works: Record<Kind, ExportWork> = { leads: leadExport, activities: activityExport };

const MAX_QUEUED = 10;
const FILE_DAYS = 7;
const LISTED_DAYS = 7;

const states: Record<JobState, string> = {
  created: "Created",
  queued: "Queued",
  running: "Processing",
  done: "Completed",
  failed: "Failed",
  canceled: "Canceled",
};

const iso = (ms: number) => `${new Date(ms).toISOString().slice(0, 19)}Z`;

function render(job: Job): Record<string, unknown> {
  const stamps = { queuedAt: job.queuedAt, startedAt: job.startedAt, finishedAt: job.finishedAt };
  const known = Object.entries(stamps).filter(([, at]) => at !== undefined);
  return {
    exportId: job.id,
    format: job.format,
    status: states[job.state],
    createdAt: iso(job.createdAt),
    ...Object.fromEntries(known.map(([name, at]) => [name, iso(at!)])),
    ...(job.error === undefined ? {} : { errorMsg: job.error }),
    ...(job.state === "done" && job.file
      ? {
          numberOfRecords: job.records,
          fileSize: job.file.length,
          fileChecksum: `sha256:${createHash("sha256").update(job.file).digest("hex")}`,
        }
      : {}),
  };
}

function create(call: Call, kind: Kind): Answer {
  const { org, limits } = call;
  const format = formatOf(bodyObject(call)["format"]);
  if (!format) fail("1003", "Invalid format; use CSV, TSV or SSV");
  const job: Job = {
    id: org.random.guid(),
    kind,
    owner: call.client.clientId,
    state: "created",
    createdAt: org.clock.now(),
    format,
    work: () => undefined,
  };
  const fill = works[kind](call);
  job.work = (running) => {
    fill(running);
    addControlCharacters(call, running);
    bookExport(limits, running);
  };
  org.exports.add(job);
  return { result: [render(job)] };
}

function bookExport(limits: Limits, job: Job): void {
  limits.bookExport(job.file?.length ?? 0);
}

/** Stray CR and NUL bytes, as files from the field have them (Q14). */
function addControlCharacters(call: Call, job: Job): void {
  if (!call.org.quirks.bulkControlCharacters || !job.file) return;
  job.file = Buffer.from(job.file.toString("utf8").replaceAll(" ", " \r\0"));
}

function pathJob(call: Call, kind: Kind): Job {
  const job = call.org.exports.get(call.params[0]!);
  // A job is only seen by the service that made it.
  if (!job || job.kind !== kind || job.owner !== call.client.clientId)
    return fail("1013", "Export job");
  return job;
}

function enqueue(call: Call, kind: Kind): Answer {
  const { org, limits } = call;
  const job = pathJob(call, kind);
  if (job.state !== "created") fail("1029", "Job already queued");
  if (org.exports.count("queued") >= MAX_QUEUED) fail("1029", "Too many jobs in queue");
  if (!limits.exportQuotaLeft()) {
    const megabytes = Math.floor(limits.numbers.exportBytesPerDay / 1024 / 1024);
    fail("1029", `Export daily quota ${megabytes}MB exceeded`);
  }
  job.state = "queued";
  job.queuedAt = org.clock.now();
  return { result: [render(job)] };
}

const status = (call: Call, kind: Kind): Answer => ({ result: [render(pathJob(call, kind))] });

function cancel(call: Call, kind: Kind): Answer {
  const job = pathJob(call, kind);
  if (job.state === "done" || job.state === "failed" || job.state === "canceled") {
    fail("1003", `Job is ${states[job.state]} and cannot be canceled`);
  }
  job.state = "canceled";
  // This one reply spells the state with two l, the status call with one.
  return { result: [{ ...render(job), status: "Cancelled" }] };
}

function list(call: Call, kind: Kind): Answer {
  const { org } = call;
  const wanted = listParameter(call, "status").map((name) => name.toLowerCase());
  const oldest = org.clock.now() - LISTED_DAYS * DAY;
  const result = org.exports
    .list()
    .filter((job) => job.kind === kind && job.owner === call.client.clientId)
    .filter((job) => job.createdAt >= oldest)
    .map(render)
    .filter((job) => wanted.length === 0 || wanted.includes(String(job["status"]).toLowerCase()));
  return { result, moreResult: false };
}

function file(call: Call, kind: Kind): Answer {
  const job = call.org.exports.get(call.params[0]!);
  const expired = (job?.finishedAt ?? 0) < call.org.clock.now() - FILE_DAYS * DAY;
  const own = job?.kind === kind && job.owner === call.client.clientId;
  if (!job?.file || job.state !== "done" || !own || expired) return { raw: notFound() };
  return { raw: part(job.file, call.request) };
}

/** The one failure of the API that is a plain HTTP error. */
function notFound(): SandboxResponse {
  return { status: 404, headers: { "Content-Type": "text/plain" }, body: "File not found" };
}

function part(whole: Buffer, request: SandboxRequest): SandboxResponse {
  const headers = { "Content-Type": "text/csv;charset=UTF-8", "Accept-Ranges": "bytes" };
  const range = /^bytes=(\d*)-(\d*)$/.exec(request.headers["range"] ?? "");
  if (!range || (range[1] === "" && range[2] === "")) return { status: 200, headers, body: whole };
  const last = whole.length - 1;
  const from = range[1] === "" ? Math.max(0, whole.length - Number(range[2])) : Number(range[1]);
  const to = range[1] === "" || range[2] === "" ? last : Math.min(Number(range[2]), last);
  if (from > last || from > to) {
    const unsatisfied = { ...headers, "Content-Range": `bytes */${whole.length}` };
    return { status: 416, headers: unsatisfied, body: "" };
  }
  return {
    status: 206,
    headers: { ...headers, "Content-Range": `bytes ${from}-${to}/${whole.length}` },
    body: whole.subarray(from, to + 1),
  };
}

function routesOf(kind: Kind, needs: readonly string[]): Route[] {
  const base = `/bulk/v1/${kind}/export`;
  const run = (act: (call: Call, kind: Kind) => Answer) => (call: Call) => act(call, kind);
  return [
    route(`POST ${base}/create.json`, needs, "json", run(create)),
    route(`GET ${base}.json`, needs, "none", run(list)),
    route(`POST ${base}/{exportId}/enqueue.json`, needs, "none", run(enqueue)),
    route(`GET ${base}/{exportId}/status.json`, needs, "none", run(status)),
    route(`GET ${base}/{exportId}/file.json`, needs, "none", run(file)),
    route(`POST ${base}/{exportId}/cancel.json`, needs, "none", run(cancel)),
  ];
}

export const exportRoutes: Route[] = [
  ...routesOf("leads", permission.readLead),
  ...routesOf("activities", permission.readActivity),
];
