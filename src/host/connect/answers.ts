import { say } from "../text";

const GUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;
const MUNCHKIN = /^\d{3}-[A-Z]{3}-\d{3}$/i;

/** Each check returns one sentence with the remedy, or undefined when the input will do. */
export type Check = (text: string) => string | undefined;

export const checkGuid: Check = (text) =>
  GUID.test(text.trim())
    ? undefined
    : say("The client id is a GUID; copy it from the app registration's overview page.");

export const checkSecret: Check = (text) => {
  if (!text.trim()) return say("Paste the secret's value.");
  if (GUID.test(text.trim())) {
    return say("This looks like the secret's id. Paste the secret's value; it is shown only once.");
  }
  return undefined;
};

export const checkNotEmpty: Check = (text) =>
  text.trim() ? undefined : say("This cannot be empty.");

/** An instance by its REST address or its Munchkin id; both forms are pasted. */
export function marketoInstance(
  text: string,
): { url: string } | { munchkinId: string } | { problem: string } {
  const typed = text.trim();
  if (MUNCHKIN.test(typed)) return { munchkinId: typed.toUpperCase() };
  const withScheme = /^[a-z]+:\/\//i.test(typed) ? typed : `https://${typed}`;
  const url = URL.canParse(withScheme) ? new URL(withScheme) : null;
  const isLocal = url?.hostname === "127.0.0.1" || url?.hostname === "localhost";
  if (url && isLocal) return { url: url.origin };
  if (url && /^app(-[a-z0-9]+)?\.marketo\.com$/i.test(url.hostname)) {
    return {
      problem: say(
        "This is the address of Marketo's web interface. Copy the REST endpoint from Admin > Integration > Web Services.",
      ),
    };
  }
  if (url?.protocol === "https:" && /\.mktorest\.com$/i.test(url.hostname)) {
    return { url: url.origin };
  }
  return {
    problem: say(
      "This is neither a Munchkin id like 123-ABC-456 nor a REST address like https://123-ABC-456.mktorest.com.",
    ),
  };
}

export const checkMarketo: Check = (text) => {
  const found = marketoInstance(text);
  return "problem" in found ? found.problem : undefined;
};

/** A pair's id from its name: what the schema allows, and not one that is taken. */
export function pairIdFrom(name: string, taken: readonly string[]): string {
  const plain = name
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "-")
    .replace(/^-+|-+$/g, "")
    .slice(0, 40);
  const base = plain || "pair";
  const used = new Set(taken.map((id) => id.toLowerCase()));
  for (let number = 1; ; number++) {
    const id = number === 1 ? base : `${base}-${number}`;
    if (!used.has(id)) return id;
  }
}

/** "contoso" out of https://contoso.crm4.dynamics.com, as the pair's first name. */
export function nameFromUrl(url: string): string {
  return URL.canParse(url) ? (new URL(url).hostname.split(".")[0] ?? "") : "";
}
