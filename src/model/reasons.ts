import type { HaltReason, ReasonCode } from "./activity";

/** Every reason in words, for the log. English is also the key of its translations. */
export const REASON_TEXT: Readonly<Record<ReasonCode, string>> = {
  "changed-in-dynamics": "Changed in Dynamics.",
  "changed-in-marketo": "Changed in Marketo.",
  "changed-on-both-sides": "Different fields changed on both sides; both changes were kept.",
  "clash-dynamics-wins":
    "Both sides have a new value for the same field; by this record type's rule, Dynamics wins.",
  "clash-marketo-wins":
    "Both sides have a new value for the same field; by this record type's rule, Marketo wins.",
  "overwrote-newer-value":
    "Marketo had a newer value when our change arrived; the rule for clashes was applied.",
  "same-change-on-both-sides": "Both sides changed to the same value.",
  "created-from-dynamics": "New in Dynamics; it gets a person in Marketo.",
  "created-from-marketo": "Created in Dynamics from the Marketo person.",
  "requested-by-marketo": "A Marketo campaign asked for this record in Dynamics.",
  "requested-by-command": "Create Contact was run for this person.",
  "linked-by-id": "Linked by the Dynamics id that the person carries.",
  "linked-by-email": "Linked because exactly one unlinked person has this e-mail address.",
  "first-contact": "First comparison of the two records.",
  "ambiguous-match": "Several records match; nothing was written. Make the match unique.",
  "already-linked": "The person is linked to a Dynamics record already; nothing was done.",
  "already-in-dynamics": "The person is in Dynamics already; nothing was done.",
  "deleted-in-dynamics": "Deleted in Dynamics; the person stays and is flagged as deleted.",
  "deleted-in-marketo": "Deleted in Marketo; the Dynamics record stays.",
  "recreated-after-delete":
    "The person was deleted in Marketo and the record changed; it gets a new person.",
  qualified: "The lead was qualified; the person goes on as the contact.",
  "merged-in-dynamics": "Merged in Dynamics; the link follows the surviving record.",
  "merged-in-marketo": "Merged in Marketo; the link follows the surviving person.",
  "merge-held": "Both survivors of a merge are linked; the link is held until a human decides.",
  answered: "A human has answered the question about this record.",
  "left-filter": "The record left the filter; it does not sync any more.",
  "entered-filter": "The record entered the filter.",
  "no-difference": "Nothing to write: both sides agree.",
  "outside-field-map": "Only fields outside the field map changed.",
  "direction-off": "Changed on a side whose changes do not travel for this field.",
  "record-type-off": "This record type is not synced.",
  "does-not-fit":
    "A value does not fit the target's field; nothing of this record was written there.",
  "unmapped-value":
    "An option has no counterpart in the value map; nothing of this record was written.",
  "refused-by-dynamics": "Dynamics refused the change.",
  "refused-by-marketo": "Marketo refused the change.",
  "blocked-field":
    "Marketo accepted the change but the value stayed: updates of the field are blocked.",
  "loop-held": "The field flips back and forth between two values; it is held.",
  "failed-call": "The change could not be written now; it will be tried again.",
  "changed-meanwhile":
    "The record changed again while it was being written; it will be compared again.",
  "owner-fallback": "The owner cannot be used; the fallback owner was set.",
  "recovered-after-crash": "Found written after an interruption.",
  "id-corrected": "The person carried another record's id; it has the id of its own record again.",
  "field-refresh": "The field was switched on; both sides were compared.",
};

/** Every halt in words; the limit and the planned number follow in brackets. */
export const HALT_TEXT: Readonly<Record<HaltReason, string>> = {
  "first-sync": "The first sync waits for approval.",
  "map-changed": "The field map, filter or policies changed; the next plan waits for approval.",
  "full-compare": "A full compare was needed; its plan waits for approval.",
  "too-many-creates": "The plan creates more records than the limit allows.",
  "too-many-updates": "The plan changes more records than the limit allows.",
  "too-many-empties": "The plan empties more field values than the limit allows.",
  "too-many-deletes": "More records were deleted than the limit allows.",
  "empty-side": "One side answered as if it were empty.",
};
