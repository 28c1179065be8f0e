import { isLookup, type Column, type Value } from "../model/column";
import type { Database } from "../storage/database";

const NUMBER = new Intl.NumberFormat("en-US", { maximumFractionDigits: 5 });
const MONEY = new Intl.NumberFormat("en-US", { style: "currency", currency: "USD" });
const DATE = new Intl.DateTimeFormat("en-US", { timeZone: "UTC" });
const DATE_TIME = new Intl.DateTimeFormat("en-US", {
  timeZone: "UTC",
  year: "numeric",
  month: "numeric",
  day: "numeric",
  hour: "numeric",
  minute: "2-digit",
});

/** The display text of a value in the user's language (English, US dollars); undefined where none is given. */
export function formattedValue(
  database: Database,
  column: Column,
  value: Value,
): string | undefined {
  if (value === null) return undefined;
  if (isLookup(column)) return nameOf(database, column, String(value));
  switch (column.type) {
    case "Picklist":
    case "State":
    case "Status":
      return optionLabel(column, Number(value));
    case "MultiSelectPicklist":
      return String(value)
        .split(",")
        .map((part) => optionLabel(column, Number(part)))
        .join("; ");
    case "Boolean":
      return value === true ? column.trueLabel : column.falseLabel;
    case "DateTime":
      return typeof value === "number"
        ? DATE_TIME.format(value * 1000).replace(",", "")
        : DATE.format(new Date(`${String(value)}T00:00:00Z`));
    case "Money":
      return MONEY.format(Number(value));
    case "Integer":
    case "BigInt":
    case "Decimal":
    case "Double":
      return NUMBER.format(Number(value));
    default:
      return undefined;
  }
}

function optionLabel(column: Column, value: number): string {
  return column.options?.find((option) => option.value === value)?.label ?? String(value);
}

function nameOf(database: Database, column: Column, id: string): string | undefined {
  const found = database.locate(id, column.targets ?? []);
  if (!found) return undefined;
  const name = found.table.column(found.table.spec.primaryName);
  const value = database.store(found.table).value(found.row, name);
  return value === null ? undefined : String(value);
}
