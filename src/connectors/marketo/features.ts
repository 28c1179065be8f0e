/** What the API user's role must allow; the names are those of Marketo's role editor. */
export type PermissionName =
  | "Read-Only Lead"
  | "Read-Write Lead"
  | "Read-Only Activity"
  | "Read-Write Activity"
  | "Read-Only Activity Metadata"
  | "Read-Write Activity Metadata"
  | "Read-Write Schema Custom Field";

/** What does not work while the permission is missing. */
export const LOST_WITHOUT: Readonly<Record<PermissionName, string>> = {
  "Read-Only Lead": "persons cannot be read",
  "Read-Write Lead": "persons cannot be written",
  "Read-Only Activity": "changes cannot be noticed",
  "Read-Write Activity": "the person's activity log is not written",
  "Read-Only Activity Metadata": "the activity type cannot be looked up",
  "Read-Write Activity Metadata": "the activity type cannot be made",
  "Read-Write Schema Custom Field": "link fields cannot be made",
};

export const PERMISSIONS = Object.keys(LOST_WITHOUT) as readonly PermissionName[];

/** The permission that a call needs, by its verb and path; the first line that fits. */
const NEEDS: readonly [verb: RegExp, path: RegExp, name: PermissionName][] = [
  [/^POST$/, /^\/rest\/v1\/leads\/schema\//, "Read-Write Schema Custom Field"],
  [/^GET$/, /^\/rest\/v1\/activities\/external\/type/, "Read-Only Activity Metadata"],
  [/^POST$/, /^\/rest\/v1\/activities\/external\/type/, "Read-Write Activity Metadata"],
  [/^POST$/, /^\/rest\/v1\/activities\/external\.json/, "Read-Write Activity"],
  [/^GET$/, /^\/rest\/v1\/activities\/types/, "Read-Only Activity Metadata"],
  [/^GET$/, /^\/rest\/v1\/activities/, "Read-Only Activity"],
  [/^(POST|DELETE)$/, /^\/rest\/v1\/(leads|lists)/, "Read-Write Lead"],
  [/^GET$/, /^\/rest\/v1\/(leads?|lists)/, "Read-Only Lead"],
];

/** One sentence for error 603: which permission is missing for what; undefined for a call of unknown needs. */
export function deniedText({ method, path }: { method: string; path: string }): string | undefined {
  const name = NEEDS.find(([verb, place]) => verb.test(method) && place.test(path))?.[2];
  if (name === undefined) return undefined;
  return `Access denied: ${LOST_WITHOUT[name]}. Give the API user's role the permission "${name}" (Admin, Users & Roles), or put this computer's address on Marketo's list of allowed IP addresses.`;
}
