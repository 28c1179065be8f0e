import { badQuery, notSupported } from "../errors";
import type { CompareOperator, Expression, Literal, Operand, TextFunction } from "./ast";
import { tokenize, type Token } from "./lexer";

const COMPARE: ReadonlySet<string> = new Set(["eq", "ne", "gt", "ge", "lt", "le"]);
const TEXT: ReadonlySet<string> = new Set(["contains", "startswith", "endswith"]);
const ARITHMETIC: ReadonlySet<string> = new Set(["add", "sub", "mul", "div", "mod"]);
const NAMESPACE = "Microsoft.Dynamics.CRM.";

/** Parses a `$filter`. `aliases` are the `@name=value` options of the same URL, as text. */
export function parseFilter(text: string, aliases: ReadonlyMap<string, string>): Expression {
  const parser = new Parser(text, tokenize(text), aliases);
  const expression = parser.or();
  parser.expectEnd();
  return expression;
}

/** Recursive descent in the precedence of OData: not, comparison, and, or. */
class Parser {
  #at = 0;

  constructor(
    private readonly text: string,
    private readonly tokens: readonly Token[],
    private readonly aliases: ReadonlyMap<string, string>,
  ) {}

  or(): Expression {
    let left = this.#and();
    while (this.#takeWord("or")) left = { kind: "logic", operator: "or", left, right: this.#and() };
    return left;
  }

  expectEnd(): void {
    if (this.#peek().kind !== "end") throw this.#syntaxError();
  }

  #and(): Expression {
    let left = this.#unary();
    while (this.#takeWord("and"))
      left = { kind: "logic", operator: "and", left, right: this.#unary() };
    return left;
  }

  #unary(): Expression {
    if (this.#takeWord("not")) return { kind: "not", operand: this.#unary() };
    if (this.#peek().kind === "(") {
      this.#at++;
      const inner = this.or();
      this.#expect(")");
      return inner;
    }
    const token = this.#peek();
    if (token.kind === "word" && this.tokens[this.#at + 1]?.kind === "(")
      return this.#call(token.text);
    return this.#comparison();
  }

  #comparison(): Expression {
    const left = this.#operand();
    const token = this.#peek();
    if (token.kind !== "word") return { kind: "truth", operand: left };
    if (token.text === "in") throw notSupported("The query node In is not supported");
    if (ARITHMETIC.has(token.text))
      throw notSupported(
        "The query node BinaryOperator with an arithmetic operator is not supported",
      );
    if (!COMPARE.has(token.text)) return { kind: "truth", operand: left };
    this.#at++;
    const operator = token.text as CompareOperator;
    return { kind: "compare", operator, left, right: this.#operand() };
  }

  #call(name: string): Expression {
    this.#at += 2;
    if (TEXT.has(name)) {
      const left = this.#operand();
      this.#expect(",");
      const right = this.#operand();
      this.#expect(")");
      return { kind: "text", name: name as TextFunction, left, right };
    }
    const short = name.startsWith(NAMESPACE) ? name.slice(NAMESPACE.length) : undefined;
    if (short === "In" || short === "NotIn" || short === "ContainValues")
      return this.#member(short);
    if (short === "LastXDays") return this.#lastDays();
    if (short !== undefined) throw notSupported(`The query function ${name} is not supported.`);
    throw badQuery(
      `An unknown function with name '${name}' was found. This may also be a function import or a key lookup on a navigation property, which is not allowed.`,
    );
  }

  #member(name: "In" | "NotIn" | "ContainValues"): Expression {
    let property: string | undefined;
    let values: string[] | undefined;
    do {
      const parameter = this.#word();
      this.#expect("=");
      if (parameter === "PropertyName") property = this.#textArgument();
      else if (parameter === "PropertyValues") values = this.#listArgument();
      else
        throw badQuery(`The parameter '${parameter}' is not defined for the function '${name}'.`);
    } while (this.#take(","));
    this.#expect(")");
    if (property === undefined || values === undefined)
      throw badQuery(`The function '${name}' needs PropertyName and PropertyValues.`);
    return { kind: "member", name, property, values };
  }

  #lastDays(): Expression {
    let property: string | undefined;
    let days: number | undefined;
    do {
      const parameter = this.#word();
      this.#expect("=");
      if (parameter === "PropertyName") property = this.#textArgument();
      else if (parameter === "PropertyValue") days = this.#numberArgument();
      else
        throw badQuery(`The parameter '${parameter}' is not defined for the function 'LastXDays'.`);
    } while (this.#take(","));
    this.#expect(")");
    if (property === undefined || days === undefined)
      throw badQuery("The function 'LastXDays' needs PropertyName and PropertyValue.");
    return { kind: "lastDays", property, days };
  }

  #numberArgument(): number {
    const operand = this.#operand();
    if (operand.kind === "literal" && operand.literal.type === "number")
      return operand.literal.value;
    throw this.#syntaxError();
  }

  #textArgument(): string {
    const operand = this.#operand();
    if (operand.kind === "literal" && operand.literal.type === "string")
      return operand.literal.value;
    throw this.#syntaxError();
  }

  /** `['a','b']` in place or behind an alias; the elements are always strings. */
  #listArgument(): string[] {
    const token = this.#peek();
    if (token.kind === "alias") {
      this.#at++;
      const text = this.#alias(token.text);
      return new Parser(text, tokenize(text), this.aliases).#listArgument();
    }
    const values: string[] = [];
    this.#expect("[");
    if (this.#take("]")) return values;
    do values.push(this.#textArgument());
    while (this.#take(","));
    this.#expect("]");
    return values;
  }

  #operand(): Operand {
    const token = this.#peek();
    this.#at++;
    if (token.kind === "literal") return { kind: "literal", literal: token.literal };
    if (token.kind === "word") return { kind: "property", path: token.text };
    if (token.kind === "alias") return { kind: "literal", literal: this.#aliasLiteral(token.text) };
    this.#at--;
    throw this.#syntaxError();
  }

  #aliasLiteral(name: string): Literal {
    const [token, end] = tokenize(this.#alias(name));
    if (token?.kind === "literal" && end?.kind === "end") return token.literal;
    throw badQuery(`The value of the parameter alias '${name}' is not a literal.`);
  }

  #alias(name: string): string {
    const text = this.aliases.get(name);
    if (text === undefined) throw badQuery(`Missing value for the parameter alias '${name}'.`);
    return text;
  }

  #word(): string {
    const token = this.#peek();
    if (token.kind !== "word") throw this.#syntaxError();
    this.#at++;
    return token.text;
  }

  #takeWord(word: string): boolean {
    const token = this.#peek();
    if (token.kind !== "word" || token.text !== word) return false;
    this.#at++;
    return true;
  }

  #take(kind: Token["kind"]): boolean {
    if (this.#peek().kind !== kind) return false;
    this.#at++;
    return true;
  }

  #expect(kind: Token["kind"]): void {
    if (!this.#take(kind)) throw this.#syntaxError();
  }

  #peek(): Token {
    return this.tokens[this.#at]!;
  }

  #syntaxError() {
    return badQuery(`Syntax error at position ${this.#peek().at} in '${this.text}'.`);
  }
}
