import type { PairConfig } from "../../src/config/pairFile";
import { requestOf } from "./asks";
import type { Edited, Written } from "./steps";

/** Addresses meet across sides and differ in case. */
export function addressOf(address: number | null, side: "row" | "person"): string | null {
  if (address === null) return null;
  const text = `human${address}@contoso.com`;
  return side === "row" && address % 2 ? text.toUpperCase() : text;
}

type Kind = (
  value: Exclude<Written, "empty">,
  fresh: number,
  of: { side: "dynamics" | "marketo"; options: readonly { value: number; label: string }[] },
) => unknown;

const textKind: Kind = (value, fresh, { side }) => {
  if (value === "a" || value === "b") return `shared ${value}`;
  // Longer than the column, shorter than the person's field.
  const long = value === "long" && side === "marketo" ? "-".repeat(120) : "";
  return `text ${fresh}${long}`;
};

export const KINDS: Readonly<Record<Edited, Kind>> = {
  firstname: textKind,
  jobtitle: textKind,
  emailaddress1: (value, fresh, { side }) => {
    const name = value === "a" || value === "b" ? `shared-${value}` : `fresh-${fresh}`;
    const text = `${name}@contoso.com`;
    return side === "dynamics" ? text.toUpperCase() : text;
  },
  donotphone: (value) => value !== "a" && value !== "fresh",
  preferredcontactmethodcode: (value, fresh, { side, options }) => {
    const at = value === "a" ? 0 : value === "b" ? 1 : fresh % options.length;
    const option = options[at]!;
    return side === "dynamics" ? option.value : option.label;
  },
  birthdate: (value, fresh) => {
    if (value === "a" || value === "b") return value === "a" ? "1980-02-29" : "1999-12-31";
    return new Date(Date.UTC(1970, 0, 1 + fresh)).toISOString().slice(0, 10);
  },
};

// --------------------------------------------------------------------------------------------- wiring

/** A filter, campaigns that ask for records, and the persons' own logs. */
export function withLife({ recordTypes, marketo }: PairConfig): void {
  marketo.request = requestOf("list");
  marketo.activityLog = true;
  for (const type of Object.values(recordTypes)) {
    type.filter = { column: "new_synctomkto", onLeave: "freeze" };
  }
}

/** A small map with every kind of field and every direction. */
export function withMachineMap(config: PairConfig): void {
  const on = { enabled: true } as const;
  const both = (column: string, field: string) => ({
    ...on,
    column,
    field,
    direction: "both" as const,
  });
  const fields = [
    both("firstname", "firstName"),
    both("lastname", "lastName"),
    both("jobtitle", "title"),
    both("emailaddress1", "email"),
    both("donotphone", "doNotCall"),
    both("preferredcontactmethodcode", "crmPreferredContactMethod"),
    { ...on, column: "address1_country", field: "country", direction: "toMarketo" as const },
    { ...on, column: "mkt_leadscore", field: "leadScore", direction: "toDynamics" as const },
  ];
  config.recordTypes = {
    contact: { enabled: true, fields: [...fields, both("birthdate", "dateOfBirth")] },
    lead: { enabled: true, fields },
  };
}
