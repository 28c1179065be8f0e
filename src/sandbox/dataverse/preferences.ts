/** The request's `Prefer` header. */
export interface Preferences {
  representation: boolean;
  maxPageSize?: number;
  /** The annotation pattern, e.g. `*` or a list of names. */
  annotations?: string;
  trackChanges: boolean;
  continueOnError: boolean;
}

export function parsePreferences(header = ""): Preferences {
  const preferences: Preferences = {
    representation: false,
    trackChanges: false,
    continueOnError: false,
  };
  for (const match of header.matchAll(/([\w.-]+)(?:\s*=\s*(?:"([^"]*)"|([^,;\s]*)))?/g)) {
    const value = match[2] ?? match[3];
    switch (match[1]!.toLowerCase()) {
      case "return":
        preferences.representation = value === "representation";
        break;
      case "odata.maxpagesize":
        if (Number(value) >= 1) preferences.maxPageSize = Math.floor(Number(value));
        break;
      case "odata.include-annotations":
        preferences.annotations = value;
        break;
      case "odata.track-changes":
        preferences.trackChanges = true;
        break;
      case "odata.continue-on-error":
        preferences.continueOnError = value !== "false";
        break;
    }
  }
  return preferences;
}

/** Whether an annotation was asked for: `*`, a name, a `prefix.*`, or excluded by a leading minus. */
export function wantsAnnotation(preferences: Preferences, name: string): boolean {
  if (!preferences.annotations) return false;
  let wanted = false;
  for (const entry of preferences.annotations.split(",").map((part) => part.trim())) {
    const pattern = entry.replace(/^-/, "");
    const hit =
      pattern === "*" ||
      pattern === name ||
      (pattern.endsWith(".*") && name.startsWith(pattern.slice(0, -1)));
    if (hit) wanted = !entry.startsWith("-");
  }
  return wanted;
}
