import * as z from "zod";
import { stepSchema } from "../hands/steps";
import type { ControlParts } from "./parts";
import { ControlError, get, nothing, post, type ControlRoute } from "./routing";

const startSchema = z.strictObject({ perMinute: z.number().min(0.1).max(60_000) });
const scriptSchema = z.strictObject({ steps: z.array(stepSchema).min(1).max(10_000) });
const improviseSchema = z.strictObject({ acts: z.number().int().min(1).max(10_000) });

/** Edits by other hands: one, a script, made-up ones, or a steady stream. */
export function handsRoutes({ hands }: ControlParts): ControlRoute[] {
  return [
    post("/edits", stepSchema, (step) => {
      const [result] = hands.script([step]);
      if (!result?.ok) throw new ControlError(400, result?.error ?? "Nothing was done.");
      return { id: result.id };
    }),
    get("/hands", () => hands.status()),
    post("/hands/start", startSchema, ({ perMinute }) => {
      hands.start(perMinute);
      return hands.status();
    }),
    post("/hands/stop", nothing, () => {
      hands.stop();
      return hands.status();
    }),
    post("/hands/script", scriptSchema, ({ steps }) => ({ results: hands.script(steps) })),
    post("/hands/improvise", improviseSchema, ({ acts }) => ({ steps: hands.improvise(acts) })),
  ];
}
