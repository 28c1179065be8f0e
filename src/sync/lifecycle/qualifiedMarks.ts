import type { CycleContext } from "../cycleContext";
import type { StatePort } from "../statePort";
import type { Subjects } from "../subject";

/** Name of the checkpoint that remembers which contact stands for a qualified lead. */
export function qualifiedKey(leadId: string): string {
  return `qualified:${leadId}`;
}

/** A contact that syncs stands for this lead, even if the lead was opened again. */
export function hasHeir(state: StatePort, leadId: string): boolean {
  const contactId = state.checkpoint(qualifiedKey(leadId));
  return contactId !== null && state.linksByDynamicsId("contact", [contactId]).size > 0;
}

/**
 * Marks that nothing asks for any more: the lead is deleted, or it is open again and its contact does not sync. Otherwise
 * a mark lives as long as its lead, which may be opened again at any time.
 */
export function outdatedMarks(
  { state }: CycleContext,
  subjects: Subjects,
  deletedLeads: readonly string[],
): string[] {
  const marked = (leadId: string) => state.checkpoint(qualifiedKey(leadId)) !== null;
  const outdated = deletedLeads.filter(marked);
  for (const { setup, facts, link, dynamicsId } of subjects.all()) {
    if (setup.recordType !== "lead" || link || !facts || facts.isQualified) continue;
    if (marked(dynamicsId) && !hasHeir(state, dynamicsId)) outdated.push(dynamicsId);
  }
  return outdated;
}
