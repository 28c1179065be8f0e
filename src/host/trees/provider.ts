import * as vscode from "vscode";
import type { TreeNode } from "./node";

/** Shows plain nodes as a tree; what the nodes say is decided where they are made. */
export class NodeTree implements vscode.TreeDataProvider<TreeNode> {
  readonly #changed = new vscode.EventEmitter<undefined>();
  readonly onDidChangeTreeData = this.#changed.event;
  #parents = new Map<string, TreeNode>();

  constructor(private readonly roots: () => readonly TreeNode[]) {}

  refresh(): void {
    this.#changed.fire(undefined);
  }

  getChildren(node?: TreeNode): TreeNode[] {
    if (!node) this.#parents = new Map();
    const children = [...(node ? (node.children ?? []) : this.roots())];
    if (node) for (const child of children) this.#parents.set(child.id, node);
    return children;
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
