import type { PairConfig } from "../../config/pairFile";
import type { PairSchema } from "../../protocol/engine";

/** What was last known of both sides' fields, no values: shown after a restart, and in windows that only look. */
export interface RememberedSchema {
  /** Null when nothing is remembered for exactly these settings. */
  get(): Promise<PairSchema | null>;
  set(schema: PairSchema): Promise<void>;
}

interface Kept {
  config: PairConfig;
  schema: PairSchema;
}

/** Keeps it in a file. What cannot be read is described anew, so any trouble with the file means that it is not there. */
export function rememberedSchema(file: string, config: PairConfig): RememberedSchema {
  return {
    get: async () => {
      const { readFile } = await import("node:fs/promises");
      try {
        const kept = JSON.parse(await readFile(file, "utf8")) as Kept;
        return JSON.stringify(kept.config) === JSON.stringify(config) ? kept.schema : null;
      } catch {
        return null;
      }
    },
    set: async (schema) => {
      const { mkdir, rename, writeFile } = await import("node:fs/promises");
      const { dirname } = await import("node:path");
      const draft = `${file}.${process.pid}.tmp`;
      await mkdir(dirname(file), { recursive: true });
      await writeFile(draft, JSON.stringify({ config, schema } satisfies Kept));
      await rename(draft, file);
    },
  };
}
