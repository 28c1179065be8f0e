import { parse } from "csv-parse/sync";

export type Format = "CSV" | "TSV" | "SSV";

export const delimiters: Record<Format, string> = { CSV: ",", TSV: "\t", SSV: ";" };

export function formatOf(text: unknown): Format | undefined {
  const upper = String(text ?? "CSV").toUpperCase();
  return upper === "CSV" || upper === "TSV" || upper === "SSV" ? upper : undefined;
}

/** One line of a bulk file; an empty value is the literal `null`. */
export function line(values: readonly unknown[], format: Format): string {
  return values.map((value) => cell(value, delimiters[format])).join(delimiters[format]);
}

function cell(value: unknown, delimiter: string): string {
  if (value === null || value === undefined || value === "") return "null";
  const text = String(value);
  const quoted = text.includes(delimiter) || /["\r\n]/.test(text);
  return quoted ? `"${text.replaceAll('"', '""')}"` : text;
}

/** The rows of an uploaded file, the header row first. */
export function parseRows(file: Buffer, format: Format): string[][] {
  return parse(file, {
    delimiter: delimiters[format],
    bom: true,
    relax_column_count: true,
    skip_empty_lines: true,
  });
}
