import type { Subject } from "../subject";

/**
 * The row that stands for a qualified lead, by the lead's id: a person that still carries the lead's id belongs to the
 * contact. Matters where the state knows no link, as in the first cycle.
 */
export function formerIds(subjects: readonly Subject[]): Map<string, string> {
  const unlinked = subjects.filter((subject) => !subject.link && !subject.heir && subject.facts);
  const contacts = new Set(
    unlinked
      .filter(({ setup, verdict }) => setup.recordType === "contact" && !verdict)
      .map(({ dynamicsId }) => dynamicsId),
  );
  const openLeads = new Set(
    unlinked
      .filter(({ setup, verdict }) => setup.recordType === "lead" && !verdict)
      .map(({ dynamicsId }) => dynamicsId),
  );
  const ids = new Map<string, string>();
  const add = (leadId: string, contactId: string) => {
    if (contacts.has(contactId) && !openLeads.has(leadId)) ids.set(leadId, contactId);
  };
  for (const { facts, verdict, dynamicsId } of unlinked) {
    if (facts?.leadId) add(facts.leadId, dynamicsId);
    if (facts?.contactId && verdict) add(dynamicsId, facts.contactId);
  }
  return ids;
}
