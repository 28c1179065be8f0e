import { parentPort, type MessagePort } from "node:worker_threads";
import { createTransport } from "../http/transport";
import type { CycleSummary } from "../model/activity";
import { CallError, ContactSyncError } from "../model/failure";
import { PLAIN_NETWORK, type NetworkSettings } from "../model/network";
import type { CycleEvent, HostEvent } from "../protocol/engine";
import type { EngineContract, EngineHostContract, FailedRow } from "../protocol/engineContract";
import {
  connect,
  type Handlers,
  type MessagePortLike,
  type Rpc,
  type RpcFailure,
} from "../protocol/rpc";
import { answerQuestion, questionsOf } from "./answers";
import { findPersons, previewCreate, summarize } from "./createRecord";
import { currentValue } from "./currentValue";
import { EnginePairs } from "./enginePairs";
import { explain } from "./explain";
import { withOwnerNames } from "./ownerNames";
import { readSamples, readSeenValues } from "./fieldSamples";
import { createFields } from "./marketoSetUp";
import { createPersonLogType } from "./personLog";
import { retryFailed } from "./retryFailed";
import { statusOf } from "./status";

/** A cycle may take hours; nobody gives up on it but the user. */
const NO_TIMEOUT_MS = 2 ** 31 - 1;

function portOf(port: MessagePort): MessagePortLike {
  return {
    post: (message) => port.postMessage(message),
    listen: (receive) => {
      port.on("message", receive);
      return () => void port.off("message", receive);
    },
  };
}

/** What the other end may see of an error: a code and one sentence. */
function describeFailure(error: unknown): RpcFailure {
  if (error instanceof CallError) {
    const { code, message, class: kind } = error.failure;
    return { code: kind === "signIn" ? `SIGN-IN ${code}` : code, message };
  }
  if (error instanceof ContactSyncError) return { code: error.code, message: error.message };
  return { code: "CS-UNEXPECTED", message: error instanceof Error ? error.message : String(error) };
}

function handlersOf(
  pairs: EnginePairs,
  useNetwork: (network: NetworkSettings) => void,
): Handlers<EngineContract> {
  return {
    requests: {
      useNetwork: ({ network }) => {
        useNetwork(network);
        return null;
      },
      open: ({ config, stateFolder, owner }) => pairs.open(config, stateFolder, owner),
      close: ({ pair }) => pairs.close(pair).then(() => null),
      takeOver: ({ pair }) => pairs.takeOver(pair),
      startAnew: ({ pair }) => pairs.startAnew(pair),
      runCycle: ({ pair, approved }) => pairs.run(pair, approved),
      cancelCycle: ({ pair }) => {
        pairs.cancel(pair);
        return null;
      },
      preview: ({ pair, sampleSize }) => pairs.engine(pair).preview({ sampleSize }),
      describe: ({ pair, refresh }) => {
        const engine = pairs.engine(pair);
        if (refresh) engine.forgetSchema();
        return engine.describe();
      },
      samples: async ({ pair, recordType }) =>
        readSamples(await pairs.engine(pair).sampleGround(recordType)),
      seenValues: async ({ pair, recordType, field }) =>
        readSeenValues(await pairs.engine(pair).sampleGround(recordType), field),
      status: async ({ pair }) => {
        const status = statusOf(pair, await pairs.state(pair), Date.now());
        const writer = status.writer && { ...status.writer, self: pairs.isWriter(pair) };
        return { ...status, writer };
      },
      cycles: async ({ pair, limit }) =>
        (await pairs.state(pair)).cycles(limit).map((text) => JSON.parse(text) as CycleSummary),
      activities: async ({ pair, filter, offset, limit }) => {
        const state = await pairs.state(pair);
        return withOwnerNames(state, state.activities({ ...filter, offset, limit }));
      },
      countActivities: async ({ pair, filter }) =>
        (await pairs.state(pair)).countActivities(filter),
      failed: async ({ pair, limit }) =>
        (await pairs.state(pair)).failed({ limit }) satisfies readonly FailedRow[],
      searchPersons: async ({ pair, ...query }) => {
        const { context } = await pairs.engine(pair).prepare();
        const persons = await findPersons(context, query);
        return persons.map((person) => summarize(context, person));
      },
      previewCreate: async ({ pair, request }) => {
        const { context } = await pairs.engine(pair).prepare();
        return previewCreate(context, request);
      },
      createContact: ({ pair, request }) => pairs.engine(pair).createRecord(request),
      owners: async ({ pair }) => {
        const owners = await pairs.engine(pair).connectors.dynamics.owners();
        return owners.map(({ reference, name }) => ({ id: reference, name }));
      },
      currentValue: async ({ pair, ...record }) => {
        const { context } = await pairs.engine(pair).prepare();
        return currentValue(context, record);
      },
      validate: ({ pair }) => pairs.engine(pair).validate(),
      createFields: async ({ pair }) => {
        const engine = pairs.engine(pair);
        engine.forgetSchema();
        const made = await createFields(engine.config, engine.connectors, await engine.schema());
        engine.forgetSchema();
        return made;
      },
      createActivityType: async ({ pair }) => {
        const { connectors, after } = pairs.engine(pair);
        const made = await createPersonLogType(connectors.marketo);
        after.personLog?.reset();
        return made;
      },
      retryFailed: ({ pair, code }) => retryFailed(pairs.engine(pair).state, Date.now(), code),
      questions: async ({ pair }) => questionsOf(await pairs.state(pair)),
      answer: ({ pair, ...request }) =>
        answerQuestion(pairs.engine(pair).state, request, { pair, now: Date.now() }),
      explain: async ({ pair, ...request }) => {
        const { context } = await pairs.engine(pair).prepare();
        return explain(context, request);
      },
      pollRequests: ({ pair }) => pairs.engine(pair).pollRequests(),
      pause: ({ pair }) => {
        pairs.pause(pair);
        return null;
      },
      resume: ({ pair }) => {
        pairs.resume(pair);
        return null;
      },
      stop: () => pairs.closeAll().then(() => null),
    },
    notifications: {},
  };
}

function forHost(event: CycleEvent): HostEvent {
  if (event.type !== "activities") return event;
  return { type: "logged", pair: event.pair, count: event.activities.length };
}

function serve(port: MessagePort): void {
  let network = PLAIN_NETWORK;
  const transport = createTransport({
    network: () => network,
    log: ({ method, url, status, ms, requestId }) =>
      rpc.notify("log", {
        level: "debug",
        message: `${method} ${url} ${status} ${Math.round(ms)} ms ${requestId ?? ""}`.trimEnd(),
      }),
  });
  const pairs: EnginePairs = new EnginePairs({
    transport,
    token: (pair, side, forceRefresh) => rpc.request("token", { pair, side, forceRefresh }),
    onEvent: (event) => rpc.notify("event", forHost(event)),
  });
  const rpc: Rpc<EngineHostContract> = connect<EngineContract, EngineHostContract>(
    portOf(port),
    handlersOf(pairs, (wanted) => {
      network = wanted;
    }),
    {
      timeoutMs: NO_TIMEOUT_MS,
      describe: describeFailure,
    },
  );
}

if (parentPort) serve(parentPort);
