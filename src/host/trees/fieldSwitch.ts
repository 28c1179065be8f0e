import * as vscode from "vscode";
import type { CommandArgument } from "../ask";
import { guarded } from "../commands/guard";
import type { Host } from "../host";
import type { TreeNode } from "./node";
import type { NodeTree } from "./provider";

/**
 * The check boxes of fields. VS Code moves the focus along the rows and not into their check boxes, so the space bar and
 * the context menu reach a box by a command; the space bar selects the row of the focus before (see package.json).
 */
export function registerFieldSwitch(
  host: Host,
  view: vscode.TreeView<TreeNode>,
  tree: NodeTree,
): void {
  const { disposables } = host;
  const command = "contactSync.switchField";
  const set = async (node: TreeNode, isOn: boolean) => {
    try {
      await setField(host, node, isOn);
    } finally {
      tree.draw([node]);
    }
  };
  disposables.add(
    view.onDidChangeCheckboxState(({ items }) =>
      guarded(host, "setFieldEnabled", async () => {
        for (const [node, state] of items) {
          await set(node, state === vscode.TreeItemCheckboxState.Checked);
        }
      }),
    ),
  );
  disposables.add(
    vscode.commands.registerCommand(command, (argument?: CommandArgument) =>
      guarded(host, command, async () => {
        const node = isNode(argument) ? argument : view.selection[0];
        if (node) await set(node, !node.checked);
      }),
    ),
  );
}

/** A menu passes the row that it was opened on. */
function isNode(argument: CommandArgument): argument is TreeNode {
  return typeof argument === "object" && argument.subject !== undefined && "checked" in argument;
}

/** A check box edits the pair file; the tree shows what the file says. */
async function setField(host: Host, { subject }: TreeNode, isOn: boolean): Promise<void> {
  if (subject.kind !== "field") return;
  const { setFieldEnabled } = await import("../../config/edit");
  const { pair: pairId, recordType, column } = subject;
  const uri = await host.pairFiles.uriOf(pairId);
  await host.pairFiles.edit(uri, (text) =>
    setFieldEnabled(text, { pairId, recordType, column }, isOn),
  );
  host.walkthrough.done("fieldsChosen");
}
