import type { RecordType, Side } from "../../model/record";
import { say } from "../text";

export function recordTypeText(recordType: RecordType): string {
  return recordType === "contact" ? say("Contacts") : say("Leads");
}

/** Product names are the same in every language. */
export function sideText(side: Side): string {
  return side === "dynamics" ? "Dynamics 365" : "Marketo";
}
