import type { Kernel } from "../kernel/http";
import type { Model } from "./model/model";
import type { Value } from "./model/column";
import type { Directory } from "./security/users";
import type { Database } from "./storage/database";

export interface PluginEvent {
  message: "Create" | "Update" | "Delete";
  table: string;
  id: string;
  /** The written columns in JSON names. */
  values: Record<string, Value>;
  /** The whole row before the call; undefined for a create. */
  before: Record<string, Value> | undefined;
}

/** A customer's synchronous plug-in: it may refuse the call with its own text. */
export type Plugin = (event: PluginEvent) => void | { refuse: string };

export interface DuplicateRule {
  table: string;
  columns: readonly string[];
}

/** The state of one organization that every request works on. */
export interface Organization {
  readonly kernel: Kernel;
  readonly model: Model;
  readonly database: Database;
  readonly directory: Directory;
  readonly plugins: Set<Plugin>;
  readonly duplicateRules: DuplicateRule[];
  readonly businessUnitId: string;
  readonly currencyId: string;
  readonly newGuid: () => string;
  readonly baseUrl: () => string;
  organizationId: string;
  /** Delta tokens up to this version have expired. */
  expiredVersion: number;
  expireChangeTrackingInDays: number;
}
