import * as vscode from "vscode";
import { keepRows } from "./keep";
import type { TreeNode } from "./node";

/** Shows plain nodes as a tree; what the nodes say is decided where they are made. */
export class NodeTree implements vscode.TreeDataProvider<TreeNode> {
  readonly #changed = new vscode.EventEmitter<TreeNode[] | undefined>();
  readonly onDidChangeTreeData = this.#changed.event;
  #rows: TreeNode[] | null = null;
  #parents = new Map<string, TreeNode>();

  constructor(private readonly make: () => readonly TreeNode[]) {}

  /** Draws what has changed since the rows were made last. */
  refresh(): void {
    // Nobody has looked yet.
    if (!this.#rows) return;
    const { rows, changed } = keepRows(this.#rows, this.make());
    this.#rows = rows;
    if (changed) this.draw(changed);
    else this.#changed.fire(undefined);
  }

  /** Draws rows as they are known: the editor may show what the user has clicked and nothing came of it. */
  draw(rows: TreeNode[]): void {
    if (rows.length > 0) this.#changed.fire(rows);
  }

  getChildren(node?: TreeNode): TreeNode[] {
    if (!node) return (this.#rows ??= [...this.make()]);
    for (const child of node.children ?? []) this.#parents.set(child.id, node);
    return [...(node.children ?? [])];
  }

  getParent(node: TreeNode): TreeNode | undefined {
    return this.#parents.get(node.id);
  }

  getTreeItem(node: TreeNode): vscode.TreeItem {
    const item = new vscode.TreeItem(node.label, foldOf(node));
    item.id = node.id;
    item.description = node.description;
    item.tooltip = node.tooltip;
    item.contextValue = node.context;
    if (node.icon) {
      const color = node.color ? new vscode.ThemeColor(node.color) : undefined;
      item.iconPath = new vscode.ThemeIcon(node.icon, color);
    }
    if (node.checked !== undefined) {
      item.checkboxState = node.checked
        ? vscode.TreeItemCheckboxState.Checked
        : vscode.TreeItemCheckboxState.Unchecked;
    }
    const spoken = node.spoken ?? [node.label, node.description].filter(Boolean).join(", ");
    item.accessibilityInformation = {
      label: spoken,
      ...(node.checked === undefined ? {} : { role: "checkbox" }),
    };
    if (node.command) {
      const { id, title } = node.command;
      item.command = { command: id, title, arguments: [node] };
    }
    return item;
  }

  dispose(): void {
    this.#changed.dispose();
  }
}

function foldOf({ children, isOpen }: TreeNode): vscode.TreeItemCollapsibleState {
  if (!children) return vscode.TreeItemCollapsibleState.None;
  return isOpen
    ? vscode.TreeItemCollapsibleState.Expanded
    : vscode.TreeItemCollapsibleState.Collapsed;
}
