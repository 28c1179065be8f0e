import type { ReasonCode } from "../src/model/activity";
import type { Outcome, Side } from "../src/model/record";

/** Every reason has a short form for the list and a sentence that states the rule. */
type ReasonStrings = Record<`reason.${ReasonCode}` | `rule.${ReasonCode}`, string>;
type ModelStrings = Record<`outcome.${Outcome}` | `side.${Side}`, string>;

const REASONS: ReasonStrings = {
  "reason.changed-in-dynamics": "Changed in Dynamics",
  "rule.changed-in-dynamics":
    "Only Dynamics changed since both sides last agreed, so its value travels to Marketo.",
  "reason.changed-in-marketo": "Changed in Marketo",
  "rule.changed-in-marketo":
    "Only Marketo changed since both sides last agreed, so its value travels to Dynamics.",
  "reason.changed-on-both-sides": "Different fields changed on both sides",
  "rule.changed-on-both-sides":
    "The sides changed different fields of this record, so both changes are kept.",
  "reason.clash-dynamics-wins": "Clash: Dynamics wins",
  "rule.clash-dynamics-wins":
    "The same field changed on both sides to different values. The rule for this record type decides: Dynamics wins, because sales owns contacts, unless the pair file says otherwise.",
  "reason.clash-marketo-wins": "Clash: Marketo wins",
  "rule.clash-marketo-wins":
    "The same field changed on both sides to different values. The rule for this record type decides: Marketo wins, because marketing owns leads, unless the pair file says otherwise.",
  "reason.overwrote-newer-value": "Overwrote a newer value",
  "rule.overwrote-newer-value":
    "Marketo's change feed shows that our write replaced a value that was newer than the one we decided on.",
  "reason.same-change-on-both-sides": "Same change on both sides",
  "rule.same-change-on-both-sides":
    "Both sides changed to the same value. That is agreement, so nothing is written.",
  "reason.created-from-dynamics": "Created from Dynamics",
  "rule.created-from-dynamics":
    "No person belongs to this Dynamics record yet, so one was created in Marketo.",
  "reason.created-from-marketo": "Created from Marketo",
  "rule.created-from-marketo": "The Dynamics record was created from the Marketo person.",
  "reason.requested-by-marketo": "Requested by a Marketo campaign",
  "rule.requested-by-marketo":
    "A Marketo campaign asked for this person to be created in Dynamics.",
  "reason.requested-by-command": "Requested by command",
  "rule.requested-by-command": "Somebody asked for this contact with the command Create Contact.",
  "reason.linked-by-id": "Linked by id",
  "rule.linked-by-id": "The person holds this record's Dynamics id.",
  "reason.linked-by-email": "Linked by e-mail",
  "rule.linked-by-email": "Exactly one unlinked person has this record's e-mail address.",
  "reason.first-contact": "First contact",
  "rule.first-contact":
    "The sides had never agreed before. An empty field takes the other side's value; two different values are decided like a clash.",
  "reason.ambiguous-match": "Several persons match",
  "rule.ambiguous-match":
    "More than one person fits this record, so nothing was written. A human has to choose.",
  "reason.already-linked": "Already linked",
  "rule.already-linked":
    "The person is linked to another record; a person belongs to one record only.",
  "reason.already-in-dynamics": "Already in Dynamics",
  "rule.already-in-dynamics": "The person is in Dynamics already, so nothing was created.",
  "reason.deleted-in-dynamics": "Deleted in Dynamics",
  "rule.deleted-in-dynamics":
    "The record was deleted in Dynamics. The person stays in Marketo and is flagged as deleted.",
  "reason.deleted-in-marketo": "Deleted in Marketo",
  "rule.deleted-in-marketo":
    "The person was deleted in Marketo. The Dynamics record stays; its next change creates a new person.",
  "reason.recreated-after-delete": "Created again after a delete",
  "rule.recreated-after-delete":
    "The person had been deleted in Marketo and the Dynamics record changed, so a new person was created.",
  "reason.qualified": "Lead qualified",
  "rule.qualified": "The lead became a contact; the person is now linked to the contact.",
  "reason.merged-in-dynamics": "Merged in Dynamics",
  "rule.merged-in-dynamics":
    "Two Dynamics records were merged; the link follows the one that remained.",
  "reason.merged-in-marketo": "Merged in Marketo",
  "rule.merged-in-marketo":
    "Two persons were merged in Marketo; the link follows the one that remained.",
  "reason.merge-held": "Merge needs a decision",
  "rule.merge-held":
    "Both sides of a merge are linked to different records, so nothing travels until a human decides.",
  "reason.answered": "Answered",
  "rule.answered":
    "Somebody has answered the question about this record; the next cycle acts on the answer.",
  "reason.left-filter": "Left the filter",
  "rule.left-filter":
    "The record no longer meets the filter of what syncs. It stays on both sides, and nothing travels.",
  "reason.entered-filter": "Entered the filter",
  "rule.entered-filter": "The record now meets the filter of what syncs.",
  "reason.no-difference": "No difference",
  "rule.no-difference":
    "The record was touched, but no synced field has another value than before.",
  "reason.outside-field-map": "Field is not mapped",
  "rule.outside-field-map": "Only fields that do not sync have changed.",
  "reason.direction-off": "Direction is off",
  "rule.direction-off": "The field does not sync in this direction.",
  "reason.record-type-off": "Record type is off",
  "rule.record-type-off": "Records of this type do not sync.",
  "reason.does-not-fit": "Value does not fit",
  "rule.does-not-fit":
    "The value is too long or out of range for the other side. Nothing is cut off silently.",
  "reason.unmapped-value": "Value has no counterpart",
  "rule.unmapped-value": "The option has no counterpart on the other side.",
  "reason.refused-by-dynamics": "Refused by Dynamics",
  "rule.refused-by-dynamics":
    "Dynamics' validation did not accept the record. It fails alone; the others go on.",
  "reason.refused-by-marketo": "Refused by Marketo",
  "rule.refused-by-marketo": "Marketo did not accept the record. It fails alone; the others go on.",
  "reason.blocked-field": "Field blocks updates",
  "rule.blocked-field":
    "Marketo took the write but did not change the field: it blocks updates from this source.",
  "reason.loop-held": "Held: changes go in circles",
  "rule.loop-held": "Something on each side keeps changing this field back, so the record is held.",
  "reason.failed-call": "Call failed",
  "rule.failed-call": "The call did not succeed. The record is tried again later.",
  "reason.changed-meanwhile": "Changed meanwhile",
  "rule.changed-meanwhile":
    "The record changed in Dynamics after it was read. The next cycle decides again.",
  "reason.owner-fallback": "Fallback owner",
  "rule.owner-fallback":
    "The wanted owner does not exist or may not own records, so the fallback owner was assigned.",
  "reason.recovered-after-crash": "Recovered after a crash",
  "rule.recovered-after-crash":
    "A write was interrupted. The record was read again and compared, not blindly repeated.",
  "reason.id-corrected": "Record id corrected",
  "rule.id-corrected":
    "The person went on with another record, but still carried the id of the former one. It carries its own record's id again.",
  "reason.field-refresh": "Field refresh",
  "rule.field-refresh": "A field was added to the map, so its values were compared on both sides.",
};

const MODEL: ModelStrings = {
  "outcome.applied": "Applied",
  "outcome.skipped": "Skipped",
  "outcome.conflicted": "Conflicted",
  "outcome.refused": "Refused",
  "outcome.failed": "Failed",
  "side.dynamics": "Dynamics",
  "side.marketo": "Marketo",
};

const PANEL = {
  title: "Activity and conflict log",
  "column.time": "Time",
  "column.record": "Record",
  "column.outcome": "Outcome",
  "column.reason": "Reason",
  "column.fields": "Fields",
  "column.direction": "Direction",
  "sort.hint": "Sort by {0}",
  "record.contact": "Contact",
  "record.lead": "Lead",
  "record.person": "Person",
  "record.unknown": "Record",
  "direction.dynamics": "To Dynamics",
  "direction.marketo": "To Marketo",
  "direction.both": "Both ways",
  "direction.none": "Nothing written",
  filters: "Filters",
  "filter.text": "Search values, ids and messages",
  "filter.record": "Record id",
  "filter.cycle": "Cycle",
  "filter.cycle.all": "All cycles",
  "filter.cycle.one": "Cycle {0}, {1}",
  "filter.side": "Side",
  "filter.side.all": "Both sides",
  "filter.outcome": "Outcome",
  "filter.outcome.all": "All outcomes",
  "filter.field": "Field",
  "filter.field.all": "All fields",
  "filter.conflicts": "Conflicts only",
  "filter.clear": "Clear filters",
  "rows.one": "1 activity",
  "rows.many": "{0} activities",
  "rows.new": "{0} new",
  "rows.new.hint": "Show the new activities",
  "export.csv": "Export as CSV",
  "export.ndjson": "Export as NDJSON",
  "export.done.one": "1 row exported",
  "export.done.many": "{0} rows exported",
  "state.loading": "Loading the log…",
  "state.empty.title": "Nothing has happened yet",
  "state.empty.hint":
    "Every change, conflict and refusal of a sync cycle appears here with its reason. Run a sync cycle to see the first ones.",
  "state.none.title": "No activity meets these filters",
  "state.none.hint": "Change a filter, or clear them all.",
  "state.error.title": "The log cannot be read",
  "state.error.retry": "Try again",
  "row.loading": "Loading…",
  "row.open.hint": "Press Enter for details",
  "detail.title": "Details of {0}",
  "detail.close": "Close details",
  "detail.time": "Time",
  "detail.cycle": "Cycle",
  "detail.pair": "Pair",
  "detail.rule": "Rule",
  "detail.dynamicsId": "Dynamics id",
  "detail.personId": "Person id",
  "detail.changed.dynamics": "Changed in Dynamics",
  "detail.changed.marketo": "Changed in Marketo",
  "detail.request": "Request id",
  "detail.error": "Message",
  "detail.unknown": "Not known",
  "detail.fields": "Fields",
  "detail.field": "Field",
  "detail.to": "To",
  "detail.before": "Before",
  "detail.after": "After",
  "detail.lost": "Lost value",
  "detail.noFields": "No field was changed.",
  "detail.open.dynamics": "Open in Dynamics",
  "detail.open.marketo": "Open in Marketo",
  "detail.compare": "Compare",
  "detail.copy": "Copy",
  "detail.copied": "Copied",
  "detail.gone": "This activity is no longer kept.",
  "value.empty": "(empty)",
  "value.true": "Yes",
  "value.false": "No",
};

/** The panel's texts in English; the host passes translations by the same keys. */
export const ENGLISH = { ...PANEL, ...MODEL, ...REASONS };

export type StringKey = keyof typeof ENGLISH;
