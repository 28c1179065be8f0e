import { openState } from "../../src/state/openState";
import { intent, link } from "./samples";

/** Commits for ever and prints the number of each commit that was confirmed; a test kills it. */
async function main(folder: string): Promise<void> {
  const state = await openState({
    folder,
    pair: "main",
    mode: "write",
    owner: "endless writer",
    now: Date.now,
  });
  for (let number = 1; ; number += 1) {
    const ids = await state.announce([intent(number)]);
    await state.commit((writer) => {
      writer.putLink(link(number));
      if (number > 1) writer.finishIntents(ids.map((id) => id - 1));
    });
    console.log(number);
  }
}

void main(process.argv[2] ?? "");
