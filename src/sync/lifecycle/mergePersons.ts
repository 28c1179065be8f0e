import type { CycleCounts } from "../../model/activity";
import type { Failure } from "../../model/failure";
import { commitRecording } from "../apply";
import { stopIfCanceled, type CycleContext } from "../cycleContext";
import type { WriteResult } from "../ports";
import { activityOf, tell, type Recording } from "../record";
import type { Subject } from "../subject";
import { subjectName } from "./heir";
import { mergedText } from "./personQuestions";
import { dropAnswer } from "./questions";
import { recordClose } from "./recordEvents";

interface Merge {
  subject: Subject;
  winnerId: number;
  loserId: number;
}

/**
 * Merges persons in Marketo as a human answered (R5: the answer is part of an ordinary cycle). Each merge is announced
 * before, because it cannot be undone and must not be made twice; when its answer is lost, the persons tell what became
 * of it.
 */
export async function mergePersons(
  context: CycleContext,
  subjects: readonly Subject[],
  counts: CycleCounts,
): Promise<void> {
  for (const merge of inOrder(subjects.flatMap(mergeOf))) {
    stopIfCanceled(context.signal);
    await mergeOne(context, counts, merge);
  }
}

function mergeOf(subject: Subject): Merge[] {
  const { verdict } = subject;
  return verdict?.kind === "mergePersons" ? [{ subject, ...verdict }] : [];
}

/** A person that takes another one in and goes itself into a third one does so in this order. */
function inOrder(merges: readonly Merge[]): Merge[] {
  const open = [...merges];
  const ordered: Merge[] = [];
  while (open.length) {
    const takesNobody = ({ loserId }: Merge) => !open.some(({ winnerId }) => winnerId === loserId);
    const at = Math.max(0, open.findIndex(takesNobody));
    ordered.push(...open.splice(at, 1));
  }
  return ordered;
}

async function mergeOne(context: CycleContext, counts: CycleCounts, merge: Merge): Promise<void> {
  const { connectors, state, cycle } = context;
  const { subject, winnerId, loserId } = merge;
  const [intentId] = await state.announce([
    {
      cycle,
      side: "marketo",
      recordType: subject.setup.recordType,
      kind: "merge",
      dynamicsId: subject.dynamicsId,
      personId: loserId,
      reason: "answered",
      clashes: [],
      sent: new Uint8Array(),
    },
  ]);
  let result = await connectors.marketo.merge({ winnerId, loserId });
  if (result.kind === "unknown" && (await isMerged(context, merge))) {
    result = {
      kind: "written",
      id: String(winnerId),
      version: null,
      created: false,
      requestId: null,
    };
  }
  await commitRecording(context, counts, (recording) => {
    // Of a merge that may still come to pass the next cycle finds out what became of it.
    if (result.kind !== "unknown") recording.writer.finishIntents([intentId!]);
    if (result.kind === "written") recordMerge(recording, merge, result);
    else recordNoMerge(recording, merge, result);
  });
}

/** The answer was lost: the loser is gone and the winner is there only if the merge was carried out. */
async function isMerged(
  { connectors, signal }: CycleContext,
  { winnerId, loserId }: Merge,
): Promise<boolean> {
  const persons = await connectors.marketo.read([winnerId, loserId], ["id"], { signal });
  return persons.length === 1 && persons[0]?.id === winnerId;
}

function recordMerge(
  recording: Recording,
  { subject, winnerId, loserId }: Merge,
  { requestId }: Extract<WriteResult, { kind: "written" }>,
): void {
  recordClose(recording, subject, {
    kind: "close",
    outcome: "applied",
    reason: "answered",
    message: mergedText(loserId, winnerId),
    requestId,
  });
  recording.counts.updated.marketo++;
}

/** Not merged: what may pass is tried again by the next cycle, for anything else the question is open again. */
function recordNoMerge(
  recording: Recording,
  { subject }: Merge,
  { kind, failure }: Exclude<WriteResult, { kind: "written" }>,
): void {
  const { counts, context } = recording;
  const isRefused = kind === "failed" && failure.class !== "gone";
  if (isRefused)
    dropAnswer({ state: context.state, writer: recording.writer }, subjectName(subject));
  counts[isRefused ? "refused" : "failed"]++;
  tell(
    recording,
    activityOf(context, subject, { ...verdictOf(kind, failure), ...toldOf(failure) }),
  );
}

function verdictOf(kind: "failed" | "unknown", failure: Failure) {
  if (kind === "unknown") return { outcome: "failed", reason: "failed-call" } as const;
  return failure.class === "gone"
    ? ({ outcome: "failed", reason: "changed-meanwhile" } as const)
    : ({ outcome: "refused", reason: "refused-by-marketo" } as const);
}

function toldOf({ code, message, requestId }: Failure) {
  return { changes: [], error: { code, message }, requestId: requestId ?? null };
}
