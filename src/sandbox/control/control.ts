import type { Handler } from "../kernel/http";
import { dynamicsRoutes } from "./dynamicsRoutes";
import { handsRoutes } from "./handsRoutes";
import { identityRoutes } from "./identityRoutes";
import { clockRoutes, faultRoutes, logRoutes } from "./kernelRoutes";
import { marketoRoutes, quirkRoutes } from "./marketoRoutes";
import type { ControlParts } from "./parts";
import { recordRoutes } from "./recordRoutes";
import { controlHandler, get, nothing, post, type ControlRoute } from "./routing";

/** The control endpoint: JSON over HTTP, described in the sandbox's README. */
export function createControl(parts: ControlParts): Handler {
  const routes: ControlRoute[] = [
    get("/", () => routes.map(({ method, pattern }) => `${method} ${pattern}`)),
    get("/status", () => status(parts)),
    post("/reset", nothing, () => {
      parts.reset();
      return status(parts);
    }),
    ...clockRoutes(parts),
    ...faultRoutes(parts),
    ...logRoutes(parts),
    ...handsRoutes(parts),
    ...quirkRoutes(parts),
    ...identityRoutes(parts),
    ...dynamicsRoutes(parts),
    ...marketoRoutes(parts),
    ...recordRoutes(parts),
  ];
  return controlHandler(routes);
}

function status(parts: ControlParts): object {
  const { clock, dynamics, marketo, orgs, ready } = parts;
  return {
    clock: { now: new Date(clock.now()).toISOString(), frozen: clock.frozen },
    dynamics: {
      url: ready.dynamics.url,
      organizationId: dynamics.organizationId,
      applicationUserId: parts.applicationUserId,
      salesUserId: parts.salesUserId,
      contacts: orgs.dynamics.count("contact"),
      leads: orgs.dynamics.count("lead"),
      accounts: orgs.dynamics.count("account"),
      requests: parts.log.total("dynamics"),
    },
    marketo: {
      url: ready.marketo.url,
      persons: marketo.count(),
      requests: parts.log.total("marketo"),
    },
    identity: { authority: ready.dynamics.authority, requests: parts.log.total("identity") },
    faults: parts.faults.list().length,
    hands: parts.hands.status(),
  };
}
