import * as z from "zod";
import type { ControlParts } from "./parts";
import { ControlError, get, nothing, post, remove, type ControlRoute } from "./routing";

const newFieldSchema = z.strictObject({
  name: z.string().regex(/^[A-Za-z][A-Za-z0-9_]*$/, "must be a REST name such as mobilePhone"),
  displayName: z.string().min(1),
  dataType: z.enum([
    "string",
    "text",
    "email",
    "phone",
    "url",
    "integer",
    "score",
    "percent",
    "float",
    "currency",
    "boolean",
    "date",
    "datetime",
    "reference",
    "formula",
  ]),
  length: z.number().int().min(1).optional(),
  description: z.string().optional(),
});
const fieldChangeSchema = z.strictObject({
  blocked: z.union([z.literal(false), z.enum(["always", "whenFilled"])]).optional(),
  readOnly: z.boolean().optional(),
  crmManaged: z.boolean().optional(),
  length: z.number().int().min(1).optional(),
  displayName: z.string().min(1).optional(),
});
const permissionSchema = z.strictObject({
  clientId: z.string().optional(),
  grant: z.array(z.string()).optional(),
  revoke: z.array(z.string()).optional(),
});
const limitsSchema = z
  .strictObject({
    callsPerWindow: z.number().int().min(1),
    windowMs: z.number().int().min(1),
    concurrent: z.number().int().min(1),
    daily: z.number().int().min(0),
    exportBytesPerDay: z.number().int().min(0),
  })
  .partial();
const listSchema = z.strictObject({ name: z.string().min(1) });
const campaignSchema = z.strictObject({
  name: z.string().min(1),
  type: z.enum(["trigger", "batch"]).optional(),
});
const syncSchema = z.strictObject({
  personId: z.number().int().positive(),
  assignTo: z.string(),
  syncAs: z.enum(["Contact", "Lead"]),
});

/** What an admin of the Marketo instance does. */
export function marketoRoutes(parts: ControlParts): ControlRoute[] {
  const { marketo } = parts;
  return [
    post("/marketo/expire-tokens", nothing, () => marketo.expireTokens()),
    ...fieldRoutes(parts),
    post("/marketo/permissions", permissionSchema, ({ clientId, grant, revoke }) => {
      const id = clientId ?? parts.ready.marketo.clientId;
      for (const permission of grant ?? []) marketo.permissions.grant(id, permission);
      for (const permission of revoke ?? []) marketo.permissions.revoke(id, permission);
    }),
    get("/marketo/limits", () => marketo.limits),
    post("/marketo/limits", limitsSchema, (numbers) => Object.assign(marketo.limits, numbers)),
    get("/marketo/usage", () => marketo.usage()),
    post("/marketo/lists", listSchema, ({ name }) => ({ id: marketo.createList(name) })),
    post("/marketo/campaigns", campaignSchema, ({ name, type }) => ({
      id: marketo.createCampaign(name, type),
    })),
    get("/marketo/campaign-requests", () => marketo.campaignRequests),
    post("/marketo/sync-to-microsoft", syncSchema, ({ personId, ...details }) =>
      marketo.logSyncToMicrosoft(personId, details),
    ),
    get("/marketo/activities/:personId", ({ params }) =>
      marketo.activities(Number(params["personId"])),
    ),
  ];
}

function fieldRoutes({ marketo: { fields } }: ControlParts): ControlRoute[] {
  return [
    get("/marketo/fields", () => fields.list()),
    post("/marketo/fields", newFieldSchema, (field) => fields.add(field)),
    post("/marketo/fields/:name", fieldChangeSchema, (change, { params }) => {
      const name = params["name"]!;
      if (change.blocked === false) fields.unblock(name);
      else if (change.blocked !== undefined) fields.block(name, change.blocked);
      if (change.readOnly !== undefined) fields.setReadOnly(name, change.readOnly);
      if (change.crmManaged !== undefined) fields.crmManaged(name, change.crmManaged);
      if (change.length !== undefined) fields.setLength(name, change.length);
      if (change.displayName !== undefined) fields.rename(name, change.displayName);
    }),
    remove("/marketo/fields/:name", ({ params }) => fields.remove(params["name"]!)),
  ];
}

const quirksSchema = z.record(
  z.string(),
  z.union([z.string(), z.number(), z.boolean(), z.array(z.string())]),
);

/** The odd habits of the Marketo instance, each a switch. */
export function quirkRoutes(parts: ControlParts): ControlRoute[] {
  return [
    get("/quirks", () => parts.marketo.quirks),
    post("/quirks", quirksSchema, (changes) => {
      const quirks: Record<string, unknown> = { ...parts.marketo.quirks };
      for (const [name, value] of Object.entries(changes)) {
        const known = Object.keys(quirks).filter((key) => quirks[key] !== undefined);
        if (!known.includes(name)) {
          throw new ControlError(
            400,
            `There is no quirk "${name}"; there are ${known.join(", ")}.`,
          );
        }
        if (kindOf(value) !== kindOf(quirks[name])) {
          throw new ControlError(400, `The quirk "${name}" takes a ${kindOf(quirks[name])}.`);
        }
      }
      return Object.assign(parts.marketo.quirks, changes);
    }),
  ];
}

function kindOf(value: unknown): string {
  return Array.isArray(value) ? "list of texts" : typeof value;
}
