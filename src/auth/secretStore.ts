/** The key of a pair's sign-in in the store. */
export const tokenCacheKey = (pair: string): string => `tokens:${pair}`;

/** Where secrets are kept: SecretStorage in the editor, the environment or memory elsewhere. */
export interface SecretStore {
  get(key: string): Promise<string | undefined>;
  set(key: string, value: string): Promise<void>;
  delete(key: string): Promise<void>;
  /** Tells of changes, also those that other windows make. */
  onDidChange?(listener: (key: string) => void): { dispose(): void };
}
