import { createMarketoLimiter } from "../../../src/connectors/marketo/budget";
import { realTiming } from "../../../src/http/timing";
import type { RoleOptions } from "./roles";

/** Marketo calls that the whole instance may make in 20 seconds. */
export const CALLS_PER_WINDOW = 100;

/** Makes Marketo calls as fast as the limits allow; without limits, at once. */
export function allowance({ limits }: RoleOptions): <T>(call: () => Promise<T>) => Promise<T> {
  if (limits === "off") return (call) => call();
  const budget = { callsPerWindow: CALLS_PER_WINDOW, concurrent: 10 };
  const limiter = createMarketoLimiter(budget, { timing: realTiming });
  return (call) => limiter.run(call);
}
