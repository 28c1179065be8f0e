import * as z from "zod";
import { LOOKUP_PARTS } from "../model/lookupPart";
import { parseExpression } from "../sync/lifecycle/expression";
import { DEFAULT_LINK_FIELDS } from "./defaultMap";

/** The name of the file in a workspace. */
export const PAIR_FILE_NAME = "contact-sync.jsonc";

const httpUrl = z
  .url({
    protocol: /^https?$/,
    error: "must be a full web address, e.g. https://contoso.crm.dynamics.com",
  })
  .refine((url) => url.startsWith("https:") || isLoopback(url), {
    error: "must start with https:// (http:// is accepted for 127.0.0.1 only)",
  });

const restName = z
  .string()
  .regex(/^[A-Za-z][A-Za-z0-9_]*$/, "must be a REST name such as mobilePhone");
const columnName = z
  .string()
  .regex(/^[a-z][a-z0-9_]*$/, "must be a logical name in lower case such as mobilephone");
const mappedName = z
  .string()
  .regex(
    new RegExp(`^[a-z][a-z0-9_]*(\\.(${LOOKUP_PARTS.join("|")}))?$`),
    "must be a logical name in lower case such as mobilephone, or a part of a lookup such as ownerid.name",
  );

export const fieldSchema = z
  .strictObject({
    column: mappedName.describe(
      "Logical name of the Dynamics column, e.g. jobtitle; of a lookup also .name, .account and .accountname (read only).",
    ),
    field: restName.describe("REST name of the Marketo field, e.g. title."),
    direction: z
      .enum(["both", "toMarketo", "toDynamics"])
      .default("both")
      .describe("Which way values travel."),
    enabled: z.boolean().default(true).describe("false keeps the line but does not sync it."),
    options: z
      .enum(["label", "number"])
      .optional()
      .describe("How an option set stands in Marketo: by its label (default) or its number."),
    valueMap: z
      .record(z.string(), z.union([z.string(), z.number(), z.boolean()]))
      .optional()
      .describe("Marketo value for each option number (or true/false) of the column."),
  })
  .describe("One mapping: a Dynamics column and a Marketo field.");

const filterSchema = z.strictObject({
  column: columnName
    .default("new_synctomkto")
    .describe("A yes/no column; only an explicit No keeps a record out (B-50)."),
  where: z
    .string()
    .superRefine((text, context) => {
      const parsed = parseExpression(text);
      if (!parsed.ok) context.addIssue({ code: "custom", message: parsed.message });
    })
    .optional()
    .describe("Further condition on synced columns, e.g. statecode = 0 and emailaddress1 != null."),
  onLeave: z
    .enum(["freeze", "flag", "unlink"])
    .default("freeze")
    .describe("What happens to the person of a record that leaves the filter."),
});

const recordTypeSchema = z.strictObject({
  enabled: z.boolean().default(true),
  fields: z
    .array(fieldSchema)
    .optional()
    .describe("The field map. Left out: the default map of the native sync."),
  filter: filterSchema.optional(),
});

/** One brake: both numbers hold; the percentage is of the linked records. */
const brake = (absolute: number, percent: number) =>
  z
    .strictObject({
      absolute: z.number().int().min(0).default(absolute),
      percent: z.number().min(0).max(100).default(percent),
    })
    .prefault({});

const brakesSchema = z
  .strictObject({
    maxCreates: brake(10_000, 50).describe("Records created in one cycle, both sides together."),
    maxUpdates: brake(50_000, 50).describe("Records changed in one cycle, both sides together."),
    maxEmpties: brake(5_000, 10).describe("Field values emptied in one cycle."),
    maxDeletes: brake(1_000, 5).describe("Deleted records noticed in one cycle."),
  })
  .describe(
    "Limits of a plan. A plan above one of them halts before any write and waits for approval.",
  );

const policiesSchema = z.strictObject({
  winner: z
    .strictObject({
      contact: z.enum(["dynamics", "marketo"]).default("dynamics"),
      lead: z.enum(["dynamics", "marketo"]).default("marketo"),
    })
    .prefault({})
    .describe("Which side's value stays when the same field changed on both sides."),
  matchByEmail: z
    .boolean()
    .default(true)
    .describe("Link a new Dynamics record to the one unlinked person with its e-mail."),
  createPersons: z
    .boolean()
    .default(true)
    .describe("Create a person for a Dynamics record that no person belongs to."),
  firstContact: z
    .enum(["winner", "dynamics", "marketo"])
    .default("winner")
    .describe("Whose value stays when two records meet for the first time and differ."),
  whenDeletedInDynamics: z
    .enum(["flag", "keep"])
    .default("flag")
    .describe("The person of a deleted record stays; flag marks it as deleted."),
  whenDeletedInMarketo: z
    .enum(["recreate", "stop"])
    .default("recreate")
    .describe("What the next change of the record does after its person was deleted."),
  ownerFallback: z
    .union([z.enum(["keep", "none"]), z.guid()])
    .default("none")
    .describe(
      "Who owns a created record whose owner is disabled: none is the sync user, a systemuserid somebody else, keep lets Dynamics refuse.",
    ),
  brakes: brakesSchema.prefault({}),
});

const requestSchema = z
  .strictObject({
    listId: z.number().int().positive().optional().describe("Static list that asks for creation."),
    field: restName.optional().describe("Yes/no person field that asks for creation."),
    pollSeconds: z.number().int().min(10).default(30),
    syncAs: z.enum(["contact", "lead"]).default("contact"),
    assignTo: z.guid().optional().describe("systemuserid of the owner of created records."),
  })
  .refine((request) => request.listId !== undefined || request.field !== undefined, {
    error: "needs a listId or a field",
  })
  .describe("How a Marketo campaign asks for a person to be created in Dynamics.");

const dynamicsSchema = z.strictObject({
  url: httpUrl.describe("Web address of the organization, e.g. https://contoso.crm.dynamics.com"),
  tenantId: z.guid().optional().describe("Found from the organization's address if left out."),
  clientId: z.guid().describe("Application (client) id of the app registration."),
  signIn: z
    .enum(["clientSecret", "certificate", "deviceCode", "interactive"])
    .default("clientSecret"),
  cloud: z
    .enum(["public", "gcc", "gccHigh", "dod", "china"])
    .default("public")
    .describe("The cloud, where the host name of the organization does not tell it."),
  certificateFile: z
    .string()
    .optional()
    .describe("PEM file with certificate and private key, for signIn certificate."),
  authority: z
    .strictObject({ url: z.url(), metadata: z.string() })
    .optional()
    .describe("Sign-in authority other than the cloud's own; used by the sandbox."),
});

const marketoSchema = z
  .strictObject({
    url: httpUrl.optional().describe("REST address of the instance."),
    munchkinId: z
      .string()
      .regex(/^\d{3}-[A-Z]{3}-\d{3}$/, "must look like 123-ABC-456")
      .optional()
      .describe("Munchkin account id, instead of url."),
    clientId: z.string().min(1).describe("Client id of the API-only custom service."),
    linkFields: z
      .strictObject({
        id: restName.default(DEFAULT_LINK_FIELDS.id),
        type: restName.default(DEFAULT_LINK_FIELDS.type),
        deleted: restName.default(DEFAULT_LINK_FIELDS.deleted),
      })
      .prefault({})
      .describe("Person fields that hold the Dynamics id, the record type and the deleted flag."),
    request: requestSchema.optional(),
    activityLog: z
      .boolean()
      .default(false)
      .describe("Write refusals, conflicts and creations to the person as a custom activity."),
  })
  .refine((marketo) => (marketo.url === undefined) !== (marketo.munchkinId === undefined), {
    error: "needs exactly one of url and munchkinId",
  });

const budgetSchema = z.strictObject({
  marketoCallsPer20Seconds: z.number().int().min(1).max(100).default(50),
  marketoConcurrent: z.number().int().min(1).max(10).default(5),
  marketoDailyCalls: z
    .number()
    .int()
    .min(1)
    .default(10_000)
    .describe("Our share of the instance's daily quota (20 % of the usual 50,000)."),
  dynamicsConcurrent: z.number().int().min(1).max(52).default(4),
});

export const pairSchema = z.strictObject({
  id: z
    .string()
    .regex(
      /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/,
      "may have letters, digits, dot, dash and underscore",
    ),
  name: z.string().optional(),
  environment: z.enum(["sandbox", "test", "production"]),
  dynamics: dynamicsSchema,
  marketo: marketoSchema,
  recordTypes: z
    .strictObject({ contact: recordTypeSchema.optional(), lead: recordTypeSchema.optional() })
    .refine((types) => types.contact ?? types.lead, { error: "needs contact or lead" })
    .prefault({ contact: {} }),
  policies: policiesSchema.prefault({}),
  intervalSeconds: z
    .number()
    .int()
    .min(1)
    .default(300)
    .describe("Pause between the end of a cycle and the start of the next (R1: 5 minutes)."),
  budget: budgetSchema.prefault({}),
  retention: z
    .strictObject({
      days: z.number().int().min(1).default(90),
      rows: z.number().int().min(1000).default(100_000),
    })
    .prefault({})
    .describe("How long the activity log is kept."),
});

export const pairFileSchema = z.strictObject({
  $schema: z.string().optional(),
  pairs: z.array(pairSchema),
});

/** One pair as the engine uses it: every default filled in. Contains no secret. */
export type PairConfig = z.infer<typeof pairSchema>;
export type FieldConfig = z.infer<typeof fieldSchema>;
export type PairFile = z.infer<typeof pairFileSchema>;
export type Environment = PairConfig["environment"];

/** The JSON Schema of the pair file, for the editor. */
export function pairFileJsonSchema(): object {
  return z.toJSONSchema(pairFileSchema, { io: "input" });
}

/** Root of the instance's REST addresses, without a slash at the end. */
export function marketoUrl(pair: PairConfig): string {
  const { url, munchkinId } = pair.marketo;
  return (url ?? `https://${munchkinId}.mktorest.com`).replace(/\/+$/, "");
}

/** Where the command line looks for a secret: `CONTACT_SYNC_<PAIR>_<SIDE>_SECRET`. */
export function secretVariable(pairId: string, side: "dynamics" | "marketo"): string {
  return `CONTACT_SYNC_${pairId.toUpperCase().replace(/[^A-Z0-9]/g, "_")}_${side.toUpperCase()}_SECRET`;
}

function isLoopback(url: string): boolean {
  return URL.canParse(url) && ["127.0.0.1", "localhost", "[::1]"].includes(new URL(url).hostname);
}
