import type { Host } from "../host";

/**
 * Changes the file that holds a pair; resolves when the pair runs with what the file says now. False
 * when there was nothing to change.
 */
export async function editPair(
  { pairFiles, sessions }: Pick<Host, "pairFiles" | "sessions">,
  pairId: string,
  change: (text: string) => string | undefined,
): Promise<boolean> {
  const isDone = await pairFiles.edit(await pairFiles.uriOf(pairId), change);
  await sessions.use(pairFiles.pairs);
  return isDone;
}
