import type { SandboxResponse } from "../kernel/http";
import type { Call } from "./call";
import { etag } from "./query/rowJson";
import type { Row } from "./storage/row";

const JSON_TYPE = "application/json; odata.metadata=minimal; odata.streaming=true";

/** The preferences that the server honored, as the client wants to know. */
export function preferenceApplied(call: Call, applied: readonly string[]): Record<string, string> {
  const names = [...applied];
  if (call.preferences.annotations)
    names.push(`odata.include-annotations="${call.preferences.annotations}"`);
  return names.length > 0 ? { "Preference-Applied": names.join(",") } : {};
}

export function jsonReply(
  body: unknown,
  options: { status?: number; headers?: Record<string, string> } = {},
): SandboxResponse {
  return {
    status: options.status ?? 200,
    headers: { "Content-Type": JSON_TYPE, "OData-Version": "4.0", ...options.headers },
    body: JSON.stringify(body),
  };
}

export function textReply(text: string): SandboxResponse {
  return {
    status: 200,
    headers: { "Content-Type": "text/plain", "OData-Version": "4.0" },
    body: text,
  };
}

export function noContent(headers: Record<string, string> = {}): SandboxResponse {
  return { status: 204, headers: { "OData-Version": "4.0", ...headers }, body: "" };
}

export function notModified(row: Row): SandboxResponse {
  return { status: 304, headers: { "OData-Version": "4.0", ETag: etag(row) }, body: "" };
}
