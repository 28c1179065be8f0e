import type { StatePort } from "../sync/statePort";
import type { LeaseContent } from "./leaseFile";

export interface StateStats {
  /** Number of the last commit seen. */
  sequence: number;
  databaseBytes: number;
  /** Bytes of the journals since the snapshot, and of the snapshot. */
  journalBytes: number;
  snapshotBytes: number;
}

/** One pair's durable state, open. */
export interface State extends StatePort {
  /** Who writes this state, or wrote it last; null when nobody is known. */
  lease(): Readonly<LeaseContent> | null;
  stats(): StateStats;
  /** Opened for reading: takes in what the writer did meanwhile. Returns whether anything is new. */
  refresh(): Promise<boolean>;
  /** Ends all use; what was committed stays. May be called more than once. */
  close(): Promise<void>;
}
