import { startAnew } from "../engine/startAnew";
import type { Arguments } from "./arguments";
import { pairsIn, type CommandContext } from "./commands";
import { EXIT } from "./exitCode";
import { ContactSyncError } from "../model/failure";

/** Begins with an empty state, for instance after an organization was restored; the old one is kept beside it. */
export async function startAnewCommand(
  { state: folder, pair, json }: Arguments<"start-anew">,
  { output }: CommandContext,
): Promise<number> {
  const known = await pairsIn(folder, undefined);
  if (!known.includes(pair)) {
    throw new ContactSyncError(
      "CS-ARGUMENT",
      `${folder} holds no state of a pair "${pair}"; it has ${known.join(", ")}.`,
    );
  }
  const aside = await startAnew({ folder, pair, owner: "contact-sync start-anew", now: Date.now });
  if (json) output.out(JSON.stringify({ type: "startAnew", pair, aside }));
  else {
    output.out(`The old state of ${pair} lies in ${aside}.`);
    output.out(
      'Look at the first plan with "preview", then approve it with "run --approve"; nothing is written before.',
    );
  }
  return EXIT.done;
}
