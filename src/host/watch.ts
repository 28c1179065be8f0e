import * as vscode from "vscode";
import type { CycleSummary } from "../model/activity";
import { removeStaleSandbox } from "./commands/sandbox";
import type { Host } from "./host";
import { noticeOf } from "./pairs/notice";
import { isOrgChanged } from "./pairs/phase";
import type { PairSession } from "./pairs/session";
import { outputLine } from "./outputLines";
import { problemOf, problemText } from "./problem";
import { say } from "./text";
import { phaseText } from "./trees/phaseText";

/** Keeps the pairs in step with the file, the workspace's trust and the clock. */
export function registerPairs(host: Host): void {
  const { pairFiles, sessions, disposables, log } = host;
  const apply = () => {
    void sessions.use(vscode.workspace.isTrusted ? pairFiles.pairs : []);
    setContexts(host);
  };
  disposables.add(pairFiles.changed.listen(apply));
  disposables.add(vscode.workspace.onDidGrantWorkspaceTrust(apply));
  // A machine that slept and a window that was in the background catch up at once.
  disposables.add(vscode.window.onDidChangeWindowState(() => sessions.look()));
  disposables.add(
    vscode.workspace.onDidChangeConfiguration((event) => {
      if (!event.affectsConfiguration("contactSync.automaticCycles")) return;
      sessions.changed.tell(null);
      sessions.look();
    }),
  );
  disposables.add(
    sessions.events.listen((event) => {
      if (event.type === "warning" && event.code === "CS-SHARED-ORG") tellShared(event.message);
      if (event.type === "ended") host.telemetry.cycle(event.summary);
    }),
  );
  registerOutput(host);
  disposables.add(sessions.changed.listen(() => setContexts(host)));
  registerNotices(host);
  registerDescriptions(host);
  pairFiles
    .read()
    .then(() => removeStaleSandbox(host))
    .catch((error: unknown) => log.error(problemOf(error).message));
}

/** What `when` clauses ask for. */
function setContexts({ sessions, pairFiles, walkthrough }: Host): void {
  const kinds = new Set(sessions.all.map(({ phase }) => phase.kind));
  const isIn = (...wanted: readonly string[]) => [...kinds].some((kind) => wanted.includes(kind));
  const contexts = {
    ready: true,
    untrusted: !vscode.workspace.isTrusted,
    hasPairs: sessions.all.length > 0,
    fileBroken: pairFiles.problem !== null,
    running: isIn("running"),
    paused: sessions.all.some(({ isPaused }) => isPaused),
    canPause: sessions.all.some(({ isPaused }) => !isPaused),
    canWrite: isIn("waiting", "running", "paused", "signIn", "halted"),
    needsSignIn: isIn("signIn"),
    orgChanged: sessions.all.some(({ phase }) => isOrgChanged(phase)),
    hasCycles: sessions.all.some(
      ({ known, phase }) => known.cycles.length > 0 || phase.kind === "running",
    ),
  };
  if (contexts.hasPairs) walkthrough.done("connected");
  const isWell = ({ halted, error }: CycleSummary) => halted === null && error === null;
  if (sessions.all.some(({ known }) => known.cycles.some(isWell))) walkthrough.done("cycled");
  for (const [key, value] of Object.entries(contexts)) {
    if (shownContexts.get(key) === value) continue;
    shownContexts.set(key, value);
    void vscode.commands.executeCommand("setContext", `contactSync.${key}`, value);
  }
}

/** The output channel tells what pairs do, so that it can be read afterwards. */
function registerOutput({ sessions, disposables, log }: Host): void {
  const kinds = new Map<string, string>();
  disposables.add(
    sessions.events.listen((event) => {
      const pair = event.type === "ended" ? event.summary.pair : event.pair;
      const line = outputLine(sessions.find(pair)?.name ?? pair, event);
      if (line) log[line.level](line.text);
    }),
  );
  disposables.add(
    sessions.changed.listen((session) => {
      if (!session || kinds.get(session.id) === session.phase.kind) return;
      kinds.set(session.id, session.phase.kind);
      // The start of a cycle has a line of its own.
      if (session.phase.kind === "running") return;
      log.info(`${session.name}: ${phaseText(session.phase, sessions.moment)}`);
    }),
  );
}

const shownContexts = new Map<string, boolean>();

/** Trouble is said once; the status bar goes on showing it. */
function registerNotices(host: Host): void {
  const told = new Map<string, string>();
  host.disposables.add(
    host.sessions.changed.listen((session) => {
      if (!session) return;
      const notice = noticeOf(session.name, session.phase);
      if (!notice) {
        const isWell = session.phase.kind === "waiting";
        if (isWell) told.delete(session.id);
        return;
      }
      if (told.get(session.id) === notice.key) return;
      told.set(session.id, notice.key);
      host.log.warn(notice.text);
      void show(host, session, notice);
    }),
  );
}

async function show(
  host: Host,
  session: PairSession,
  notice: NonNullable<ReturnType<typeof noticeOf>>,
): Promise<void> {
  const showLog = say("Show Log");
  const actions = {
    signIn: { label: say("Sign In Again"), command: "contactSync.signInAgain" },
    halted: { label: say("Review Changes"), command: "contactSync.previewCycle" },
    orgChanged: { label: say("Start Anew…"), command: "contactSync.startAnew" },
    broken: { label: say("Open Pair File"), command: "contactSync.openPairFile" },
    failed: { label: say("Validate Connection"), command: "contactSync.validate" },
  } as const;
  const { label, command } = actions[notice.kind];
  const answer = await vscode.window.showWarningMessage(notice.text, label, showLog);
  if (answer === label) await vscode.commands.executeCommand(command, { pair: session.id });
  if (answer === showLog) host.log.show();
}

const toldShared = new Set<string>();

/** Both pairs tell it; the user hears it once. */
function tellShared(message: string): void {
  if (toldShared.has(message)) return;
  toldShared.add(message);
  void vscode.window.showWarningMessage(problemText({ code: "CS-SHARED-ORG", message }));
}

/** The fields of a pair are read after its first cycle, when the systems have just answered. */
function registerDescriptions({ sessions, disposables, log }: Host): void {
  disposables.add(
    sessions.events.listen((event) => {
      if (event.type !== "ended") return;
      const session = sessions.find(event.summary.pair);
      if (!session || (session.isDescribed && !event.summary.error)) return;
      if (event.summary.error?.class === "signIn") return;
      session.describe().catch((error: unknown) => log.warn(problemOf(error).message));
    }),
  );
}
