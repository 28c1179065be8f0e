import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import ts from "typescript";

export const ROOT = join(__dirname, "../../..");

export interface Saying {
  /** The English text, null where it is not written out at the call. */
  text: string | null;
  /** The first argument as written. */
  source: string;
  file: string;
  values: number;
}

/** Every text that is given to `say`, or to `counted` in its two forms, below a folder. */
export function sayingsIn(folder: string): Saying[] {
  return readdirSync(join(ROOT, folder), { recursive: true, encoding: "utf8" })
    .filter((file) => file.endsWith(".ts"))
    .flatMap((file) => sayingsOf(join(folder, file)));
}

function sayingsOf(file: string): Saying[] {
  const source = ts.createSourceFile(
    file,
    readFileSync(join(ROOT, file), "utf8"),
    ts.ScriptTarget.Latest,
    true,
  );
  const found: Saying[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isCallExpression(node) && node.expression.getText() === "say") {
      const [first, ...values] = node.arguments;
      if (first) {
        const text = ts.isStringLiteralLike(first) ? first.text : null;
        found.push({ text, source: first.getText(), file, values: values.length });
      }
    }
    if (ts.isCallExpression(node) && node.expression.getText() === "counted") {
      for (const [values, form] of node.arguments.slice(1).entries()) {
        const text = ts.isStringLiteralLike(form) ? form.text : null;
        found.push({ text, source: form.getText(), file, values });
      }
    }
    ts.forEachChild(node, visit);
  };
  visit(source);
  return found;
}
