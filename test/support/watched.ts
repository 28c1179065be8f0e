import type { ConnectorSet } from "../../src/engine/connect";
import type { Side } from "../../src/model/record";

/** One moment of a connector's call or page. */
export interface Moment {
  when: "before" | "after";
  side: Side;
  method: string;
}

type OnCall = (moment: Moment) => void;

/** The same connectors, with a word before and after every call and every page. */
export function watched(connectors: ConnectorSet, onCall: OnCall): ConnectorSet {
  return {
    dynamics: watch(connectors.dynamics, "dynamics", onCall),
    marketo: watch(connectors.marketo, "marketo", onCall),
  };
}

const WATCHED = new Set(["changes", "read", "find", "write", "checkpointAt"]);

function watch<T extends object>(port: T, side: Side, onCall: OnCall): T {
  return new Proxy(port, {
    get(target, name) {
      const member: unknown = Reflect.get(target, name, target);
      if (typeof member !== "function") return member;
      const call = (...given: unknown[]): unknown => Reflect.apply(member, target, given);
      const method = String(name);
      if (!WATCHED.has(method)) return call;
      const tell = (when: Moment["when"]) => onCall({ when, side, method });
      if (method === "changes") return (...given: unknown[]) => pages(() => call(...given), tell);
      return async (...given: unknown[]) => {
        tell("before");
        const answer = await call(...given);
        tell("after");
        return answer;
      };
    },
  });
}

async function* pages(start: () => unknown, tell: (when: Moment["when"]) => void): AsyncGenerator {
  const source = (start() as AsyncIterable<unknown>)[Symbol.asyncIterator]();
  for (;;) {
    tell("before");
    const page = await source.next();
    tell("after");
    if (page.done) return;
    yield page.value;
  }
}
