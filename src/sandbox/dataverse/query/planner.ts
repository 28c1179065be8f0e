import type { Column, Value } from "../model/column";
import { edmType, isLookup } from "../model/column";
import type { Row } from "../storage/row";
import type { Expression } from "./ast";
import { literalFor, memberColumn, type FilterScope } from "./predicate";

const INDEXED: ReadonlySet<string> = new Set(["Edm.String", "Edm.Guid"]);

/**
 * The few rows that can pass the filter, when an equality in it can be answered from an index; undefined when the
 * whole table has to be looked at. The caller still tests every row.
 */
export function narrow(scope: FilterScope, expression: Expression): Row[] | undefined {
  if (expression.kind === "logic") return narrowLogic(scope, expression);
  const equality = equalityOf(scope, expression);
  if (!equality) return undefined;
  const { store } = scope;
  if (equality.column.name === store.table.primaryId) {
    return equality.values
      .map((value) => store.find(String(value)))
      .filter((row) => row !== undefined);
  }
  return store.candidates(equality.column, equality.values);
}

function narrowLogic(
  scope: FilterScope,
  { operator, left, right }: Extract<Expression, { kind: "logic" }>,
): Row[] | undefined {
  if (operator === "and") return narrow(scope, left) ?? narrow(scope, right);
  const a = narrow(scope, left);
  const b = a && narrow(scope, right);
  if (!a || !b) return undefined;
  return [...new Set([...a, ...b])].sort((x, y) => x.sequence - y.sequence);
}

function equalityOf(
  scope: FilterScope,
  expression: Expression,
): { column: Column; values: Value[] } | undefined {
  const { table } = scope.store;
  if (expression.kind === "member" && expression.name === "In") {
    const column = table.byWireName(memberColumn(table, expression.property));
    return column && indexed(column)
      ? { column, values: expression.values.map((value) => value.toLowerCase()) }
      : undefined;
  }
  if (expression.kind !== "compare" || expression.operator !== "eq") return undefined;
  const { left, right } = expression;
  if (left.kind !== "property" || right.kind !== "literal") return undefined;
  if (right.literal.type === "null") return undefined;
  const column = table.byWireName(left.path);
  if (!column || !indexed(column)) return undefined;
  return { column, values: [literalFor(column, right.literal, "eq")] };
}

function indexed(column: Column): boolean {
  return !column.compute && (isLookup(column) || INDEXED.has(edmType(column)));
}
