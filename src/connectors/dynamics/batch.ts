import type { Answer } from "./errors";

/** One operation inside a `$batch`. */
export interface BatchPart {
  method: "GET" | "PATCH" | "POST" | "DELETE";
  /** Path from the root of the host, e.g. `/api/data/v9.2/contacts(…)`. */
  path: string;
  headers?: Readonly<Record<string, string>>;
  body?: string;
}

const EOL = "\r\n";

/** The multipart body of a batch without change sets: every part stands and falls alone. */
export function buildBatch(parts: readonly BatchPart[], boundary: string): string {
  const lines: string[] = [];
  for (const part of parts) {
    lines.push(`--${boundary}`, "Content-Type: application/http");
    lines.push("Content-Transfer-Encoding: binary", "", `${part.method} ${part.path} HTTP/1.1`);
    for (const [name, value] of Object.entries(part.headers ?? {})) lines.push(`${name}: ${value}`);
    lines.push("", part.body ?? "");
  }
  lines.push(`--${boundary}--`, "");
  return lines.join(EOL);
}

/**
 * The answers in the order of the requests; a batch that broke off, or has a part that is no answer, has fewer. Tolerates
 * LF and CRLF, quoted boundaries, parts without a body and a missing end. Undefined when this is no batch answer at all.
 */
export function parseBatch(contentType: string | undefined, body: string): Answer[] | undefined {
  const boundary = boundaryOf(contentType);
  if (!boundary || !body.includes(`--${boundary}`)) return undefined;
  const answers = splitParts(body, boundary).map(parsePart);
  const broken = answers.indexOf(undefined);
  // Behind a part that cannot be read nobody knows which answer is whose.
  return answers.slice(0, broken < 0 ? undefined : broken).filter((answer) => answer !== undefined);
}

function boundaryOf(contentType: string | undefined): string | undefined {
  if (!contentType || !/^\s*multipart\/mixed/i.test(contentType)) return undefined;
  const match = /;\s*boundary\s*=\s*(?:"([^"]+)"|([^;\s]+))/i.exec(contentType);
  return match?.[1] ?? match?.[2];
}

/** A delimiter stands alone on its line, so a value that contains the boundary's text divides nothing. */
function splitParts(body: string, boundary: string): string[] {
  const parts: string[] = [];
  const delimiter = `--${boundary}`;
  let start = -1;
  for (let at = body.indexOf(delimiter); at >= 0; at = body.indexOf(delimiter, at + 1)) {
    const atLineStart = at === 0 || body[at - 1] === "\n";
    const rest = /^(--)?[ \t]*(\r?\n|$)/.exec(
      body.slice(at + delimiter.length, at + delimiter.length + 80),
    );
    if (!atLineStart || !rest) continue;
    if (start >= 0) parts.push(body.slice(start, at));
    if (rest[1]) return parts;
    start = at + delimiter.length + rest[0].length;
  }
  if (start >= 0) parts.push(body.slice(start));
  return parts;
}

/** Part headers, blank line, status line and headers, blank line, body. A part that was cut off has no answer. */
function parsePart(part: string): Answer | undefined {
  const [, http = ""] = splitHead(part);
  const [head, body] = splitHead(http.replace(/^(\r?\n)+/, ""));
  const [statusLine = "", ...headerLines] = head.split(/\r?\n/);
  const status = /^HTTP\/\d(?:\.\d)? (\d{3})/.exec(statusLine)?.[1];
  if (!status) return undefined;
  const headers: Record<string, string> = {};
  for (const line of headerLines) {
    const colon = line.indexOf(":");
    if (colon > 0)
      headers[line.slice(0, colon).trim().toLowerCase()] = line.slice(colon + 1).trim();
  }
  return { status: Number(status), headers, body: body.trim() };
}

function splitHead(text: string): [head: string, rest: string] {
  const blank = /\r?\n\r?\n/.exec(text);
  if (!blank) return [text, ""];
  return [text.slice(0, blank.index), text.slice(blank.index + blank[0].length)];
}
