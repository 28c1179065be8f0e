import type { TreeNode } from "./node";

/**
 * Brings the rows that are shown up to date and keeps them the same objects, so that the editor draws only those again
 * that differ. That matters to the user: while the editor draws a row again it knows nothing below it, and drops a
 * click there. Returns the topmost rows to draw; null means all of them, because the list itself is another one.
 */
export function keepRows(
  shown: TreeNode[],
  fresh: readonly TreeNode[],
): { rows: TreeNode[]; changed: TreeNode[] | null } {
  const known = new Map(shown.map((row) => [row.id, row]));
  const changed: TreeNode[] = [];
  const rows = fresh.map((row) => {
    const kept = known.get(row.id);
    if (!kept) return row;
    changed.push(...keepRow(kept, row));
    return kept;
  });
  const isSame = rows.length === shown.length && rows.every((row, at) => row === shown[at]);
  return { rows, changed: isSame ? changed : null };
}

function keepRow(shown: TreeNode, fresh: TreeNode): TreeNode[] {
  const { children: before, ...look } = shown;
  const { children: after, ...wanted } = fresh;
  const below = keepRows([...(before ?? [])], after ?? []);
  const isSame = below.changed !== null && !before === !after && isEqual(look, wanted);
  for (const name of Object.keys(shown)) delete (shown as Partial<TreeNode>)[name as "label"];
  Object.assign(shown, wanted, after && { children: below.rows });
  return isSame ? (below.changed ?? []) : [shown];
}

function isEqual(a: object, b: object): boolean {
  const text = (value: object) =>
    JSON.stringify(Object.entries(value).sort(([x], [y]) => x.localeCompare(y)));
  return text(a) === text(b);
}
