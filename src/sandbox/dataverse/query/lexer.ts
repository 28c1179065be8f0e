import { badQuery } from "../errors";
import type { Literal } from "./ast";

export type Token =
  | { kind: "word"; text: string; at: number }
  | { kind: "literal"; literal: Literal; at: number }
  | { kind: "alias"; text: string; at: number }
  | { kind: "(" | ")" | "," | "=" | "[" | "]"; at: number }
  | { kind: "end"; at: number };

const PATTERNS: [RegExp, (text: string) => Literal | undefined][] = [
  [
    /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b/iy,
    (text) => ({ type: "guid", value: text.toLowerCase() }),
  ],
  [
    /\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d+)?)?(Z|[+-]\d{2}:\d{2})/iy,
    (text) => ({ type: "dateTime", value: text }),
  ],
  [/\d{4}-\d{2}-\d{2}\b/y, (text) => ({ type: "date", value: text })],
  [/-?\d+(\.\d+)?([eE][+-]?\d+)?\b/y, (text) => ({ type: "number", value: Number(text) })],
];

const ENUM = /[A-Za-z_][\w.]*'([^']*)'/y;
const WORD = /[A-Za-z_][\w./]*/y;
const ALIAS = /@\w+/y;

/** Cuts an expression into tokens; names may contain dots and slashes (namespaces, navigation paths). */
export function tokenize(text: string): Token[] {
  const tokens: Token[] = [];
  let at = 0;
  while (at < text.length) {
    if (/\s/.test(text[at]!)) {
      at++;
      continue;
    }
    const { token, end } = next(text, at);
    tokens.push(token);
    at = end;
  }
  tokens.push({ kind: "end", at });
  return tokens;
}

function next(text: string, at: number): { token: Token; end: number } {
  const char = text[at]!;
  if ("(),=[]".includes(char))
    return { token: { kind: char as "(" | ")" | "," | "=" | "[" | "]", at }, end: at + 1 };
  if (char === "'" || char === '"') return quoted(text, at, char);
  for (const [pattern, make] of PATTERNS) {
    const match = sticky(pattern, text, at);
    const literal = match && make(match);
    if (match && literal)
      return { token: { kind: "literal", literal, at }, end: at + match.length };
  }
  const alias = sticky(ALIAS, text, at);
  if (alias) return { token: { kind: "alias", text: alias, at }, end: at + alias.length };
  const enumeration = sticky(ENUM, text, at);
  if (enumeration) {
    const value = enumeration.slice(enumeration.indexOf("'") + 1, -1);
    const token: Token = { kind: "literal", literal: { type: "enum", value }, at };
    return { token, end: at + enumeration.length };
  }
  const word = sticky(WORD, text, at);
  if (word) return { token: wordToken(word, at), end: at + word.length };
  throw badQuery(`Syntax error: character '${char}' is not valid at position ${at} in '${text}'.`);
}

function wordToken(word: string, at: number): Token {
  if (word === "true" || word === "false")
    return { kind: "literal", literal: { type: "boolean", value: word === "true" }, at };
  if (word === "null") return { kind: "literal", literal: { type: "null", value: null }, at };
  return { kind: "word", text: word, at };
}

/** A quoted string; the quote is escaped by doubling it. */
function quoted(text: string, at: number, quote: string): { token: Token; end: number } {
  let value = "";
  for (let i = at + 1; i < text.length; i++) {
    if (text[i] !== quote) value += text[i];
    else if (text[i + 1] === quote) value += text[++i];
    else return { token: { kind: "literal", literal: { type: "string", value }, at }, end: i + 1 };
  }
  throw badQuery(
    `There is an unterminated string literal at position ${text.length} in '${text}'.`,
  );
}

function sticky(pattern: RegExp, text: string, at: number): string | undefined {
  pattern.lastIndex = at;
  return pattern.exec(text)?.[0];
}
