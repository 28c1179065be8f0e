import * as vscode from "vscode";
import type { Preview } from "../../protocol/engine";
import { choosePair, withProgress, type CommandArgument } from "../ask";
import { SCHEME } from "../documents/documents";
import { previewText } from "../documents/previewText";
import type { Host } from "../host";
import { say } from "../text";

const SAMPLE = 100;
const LIMIT_MS = 30 * 60_000;

/** What each open preview shows: only the plan that was seen can be approved. */
const previews = new Map<string, { pair: string; preview: Preview }>();

/** Plans the next cycle, writes nothing, and shows the plan. */
export async function previewCycle(host: Host, argument: CommandArgument): Promise<void> {
  const session = await choosePair(host, argument);
  if (!session) return;
  const preview = await withProgress(
    say("Previewing the next cycle of {0}…", session.name),
    () => host.engine.request("preview", { pair: session.id, sampleSize: SAMPLE }),
    LIMIT_MS,
  );
  const path = `${session.id}/${say("Next Cycle")}.md`;
  const uri = vscode.Uri.from({ scheme: SCHEME, path: `/${path}` });
  previews.set(uri.toString(), { pair: session.id, preview });
  await host.documents.show(path, previewText(session.name, preview));
  host.walkthrough.done("previewed");
}

/** "Approve and Run" stands above the preview itself, where the numbers are. */
export function registerPreview(host: Host): void {
  const { disposables } = host;
  disposables.add(
    vscode.languages.registerCodeLensProvider(
      { scheme: SCHEME, pattern: "**/*.md" },
      {
        provideCodeLenses: ({ uri }) => {
          const shown = previews.get(uri.toString());
          if (!shown) return [];
          const { pair, preview } = shown;
          const top = new vscode.Range(0, 0, 0, 0);
          const title = preview.halt ? say("Approve and Run") : say("Run Sync Cycle");
          const again = say("Preview Again");
          return [
            new vscode.CodeLens(top, {
              title,
              command: "contactSync.approve",
              arguments: [uri],
            }),
            new vscode.CodeLens(top, {
              title: again,
              command: "contactSync.previewCycle",
              arguments: [{ pair }],
            }),
          ];
        },
      },
    ),
  );
  const onActive = (editor: vscode.TextEditor | undefined) => {
    const isOpen = editor !== undefined && previews.has(editor.document.uri.toString());
    void vscode.commands.executeCommand("setContext", "contactSync.previewOpen", isOpen);
  };
  disposables.add(vscode.window.onDidChangeActiveTextEditor(onActive));
  disposables.add(
    vscode.commands.registerCommand("contactSync.approve", (uri?: vscode.Uri) => approve(uri)),
  );
}

async function approve(uri: vscode.Uri | undefined): Promise<void> {
  const active = uri ?? vscode.window.activeTextEditor?.document.uri;
  const shown = active && previews.get(active.toString());
  if (!shown) return;
  const { pair, preview } = shown;
  if (preview.halt && !(await confirm(preview))) return;
  const approved = preview.halt ? preview.planHash : undefined;
  await vscode.commands.executeCommand("contactSync.runCycle", {
    pair,
    ...(approved !== undefined && { approved }),
  });
}

/** The numbers once more; closing the question is a no. */
async function confirm({ counts }: Preview): Promise<boolean> {
  const run = say("Approve and Run");
  const answer = await vscode.window.showWarningMessage(
    say("Run exactly this plan?"),
    {
      modal: true,
      detail: [
        say("{0} created in Dynamics", counts.created.dynamics),
        say("{0} created in Marketo", counts.created.marketo),
        say("{0} changed in Dynamics", counts.updated.dynamics),
        say("{0} changed in Marketo", counts.updated.marketo),
        say("{0} values emptied", counts.emptied),
      ].join("\n"),
    },
    run,
  );
  return answer === run;
}
