import type { RecordType } from "../../model/record";

/** What a tree item stands for; commands read it. */
export type Subject =
  | { kind: "pair"; pair: string }
  | { kind: "side"; pair: string; side: "dynamics" | "marketo" }
  | { kind: "recordType"; pair: string; recordType: RecordType }
  | { kind: "field"; pair: string; recordType: RecordType; column: string; field: string }
  | { kind: "cycle"; pair: string; cycle: number }
  | { kind: "activity"; pair: string; activity: number; cycle: number }
  | { kind: "record"; pair: string; record: string }
  | { kind: "text"; pair: string };

/** One tree item without the editor's classes. */
export interface TreeNode {
  /** Stays the same while the item does, so that the tree keeps its selection. */
  id: string;
  label: string;
  description?: string;
  tooltip?: string;
  /** A product icon's name and, sparingly, a theme color. */
  icon?: string;
  color?: string;
  /** Words for `when` clauses, e.g. "field enabled". */
  context: string;
  /** Check box; absent for none. */
  checked?: boolean;
  /** What a screen reader says; defaults to label and description. */
  spoken?: string;
  command?: { id: string; title: string };
  children?: readonly TreeNode[];
  isOpen?: boolean;
  subject: Subject;
}
