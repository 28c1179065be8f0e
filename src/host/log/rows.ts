import type { Activity } from "../../model/activity";
import type { LogFilter, LogLook, LogQuery } from "../../protocol/log";
import type { ActivityFilter } from "../../protocol/engineContract";
import type { LogSort } from "../../protocol/log";
import type { EngineRequest } from "../engine/client";

/** The panel's filter and order as the engine knows them. */
export function engineFilter(filter: LogFilter, sort?: LogSort): ActivityFilter {
  return { ...filter, ...(sort && { sort }) };
}

/** Reads the log of one pair out of the engine's database. */
export class LogRows {
  constructor(
    private readonly request: EngineRequest,
    private readonly pair: string,
  ) {}

  count(filter: LogFilter): Promise<number> {
    return this.request("countActivities", { pair: this.pair, filter: engineFilter(filter) });
  }

  async look(query: LogQuery): Promise<LogLook> {
    const latest = await this.latest();
    const filter = { ...query.filter, upTo: latest };
    const [rows, page] = await Promise.all([this.count(filter), this.query({ ...query, filter })]);
    return { rows, latest, page };
  }

  query({ filter, sort, offset, limit }: LogQuery): Promise<readonly Activity[]> {
    const wanted = { pair: this.pair, filter: engineFilter(filter, sort), offset, limit };
    return this.request("activities", wanted);
  }

  async byId(id: number): Promise<Activity | null> {
    const wanted = { pair: this.pair, filter: { id }, offset: 0, limit: 1 };
    const [activity] = await this.request("activities", wanted);
    return activity ?? null;
  }

  /** The newest activity's id; 0 when there is none. */
  async latest(): Promise<number> {
    const sort = { by: "time", descending: true } as const;
    const wanted = { pair: this.pair, filter: { sort }, offset: 0, limit: 1 };
    const [activity] = await this.request("activities", wanted);
    return activity?.id ?? 0;
  }
}
