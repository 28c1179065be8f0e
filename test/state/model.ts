import fc from "fast-check";
import { RECORD_TYPES } from "../../src/model/record";
import type { Activity, NewActivity } from "../../src/model/activity";
import type { RecordType } from "../../src/model/record";
import type {
  FailedRecord,
  Intent,
  Link,
  PendingEcho,
  StateWriter,
} from "../../src/sync/statePort";
import type { Contents } from "./contents";
import { activity, change, echo, failure, guid, link } from "./samples";

/** The state as plain maps: what the store must be equal to after any history. */
export class Model {
  links = new Map<string, Link>();
  checkpoints = new Map<string, string>();
  intents: Intent[] = [];
  echoes = new Map<string, PendingEcho>();
  seen = new Map<string, number>();
  failed: FailedRecord[] = [];
  activities: Activity[] = [];
  calls = { dynamics: 0, marketo: 0 };
  cycles = new Map<number, string>();
  announced = 0;

  contents(): Contents {
    const byText = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
    return structuredClone({
      links: RECORD_TYPES.flatMap((type) =>
        [...this.links.values()]
          .filter(({ recordType }) => recordType === type)
          .sort((a, b) => byText(a.dynamicsId, b.dynamicsId)),
      ),
      checkpoints: ["delta", "token", "map"].map((key) => this.checkpoints.get(key) ?? null),
      intents: this.intents,
      echoes: [...this.echoes.values()].sort(
        (a, b) =>
          a.sentAt - b.sentAt ||
          a.personId - b.personId ||
          a.position - b.position ||
          a.activityId - b.activityId,
      ),
      seen: Array.from({ length: 12 }, (_, at) => `event-${at}`).filter((id) => this.seen.has(id)),
      failed: this.failed
        .filter(({ nextAttempt }) => nextAttempt !== null)
        .sort((a, b) => (a.nextAttempt ?? 0) - (b.nextAttempt ?? 0)),
      activities: this.activities.toSorted((a, b) => byText(b.time, a.time) || b.id - a.id),
      calls: [this.calls.dynamics, this.calls.marketo],
      cycles: [...this.cycles].sort(([a], [b]) => b - a).map(([, summary]) => summary),
    });
  }

  copy(): Model {
    return Object.assign(new Model(), structuredClone({ ...this }));
  }

  removeFailed(type: RecordType, dynamicsId: string | null, personId: number | null): void {
    this.failed = this.failed.filter(
      (record) =>
        record.recordType !== type ||
        !(
          (dynamicsId !== null && record.dynamicsId === dynamicsId) ||
          (personId !== null && record.personId === personId)
        ),
    );
  }
}

/** One call of a writer, and what it means. */
export interface Step {
  name: string;
  /** The model is as it was before this step. */
  write(writer: StateWriter, model: Model): void;
  apply(model: Model): void;
}

const small = fc.integer({ min: 1, max: 6 });
const type = fc.constantFrom(...RECORD_TYPES);
const id = small.map(guid);
const bytes = (length: number) => fc.uint8Array({ minLength: length, maxLength: length });
const text = fc
  .oneof(fc.string({ maxLength: 20 }), fc.constant("x".repeat(700)))
  .map((each) => each.replaceAll("\0", ""));
const value = fc.oneof(
  text,
  fc.double({ noNaN: true, noDefaultInfinity: true }).map((each) => each + 0),
  fc.boolean(),
  fc.constant(null),
);

const putLink = fc
  .record({
    recordType: type,
    dynamicsId: id,
    personId: small,
    version: fc.option(text),
    base: bytes(16),
  })
  .map((given): Step => {
    const whole = link(1, given);
    const key = `${whole.recordType} ${whole.dynamicsId}`;
    /** Whoever has the person now gives it up first, as the sync does. */
    const owner = (model: Model): [string, Link] | undefined =>
      [...model.links].find(([held, { personId }]) => held !== key && personId === whole.personId);
    return {
      name: "putLink",
      write: (writer, model) => {
        const held = owner(model)?.[1];
        if (held) writer.removeLink(held.recordType, held.dynamicsId);
        writer.putLink(whole);
      },
      apply: (model) => {
        model.links.delete(owner(model)?.[0] ?? "");
        model.links.set(key, whole);
      },
    };
  });

const removeLink = fc.tuple(type, id).map(([recordType, dynamicsId]): Step => ({
  name: "removeLink",
  write: (writer) => writer.removeLink(recordType, dynamicsId),
  apply: (model) => void model.links.delete(`${recordType} ${dynamicsId}`),
}));

const setCheckpoint = fc
  .tuple(fc.constantFrom("delta", "token", "map"), fc.option(text))
  .map(([key, content]): Step => ({
    name: "setCheckpoint",
    write: (writer) => writer.setCheckpoint(key, content),
    apply: (model) =>
      void (content === null ? model.checkpoints.delete(key) : model.checkpoints.set(key, content)),
  }));

const addActivity = fc
  .record({
    number: small,
    before: fc.option(value, { nil: undefined }),
    after: value,
    lost: fc.option(value, { nil: undefined }),
  })
  .map(({ number, before, after, lost }): Step => {
    const changes = [change({ before, after, ...(lost === undefined ? {} : { lost }) })];
    const added: NewActivity = activity(number, { changes });
    return {
      name: "addActivity",
      write: (writer) => void writer.addActivity(added),
      apply: (model) => void model.activities.push({ id: model.activities.length + 1, ...added }),
    };
  });

const amendActivity = fc.tuple(small, value).map(([number, before]): Step => ({
  name: "amendActivity",
  write: (writer) => writer.amendActivity(number, [change({ before, after: "amended" })]),
  apply: (model) => {
    const found = model.activities[number - 1];
    if (!found) return;
    const [first] = found.changes;
    const changes = [{ ...first, ...change({ before, after: "amended" }) }];
    model.activities[number - 1] = { ...found, changes };
  },
}));

const finishIntents = fc.array(small, { maxLength: 3 }).map((ids): Step => ({
  name: "finishIntents",
  write: (writer) => writer.finishIntents(ids),
  apply: (model) => {
    model.intents = model.intents.filter((each) => !ids.includes(each.id));
  },
}));

/** Few of each, so that histories meet the same echo again. */
const anyEcho = fc
  .tuple(small, small, fc.integer({ min: 1, max: 3 }), bytes(8))
  .map(([personId, position, activityId, sentHash]) =>
    echo(personId, position, { activityId, sentHash }),
  );

const keyOf = ({ personId, position, activityId }: PendingEcho): string =>
  `${personId} ${position} ${activityId}`;

const putEcho = anyEcho.map((put): Step => ({
  name: "putEcho",
  write: (writer) => writer.putEcho(put),
  apply: (model) => void model.echoes.set(keyOf(put), put),
}));

const confirmEchoes = fc.array(anyEcho, { maxLength: 3 }).map((echoes): Step => ({
  name: "confirmEchoes",
  write: (writer) => writer.confirmEchoes(echoes),
  apply: (model) => echoes.forEach((each) => model.echoes.delete(keyOf(each))),
}));

const removeEchoes = fc
  .tuple(small, fc.array(small, { maxLength: 3 }))
  .map(([personId, positions]): Step => ({
    name: "removeEchoes",
    write: (writer) => writer.removeEchoes(personId, positions),
    apply: (model) => {
      for (const [key, put] of model.echoes) {
        if (put.personId === personId && positions.includes(put.position)) model.echoes.delete(key);
      }
    },
  }));

const addSeen = fc.array(fc.tuple(small, small), { maxLength: 4 }).map((pairs): Step => {
  const events = pairs.map(([number, at]) => ({ guid: `event-${number}`, at }));
  return {
    name: "addSeen",
    write: (writer) => writer.addSeen(events),
    apply: (model) =>
      events.forEach(({ guid: event, at }) =>
        model.seen.set(event, Math.max(at, model.seen.get(event) ?? 0)),
      ),
  };
});

const trimSeen = small.map((before): Step => ({
  name: "trimSeen",
  write: (writer) => writer.trimSeen(before),
  apply: (model) => {
    for (const [event, at] of model.seen) if (at < before) model.seen.delete(event);
  },
}));

let attempts = 0;
const putFailed = fc
  .tuple(type, fc.option(id), small, fc.boolean())
  .map(([recordType, dynamicsId, personId, retry]): Step => {
    attempts += 1;
    const nextAttempt = retry ? attempts : null;
    const put = failure(1, { recordType, dynamicsId, personId, nextAttempt });
    return {
      name: "putFailed",
      write: (writer) => writer.putFailed(put),
      apply: (model) => {
        model.removeFailed(recordType, dynamicsId, personId);
        model.failed.push(put);
      },
    };
  });

const removeFailed = fc
  .tuple(type, fc.option(id), fc.option(small))
  .map(([recordType, dynamicsId, personId]): Step => ({
    name: "removeFailed",
    write: (writer) => writer.removeFailed({ recordType, dynamicsId, personId }),
    apply: (model) => model.removeFailed(recordType, dynamicsId, personId),
  }));

const addCalls = fc
  .tuple(fc.constantFrom("dynamics" as const, "marketo" as const), small)
  .map(([side, calls]): Step => ({
    name: "addCalls",
    write: (writer) => writer.addCalls(side, "2026-01-01", calls),
    apply: (model) => void (model.calls[side] += calls),
  }));

const putCycle = fc.tuple(small, text).map(([cycle, summary]): Step => ({
  name: "putCycle",
  write: (writer) => writer.putCycle(summary, cycle),
  apply: (model) => void model.cycles.set(cycle, summary),
}));

export const anyStep: fc.Arbitrary<Step> = fc.oneof(
  putLink,
  removeLink,
  setCheckpoint,
  addActivity,
  amendActivity,
  finishIntents,
  putEcho,
  removeEchoes,
  confirmEchoes,
  addSeen,
  trimSeen,
  putFailed,
  removeFailed,
  addCalls,
  putCycle,
);
