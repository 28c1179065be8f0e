import * as z from "zod";
import type { Orgs } from "./ports";

const cells = z.record(z.string(), z.union([z.string(), z.number(), z.boolean(), z.null()]));
const table = z.enum(["contact", "lead", "account"]);
const guid = z.string().regex(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i, "must be a GUID");
const personId = z.number().int().positive();
const dynamics = z.literal("dynamics");
const marketo = z.literal("marketo");
/** The systemuserid that makes the edit; the Sales user if left out. */
const as = guid.optional();

/** One edit by other hands, as a script or the control endpoint gives it. */
export const stepSchema = z.union([
  z.strictObject({ side: dynamics, op: z.literal("create"), table, values: cells, as }),
  z.strictObject({ side: dynamics, op: z.literal("update"), table, id: guid, values: cells, as }),
  z.strictObject({ side: dynamics, op: z.literal("delete"), table, id: guid, as }),
  z.strictObject({ side: dynamics, op: z.literal("qualify"), id: guid, as }),
  z.strictObject({
    side: dynamics,
    op: z.literal("merge"),
    table,
    id: guid,
    losers: z.array(guid).min(1),
    as,
  }),
  z.strictObject({ side: marketo, op: z.literal("create"), values: cells }),
  z.strictObject({ side: marketo, op: z.literal("update"), id: personId, values: cells }),
  z.strictObject({ side: marketo, op: z.literal("delete"), id: personId }),
  z.strictObject({
    side: marketo,
    op: z.literal("merge"),
    id: personId,
    losers: z.array(personId).min(1),
  }),
  z.strictObject({ side: marketo, op: z.literal("score"), id: personId, delta: z.number().int() }),
  z.strictObject({
    side: marketo,
    op: z.enum(["addToList", "removeFromList"]),
    listId: personId,
    ids: z.array(personId).min(1),
  }),
]);

export type Step = z.infer<typeof stepSchema>;
export type DynamicsStep = Extract<Step, { side: "dynamics" }>;
export type MarketoStep = Extract<Step, { side: "marketo" }>;

/** Makes the edit; returns the id of the record that it made or touched. */
export function applyStep(orgs: Orgs, step: Step, salesUserId: string): { id: string | number } {
  return step.side === "dynamics"
    ? { id: applyDynamics(orgs, step, salesUserId) }
    : { id: applyMarketo(orgs, step) };
}

function applyDynamics({ dynamics }: Orgs, step: DynamicsStep, salesUserId: string): string {
  const userId = step.as ?? salesUserId;
  switch (step.op) {
    case "create":
      return dynamics.create(step.table, step.values, userId);
    case "update":
      dynamics.edit(step.table, step.id.toLowerCase(), step.values, userId);
      return step.id.toLowerCase();
    case "delete":
      dynamics.remove(step.table, step.id.toLowerCase(), userId);
      return step.id.toLowerCase();
    case "qualify":
      return dynamics.qualify(step.id.toLowerCase(), userId) ?? step.id.toLowerCase();
    case "merge":
      for (const loser of step.losers)
        dynamics.merge(step.table, step.id.toLowerCase(), loser.toLowerCase(), userId);
      return step.id.toLowerCase();
  }
}

function applyMarketo({ marketo }: Orgs, step: MarketoStep): number {
  switch (step.op) {
    case "create":
      return marketo.create(step.values);
    case "update":
      marketo.edit(step.id, step.values);
      return step.id;
    case "delete":
      marketo.remove(step.id);
      return step.id;
    case "merge":
      marketo.merge(step.id, step.losers);
      return step.id;
    case "score":
      marketo.changeScore(step.id, step.delta);
      return step.id;
    case "addToList":
      marketo.addToList(step.listId, step.ids);
      return step.listId;
    case "removeFromList":
      marketo.removeFromList(step.listId, step.ids);
      return step.listId;
  }
}
