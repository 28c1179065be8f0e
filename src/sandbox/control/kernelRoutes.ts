import * as z from "zod";
import type { FaultRule } from "../kernel/faults";
import type { ControlParts } from "./parts";
import { PRESET_NAMES, PRESETS, presetRule } from "./presets";
import { ControlError, get, nothing, numberFrom, post, remove, type ControlRoute } from "./routing";

const MAX_ADVANCE_MS = 10 * 366 * 86_400_000;

/** The clock: everything that ages in the sandbox asks it. */
export function clockRoutes({ clock, hands }: ControlParts): ControlRoute[] {
  const show = () => ({ now: new Date(clock.now()).toISOString(), frozen: clock.frozen });
  const freeze = z.strictObject({ at: z.iso.datetime({ offset: true }).optional() }).optional();
  const advance = z.strictObject({ ms: z.number().int().min(1).max(MAX_ADVANCE_MS) });
  return [
    get("/clock", show),
    post("/clock/freeze", freeze, (body) => {
      clock.freeze(body?.at === undefined ? undefined : Date.parse(body.at));
      return show();
    }),
    post("/clock/advance", advance, ({ ms }) => {
      clock.advance(ms);
      hands.catchUp();
      return show();
    }),
    post("/clock/run", nothing, () => {
      clock.run();
      return show();
    }),
  ];
}

const pattern = z.string().refine(isRegularExpression, "is not a valid regular expression");
const count = z.number().int().min(0).optional();
const answer = {
  status: z.number().int().min(200).max(599),
  headers: z.record(z.string(), z.string()).optional(),
  body: z.string().optional(),
};
const ruleSchema = z.strictObject({
  server: z.enum(["identity", "dynamics", "marketo"]),
  method: z
    .string()
    .regex(/^[A-Z]+(\|[A-Z]+)*$/, "must be a method such as POST, or several as POST|PATCH")
    .optional(),
  path: pattern.optional(),
  body: pattern.optional(),
  skip: count,
  times: count,
  action: z.discriminatedUnion("kind", [
    z.strictObject({ kind: z.literal("respond"), ...answer }),
    z.strictObject({ kind: z.literal("respondAfterCommit"), ...answer }),
    z.strictObject({ kind: z.literal("resetBefore") }),
    z.strictObject({ kind: z.literal("resetAfterCommit") }),
    z.strictObject({ kind: z.literal("delay"), delayMs: z.number().int().min(1).max(600_000) }),
  ]),
}) satisfies z.ZodType<FaultRule>;

const presetSchema = z
  .strictObject({
    times: count,
    skip: count,
    path: pattern.optional(),
    retryAfterSeconds: z.number().int().min(0).optional(),
    delayMs: z.number().int().min(1).max(600_000).optional(),
  })
  .optional();

function isRegularExpression(text: string): boolean {
  try {
    new RegExp(text);
    return true;
  } catch {
    return false;
  }
}

/** Faults: one by one, or the usual ones by name. */
export function faultRoutes({ faults }: ControlParts): ControlRoute[] {
  return [
    get("/faults", () => faults.list()),
    post("/faults", ruleSchema, (rule) => faults.add(rule)),
    remove("/faults", () => faults.clear()),
    get("/faults/presets", () =>
      Object.fromEntries(PRESET_NAMES.map((name) => [name, PRESETS[name].what])),
    ),
    post("/faults/presets/:name", presetSchema, (options, { params }) => {
      const name = PRESET_NAMES.find((known) => known === params["name"]);
      if (!name) {
        const known = PRESET_NAMES.join(", ");
        throw new ControlError(404, `There is no preset ${params["name"]}; there are ${known}.`);
      }
      return faults.add(presetRule(name, options));
    }),
    remove("/faults/:id", ({ params }) => {
      const id = Number(params["id"]);
      if (!faults.list().some((fault) => fault.id === id)) {
        throw new ControlError(404, `There is no fault ${params["id"]}; GET /faults lists them.`);
      }
      faults.remove(id);
    }),
  ];
}

/** What was called: the last 5,000 requests and a counter per endpoint. */
export function logRoutes({ log }: ControlParts): ControlRoute[] {
  return [
    get("/requests", ({ query }) => {
      const entries = log.entries(numberFrom(query, "after", 0));
      const server = query.get("server");
      const wanted = server ? entries.filter((entry) => entry.server === server) : entries;
      return wanted.slice(0, numberFrom(query, "limit", 5_000));
    }),
    remove("/requests", () => log.reset()),
    get("/counts", () => log.counts()),
  ];
}
