import { createHash } from "node:crypto";

/** A GUID that depends on the seed and the text only, so that metadata ids are the same on every start. */
export function stableGuid(seed: number, text: string): string {
  const hex = createHash("md5").update(`${seed}/${text}`).digest("hex");
  const variant = "89ab"[parseInt(hex[16]!, 16) & 3];
  return [
    hex.slice(0, 8),
    hex.slice(8, 12),
    `4${hex.slice(13, 16)}`,
    `${variant}${hex.slice(17, 20)}`,
    hex.slice(20),
  ].join("-");
}

const GUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

export function isGuid(text: unknown): text is string {
  return typeof text === "string" && GUID.test(text);
}
