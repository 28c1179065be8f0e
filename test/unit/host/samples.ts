import { pairSchema, type PairConfig } from "../../../src/config/pairFile";
import type { Activity, CycleSummary } from "../../../src/model/activity";
import { emptyCounts } from "../../../src/model/activity";
import type { ColumnDescription, FieldDescription } from "../../../src/model/schema";
import type { MappedField, PairSchema, PairStatus } from "../../../src/protocol/engine";

export function configOf(change: Record<string, unknown> = {}): PairConfig {
  return pairSchema.parse({
    id: "contoso",
    name: "Contoso",
    environment: "test",
    dynamics: {
      url: "https://contoso.crm.dynamics.com",
      clientId: "11111111-1111-1111-1111-111111111111",
    },
    marketo: { munchkinId: "123-ABC-456", clientId: "client" },
    ...change,
  });
}

export function summaryOf(change: Partial<CycleSummary> = {}): CycleSummary {
  return {
    pair: "contoso",
    cycle: 7,
    startedAt: "2026-03-02T09:59:58.000Z",
    endedAt: "2026-03-02T10:00:00.000Z",
    counts: emptyCounts(),
    calls: { dynamics: 1, marketo: 3 },
    ms: 2000,
    halted: null,
    error: null,
    ...change,
  };
}

export function activityOf(change: Partial<Activity> = {}): Activity {
  return {
    id: 5,
    time: "2026-03-02T10:00:00.000Z",
    cycle: 7,
    pair: "contoso",
    recordType: "contact",
    dynamicsId: "aaaaaaaa-0000-0000-0000-000000000001",
    personId: 42,
    outcome: "applied",
    reason: "changed-in-dynamics",
    changes: [{ field: "jobtitle", to: "marketo", before: "Boss", after: "Chief" }],
    error: null,
    changedAt: { dynamics: "2026-03-02T09:00:00Z", marketo: null },
    requestId: "r-1",
    ...change,
  };
}

export function columnOf(name: string, change: Partial<ColumnDescription> = {}): ColumnDescription {
  return {
    name,
    displayName: name,
    type: "text",
    maxLength: 100,
    required: "none",
    readable: true,
    creatable: true,
    updatable: true,
    hidden: false,
    ...change,
  };
}

export function fieldOf(name: string, change: Partial<FieldDescription> = {}): FieldDescription {
  return {
    name,
    displayName: name,
    type: "string",
    maxLength: 255,
    updatable: true,
    searchable: false,
    crmManaged: false,
    ...change,
  };
}

export function mappedOf(column: string, change: Partial<MappedField> = {}): MappedField {
  return {
    column,
    field: column,
    direction: "both",
    enabled: true,
    problem: null,
    warnings: [],
    columnLabel: null,
    columnType: "text",
    fieldLabel: null,
    fieldType: "string",
    ...change,
  };
}

export function schemaOf(change: Partial<PairSchema> = {}): PairSchema {
  return {
    pair: "contoso",
    identity: { userId: "u-1", organizationId: "o-1", version: "9.2.1" },
    userName: "Sync User",
    tables: {
      contact: {
        name: "contact",
        entitySet: "contacts",
        primaryId: "contactid",
        changeTracking: true,
        columns: [
          columnOf("jobtitle", { displayName: "Job Title" }),
          columnOf("birthdate", { displayName: "Birthday", type: "date", maxLength: undefined }),
          columnOf("secretcode", { hidden: true }),
          columnOf("fax", { displayName: "Fax" }),
        ],
      },
    },
    fields: [
      fieldOf("title", { displayName: "Job Title" }),
      fieldOf("dateOfBirth", { type: "date", maxLength: undefined }),
      fieldOf("fax", { displayName: "Fax Number" }),
      fieldOf("leadScore", { type: "score", maxLength: undefined }),
    ],
    maps: { contact: [mappedOf("jobtitle", { field: "title" })] },
    ...change,
  };
}

export function statusOf(change: Partial<PairStatus> = {}): PairStatus {
  return {
    pair: "contoso",
    lastCycle: null,
    links: { contact: 0, lead: 0 },
    failed: 0,
    refused: 0,
    conflicted: 0,
    callsToday: { dynamics: 0, marketo: 0 },
    backlog: [],
    lastHour: 0,
    drainMs: 0,
    writer: null,
    ...change,
  };
}
