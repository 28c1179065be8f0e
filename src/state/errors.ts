import { ContactSyncError } from "../model/failure";
import { errorCode } from "./files";

const RESTORE =
  "Restore the folder from a backup, or rename it and run a first sync again: it links the existing records and creates none twice.";

export function damaged(folder: string, what: string): ContactSyncError {
  return new ContactSyncError(
    "CS-STATE-DAMAGED",
    `The state in ${folder} cannot be used: ${what}. ${RESTORE}`,
  );
}

export function newer(folder: string, version: number, known: number): ContactSyncError {
  return new ContactSyncError(
    "CS-STATE-NEWER",
    `The state in ${folder} was written by a newer version of Contact Sync (schema ${version}, this version knows ${known}). Update Contact Sync to use it.`,
  );
}

export function wrongPair(folder: string, found: string, wanted: string): ContactSyncError {
  return new ContactSyncError(
    "CS-ARGUMENT",
    `${folder} holds the state of pair "${found}", not of "${wanted}". Choose another state folder.`,
  );
}

export function nothingThere(folder: string): ContactSyncError {
  return new ContactSyncError(
    "CS-ARGUMENT",
    `There is no state in ${folder} yet. Run a sync cycle first, or check the state folder.`,
  );
}

export function failed(folder: string, cause: unknown): ContactSyncError {
  if (cause instanceof ContactSyncError) return cause;
  const code = errorCode(cause);
  return new ContactSyncError(
    "CS-STATE-FAILED",
    `The state in ${folder} could not be written${code ? ` (${code})` : ""}. Check the disk's free space and the folder's rights, then start again: nothing that was confirmed is lost.`,
    { cause },
  );
}

export function fenced(folder: string): ContactSyncError {
  return new ContactSyncError(
    "CS-STATE-FENCED",
    `Another process has taken over the state in ${folder}, so this one writes no more. Close one of the two.`,
  );
}

export function readOnly(folder: string): ContactSyncError {
  return new ContactSyncError(
    "CS-STATE-FAILED",
    `The state in ${folder} was opened for reading only. Open it for writing to change it.`,
  );
}

export function closed(folder: string): ContactSyncError {
  return new ContactSyncError(
    "CS-STATE-FAILED",
    `The state in ${folder} was closed. Open it again to use it.`,
  );
}
