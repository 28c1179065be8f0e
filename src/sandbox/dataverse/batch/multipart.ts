import { badQuery } from "../errors";

/** One part of a multipart body: its own headers in lower case, and the rest. */
export interface Part {
  headers: Record<string, string>;
  body: string;
}

/** An embedded HTTP request. */
export interface EmbeddedRequest {
  method: string;
  url: string;
  headers: Record<string, string>;
  body: string;
}

export function boundaryOf(contentType: string | undefined): string | undefined {
  return /boundary=(?:"([^"]+)"|([^;\s]+))/i
    .exec(contentType ?? "")
    ?.slice(1)
    .find(Boolean);
}

/** Cuts a multipart body into its parts. CRLF is the rule; bare LF is taken too, as the service does. */
export function parseParts(text: string, boundary: string): Part[] {
  const delimiter = `--${boundary}`;
  const sections = text.split(new RegExp(`(?:^|\\r?\\n)${escapeRegExp(delimiter)}`));
  if (sections.length < 2 || !sections.at(-1)!.startsWith("--"))
    throw badQuery(`The batch body has no closing delimiter '${delimiter}--'.`);
  return sections.slice(1, -1).map((section) => splitHead(section.replace(/^[ \t]*\r?\n/, "")));
}

function escapeRegExp(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
}

/** Headers up to the first empty line, then the body. */
function splitHead(text: string): Part {
  const end = /\r?\n\r?\n/.exec(text);
  const head = end ? text.slice(0, end.index) : text;
  const body = end ? text.slice(end.index + end[0].length) : "";
  const headers: Record<string, string> = {};
  for (const line of head.split(/\r?\n/)) {
    const colon = line.indexOf(":");
    if (colon > 0)
      headers[line.slice(0, colon).trim().toLowerCase()] = line.slice(colon + 1).trim();
  }
  return { headers, body };
}

export function parseRequest(text: string): EmbeddedRequest {
  const content = text.replace(/^(?:\r?\n)+/, "");
  const lineEnd = /\r?\n|$/.exec(content)!;
  const line = content.slice(0, lineEnd.index);
  const match = /^([A-Z]+) (\S+) HTTP\/1\.\d\s*$/.exec(line);
  if (!match)
    throw badQuery(
      `The request line '${line}' in the batch is not valid: 'METHOD url HTTP/1.1' is expected.`,
    );
  const rest = content.slice(lineEnd.index + lineEnd[0].length);
  // Without headers the empty line follows at once.
  const { headers, body } = /^\r?\n/.test(rest)
    ? { headers: {}, body: rest.replace(/^\r?\n/, "") }
    : splitHead(rest);
  return { method: match[1]!, url: match[2]!, headers, body: body.trim() };
}

/** The text of an embedded response. */
export function writeResponse(response: {
  status: number;
  headers: Record<string, string>;
  body: string | Buffer;
}): string {
  const lines = [`HTTP/1.1 ${response.status} ${REASONS[response.status] ?? "Status"}`];
  for (const [name, value] of Object.entries(response.headers)) lines.push(`${name}: ${value}`);
  return `${lines.join("\r\n")}\r\n\r\n${response.body.toString()}`;
}

const REASONS: Record<number, string> = {
  200: "OK",
  201: "Created",
  204: "No Content",
  304: "Not Modified",
  400: "Bad Request",
  403: "Forbidden",
  404: "Not Found",
  405: "Method Not Allowed",
  412: "Precondition Failed",
  429: "Too Many Requests",
  500: "Internal Server Error",
  501: "Not Implemented",
};

/** Puts parts together; every part is complete with its headers. */
export function joinParts(boundary: string, parts: readonly string[]): string {
  return `${parts.map((part) => `--${boundary}\r\n${part}\r\n`).join("")}--${boundary}--\r\n`;
}
