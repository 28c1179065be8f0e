import type { Activity, CycleSummary } from "../model/activity";
import type { NetworkSettings } from "../model/network";
import type { FieldValue, RecordType, Side } from "../model/record";
import type {
  CreateContactRequest,
  HostEvent,
  FieldSamples,
  PairSchema,
  PairStatus,
  PersonSummary,
  PlannedChange,
  Preview,
  SeenValues,
} from "./engine";
import type { Explanation } from "./explain";
import type { AnswerRequest, Question } from "./questions";

/** The wish to see activities; the engine's database filters, sorts and pages. */
export interface ActivityFilter {
  /** Exactly this activity. */
  id?: number;
  /** Activities up to this id: pages stand still while a cycle adds new ones. */
  upTo?: number;
  record?: string;
  outcomes?: readonly string[];
  side?: Side;
  field?: string;
  cycle?: number;
  text?: string;
  conflictsOnly?: boolean;
  sort?: { by: "time" | "cycle" | "outcome" | "record"; descending: boolean };
}

/** One record that could not be written, as the interface shows it. */
export interface FailedRow {
  recordType: RecordType;
  dynamicsId: string | null;
  personId: number | null;
  outcome: "refused" | "failed" | "conflicted";
  side: Side;
  code: string;
  message: string;
  attempts: number;
  firstAt: number;
  lastAt: number;
  nextAttempt: number | null;
}

/** One line of Validate Connection. */
export interface Check {
  id: string;
  side: Side;
  state: "green" | "amber" | "red";
  /** What was checked, in words. */
  title: string;
  /** What was found, and the remedy if it is not green. */
  detail: string;
  /** A page that helps; null when there is none. */
  link: string | null;
}

/** What a look at the requests of Marketo campaigns came to. */
export interface RequestTally {
  created: number;
  there: number;
  refused: number;
  later: number;
  /** Too many for real time: the ordinary cycle works them off. */
  left: number;
}

/** What an attempt to open a pair came to. */
export type OpenResult =
  /** This process runs the pair. */
  | { kind: "writer" }
  /** Another process runs it; this one may look. `owner` is in words for people; `version` grows with what it did. */
  | { kind: "reader"; owner: string; version: number };

/** What the engine answers; it runs in a worker thread of the extension host (or of a test). */
export interface EngineContract {
  requests: {
    /** How the engine reaches the network from now on; sent before anything else, and again when settings change. */
    useNetwork: { params: { network: NetworkSettings }; result: null };
    /** Opens a pair's state; `config` is the text-free pair configuration (PairConfig). */
    open: {
      params: { config: unknown; stateFolder: string; owner: string };
      result: OpenResult;
    };
    close: { params: { pair: string }; result: null };
    /** A reader tries to become the writer (the other window may have closed). */
    takeOver: { params: { pair: string }; result: OpenResult };
    /** Puts the state aside and begins an empty one, whose first plan waits for approval; `aside` is the old one's folder. */
    startAnew: { params: { pair: string }; result: { aside: string; opened: OpenResult } };
    /** Runs the next cycle or joins the one that runs. */
    runCycle: { params: { pair: string; approved: string | null }; result: CycleSummary };
    cancelCycle: { params: { pair: string }; result: null };
    preview: { params: { pair: string; sampleSize: number }; result: Preview };
    describe: { params: { pair: string; refresh: boolean }; result: PairSchema };
    /** A few values of every column and field, from real records. */
    samples: { params: { pair: string; recordType: RecordType }; result: FieldSamples };
    /** What linked persons hold in one field, for its value map. */
    seenValues: {
      params: { pair: string; recordType: RecordType; field: string };
      result: SeenValues;
    };
    status: { params: { pair: string }; result: PairStatus };
    cycles: { params: { pair: string; limit: number }; result: readonly CycleSummary[] };
    activities: {
      params: { pair: string; filter: ActivityFilter; offset: number; limit: number };
      result: readonly Activity[];
    };
    countActivities: { params: { pair: string; filter: ActivityFilter }; result: number };
    failed: { params: { pair: string; limit: number }; result: readonly FailedRow[] };
    searchPersons: {
      params: { pair: string; personId?: number; email?: string };
      result: readonly PersonSummary[];
    };
    previewCreate: {
      params: { pair: string; request: CreateContactRequest };
      result: { person: PersonSummary; change: PlannedChange };
    };
    createContact: {
      params: { pair: string; request: CreateContactRequest };
      result: { activity: Activity; dynamicsId: string | null };
    };
    owners: { params: { pair: string }; result: readonly { id: string; name: string }[] };
    /** What the two records hold now in one field. */
    currentValue: {
      params: { pair: string; recordType: RecordType; dynamicsId: string; field: string };
      result: { dynamics: FieldValue | undefined; marketo: FieldValue | undefined };
    };
    validate: { params: { pair: string }; result: readonly Check[] };
    /** Creates the person fields that the sync needs, after the user said yes. Returns the names created. */
    createFields: { params: { pair: string }; result: readonly string[] };
    /** Makes and approves the custom activity type of the person's activity log, after a yes. Null: it was there. */
    createActivityType: { params: { pair: string }; result: string | null };
    /** Clears the delay of failed records (of one reason code, or all); the attempt is part of the next cycle. */
    retryFailed: { params: { pair: string; code?: string }; result: number };
    /** What waits for a human's answer: ambiguous matches and held merges. */
    questions: { params: { pair: string }; result: readonly Question[] };
    /** Stores an answer; the next ordinary cycle acts on it (R5). Returns the row of the log that tells it. */
    answer: { params: { pair: string } & AnswerRequest; result: Activity };
    /** Every change of a field, what both sides hold, and what the next cycle would do with it. */
    explain: {
      params: {
        pair: string;
        recordType: RecordType;
        dynamicsId?: string;
        personId?: number;
        field: string;
      };
      result: Explanation;
    };
    /** Looks for requests of Marketo campaigns now; null when that has to wait for a cycle or the first sync. */
    pollRequests: { params: { pair: string }; result: RequestTally | null };
    /** Requests are not looked for while the pair is paused; its cycles are the host's to hold. */
    pause: { params: { pair: string }; result: null };
    resume: { params: { pair: string }; result: null };
    stop: { params: null; result: null };
  };
  notifications: Record<never, never>;
}

/** What the engine asks of the host: tokens and secrets never live in the engine. */
export interface EngineHostContract {
  requests: {
    token: { params: { pair: string; side: Side; forceRefresh: boolean }; result: string };
  };
  notifications: {
    event: HostEvent;
    /** One line for the log channel: no values, no secrets. */
    log: { level: "debug" | "info" | "warn" | "error"; message: string };
  };
}
