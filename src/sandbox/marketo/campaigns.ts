export interface Campaign {
  id: number;
  name: string;
  type: "trigger" | "batch";
  active: boolean;
  createdAt: number;
}

/** What a trigger call asked for; the hook stands for the campaign's flow. */
export interface CampaignRequest {
  campaign: Campaign;
  leadIds: number[];
  tokens: { name: string; value: string }[];
}

/** The smart campaigns that web services may request. */
export class Campaigns {
  #all = new Map<number, Campaign>();
  #nextId = 1001;
  /** Called for each trigger request, so that a test can play the flow. */
  onTrigger: ((request: CampaignRequest) => void) | undefined;
  readonly requests: CampaignRequest[] = [];

  create(name: string, at: number, type: Campaign["type"] = "trigger"): number {
    const id = this.#nextId++;
    this.#all.set(id, { id, name, type, active: true, createdAt: at });
    return id;
  }

  get(id: number): Campaign | undefined {
    return this.#all.get(id);
  }

  list(): Campaign[] {
    return [...this.#all.values()];
  }

  trigger(request: CampaignRequest): void {
    this.requests.push(request);
    this.onTrigger?.(request);
  }
}
