import type { DataverseSandbox } from "../dataverse/dataverse";
import type { Hands } from "../hands/hands";
import type { Orgs } from "../hands/ports";
import type { Identity } from "../identity/identity";
import type { SandboxClock } from "../kernel/clock";
import type { Faults } from "../kernel/faults";
import type { RequestLog } from "../kernel/requestLog";
import type { MarketoSandbox } from "../marketo/marketo";
import type { ReadyLine } from "../ready";

/** All that the control endpoint can reach. */
export interface ControlParts {
  clock: SandboxClock;
  faults: Faults;
  log: RequestLog;
  hands: Hands;
  identity: Identity;
  dynamics: DataverseSandbox;
  marketo: MarketoSandbox;
  orgs: Orgs;
  /** Without the control address, which is known only once this endpoint runs. */
  ready: Omit<ReadyLine, "control">;
  /** What was customized through this endpoint and ends with a reset. */
  customizations: { plugins: { rule: object; takeOut: () => void }[] };
  applicationUserId: string;
  salesUserId: string;
  /** The data of the start again. */
  reset(): void;
}
