import { secretVariable } from "../config/pairFile";
import type { RecordType } from "../model/record";
import { createControl } from "./control/control";
import type { ControlParts } from "./control/parts";
import { createDataset, DEFAULT_SIZE, type Dataset } from "./data/dataset";
import { createDataverse, type DataverseSandbox } from "./dataverse/dataverse";
import { createHands, type Hands } from "./hands/hands";
import type { Orgs, TableName } from "./hands/ports";
import { createIdentity, type Identity } from "./identity/identity";
import { createClock, type SandboxClock } from "./kernel/clock";
import { Faults } from "./kernel/faults";
import { serve, type Handler, type Kernel, type RunningServer } from "./kernel/http";
import { RequestLog } from "./kernel/requestLog";
import { createMarketo, type MarketoSandbox } from "./marketo/marketo";
import { createNames, type Names } from "./names";
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
  const nameOf = (target: string) => (late.identity?.owns(target) ? "identity" : "dynamics");
  const dynamicsServer = await serve(kernel, nameOf, options.dynamicsPort ?? 0, (request) =>
    late.dynamics!(request),
  );
  servers.push(dynamicsServer);
  const marketoServer = await serve(kernel, "marketo", options.marketoPort ?? 0, (request) =>
    late.marketo!(request),
  );
  servers.push(marketoServer);

  const inside = createInside(kernel, options, dynamicsServer.url);
  const { identity, dynamics } = inside;
  late.identity = identity;
  late.dynamics = (request) =>
    (identity.owns(request.target) ? identity : dynamics).handle(request);
  late.marketo = inside.marketo.handle;
  const ready = describeReady(inside, dynamicsServer.url, marketoServer.url);
  const answer = createControl({ ...kernel, ...inside, ready });
  const control = await serve(kernel, "control", options.controlPort ?? 0, answer);
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
  const { seed = 1, leadTable = true } = options;
  const names = createNames(seed);
  const dataset = createDataset(seed, {
    contacts: options.contacts ?? DEFAULT_SIZE.contacts,
    leads: leadTable ? (options.leads ?? DEFAULT_SIZE.leads) : 0,
    persons: options.persons ?? DEFAULT_SIZE.persons,
  });
  const identity = createSignIn(kernel, { names, dataset, seed, dynamicsUrl });
  const dynamics = createOrganization(kernel, options, { names, identity, dynamicsUrl });
  const marketo = createInstance(kernel, options, names);
  const users = { clientId: names.clientId, objectId: names.servicePrincipalId, dataset };
  const ids = addUsers(dynamics, users);
  fill(dynamics, marketo, dataset);
  const tables: TableName[] = leadTable ? ["contact", "lead", "account"] : ["contact", "account"];
  const orgs = createOrgs(dynamics, marketo, tables);
  const hands = createHands({ clock: kernel.clock, orgs, seed, salesUserId: ids.salesUserId });
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
  const sides = { dynamics, marketo, identity, orgs };
  return { ...sides, ...ids, hands, dataset, names, customizations, reset };
}

function createOrganization(
  kernel: Kernel,
  options: SandboxOptions,
  given: { names: Names; identity: Identity; dynamicsUrl: string },
): DataverseSandbox {
  const { names, identity, dynamicsUrl } = given;
  return createDataverse({
    kernel,
    tokens: identity.tokens,
    tenantId: names.tenantId,
    authority: identity.authority,
    baseUrl: () => dynamicsUrl,
    limits: options.limits ?? "real",
    seed: options.seed ?? 1,
    leadTable: options.leadTable ?? true,
    expireChangeTrackingInDays: options.expireChangeTrackingInDays,
  });
}

function createInstance(kernel: Kernel, options: SandboxOptions, names: Names): MarketoSandbox {
  const client = {
    clientId: names.marketoClientId,
    clientSecret: names.marketoSecret,
    user: "contact-sync@contoso.test",
  };
  return createMarketo({
    kernel,
    limits: options.limits ?? "real",
    seed: options.seed ?? 1,
    crmFields: options.crmFields ?? true,
    clients: [client],
  });
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
  { names, identity }: Inside,
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
