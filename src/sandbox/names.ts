import { createRandom } from "./kernel/random";

/** The ids and secrets of a sandbox, all made from its seed. */
export interface Names {
  tenantId: string;
  clientId: string;
  clientSecret: string;
  servicePrincipalId: string;
  marketoClientId: string;
  marketoSecret: string;
}

export function createNames(seed: number): Names {
  const random = createRandom(seed ^ 0x7e57ab1e);
  const secret = () => random.guid().replaceAll("-", "");
  return {
    tenantId: random.guid(),
    clientId: random.guid(),
    clientSecret: secret(),
    servicePrincipalId: random.guid(),
    marketoClientId: random.guid(),
    marketoSecret: secret(),
  };
}
