import type { FieldValue, FieldValues } from "../../model/record";

export type Comparison = "=" | "!=" | "<" | ">" | "<=" | ">=";

/** A condition on a record's values, e.g. `statecode = 0 and not (emailaddress1 = null)`. */
export type Expression =
  | { kind: "compare"; column: string; operator: Comparison; value: FieldValue }
  | { kind: "not"; part: Expression }
  | { kind: "and" | "or"; parts: readonly Expression[] };

export type ParsedExpression =
  | { ok: true; expression: Expression }
  /** One sentence; `at` counts characters from 1. */
  | { ok: false; message: string; at: number };

/** Reads a condition. `and` binds tighter than `or`; words may be in either case. */
export function parseExpression(text: string): ParsedExpression {
  try {
    const reader = new Reader(tokensOf(text));
    const expression = readOr(reader);
    reader.end();
    return { ok: true, expression };
  } catch (error) {
    if (!(error instanceof Wrong)) throw error;
    return { ok: false, message: `${error.message} (at character ${error.at}).`, at: error.at };
  }
}

/** The columns that a condition asks about. */
export function columnsOf(expression: Expression): string[] {
  switch (expression.kind) {
    case "compare":
      return [expression.column];
    case "not":
      return columnsOf(expression.part);
    case "and":
    case "or":
      return [...new Set(expression.parts.flatMap(columnsOf))];
  }
}

/** Does a record with these values meet the condition? */
export function holds(expression: Expression, values: FieldValues): boolean {
  switch (expression.kind) {
    case "compare":
      return compare(values[expression.column] ?? null, expression.operator, expression.value);
    case "not":
      return !holds(expression.part, values);
    case "and":
      return expression.parts.every((part) => holds(part, values));
    case "or":
      return expression.parts.some((part) => holds(part, values));
  }
}

/** An empty value equals null alone, differs from everything else, and is neither less nor more than anything. */
function compare(value: FieldValue, operator: Comparison, wanted: FieldValue): boolean {
  if (operator === "=") return isEqual(value, wanted);
  if (operator === "!=") return !isEqual(value, wanted);
  if (value === null || wanted === null || typeof value !== typeof wanted) return false;
  const [one, two] = [comparable(value), comparable(wanted)];
  switch (operator) {
    case "<":
      return one < two;
    case ">":
      return one > two;
    case "<=":
      return one <= two;
    case ">=":
      return one >= two;
  }
}

function isEqual(value: FieldValue, wanted: FieldValue): boolean {
  if (value === null || wanted === null) return value === wanted;
  return comparable(value) === comparable(wanted);
}

/** Text is compared without regard to case, as Dataverse does. */
function comparable(value: string | number | boolean): string | number | boolean {
  return typeof value === "string" ? value.toLowerCase() : value;
}

/** The text is not a condition; caught where the reading began. */
class Wrong extends Error {
  constructor(
    message: string,
    readonly at: number,
  ) {
    super(message);
  }
}

type TokenKind = "name" | "text" | "number" | "operator" | "open" | "close" | "end";

interface Token {
  kind: TokenKind;
  text: string;
  at: number;
}

const PATTERNS: readonly [Exclude<TokenKind, "end">, RegExp][] = [
  ["name", /[A-Za-z_][A-Za-z0-9_]*/y],
  ["number", /-?\d+(\.\d+)?/y],
  ["text", /'(?:[^']|'')*'|"(?:[^"]|"")*"/y],
  ["operator", /<=|>=|!=|<>|=|<|>/y],
  ["open", /\(/y],
  ["close", /\)/y],
];

function tokensOf(text: string): Token[] {
  const tokens: Token[] = [];
  for (let at = skipBlanks(text, 0); at < text.length; at = skipBlanks(text, at)) {
    const token = tokenAt(text, at);
    tokens.push(token);
    at += token.text.length;
  }
  return [...tokens, { kind: "end", text: "", at: text.length + 1 }];
}

function skipBlanks(text: string, from: number): number {
  let at = from;
  while (at < text.length && /\s/.test(text.charAt(at))) at++;
  return at;
}

function tokenAt(text: string, from: number): Token {
  for (const [kind, pattern] of PATTERNS) {
    pattern.lastIndex = from;
    const [found] = pattern.exec(text) ?? [];
    if (found !== undefined) return { kind, text: found, at: from + 1 };
  }
  const quote = /['"]/.test(text.charAt(from));
  throw new Wrong(
    quote ? "This text has no closing quote" : `"${text.charAt(from)}" is not expected here`,
    from + 1,
  );
}

class Reader {
  #next = 0;

  constructor(private readonly tokens: readonly Token[]) {}

  peek(): Token {
    return this.tokens[this.#next]!;
  }

  take(): Token {
    const token = this.peek();
    if (token.kind !== "end") this.#next++;
    return token;
  }

  isWord(word: string): boolean {
    const { kind, text } = this.peek();
    return kind === "name" && text.toLowerCase() === word;
  }

  takeWord(word: string): boolean {
    if (!this.isWord(word)) return false;
    this.take();
    return true;
  }

  end(): void {
    const token = this.peek();
    if (token.kind !== "end") throw new Wrong('"and" or "or" is expected here', token.at);
  }
}

function readOr(reader: Reader): Expression {
  return readList(reader, "or", () => readList(reader, "and", () => readPart(reader)));
}

function readList(reader: Reader, kind: "and" | "or", part: () => Expression): Expression {
  const first = part();
  const parts = [first];
  while (reader.takeWord(kind)) parts.push(part());
  return parts.length === 1 ? first : { kind, parts };
}

function readPart(reader: Reader): Expression {
  if (reader.takeWord("not")) return { kind: "not", part: readPart(reader) };
  if (reader.peek().kind !== "open") return readComparison(reader);
  reader.take();
  const inner = readOr(reader);
  const close = reader.take();
  if (close.kind !== "close") throw new Wrong("A closing parenthesis is missing", close.at);
  return inner;
}

const RESERVED = new Set(["and", "or", "not", "null", "true", "false"]);

function readComparison(reader: Reader): Expression {
  const name = reader.take();
  if (name.kind !== "name" || RESERVED.has(name.text.toLowerCase())) {
    throw new Wrong("A column's logical name is expected here", name.at);
  }
  const sign = reader.take();
  if (sign.kind !== "operator") {
    throw new Wrong("One of = != < > <= >= is expected here", sign.at);
  }
  const operator = (sign.text === "<>" ? "!=" : sign.text) as Comparison;
  const { value, at } = readValue(reader);
  if (value === null && operator !== "=" && operator !== "!=") {
    throw new Wrong("null can be compared with = and != only", at);
  }
  return { kind: "compare", column: name.text.toLowerCase(), operator, value };
}

const WORDS: Readonly<Record<string, FieldValue>> = { null: null, true: true, false: false };

function readValue(reader: Reader): { value: FieldValue; at: number } {
  const { kind, text, at } = reader.take();
  if (kind === "number") return { value: Number(text), at };
  if (kind === "text") return { value: unquote(text), at };
  const word = kind === "name" ? WORDS[text.toLowerCase()] : undefined;
  if (word !== undefined) return { value: word, at };
  throw new Wrong("A text in quotes, a number, true, false or null is expected here", at);
}

function unquote(text: string): string | null {
  const quote = text.charAt(0);
  const inner = text.slice(1, -1).replaceAll(quote + quote, quote);
  return inner === "" ? null : inner;
}
