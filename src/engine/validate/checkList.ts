import { CallError, ContactSyncError, type FailureClass } from "../../model/failure";
import type { Side } from "../../model/record";
import type { Check } from "../../protocol/engineContract";

export type CheckState = Check["state"];

/** One line without its place; everything that a check finds out. */
export interface Finding {
  id: string;
  title: string;
  state: CheckState;
  detail: string;
  link?: string;
}

/** Collects the lines of a check list; a call that fails becomes a line with the reason. */
export class CheckList {
  readonly checks: Check[] = [];

  add(side: Side, { link, ...finding }: Finding): void {
    this.checks.push({ side, ...finding, link: link ?? LINKS[finding.id.split(":")[0]!] ?? null });
  }

  /** Runs one call; its failure is the line's text. */
  async attempt<T>(
    side: Side,
    line: Pick<Finding, "id" | "title"> & { state?: CheckState },
    call: () => Promise<T>,
  ): Promise<T | null> {
    try {
      return await call();
    } catch (error) {
      this.fail(side, line, error);
      return null;
    }
  }

  /** A line for a call that failed. */
  fail(
    side: Side,
    { state = "red", ...line }: Pick<Finding, "id" | "title"> & { state?: CheckState },
    error: unknown,
  ): void {
    const { code, message, help } = sayable(error);
    this.add(side, { ...line, state, detail: `${code}: ${message}`, ...(help && { link: help }) });
  }
}

function sayable(error: unknown): { code: string; message: string; help: string | undefined } {
  if (error instanceof CallError) {
    const { code, message, class: kind, side } = error.failure;
    return { code, message, help: side === "marketo" ? undefined : HELP[kind] };
  }
  if (error instanceof ContactSyncError) {
    return { code: error.code, message: error.message, help: undefined };
  }
  throw error;
}

const DATAVERSE = "https://learn.microsoft.com/power-apps/developer/data-platform";
const ADMIN = "https://learn.microsoft.com/power-platform/admin";
const MARKETO = "https://experienceleague.adobe.com/en/docs/marketo-developer/marketo/rest";

const HELP: Partial<Record<FailureClass, string>> = {
  signIn: `${DATAVERSE}/authenticate-oauth`,
  configuration: `${ADMIN}/security-roles-privileges`,
};

/** A page that helps, by the first part of a line's id. */
const LINKS: Readonly<Record<string, string>> = {
  url: `${DATAVERSE}/webapi/compose-http-requests-handle-errors`,
  token: `${DATAVERSE}/authenticate-oauth`,
  user: `${DATAVERSE}/use-single-tenant-server-server-authentication`,
  roles: `${ADMIN}/security-roles-privileges`,
  privilege: `${ADMIN}/security-roles-privileges`,
  tracking: `${DATAVERSE}/use-change-tracking-synchronize-data-external-systems`,
  expiry: `${DATAVERSE}/use-change-tracking-synchronize-data-external-systems`,
  columns: `${DATAVERSE}/column-level-security`,
  signIn: `${MARKETO}/authentication`,
  quota: `${MARKETO}/marketo-integration-best-practices`,
  permission: `${MARKETO}/custom-services`,
  link: `${MARKETO}/lead-database/leads`,
  activityType: `${MARKETO}/lead-database/activities`,
};
