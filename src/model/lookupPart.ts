/**
 * What of a lookup column can be mapped besides its id: the name of the record that it points to, and, where it may point
 * to an account or a person (`customer`), the account's id and name only.
 */
export const LOOKUP_PARTS = ["name", "account", "accountname"] as const;
export type LookupPart = (typeof LOOKUP_PARTS)[number];

/** `parentcustomerid.accountname` as column and part; null for a plain column. */
export function lookupPartOf(name: string): { column: string; part: LookupPart } | null {
  const dot = name.indexOf(".");
  if (dot < 0) return null;
  const part = LOOKUP_PARTS.find((known) => known === name.slice(dot + 1));
  return part ? { column: name.slice(0, dot), part } : null;
}

/** The column of the table that holds a mapped name's value. */
export function storedColumn(name: string): string {
  return lookupPartOf(name)?.column ?? name;
}
