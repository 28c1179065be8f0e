import { campaignRoutes } from "./campaignRoutes";
import { customActivityRoutes } from "./customActivityRoutes";
import { customTypeRoutes } from "./customTypeRoutes";
import { exportRoutes } from "./exportRoutes";
import { feedRoutes } from "./feedRoutes";
import { importRoutes } from "./importRoutes";
import { leadRoutes } from "./leadRoutes";
import { listRoutes } from "./listRoutes";
import { objectRoutes } from "./objectRoutes";
import type { Route } from "./routing";
import { schemaRoutes } from "./schemaRoutes";
import { statsRoutes } from "./statsRoutes";
import { syncLeadRoutes } from "./syncLeads";

/** Every endpoint of the API. */
export const allRoutes: Route[] = [
  ...leadRoutes,
  ...syncLeadRoutes,
  ...listRoutes,
  ...campaignRoutes,
  ...schemaRoutes,
  ...feedRoutes,
  ...customActivityRoutes,
  ...customTypeRoutes,
  ...objectRoutes,
  ...exportRoutes,
  ...importRoutes,
  ...statsRoutes,
];
