import type { Activity } from "../model/activity";
import type { Outcome, Side } from "../model/record";

/** Which activities the log shows; what is absent does not restrict. */
export interface LogFilter {
  cycle?: number;
  side?: Side;
  outcomes?: readonly Outcome[];
  /** A Dynamics column's logical name. */
  field?: string;
  /** A Dynamics id or a person id. */
  record?: string;
  text?: string;
  conflictsOnly?: boolean;
  /** Only activities up to this id: pages stand still while a cycle adds new ones. */
  upTo?: number;
}

export type LogSortKey = "time" | "cycle" | "outcome" | "record";

export interface LogSort {
  by: LogSortKey;
  descending: boolean;
}

export interface LogQuery {
  filter: LogFilter;
  sort: LogSort;
  offset: number;
  limit: number;
}

export interface LogCount {
  rows: number;
  /** The newest activity's id at this moment, for `LogFilter.upTo`; 0 when there is none. */
  latest: number;
}

/** Count and first rows in one answer: the way through three processes is what takes time. */
export interface LogLook extends LogCount {
  /** The rows from `LogQuery.offset` on. */
  page: readonly Activity[];
}

/** What the filters offer. */
export interface LogChoices {
  /** Newest first. */
  cycles: readonly { cycle: number; startedAt: string }[];
  fields: readonly { name: string; label: string }[];
}

/** What the panel needs before it can show anything. */
export interface LogWelcome {
  /** BCP 47 tag for dates and numbers. */
  locale: string;
  /** IANA name; the machine's own zone when absent. */
  timeZone?: string;
  /** Translations by key; keys that are missing are shown in English. */
  strings: Readonly<Record<string, string>>;
  choices: LogChoices;
}

export type ExportFormat = "csv" | "ndjson";

/** Words, choices and the first rows at once: the page then draws itself once. */
export interface LogOpening extends LogWelcome {
  look: LogLook;
}

/** What a page asks first that was not open before. */
export const FIRST_LOOK: LogQuery = {
  filter: {},
  sort: { by: "time", descending: true },
  offset: 0,
  limit: 100,
};

/** What the extension host answers and is told by the panel. */
export interface LogHostContract {
  requests: {
    /** Null when the answer was told before it was asked for (`opened`). */
    open: { params: LogQuery; result: LogOpening | null };
    look: { params: LogQuery; result: LogLook };
    count: { params: LogFilter; result: LogCount };
    query: { params: LogQuery; result: readonly Activity[] };
    /** One activity; null when it is not kept any more. */
    activity: { params: number; result: Activity | null };
    /** Opens the record in the side's own web interface. */
    openRecord: { params: { activity: number; side: Side }; result: null };
    /** Shows before and after in the diff editor. */
    compare: { params: { activity: number }; result: null };
    copy: { params: { text: string }; result: null };
    /** Asks for a file and writes the filtered rows; null when the user canceled. */
    export: {
      params: { filter: LogFilter; sort: LogSort; format: ExportFormat };
      result: { rows: number } | null;
    };
  };
  notifications: Record<never, never>;
}

/** What the panel answers and is told by the extension host. */
export interface LogPanelContract {
  requests: Record<never, never>;
  notifications: {
    /** A new page gets what it will ask first (`FIRST_LOOK`) as soon as it listens: its question would take a while. */
    opened: LogOpening;
    /** Activities were added, or known ones were completed; sent at most four times a second. */
    changed: { amended: boolean };
    /** New cycles or fields can be filtered for. */
    choices: LogChoices;
    /** Filters the log, and opens one activity if asked to. */
    show: { filter: LogFilter; open?: number };
  };
}
