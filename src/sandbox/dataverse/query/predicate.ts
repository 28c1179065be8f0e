import { badQuery, unknownProperty } from "../errors";
import { edmType, isLookup, wireName, type Column, type Value } from "../model/column";
import type { Table } from "../model/model";
import { requireColumn, requirePrivilege } from "../security/access";
import type { User } from "../security/users";
import type { Database } from "../storage/database";
import type { Row } from "../storage/row";
import type { TableStore } from "../storage/tableStore";
import { parseDateTime } from "../values";
import type { CompareOperator, Expression, Literal, Operand } from "./ast";

const DAY = 86_400_000;
export type Predicate = (row: Row) => boolean;
type Reader = (row: Row) => Value;

/** What a filter is compiled against. */
export interface FilterScope {
  database: Database;
  store: TableStore;
  user: User;
  /** The moment of the read, in milliseconds: some functions are relative to it. */
  now: number;
}

const EDM_OF_LITERAL: Record<Literal["type"], string> = {
  string: "Edm.String",
  guid: "Edm.Guid",
  date: "Edm.Date",
  dateTime: "Edm.DateTimeOffset",
  enum: "Edm.String",
  number: "Edm.Int32",
  boolean: "Edm.Boolean",
  null: "",
};

const OPERATOR_KINDS: Record<CompareOperator, string> = {
  eq: "Equal",
  ne: "NotEqual",
  gt: "GreaterThan",
  ge: "GreaterThanOrEqual",
  lt: "LessThan",
  le: "LessThanOrEqual",
};

/** Turns a filter into a test of a row; unknown columns, wrong types and secured columns are refused. */
export function compile(scope: FilterScope, expression: Expression): Predicate {
  switch (expression.kind) {
    case "logic": {
      const left = compile(scope, expression.left);
      const right = compile(scope, expression.right);
      return expression.operator === "and"
        ? (row) => left(row) && right(row)
        : (row) => left(row) || right(row);
    }
    case "not": {
      const inner = compile(scope, expression.operand);
      return (row) => !inner(row);
    }
    case "truth":
      return compileTruth(scope, expression.operand);
    case "compare":
      return compileComparison(scope, expression);
    case "text":
      return compileText(scope, expression);
    case "member":
      return compileMember(scope, expression);
    case "lastDays":
      return compileLastDays(scope, expression);
  }
}

interface Bound {
  column: Column;
  read: Reader;
}

/** Resolves `jobtitle`, `_ownerid_value` or `nav/column` (one step through a single-valued navigation). */
function bind(scope: FilterScope, path: string): Bound {
  const { table } = scope.store;
  const [first, second, ...rest] = path.split("/");
  if (second !== undefined && rest.length === 0) return bindThrough(scope, first!, second);
  const column = table.byWireName(path);
  if (!column || !column.read) throw unknownProperty(table.typeName, path);
  requireColumn(scope.user, table, column, "read");
  return { column, read: (row) => scope.store.value(row, column) };
}

function bindThrough(scope: FilterScope, name: string, property: string): Bound {
  const { store, database } = scope;
  const found = store.table.navigation(name);
  const targetName = found?.navigation.targets.find((target) => database.model.tables.has(target));
  if (!found || !targetName) throw unknownProperty(store.table.typeName, name);
  const target = database.model.table(targetName);
  requirePrivilege(scope.user, target, "Read");
  const inner = bind({ ...scope, store: database.store(target) }, property);
  const read = (row: Row): Value => {
    const id = store.value(row, found.column);
    const related = typeof id === "string" ? database.store(target).find(id) : undefined;
    return related ? inner.read(related) : null;
  };
  return { column: inner.column, read };
}

function compileTruth(scope: FilterScope, operand: Operand): Predicate {
  if (operand.kind === "literal") {
    const { literal } = operand;
    if (literal.type === "boolean") return () => literal.value;
    throw badQuery("The $filter expression must evaluate to a single boolean value.");
  }
  const { column, read } = bind(scope, operand.path);
  if (column.type !== "Boolean")
    throw badQuery("The $filter expression must evaluate to a single boolean value.");
  return (row) => read(row) === true;
}

function compileComparison(
  scope: FilterScope,
  expression: Extract<Expression, { kind: "compare" }>,
): Predicate {
  const { operator, left, right } = expression;
  if (left.kind === "literal" && right.kind === "property")
    return compileComparison(scope, {
      ...expression,
      operator: MIRROR[operator],
      left: right,
      right: left,
    });
  if (left.kind === "literal" || right.kind === "property") return compilePair(scope, expression);
  const { column, read } = bind(scope, left.path);
  const value = literalFor(column, right.literal, operator);
  return test(
    operator,
    (row) => lower(read(row)),
    () => value,
  );
}

const MIRROR: Record<CompareOperator, CompareOperator> = {
  eq: "eq",
  ne: "ne",
  gt: "lt",
  ge: "le",
  lt: "gt",
  le: "ge",
};

/** Two columns, or two literals. */
function compilePair(
  scope: FilterScope,
  { operator, left, right }: Extract<Expression, { kind: "compare" }>,
): Predicate {
  const reader = (operand: Operand): Reader => {
    if (operand.kind === "literal") return () => lower(operand.literal.value);
    const { read } = bind(scope, operand.path);
    return (row) => lower(read(row));
  };
  return test(operator, reader(left), reader(right));
}

/** `ne` also finds rows without a value, as the platform's SQL does. */
function test(operator: CompareOperator, left: Reader, right: Reader): Predicate {
  const ordered =
    (holds: (order: number) => boolean): Predicate =>
    (row) => {
      const a = left(row);
      const b = right(row);
      return a !== null && b !== null && holds(compareValues(a, b));
    };
  switch (operator) {
    case "eq":
      return (row) => left(row) === right(row);
    case "ne":
      return (row) => left(row) !== right(row);
    case "gt":
      return ordered((order) => order > 0);
    case "ge":
      return ordered((order) => order >= 0);
    case "lt":
      return ordered((order) => order < 0);
    case "le":
      return ordered((order) => order <= 0);
  }
}

/** Sorting order of two values of one column; nulls first, text without regard to case. */
export function compareValues(a: Value, b: Value): number {
  if (a === b) return 0;
  if (a === null) return -1;
  if (b === null) return 1;
  return a < b ? -1 : 1;
}

export function lower(value: Value): Value {
  return typeof value === "string" ? value.toLowerCase() : value;
}

/** A literal in the stored form of the column, or the OData reader's type error. */
export function literalFor(column: Column, literal: Literal, operator: CompareOperator): Value {
  if (literal.type === "null") return null;
  const value = matching(column, literal);
  if (value !== undefined) return value;
  throw badQuery(
    `A binary operator with incompatible types was detected. Found operand types '${edmType(column)}' and '${EDM_OF_LITERAL[literal.type]}' for operator kind '${OPERATOR_KINDS[operator]}'.`,
  );
}

function matching(column: Column, literal: Literal): Value | undefined {
  switch (edmType(column)) {
    case "Edm.String":
      return literal.type === "string" ? literal.value.toLowerCase() : undefined;
    case "Edm.Guid":
      return literal.type === "guid" ? literal.value : undefined;
    case "Edm.Boolean":
      return literal.type === "boolean" ? literal.value : undefined;
    case "Edm.Date":
      return literal.type === "date" ? literal.value : undefined;
    case "Edm.DateTimeOffset":
      if (literal.type === "date") return parseDateTime(`${literal.value}T00:00:00Z`);
      return literal.type === "dateTime" ? parseDateTime(literal.value) : undefined;
    default:
      return literal.type === "number" ? literal.value : undefined;
  }
}

function compileText(
  scope: FilterScope,
  { name, left, right }: Extract<Expression, { kind: "text" }>,
): Predicate {
  const reader = (operand: Operand): Reader => {
    if (operand.kind === "literal") {
      if (operand.literal.type !== "string")
        throw badQuery(
          `No function signature for the function with name '${name}' matches the specified arguments.`,
        );
      const text = operand.literal.value.toLowerCase();
      return () => text;
    }
    const { column, read } = bind(scope, operand.path);
    if (edmType(column) !== "Edm.String")
      throw badQuery(
        `No function signature for the function with name '${name}' matches the specified arguments.`,
      );
    return (row) => lower(read(row));
  };
  const text = reader(left);
  const part = reader(right);
  const tests = {
    contains: (a: string, b: string) => a.includes(b),
    startswith: (a: string, b: string) => a.startsWith(b),
    endswith: (a: string, b: string) => a.endsWith(b),
  };
  return (row) => {
    const a = text(row);
    const b = part(row);
    return typeof a === "string" && typeof b === "string" && tests[name](a, b);
  };
}

function compileMember(
  scope: FilterScope,
  { name, property, values }: Extract<Expression, { kind: "member" }>,
): Predicate {
  const { column, read } = bind(scope, memberColumn(scope.store.table, property));
  const wanted = new Set(values.map((value) => value.toLowerCase()));
  const textOf = (row: Row) => String(read(row) ?? "").toLowerCase();
  if (name === "ContainValues") {
    if (column.type !== "MultiSelectPicklist")
      throw badQuery(
        `The function 'ContainValues' needs a multi-select column, not '${property}'.`,
      );
    return (row) =>
      textOf(row)
        .split(",")
        .some((part) => wanted.has(part));
  }
  return name === "In"
    ? (row) => read(row) !== null && wanted.has(textOf(row))
    : (row) => read(row) === null || !wanted.has(textOf(row));
}

type LastDays = Extract<Expression, { kind: "lastDays" }>;

/** From the first second of the day so many days ago until now. */
function compileLastDays(scope: FilterScope, { property, days }: LastDays): Predicate {
  const { column, read } = bind(scope, property);
  if (column.type !== "DateTime" || days < 1)
    throw badQuery(`The function 'LastXDays' needs a date column and at least one day.`);
  const midnight = (Math.floor(scope.now / DAY) - days) * DAY;
  return (row) => {
    const value = read(row);
    const ms = typeof value === "string" ? Date.parse(value) : Number(value) * 1000;
    return value !== null && ms >= midnight && ms <= scope.now;
  };
}

/** Query functions take logical names, so lookups are named without the `_..._value` decoration. */
export function memberColumn(table: Table, property: string): string {
  const column = table.columns.get(property);
  return column && isLookup(column) ? wireName(column) : property;
}
