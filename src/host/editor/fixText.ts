import { findNodeAtOffset, getNodePath, modify, applyEdits, parseTree } from "jsonc-parser";
import { say } from "../text";
import type { Finding, Fix } from "./diagnose";

const FORMAT = { formattingOptions: { insertSpaces: true, tabSize: 2, eol: "\n" } };

/** The file after a quick fix; comments stay. Undefined when the place is not there any more. */
export function fixedText(text: string, finding: Finding, fix: Fix): string | undefined {
  if (fix.kind === "rename") {
    const { offset, length } = finding;
    return `${text.slice(0, offset)}${JSON.stringify(fix.name)}${text.slice(offset + length)}`;
  }
  const range = fix.kind === "switchOff" ? fix.mapping : fix.range;
  const root = parseTree(text, [], { allowTrailingComma: true });
  const node = root && findNodeAtOffset(root, range.offset);
  if (!node) return undefined;
  const path = getNodePath(node);
  return fix.kind === "switchOff"
    ? applyEdits(text, modify(text, [...path, "enabled"], false, FORMAT))
    : applyEdits(text, modify(text, path, undefined, FORMAT));
}

export function fixTitle(fix: Fix): string {
  switch (fix.kind) {
    case "rename":
      return say('Change to "{0}"', fix.name);
    case "switchOff":
      return say("Switch this mapping off");
    case "remove":
      return say("Remove it from the file");
  }
}
