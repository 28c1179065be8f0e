import type { Activity } from "./activities";

/**
 * The instance's odd habits, each a switch. Tests change members directly; `reset` restores the defaults.
 *
 * | Quirk | Switch | What it does |
 * |---|---|---|
 * | Q1 | (always) | Web service writes come back in the feeds with Source and Reason "Web service API". |
 * | Q2 | activityDelayMs, activityDelayEvery, activityDelay | Rows become visible late, behind rows with a later date. |
 * | Q3 | sinceInclusive | Whether a date token includes the rows of its own second. |
 * | Q4 | emptyPages, omitResult, scanWindow | Empty pages with moreResult; `result` missing on an empty page. |
 * | Q5 | readLagMs | Reads show what was true that long ago. |
 * | Q6 | raceMs | Two concurrent upserts of one new key both create. |
 * | Q7 | fields.block(name) | A blocked field keeps its value while the call says "updated". |
 * | Q8 | unaskedFields | Lead changes also tell of fields that were not asked for. |
 * | Q9 | updatedAtMovesForCustomFields | Whether the visible updatedAt moves when only custom fields change. |
 * | Q10 | (always) | Score changes are type 22 only, formula fields write nothing. |
 * | Q11 | companyFanOutLimit | A company change over this many persons writes no rows. |
 * | Q12 | mergeLoserInDeletedLeads, mergeIdsAsList | What tells of a merge loser besides type 32. |
 * | Q13 | deletedLeadsDays, activityDays | How long the feeds remember. |
 * | Q14 | bulkControlCharacters | Bulk files carry stray CR and NUL bytes. |
 * | Q15 | unsupportedBulkFilters | Bulk filters that this subscription refuses (1035). 1029 needs no switch. |
 * | Q16 | emptyBodies | The next N calls do their work and answer 200 with an empty body. |
 * | Q17 | (kernel fault respondAfterCommit) | 604 or 502 after the write was applied. |
 * | Q18 | latencyMs | Calls hold one of the concurrent slots for so long, so that 615 can happen. |
 * | Q19 | (always) | A `+` that was not encoded is a space, hence a bad date. |
 * | Q20 | (always) | Custom activities name their refusals `errors`. |
 * | Q21 | tokenLifeMs | The token is the same for all until it expires. |
 * | Q22 | sharedUnsubscribe | Unsubscribing one person unsubscribes all with its e-mail, also later ones. |
 */
export interface Quirks {
  activityDelayMs: number;
  /** Only every N-th row is delayed: 1 delays all of them alike. */
  activityDelayEvery: number;
  /** A delay by row, in place of the two above. */
  activityDelay: ((activity: Activity) => number) | undefined;
  sinceInclusive: boolean;
  emptyPages: number;
  omitResult: boolean;
  /** Rows that one feed call looks at; a page ends there even when nothing matched. */
  scanWindow: number;
  readLagMs: number;
  /** Real milliseconds between an upsert's look-up and its write. */
  raceMs: number;
  unaskedFields: boolean;
  updatedAtMovesForCustomFields: boolean;
  companyFanOutLimit: number;
  mergeLoserInDeletedLeads: boolean;
  /** `[2,3]` in place of `2,3`. */
  mergeIdsAsList: boolean;
  deletedLeadsDays: number;
  activityDays: number;
  bulkControlCharacters: boolean;
  unsupportedBulkFilters: string[];
  /** Adobe's sample shows an array of name and value; files in the wild hold an object. */
  bulkAttributes: "object" | "array";
  emptyBodies: number;
  /** Real milliseconds that every call takes. */
  latencyMs: number;
  tokenLifeMs: number;
  sharedUnsubscribe: boolean;
  /** A native Dynamics sync is on: company and sales person writes are refused, Microsoft fields exist. */
  nativeSync: boolean;
  /** A field made over REST appears in describe and can be used only after so long. */
  displayLag: number;
  longStrings: "reject" | "truncate";
  readOnlyFields: "reject" | "ignore";
  /** What a company field does in Sync Leads for a person that belongs to a company. */
  companyFields: "reject" | "ignore";
  /** Requested empty fields are `null` in the answer, or left out. */
  emptyFields: "null" | "absent";
  /** Change rows also for the first values of a new person. */
  initialValueRows: boolean;
  /** Date-times inside feed values are `yyyy-MM-dd HH:mm:ss` in the instance's zone. */
  feedDatesInZone: boolean;
  /** Rows carry `id` besides `marketoGUID`. */
  activityIds: boolean;
  /** `…Z` or `…+0000`. */
  activityDateStyle: "Z" | "+0000";
  /** Paging tokens are refused after so long; 0 keeps them for ever. */
  pagingTokenLifeMs: number;
}

export function defaultQuirks(): Quirks {
  return {
    activityDelayMs: 0,
    activityDelayEvery: 1,
    activityDelay: undefined,
    sinceInclusive: true,
    emptyPages: 0,
    omitResult: false,
    scanWindow: 10_000,
    readLagMs: 0,
    raceMs: 0,
    unaskedFields: false,
    updatedAtMovesForCustomFields: false,
    companyFanOutLimit: 5_000,
    mergeLoserInDeletedLeads: false,
    mergeIdsAsList: false,
    deletedLeadsDays: 14,
    activityDays: 90,
    bulkControlCharacters: false,
    unsupportedBulkFilters: [],
    bulkAttributes: "object",
    emptyBodies: 0,
    latencyMs: 0,
    tokenLifeMs: 3_600_000,
    sharedUnsubscribe: false,
    nativeSync: false,
    displayLag: 0,
    longStrings: "reject",
    readOnlyFields: "reject",
    companyFields: "reject",
    emptyFields: "null",
    initialValueRows: false,
    feedDatesInZone: true,
    activityIds: true,
    activityDateStyle: "Z",
    pagingTokenLifeMs: 0,
  };
}
