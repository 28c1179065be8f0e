import type { PairConfig } from "../../config/pairFile";
import type { Host } from "../host";
import { pausedKey, removeStorage } from "../pairs/storage";

/** Deletes everything that is kept of a pair that the file does not name any more; it is closed first. */
export async function forgetPair(
  { context, pairFiles, sessions, secrets, signIn }: Host,
  config: PairConfig,
): Promise<void> {
  await sessions.use(pairFiles.pairs);
  await secrets.forget(config);
  signIn.forget(config);
  await context.globalState.update(pausedKey(config), undefined);
  await removeStorage(context.globalStorageUri, config);
}
