import * as vscode from "vscode";
import type { Host } from "../host";
import { counted } from "../text";
import { conflictNodes } from "./conflicts";
import { cycleNodes } from "./cycles";
import { registerFieldSwitch } from "./fieldSwitch";
import { organizationNodes } from "./organizations";
import { phaseText } from "./phaseText";
import { NodeTree } from "./provider";

/** Redraws at most this often, however many records a cycle reports. */
const REDRAW_MS = 250;

/** The three trees of the view container. */
export function registerTrees(host: Host): void {
  const { sessions, disposables } = host;
  const organizations = disposables.add(
    new NodeTree(() =>
      organizationNodes(
        sessions.all.map(({ config, shownPhase, known, schema, schemaProblem }) => ({
          config,
          phase: shownPhase,
          status: known.status,
          schema,
          schemaProblem,
        })),
        { ...sessions.moment, locale: vscode.env.language },
      ),
    ),
  );
  const cycles = disposables.add(
    new NodeTree(() =>
      cycleNodes(
        sessions.all.map(({ id, name, phase, known }) => ({
          pair: id,
          name,
          phase,
          cycles: known.cycles,
        })),
        { now: Date.now(), locale: vscode.env.language },
      ),
    ),
  );
  const conflicts = disposables.add(
    new NodeTree(() =>
      conflictNodes(
        sessions.all.map(({ id, name, known }) => ({ pair: id, name, ...known })),
        vscode.env.language,
      ),
    ),
  );
  const organizationsView = disposables.add(
    vscode.window.createTreeView("contactSync.organizations", {
      treeDataProvider: organizations,
      showCollapseAll: true,
      manageCheckboxStateManually: true,
    }),
  );
  registerFieldSwitch(host, organizationsView, organizations);
  const conflictsView = disposables.add(
    vscode.window.createTreeView("contactSync.conflicts", { treeDataProvider: conflicts }),
  );
  disposables.add(vscode.window.createTreeView("contactSync.cycles", { treeDataProvider: cycles }));
  const redraw = () => {
    for (const tree of [organizations, cycles, conflicts]) tree.refresh();
    conflictsView.badge = badgeOf(host);
  };
  disposables.add(redrawSlowly(host, redraw));
  disposables.add(sessions.looked.listen(redrawOfTime(host, () => organizations.refresh())));
}

/** The time to the next cycle goes on without an event; the tree is drawn again when its words change. */
function redrawOfTime({ sessions }: Host, redraw: () => void): () => void {
  let shown = "";
  return () => {
    const words = sessions.all
      .map(({ shownPhase }) => phaseText(shownPhase, sessions.moment))
      .join();
    if (words === shown) return;
    shown = words;
    redraw();
  };
}

/** Draws soon after a change, and not again before the pause is over. */
function redrawSlowly({ sessions, disposables }: Host, redraw: () => void): vscode.Disposable {
  let timer: NodeJS.Timeout | undefined;
  const later = () => {
    timer ??= setTimeout(() => {
      timer = undefined;
      redraw();
    }, REDRAW_MS);
  };
  disposables.add(sessions.changed.listen(later));
  return { dispose: () => clearTimeout(timer) };
}

function badgeOf({ sessions }: Host): vscode.ViewBadge | undefined {
  const open = sessions.all.reduce((sum, { known }) => sum + (known.status?.conflicted ?? 0), 0);
  return open === 0
    ? undefined
    : { value: open, tooltip: counted(open, "1 open question", "{0} open questions") };
}
