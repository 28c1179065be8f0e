import { showError } from "../ask";
import type { Host } from "../host";
import { problemOf } from "../problem";

/** Runs what the user asked for: an error is shown with its code, and counted. */
export async function guarded<T>(
  host: Pick<Host, "log" | "telemetry">,
  name: string,
  work: () => Promise<T>,
): Promise<T | undefined> {
  try {
    const result = await work();
    host.telemetry.command(name, null);
    return result;
  } catch (error) {
    host.telemetry.command(name, problemOf(error).code);
    // Nobody waits for the message to be closed.
    void showError(host, error);
    return undefined;
  }
}
