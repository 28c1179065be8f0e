import assert from "node:assert/strict";
import { test } from "node:test";
import { keepRows } from "../../../src/host/trees/keep";
import type { TreeNode } from "../../../src/host/trees/node";

/** "pair[type[a,b]]" is a row with a row below it that has two; "a=x" is a row whose description is x. */
function rows(text: string): TreeNode[] {
  let at = 0;
  const list = (): TreeNode[] => {
    const found: TreeNode[] = [];
    while (at < text.length && text[at] !== "]") {
      const [name = ""] = /^[\w=]*/.exec(text.slice(at)) ?? [];
      at += name.length;
      const [id = "", description] = name.split("=");
      let children: TreeNode[] | undefined;
      if (text[at] === "[") {
        at++;
        children = list();
        at++;
      }
      found.push({
        id,
        label: id,
        context: "",
        subject: { kind: "text", pair: "p" },
        ...(description && { description }),
        ...(children && { children }),
      });
      if (text[at] === ",") at++;
    }
    return found;
  };
  return list();
}

const CASES: readonly [title: string, before: string, after: string, changed: string | null][] = [
  ["nothing is new", "p[t[a,b]]", "p[t[a,b]]", ""],
  ["a leaf is drawn alone", "p[t[a,b]]", "p[t[a=1,b]]", "a"],
  ["what a row no longer says is gone", "p[t[a=1,b]]", "p[t[a,b]]", "a"],
  ["a row is drawn with those below it", "p[t[a,b]]", "p[t=1[a=1,b]]", "t"],
  ["a row below is added", "p[t[a],u]", "p[t[a,b],u]", "t"],
  ["a row below is gone", "p[t[a,b],u]", "p[t[a],u]", "t"],
  ["rows below change places", "p[t[a,b],u]", "p[t[b,a],u]", "t"],
  ["a row gets rows below it", "p[t,u]", "p[t[],u]", "t"],
  ["two rows far from each other", "p[t[a,b],u[c]],q", "p[t[a,b=1],u=1[c]],q", "b,u"],
  ["another list is drawn whole", "p[t],q", "n,p[t],q", null],
  ["an empty list gets rows", "", "p", null],
];

for (const [title, before, after, changed] of CASES) {
  test(`rows that are kept: ${title}`, () => {
    const shown = rows(before);
    const objects = new Map(all(shown).map((row) => [row.id, row]));
    const kept = keepRows(shown, rows(after));
    assert.deepEqual(kept.rows, rows(after));
    assert.equal(kept.changed && kept.changed.map(({ id }) => id).join(), changed);
    for (const row of all(kept.rows)) {
      assert.equal(row, objects.get(row.id) ?? row, `${row.id} is another object`);
    }
  });
}

function all(list: readonly TreeNode[]): TreeNode[] {
  return list.flatMap((row) => [row, ...all(row.children ?? [])]);
}
