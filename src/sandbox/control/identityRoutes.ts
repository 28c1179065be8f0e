import * as z from "zod";
import { parseCertificate, type App } from "../identity/directory";
import { isAadstsCode, type AadstsCode } from "../identity/errors";
import type { ControlParts } from "./parts";
import { ControlError, get, nothing, post, remove, type ControlRoute } from "./routing";

const code = z.custom<AadstsCode>(isAadstsCode, "must be an AADSTS number that the sandbox knows");
const refusalSchema = z.strictObject({
  code,
  grant: z
    .enum(["client_credentials", "device_code", "authorization_code", "refresh_token", "authorize"])
    .optional(),
  times: z.number().int().min(1).optional(),
});
const switchesSchema = z.strictObject({
  tokenLifetimeSeconds: z.number().int().min(1).max(86_400).optional(),
  device: z
    .strictObject({
      interval: z.number().min(0).max(60).optional(),
      expiresIn: z.number().int().min(1).optional(),
      pendingPolls: z.number().int().min(0).nullable().optional(),
      outcome: z.enum(["approve", "decline", "expire"]).optional(),
    })
    .optional(),
  browser: z.strictObject({ mode: z.enum(["choose", "approve", "decline"]) }).optional(),
  refreshTokens: z.enum(["reusable", "once"]).optional(),
});
const appSchema = z.strictObject({
  publicClient: z.boolean().optional(),
  addSecret: z.string().min(1).optional(),
  expireSecrets: z.boolean().optional(),
  certificate: z
    .strictObject({ pem: z.string().min(1), thumbprintSha256: z.string().optional() })
    .optional(),
});
const deviceSchema = z.strictObject({
  userCode: z.string().min(1),
  outcome: z.enum(["approve", "decline"]),
  userId: z.string().optional(),
});

/** The sign-in server's switches. Secrets can be set here, never read. */
export function identityRoutes({ clock, identity }: ControlParts): ControlRoute[] {
  const { switches } = identity;
  return [
    get("/identity", () => ({
      authority: identity.authority,
      switches,
      apps: identity.apps.map(describeApp),
      devices: identity.pendingDevices(),
    })),
    post("/identity/switches", switchesSchema, ({ device, browser, ...rest }) => {
      Object.assign(switches, rest);
      Object.assign(switches.device, device);
      Object.assign(switches.browser, browser);
      return switches;
    }),
    post("/identity/refusals", refusalSchema, (refusal) => {
      switches.refusals.push(refusal);
      return switches.refusals;
    }),
    remove("/identity/refusals", () => void switches.refusals.splice(0)),
    post("/identity/expire-tokens", nothing, () => identity.expireTokens()),
    post("/identity/revoke-refresh-tokens", nothing, () => identity.revokeRefreshTokens()),
    post("/identity/devices", deviceSchema, ({ userCode, outcome, userId }) => {
      const problem = identity.decideDevice(userCode, outcome, userId ?? null);
      if (problem) throw new ControlError(400, problem);
    }),
    post("/identity/apps/:clientId", appSchema, (change, { params }) => {
      const app = identity.apps.find((known) => known.clientId === params["clientId"]);
      if (!app) {
        throw new ControlError(
          404,
          `There is no app ${params["clientId"]}; GET /identity lists them.`,
        );
      }
      changeApp(app, change, clock.now());
      return describeApp(app);
    }),
  ];
}

function changeApp(app: App, change: z.infer<typeof appSchema>, now: number): void {
  if (change.publicClient !== undefined) app.publicClient = change.publicClient;
  if (change.expireSecrets) for (const secret of app.secrets) secret.expiresAt = now;
  if (change.addSecret) app.secrets.push({ value: change.addSecret });
  if (change.certificate) {
    const { pem, thumbprintSha256 } = change.certificate;
    app.certificates.push(parseCertificate(pem, thumbprintSha256));
  }
}

function describeApp(app: App): object {
  return {
    clientId: app.clientId,
    objectId: app.objectId,
    publicClient: app.publicClient,
    secrets: app.secrets.length,
    certificates: app.certificates.map((certificate) => certificate.thumbprintSha256),
  };
}
