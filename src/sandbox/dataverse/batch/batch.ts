import { randomUUID } from "node:crypto";
import type { SandboxResponse } from "../../kernel/http";
import type { Call } from "../call";
import { badQuery, DataverseError, errorResponse } from "../errors";
import { parsePreferences } from "../preferences";
import { dispatch } from "../routes/dispatch";
import { followContentId } from "../write/address";
import {
  boundaryOf,
  joinParts,
  parseParts,
  parseRequest,
  writeResponse,
  type EmbeddedRequest,
  type Part,
} from "./multipart";

const MAX_REQUESTS = 1000;

/** One entry of a batch: a request of its own, or the requests of a change set. */
type Item =
  | { kind: "single"; request: EmbeddedRequest; contentId: string | undefined }
  | { kind: "changeSet"; requests: { request: EmbeddedRequest; contentId: string }[] };

/** `POST $batch`: runs the items one after the other and answers in the same order. */
export function batchRoute(call: Call): SandboxResponse {
  const items = parseItems(call);
  const parts: string[] = [];
  let status = 200;
  for (const item of items) {
    const { part, failed } =
      item.kind === "single" ? runSingle(call, item) : runChangeSet(call, item);
    parts.push(part);
    if (failed !== undefined && !call.preferences.continueOnError) {
      status = failed;
      break;
    }
  }
  const boundary = `batchresponse_${call.org.newGuid()}`;
  return {
    status,
    headers: { "Content-Type": `multipart/mixed; boundary=${boundary}`, "OData-Version": "4.0" },
    body: joinParts(boundary, parts),
  };
}

function parseItems(call: Call): Item[] {
  const boundary = boundaryOf(call.headers["content-type"]);
  if (!boundary || !/^multipart\/mixed/i.test(call.headers["content-type"] ?? ""))
    throw badQuery("The batch request needs the content type multipart/mixed with a boundary.");
  const items = parseParts(call.body, boundary).map(parseItem);
  const count = items.reduce(
    (sum, item) => sum + (item.kind === "single" ? 1 : item.requests.length),
    0,
  );
  if (count > MAX_REQUESTS)
    throw badQuery(
      `The maximum number of requests in a batch is ${MAX_REQUESTS}; this one has ${count}.`,
    );
  return items;
}

function parseItem(part: Part): Item {
  const boundary = boundaryOf(part.headers["content-type"]);
  if (!boundary)
    return { kind: "single", request: embedded(part), contentId: part.headers["content-id"] };
  const requests = parseParts(part.body, boundary).map((inner) => {
    const request = embedded(inner);
    const contentId = inner.headers["content-id"] ?? request.headers["content-id"];
    if (request.method === "GET") throw badQuery("A change set must not contain a GET request.");
    if (contentId === undefined)
      throw badQuery("The MIME header 'Content-ID' is missing for a request in a change set.");
    return { request, contentId };
  });
  return { kind: "changeSet", requests };
}

function embedded(part: Part): EmbeddedRequest {
  const request = parseRequest(part.body);
  if (/\/?\$batch\b/.test(request.url.split("?")[0]!))
    throw badQuery("A batch request must not contain another batch request.");
  return request;
}

interface Outcome {
  part: string;
  /** The status that stops the batch; undefined on success. */
  failed?: number;
}

function runSingle(call: Call, item: Extract<Item, { kind: "single" }>): Outcome {
  const response = runRequest(call, item.request, new Map());
  return {
    part: responsePart(response, item.contentId),
    failed: response.status >= 400 ? response.status : undefined,
  };
}

/** All or nothing: a failure takes everything back and is the set's only answer. */
function runChangeSet(call: Call, item: Extract<Item, { kind: "changeSet" }>): Outcome {
  const references = new Map<string, string>();
  const boundary = `changesetresponse_${call.org.newGuid()}`;
  try {
    const parts = call.org.database.transaction(() =>
      item.requests.map(({ request, contentId }) => {
        const response = runRequest(call, request, references);
        if (response.status >= 400) throw new ChangeSetFailure(response);
        const entity = response.headers["OData-EntityId"];
        if (entity !== undefined) references.set(contentId, entity);
        return responsePart(response, contentId);
      }),
    );
    const head = `Content-Type: multipart/mixed; boundary=${boundary}\r\n\r\n`;
    return { part: head + joinParts(boundary, parts) };
  } catch (error) {
    if (!(error instanceof ChangeSetFailure)) throw error;
    return { part: responsePart(error.response, undefined), failed: error.response.status };
  }
}

class ChangeSetFailure extends Error {
  constructor(readonly response: SandboxResponse) {
    super("A request of the change set failed.");
  }
}

function responsePart(response: SandboxResponse, contentId: string | undefined): string {
  const head = ["Content-Type: application/http", "Content-Transfer-Encoding: binary"];
  if (contentId !== undefined) head.push(`Content-ID: ${contentId}`);
  return `${head.join("\r\n")}\r\n\r\n${writeResponse(response)}`;
}

function runRequest(
  call: Call,
  request: EmbeddedRequest,
  references: Map<string, string>,
): SandboxResponse {
  const preferences = parsePreferences(request.headers["prefer"]);
  try {
    const scope = { ...call, references };
    const url =
      request.url.startsWith("$") && !request.url.startsWith("$metadata")
        ? followContentId(scope, request.url)
        : request.url;
    const [path = "", query = ""] = splitUrl(url);
    return asPart(
      dispatch({
        ...scope,
        method: request.method,
        headers: request.headers,
        preferences,
        path,
        query,
        body: request.body,
      }),
    );
  } catch (error) {
    if (error instanceof DataverseError)
      return asPart(errorResponse(error, preferences.annotations === "*"));
    throw error;
  }
}

/** Inside a batch an update tells its Location too, and a failure brings its request's id. */
function asPart(response: SandboxResponse): SandboxResponse {
  const { headers } = response;
  const entity = headers["OData-EntityId"];
  if (entity !== undefined) return { ...response, headers: { Location: entity, ...headers } };
  if (response.status < 400) return response;
  return { ...response, headers: { REQ_ID: randomUUID(), ...headers } };
}

/** Absolute, rooted and relative URLs are all allowed in a batch. */
function splitUrl(url: string): [string, string] {
  const local = url
    .replace(/^https?:\/\/[^/]+/i, "")
    .replace(/^\/api\/data\/v9\.\d+\/?/i, "")
    .replace(/^\//, "");
  const question = local.indexOf("?");
  return question < 0 ? [local, ""] : [local.slice(0, question), local.slice(question + 1)];
}
