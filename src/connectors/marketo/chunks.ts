/** The API takes 1 MB a body; the envelope around the records needs little of it. */
export const MOST_BODY_BYTES = 1_000_000;

export interface Sized {
  /** Bytes of the record in the body. */
  bytes: number;
}

/** Consecutive parts of at most `size` entries. */
export function slices<T>(entries: readonly T[], size: number): T[][] {
  const parts: T[][] = [];
  for (let start = 0; start < entries.length; start += size) {
    parts.push(entries.slice(start, start + size));
  }
  return parts;
}

/** Consecutive parts of at most `count` entries and `bytes` bytes; an entry over the limit stands alone. */
export function chunksBySize<T extends Sized>(
  entries: readonly T[],
  limits: { count: number; bytes: number },
): T[][] {
  const chunks: T[][] = [];
  let chunk: T[] = [];
  let bytes = 0;
  for (const entry of entries) {
    const full = chunk.length >= limits.count || bytes + entry.bytes > limits.bytes;
    if (full && chunk.length > 0) {
      chunks.push(chunk);
      chunk = [];
      bytes = 0;
    }
    chunk.push(entry);
    bytes += entry.bytes;
  }
  if (chunk.length > 0) chunks.push(chunk);
  return chunks;
}

/**
 * Splits entries so that no key is twice in one wave: one call must not name a key twice (1036), and two calls at once
 * with one new key create two persons (Q6). Waves are written one after the other.
 */
export function wavesByKey<T>(entries: readonly T[], keyOf: (entry: T) => string): T[][] {
  const seen = new Map<string, number>();
  const waves: T[][] = [];
  for (const entry of entries) {
    const key = keyOf(entry);
    const wave = seen.get(key) ?? 0;
    seen.set(key, wave + 1);
    (waves[wave] ??= []).push(entry);
  }
  return waves;
}

/** Bytes of a value in a JSON body, with the comma behind it. */
export function bytesOf(value: unknown): number {
  return Buffer.byteLength(JSON.stringify(value)) + 1;
}
