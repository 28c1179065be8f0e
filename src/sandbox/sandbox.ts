import { secretVariable } from "../config/pairFile";
import type { RecordType } from "../model/record";
import { createControl } from "./control/control";
import type { ControlParts } from "./control/parts";
import { createDataset, DEFAULT_SIZE, type Dataset } from "./data/dataset";
import { createDataverse, type DataverseSandbox } from "./dataverse/dataverse";
import { createHands, type Hands } from "./hands/hands";
import type { Orgs } from "./hands/ports";
import { createIdentity, type Identity } from "./identity/identity";
import { createClock, type SandboxClock } from "./kernel/clock";
import { Faults } from "./kernel/faults";
import { serve, type Handler, type Kernel, type RunningServer } from "./kernel/http";
import { createRandom } from "./kernel/random";
import { RequestLog } from "./kernel/requestLog";
import { createMarketo, type MarketoSandbox } from "./marketo/marketo";
import { createOrgs } from "./orgs";
import type { ReadyLine } from "./ready";
import { addUsers, fill } from "./seeding";
import { SANDBOX_PAIR_ID } from "./pairFile";

export interface SandboxOptions {
  contacts?: number;
  leads?: number;
  persons?: number;
  /** Same seed, same data, same ids and secrets. */
  seed?: number;
  /** Enforce the API limits of both sides. Default `real`. */
  limits?: "real" | "off";
  dynamicsPort?: number;
  marketoPort?: number;
  controlPort?: number;
  /** Whether the Marketo instance has the custom fields for a CRM. Default true. */
  crmFields?: boolean;
  /** Whether the organization has the Sales app, hence leads. Default true. */
  leadTable?: boolean;
  expireChangeTrackingInDays?: number;
}

/** A started sandbox: three servers on 127.0.0.1, and everything behind them for tests in the same process. */
export interface Sandbox {
  readonly ready: ReadyLine;
  readonly dynamics: DataverseSandbox;
  readonly marketo: MarketoSandbox;
  readonly identity: Identity;
  readonly clock: SandboxClock;
  readonly faults: Faults;
  readonly log: RequestLog;
  readonly hands: Hands;
  readonly dataset: Dataset;
  readonly recordTypes: readonly RecordType[];
  /** The systemuserid of the application user that a client signs in as. */
  readonly applicationUserId: string;
  /** The systemuserid of the seller whose edits other hands make. */
  readonly salesUserId: string;
  /** The data of the start again; faults, log and quirks are cleared, the clock goes on. */
  reset(): void;
  close(): Promise<void>;
}

/** The ids and secrets of a sandbox, all made from its seed. */
interface Names {
  tenantId: string;
  clientId: string;
  clientSecret: string;
  servicePrincipalId: string;
  marketoClientId: string;
  marketoSecret: string;
}

function createNames(seed: number): Names {
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

/** Starts the servers and fills them. Fails with `PortInUseError` when a wished port is taken. */
export async function startSandbox(options: SandboxOptions = {}): Promise<Sandbox> {
  const kernel: Kernel = { clock: createClock(), faults: new Faults(), log: new RequestLog() };
  const servers: RunningServer[] = [];
  const close = async () => {
    await Promise.all(servers.map((server) => server.close()));
  };
  try {
    return await build(kernel, options, servers, close);
  } catch (error) {
    await close();
    throw error;
  }
}

async function build(
  kernel: Kernel,
  options: SandboxOptions,
  servers: RunningServer[],
  closeServers: () => Promise<void>,
): Promise<Sandbox> {
  // A server's address is known only once it listens, and the orgs need it: the handlers come after.
  const late: { dynamics?: Handler; marketo?: Handler; identity?: Identity } = {};
  const dynamicsServer = await serve(
    kernel,
    (target) => (late.identity?.owns(target) ? "identity" : "dynamics"),
    options.dynamicsPort ?? 0,
    (request) => late.dynamics!(request),
  );
  servers.push(dynamicsServer);
  const marketoServer = await serve(kernel, "marketo", options.marketoPort ?? 0, (request) =>
    late.marketo!(request),
  );
  servers.push(marketoServer);

  const inside = createInside(kernel, options, dynamicsServer.url);
  const { identity, dynamics, marketo, names } = inside;
  late.identity = identity;
  late.dynamics = (request) =>
    identity.owns(request.target) ? identity.handle(request) : dynamics.handle(request);
  late.marketo = marketo.handle;

  const ready = describeReady(names, identity, dynamicsServer.url, marketoServer.url);
  const parts = { ...kernel, ...inside, ready };
  const control = await serve(kernel, "control", options.controlPort ?? 0, createControl(parts));
  servers.push(control);
  return {
    ...kernel,
    ...inside,
    ready: { ...ready, control: { url: control.url } },
    recordTypes: options.leadTable === false ? ["contact"] : ["contact", "lead"],
    close: async () => {
      inside.hands.stop();
      await closeServers();
    },
  };
}

type Inside = Pick<
  Sandbox,
  | "dynamics"
  | "marketo"
  | "identity"
  | "hands"
  | "dataset"
  | "applicationUserId"
  | "salesUserId"
  | "reset"
> & { names: Names; orgs: Orgs; customizations: ControlParts["customizations"] };

/** Everything behind the sockets, filled with data. */
function createInside(kernel: Kernel, options: SandboxOptions, dynamicsUrl: string): Inside {
  const { seed = 1, limits = "real", crmFields = true, leadTable = true } = options;
  const names = createNames(seed);
  const dataset = createDataset(seed, {
    contacts: options.contacts ?? DEFAULT_SIZE.contacts,
    leads: leadTable ? (options.leads ?? DEFAULT_SIZE.leads) : 0,
    persons: options.persons ?? DEFAULT_SIZE.persons,
  });
  const identity = createSignIn(kernel, { names, dataset, seed, dynamicsUrl });
  const dynamics = createDataverse({
    kernel,
    tokens: identity.tokens,
    tenantId: names.tenantId,
    authority: identity.authority,
    baseUrl: () => dynamicsUrl,
    limits,
    seed,
    leadTable,
    expireChangeTrackingInDays: options.expireChangeTrackingInDays,
  });
  const marketo = createMarketo({
    kernel,
    limits,
    seed,
    crmFields,
    clients: [
      {
        clientId: names.marketoClientId,
        clientSecret: names.marketoSecret,
        user: "contact-sync@contoso.test",
      },
    ],
  });
  const users = { clientId: names.clientId, objectId: names.servicePrincipalId, dataset };
  const { applicationUserId, salesUserId } = addUsers(dynamics, users);
  fill(dynamics, marketo, dataset);
  const orgs = createOrgs(
    dynamics,
    marketo,
    leadTable ? ["contact", "lead", "account"] : ["contact", "account"],
  );
  const hands = createHands({ clock: kernel.clock, orgs, seed, salesUserId });
  const customizations: ControlParts["customizations"] = { plugins: [] };
  const reset = () => {
    hands.reset();
    customizations.plugins.length = 0;
    kernel.faults.clear();
    identity.reset();
    dynamics.reset();
    marketo.reset();
    addUsers(dynamics, users);
    fill(dynamics, marketo, dataset);
    kernel.log.reset();
  };
  return {
    dynamics,
    marketo,
    identity,
    hands,
    dataset,
    applicationUserId,
    salesUserId,
    reset,
    names,
    orgs,
    customizations,
  };
}

function createSignIn(
  kernel: Kernel,
  given: { names: Names; dataset: Dataset; seed: number; dynamicsUrl: string },
): Identity {
  const { names, dataset, seed, dynamicsUrl } = given;
  return createIdentity({
    kernel,
    tenantId: names.tenantId,
    baseUrl: dynamicsUrl,
    resource: dynamicsUrl,
    seed,
    apps: [
      {
        clientId: names.clientId,
        objectId: names.servicePrincipalId,
        secrets: [{ value: names.clientSecret }],
        certificates: [],
        publicClient: true,
      },
    ],
    users: () =>
      dataset.owners.users
        .filter((user) => !user.isdisabled)
        .map((user) => ({
          objectId: user.azureactivedirectoryobjectid,
          userPrincipalName: user.email,
          name: `${user.firstname} ${user.lastname}`,
        })),
  });
}

function describeReady(
  names: Names,
  identity: Identity,
  dynamicsUrl: string,
  marketoUrl: string,
): Omit<ReadyLine, "control"> {
  return {
    dynamics: {
      url: dynamicsUrl,
      tenantId: names.tenantId,
      clientId: names.clientId,
      clientSecret: names.clientSecret,
      authority: identity.authority,
      authorityMetadata: identity.authorityMetadata,
    },
    marketo: {
      url: marketoUrl,
      clientId: names.marketoClientId,
      clientSecret: names.marketoSecret,
    },
    env: {
      [secretVariable(SANDBOX_PAIR_ID, "dynamics")]: names.clientSecret,
      [secretVariable(SANDBOX_PAIR_ID, "marketo")]: names.marketoSecret,
    },
  };
}
