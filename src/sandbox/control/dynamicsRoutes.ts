import * as z from "zod";
import type { Plugin } from "../dataverse/organization";
import type { ControlParts } from "./parts";
import { get, nothing, post, remove, type ControlRoute } from "./routing";

const name = z.string().regex(/^[a-z][a-z0-9_]*$/, "must be a logical name in lower case");
const guid = z.string().regex(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i, "must be a GUID");

const pluginSchema = z
  .strictObject({
    table: name,
    column: name,
    on: z
      .array(z.enum(["Create", "Update"]))
      .min(1)
      .default(["Create", "Update"]),
    /** Refuses texts that match. */
    pattern: z.string().refine(isRegularExpression, "is not a valid regular expression").optional(),
    longerThan: z.number().int().min(0).optional(),
    message: z.string().min(1),
  })
  .refine((rule) => rule.pattern !== undefined || rule.longerThan !== undefined, {
    error: "A rule needs a pattern or longerThan.",
  });

export type PluginRule = z.infer<typeof pluginSchema>;

function isRegularExpression(text: string): boolean {
  try {
    new RegExp(text, "u");
    return true;
  } catch {
    return false;
  }
}

/** A customer's plug-in out of a rule: it refuses a write by what stands in one column. */
export function pluginOf(rule: PluginRule): Plugin {
  const pattern = rule.pattern === undefined ? undefined : new RegExp(rule.pattern, "u");
  return ({ message, table, values }) => {
    if (table !== rule.table || !rule.on.some((known) => known === message)) return;
    const value = values[rule.column];
    if (value === null || value === undefined) return;
    const text = String(value);
    const refuses =
      pattern?.test(text) || (rule.longerThan !== undefined && text.length > rule.longerThan);
    return refuses ? { refuse: rule.message } : undefined;
  };
}

/** What an admin or customizer of the organization does. */
export function dynamicsRoutes(parts: ControlParts): ControlRoute[] {
  const { dynamics } = parts;
  return [
    post("/dynamics/expire-delta", nothing, () => dynamics.expireDelta()),
    post("/dynamics/new-organization-id", nothing, () => {
      dynamics.newOrganizationId();
      return { organizationId: dynamics.organizationId };
    }),
    ...pluginRoutes(parts),
    ...securityRoutes(parts),
    ...columnRoutes(parts),
    ...limitRoutes(parts),
  ];
}

/** Plug-ins and duplicate rules. A reset takes the plug-ins of the organization away, and this list with them. */
function pluginRoutes(parts: ControlParts): ControlRoute[] {
  const { dynamics, customizations } = parts;
  const duplicates = z.strictObject({ table: name, columns: z.array(name).min(1) });
  return [
    get("/dynamics/plugins", () => customizations.plugins.map(({ rule }) => rule)),
    post("/dynamics/plugins", pluginSchema, (rule) => {
      dynamics.model.table(rule.table).column(rule.column);
      customizations.plugins.push({ rule, takeOut: dynamics.plugins.add(pluginOf(rule)) });
    }),
    remove("/dynamics/plugins", () => {
      for (const { takeOut } of customizations.plugins.splice(0)) takeOut();
    }),
    post("/dynamics/duplicate-rules", duplicates, (rule) => {
      for (const column of rule.columns) dynamics.model.table(rule.table).column(column);
      dynamics.duplicateRules.add(rule);
    }),
  ];
}

const privilegeSchema = z.strictObject({
  user: guid.optional(),
  privilege: z.string().regex(/^prv[A-Z]\w+$/, "must be a privilege such as prvWriteContact"),
  depth: z.enum(["Basic", "Local", "Deep", "Global", "none"]),
});
const columnSecuritySchema = z.strictObject({
  table: name,
  column: name,
  secured: z.boolean().default(true),
  user: guid.optional(),
  canRead: z.boolean().default(false),
  canCreate: z.boolean().default(false),
  canUpdate: z.boolean().default(false),
  masked: z.boolean().default(false),
  canReadUnmasked: z.boolean().default(false),
});
const userSchema = z.strictObject({
  disabled: z.boolean().optional(),
  administrator: z.boolean().optional(),
  removeRoles: z.literal(true).optional(),
});

/** Users, their privileges and column security. Without a user the client's application user is meant. */
function securityRoutes({ dynamics, applicationUserId }: ControlParts): ControlRoute[] {
  const { users, model } = dynamics;
  return [
    get("/dynamics/users", () =>
      users.list().map(({ id, name, kind, disabled, administrator }) => ({
        id,
        name,
        kind,
        disabled,
        administrator,
      })),
    ),
    post("/dynamics/users/:id", userSchema, (change, { params }) => {
      const { id } = users.get(params["id"]!.toLowerCase());
      if (change.disabled !== undefined) users.setDisabled(id, change.disabled);
      if (change.removeRoles) users.removeRoles(id);
      if (change.administrator !== undefined) users.get(id).administrator = change.administrator;
    }),
    remove("/dynamics/users/:id", ({ params }) => {
      users.remove(users.get(params["id"]!.toLowerCase()).id);
    }),
    post("/dynamics/privileges", privilegeSchema, ({ user, privilege, depth }) => {
      const id = user?.toLowerCase() ?? applicationUserId;
      users.setPrivilege(id, privilege, depth === "none" ? undefined : depth);
    }),
    post("/dynamics/column-security", columnSecuritySchema, ({ table, column, ...rule }) => {
      const { secured, masked, user, ...rights } = rule;
      model.setColumn(table, column, { secured, masked });
      users.setColumnRights(user?.toLowerCase() ?? applicationUserId, `${table}.${column}`, rights);
    }),
  ];
}

const typeSchema = z.enum([
  "String",
  "Memo",
  "Integer",
  "Decimal",
  "Double",
  "Money",
  "Boolean",
  "DateTime",
  "Picklist",
  "MultiSelectPicklist",
]);
const optionSchema = z.strictObject({ value: z.number().int(), label: z.string().min(1) });
const columnChange = {
  label: z.string().min(1).optional(),
  required: z.enum(["None", "Recommended", "ApplicationRequired", "SystemRequired"]).optional(),
  create: z.boolean().optional(),
  read: z.boolean().optional(),
  update: z.boolean().optional(),
  maxLength: z.number().int().min(1).optional(),
  min: z.number().optional(),
  max: z.number().optional(),
  precision: z.number().int().min(0).max(10).optional(),
  behavior: z.enum(["UserLocal", "DateOnly", "TimeZoneIndependent"]).optional(),
  options: z.array(optionSchema).min(1).optional(),
};
const newColumnSchema = z.strictObject({
  table: name,
  schemaName: z.string().regex(/^[a-z]+_\w+$/i, "must have a prefix, such as new_Color"),
  type: typeSchema,
  ...columnChange,
});
const keySchema = z.strictObject({
  table: name,
  name: z.string().min(1),
  columns: z.array(name).min(1),
  status: z.enum(["Pending", "InProgress", "Active", "Failed"]).optional(),
});

/** Columns and alternate keys, as a customizer makes and changes them. */
function columnRoutes({ dynamics: { model } }: ControlParts): ControlRoute[] {
  return [
    post("/dynamics/columns", newColumnSchema, ({ table, ...column }) => {
      return { name: model.addColumn(table, withoutGaps(column)).name };
    }),
    post("/dynamics/columns/:table/:column", z.strictObject(columnChange), (change, { params }) =>
      model.setColumn(params["table"]!, params["column"]!, withoutGaps(change)),
    ),
    remove("/dynamics/columns/:table/:column", ({ params }) =>
      model.removeColumn(params["table"]!, params["column"]!),
    ),
    post("/dynamics/keys", keySchema, ({ table, ...key }) => model.addKey(table, key)),
  ];
}

/** Members that were not given must not overwrite what is there. */
function withoutGaps<T extends object>(change: T): T {
  return Object.fromEntries(Object.entries(change).filter(([, value]) => value !== undefined)) as T;
}

const limitsSchema = z.strictObject({
  enabled: z.boolean().optional(),
  requests: z.number().int().min(1).optional(),
  executionMs: z.number().int().min(1).optional(),
  concurrent: z.number().int().min(1).optional(),
  windowMs: z.number().int().min(1).optional(),
  latencyMs: z.number().int().min(0).max(60_000).optional(),
});

/** Service protection: its numbers, and a latency that lets requests overlap. */
function limitRoutes({ dynamics: { protection } }: ControlParts): ControlRoute[] {
  const show = () => ({
    enabled: protection.enabled,
    ...protection.numbers,
    latencyMs: protection.latencyMs,
  });
  return [
    get("/dynamics/limits", show),
    post("/dynamics/limits", limitsSchema, ({ enabled, latencyMs, ...numbers }) => {
      if (enabled !== undefined) protection.enabled = enabled;
      if (latencyMs !== undefined) protection.latencyMs = latencyMs;
      Object.assign(protection.numbers, withoutGaps(numbers));
      return show();
    }),
  ];
}
