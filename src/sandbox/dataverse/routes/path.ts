import { badQuery, DataverseError } from "../errors";

/** One step of a resource path, decoded: `contacts(...)`, `jobtitle`, `$ref`. */
export interface Segment {
  name: string;
  /** What stands in parentheses; undefined without them. */
  args?: string;
}

/** Cuts a still encoded path at the slashes outside quotes. */
export function parsePath(path: string): Segment[] {
  const parts: string[] = [];
  let quoted = false;
  let start = 0;
  const plain = path.replaceAll("%27", "'");
  for (let i = 0; i < plain.length; i++) {
    if (plain[i] === "'") quoted = !quoted;
    else if (plain[i] === "/" && !quoted) {
      parts.push(plain.slice(start, i));
      start = i + 1;
    }
  }
  parts.push(plain.slice(start));
  return parts.filter((part) => part !== "").map(parseSegment);
}

function parseSegment(part: string): Segment {
  let text: string;
  try {
    text = decodeURIComponent(part);
  } catch {
    throw badQuery(`The path contains a malformed escape: '${part}'.`);
  }
  const open = text.indexOf("(");
  if (open < 0) return { name: text };
  if (!text.endsWith(")")) throw badQuery(`Bad Request - Error in query syntax.`);
  return { name: text.slice(0, open), args: text.slice(open + 1, -1) };
}

/** `k='a',n=2` as name -> literal text, quotes removed and doubled quotes undone. */
export function parseArguments(args: string): Map<string, string> {
  const result = new Map<string, string>();
  const pattern = /\s*([\w@.]+)\s*=\s*('(?:[^']|'')*'|\[[^\]]*\]|[^,']*)\s*(?:,|$)/gy;
  let consumed = 0;
  for (const match of args.matchAll(pattern)) {
    result.set(match[1]!, unquote(match[2]!.trim()));
    consumed = match.index + match[0].length;
  }
  if (consumed < args.length) throw badQuery("Bad Request - Error in query syntax.");
  return result;
}

export function unquote(text: string): string {
  return text.startsWith("'") && text.endsWith("'") && text.length > 1
    ? text.slice(1, -1).replaceAll("''", "'")
    : text;
}

const FORBIDDEN = /[/<>*%&:\\?+]/;

/** The web server in front refuses these characters in a path, even encoded: such key values cannot be addressed. */
export function refuseForbiddenCharacters(value: string): void {
  const found = FORBIDDEN.exec(value);
  if (!found) return;
  throw new DataverseError(
    found[0] === "+" ? 404 : 400,
    "",
    `A potentially dangerous Request.Path value was detected from the client (${found[0]}).`,
  );
}
