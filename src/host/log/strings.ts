import { join } from "node:path";

/** The panel's texts in the user's language, by key; what is missing is shown in English. */
export async function panelStrings(
  extensionPath: string,
  language: string,
): Promise<Readonly<Record<string, string>>> {
  const { readFile } = await import("node:fs/promises");
  const short = /^[a-z]{2,3}/.exec(language.toLowerCase())?.[0] ?? "en";
  if (short === "en") return {};
  try {
    const text = await readFile(join(extensionPath, "l10n", `log.${short}.json`), "utf8");
    return JSON.parse(text) as Record<string, string>;
  } catch (error) {
    // A language without translations is shown in English.
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return {};
    throw error;
  }
}
