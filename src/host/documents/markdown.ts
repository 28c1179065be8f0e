/** A text inside a Markdown table or sentence: nothing in it is markup, and it stays on its line. */
export function plain(text: string): string {
  return text.replace(/\s+/g, " ").replace(/[\\`*[\]<|]/g, (sign) => `\\${sign}`);
}

/** A table that also reads well as plain text: its columns are aligned. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const widths = head.map((title, at) =>
    Math.max(3, title.length, ...rows.map((row) => (row[at] ?? "").length)),
  );
  const line = (cells: readonly string[]) =>
    `| ${widths.map((width, at) => (cells[at] ?? "").padEnd(width)).join(" | ")} |`;
  const rule = `| ${widths.map((width) => "-".repeat(width)).join(" | ")} |`;
  return [line(head), rule, ...rows.map(line)].join("\n");
}
