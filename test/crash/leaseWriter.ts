import { readFileSync } from "node:fs";
import { setTimeout as pause } from "node:timers/promises";
import { ContactSyncError } from "../../src/model/failure";
import { openState } from "../../src/state/openState";
import type { State } from "../../src/state/state";

/** How a writer of the test is started: its links begin with this number. */
export interface WriterErrand {
  folder: string;
  wasmFile: string;
  leaseMs: number;
  first: number;
}

/** Waits for the state like a window that would like to sync, then commits for ever; tells each confirmed commit. */
async function write({ folder, wasmFile, leaseMs, first }: WriterErrand): Promise<void> {
  const wasm = readFileSync(wasmFile);
  const state = await waitForState(() =>
    openState({
      folder,
      pair: "main",
      mode: "write",
      owner: `writer ${first}`,
      now: Date.now,
      leaseMs,
      wasm,
      journalLimit: () => 4000,
    }),
  );
  await tell(`fence ${state.lease()?.fence}`);
  for (let number = first; ; number++) {
    await state.commit((writer) => writer.setCheckpoint(`commit ${number}`, "there"));
    await tell(number);
  }
}

async function waitForState(open: () => Promise<State>): Promise<State> {
  for (;;) {
    try {
      return await open();
    } catch (error) {
      if (!(error instanceof ContactSyncError) || error.code !== "CS-STATE-IN-USE") throw error;
      await pause(20);
    }
  }
}

/** Resolves when the parent has the message, so that nothing told is lost when this process is killed. */
function tell(message: string | number): Promise<void> {
  return new Promise((resolve, reject) => {
    process.send!(message, (error: Error | null) => (error ? reject(error) : resolve()));
  });
}

process.once("message", (errand: WriterErrand) => {
  write(errand).catch(async (error: unknown) => {
    await tell(error instanceof ContactSyncError ? error.code : String(error));
    process.exit(1);
  });
});
