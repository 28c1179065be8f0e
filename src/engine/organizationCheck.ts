import type { PairConfig } from "../config/pairFile";
import { ContactSyncError } from "../model/failure";
import type { DynamicsIdentity } from "../sync/ports";
import type { StatePort } from "../sync/statePort";

/** Name of the checkpoint that pins the state to one organization. */
const ORGANIZATION_KEY = "organizationId";

/** A state belongs to one organization: after a copy or a restore it is not used silently. */
export async function checkOrganization(
  state: StatePort,
  config: PairConfig,
  { organizationId }: DynamicsIdentity,
): Promise<void> {
  const known = state.checkpoint(ORGANIZATION_KEY);
  if (known === organizationId) return;
  if (known === null) {
    await state.commit((writer) => writer.setCheckpoint(ORGANIZATION_KEY, organizationId));
    return;
  }
  throw new ContactSyncError(
    "CS-ORG-CHANGED",
    `The organization behind ${config.dynamics.url} is another one than before (id ${organizationId}, was ${known}): it was copied, restored or replaced. Nothing was written. If this is the organization that you mean, start anew (command "Start Anew…", or "contact-sync start-anew"): the old state is put aside, both sides are compared in full, and nothing is written before you approve the plan.`,
  );
}
