import type { LinkState } from "./statePort";

/** How one side of a linked record stands. */
export type SideCondition = "unread" | "unchanged" | "changed" | "deleted";

/** What happens to a linked record as a whole. */
export type LinkRule =
  /** Nothing to do. */
  | "nothing"
  /** Decide field by field. */
  | "merge"
  /** A record that was thought gone is there: read both, decide field by field, and the link is active again. */
  | "revive"
  /** The row is gone in Dynamics: the person stays and is flagged, or only the link ends (policy). */
  | "flagDeleted"
  /** The person is gone in Marketo: the row stays, the link waits for the row's next change. */
  | "unlinkPerson"
  /** The person is gone and the row has news: a new person is created (policy). */
  | "recreate"
  /** Both records are gone, or a record outside the filter lost one: the link has nothing to hold. */
  | "dissolve";

type Sides = Readonly<Record<SideCondition, Readonly<Record<SideCondition, LinkRule>>>>;

/** By link state, then the Dynamics side, then the Marketo side. */
export const LINK_TABLE: Readonly<Record<LinkState, Sides>> = {
  active: {
    // Nothing is known of the row, so it stands as agreed; only the person's news counts.
    unread: { unread: "nothing", unchanged: "merge", changed: "merge", deleted: "unlinkPerson" },
    // The row was touched without news in a mapped field (or our own write came back): the fields say so one by one.
    unchanged: { unread: "merge", unchanged: "merge", changed: "merge", deleted: "unlinkPerson" },
    // A change that the person has not seen yet is the "next change" that a deletion waits for, so it re-creates at once.
    changed: { unread: "merge", unchanged: "merge", changed: "merge", deleted: "recreate" },
    // A positive tombstone: there is no row that the person's news could go to.
    deleted: {
      unread: "flagDeleted",
      unchanged: "flagDeleted",
      changed: "flagDeleted",
      deleted: "dissolve",
    },
  },
  dynamicsDeleted: {
    // The row is gone: the person's changes have nowhere to go.
    unread: { unread: "nothing", unchanged: "nothing", changed: "nothing", deleted: "dissolve" },
    // The row was restored, which is news by itself: the person's flag goes and both are kept the same again.
    unchanged: { unread: "revive", unchanged: "revive", changed: "revive", deleted: "recreate" },
    // The same with news in the row.
    changed: { unread: "revive", unchanged: "revive", changed: "revive", deleted: "recreate" },
    // The tombstone came again.
    deleted: { unread: "nothing", unchanged: "nothing", changed: "nothing", deleted: "dissolve" },
  },
  marketoDeleted: {
    // Only a change of the row makes a new person; a person that is there after all is taken back.
    unread: { unread: "nothing", unchanged: "revive", changed: "revive", deleted: "nothing" },
    // A touched row without news in mapped fields does not bring a deleted person back.
    unchanged: { unread: "nothing", unchanged: "revive", changed: "revive", deleted: "nothing" },
    // The next change of the row after the deletion (B-32).
    changed: { unread: "recreate", unchanged: "revive", changed: "revive", deleted: "recreate" },
    // Now the row is gone too; a person that is there after all is flagged.
    deleted: {
      unread: "dissolve",
      unchanged: "flagDeleted",
      changed: "flagDeleted",
      deleted: "dissolve",
    },
  },
  frozen: {
    // Outside the filter nothing travels; without its person the link is over, and entering the filter is a new start.
    unread: { unread: "nothing", unchanged: "nothing", changed: "nothing", deleted: "dissolve" },
    // A row that is read and not kept out is in the filter again: both sides are compared.
    unchanged: { unread: "revive", unchanged: "revive", changed: "revive", deleted: "recreate" },
    // The same with news that waited.
    changed: { unread: "revive", unchanged: "revive", changed: "revive", deleted: "recreate" },
    // A tombstone is told only once and must not get lost: the person's flag is about the row, not about its values.
    deleted: {
      unread: "flagDeleted",
      unchanged: "flagDeleted",
      changed: "flagDeleted",
      deleted: "dissolve",
    },
  },
  held: {
    // A human's answer is awaited, so no value moves; that the merged person is gone is known already.
    unread: { unread: "nothing", unchanged: "nothing", changed: "nothing", deleted: "nothing" },
    // The same.
    unchanged: { unread: "nothing", unchanged: "nothing", changed: "nothing", deleted: "nothing" },
    // The same: the row's news waits, too, and re-creates nothing before the answer.
    changed: { unread: "nothing", unchanged: "nothing", changed: "nothing", deleted: "nothing" },
    // The row in question is gone, which is an answer; its person went before.
    deleted: {
      unread: "dissolve",
      unchanged: "dissolve",
      changed: "dissolve",
      deleted: "dissolve",
    },
  },
};
