import { userInfo } from "node:os";

/** Who works at this machine, for the log; a container may have no name for its user. */
export function userName(): string {
  try {
    return userInfo().username;
  } catch {
    return "unknown user";
  }
}
