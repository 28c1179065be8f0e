import { FIRST_LOOK, type LogFilter, type LogSort } from "../src/protocol/log";

/** The height of a row of VS Code's own lists; the style sheet says the same. */
export const ROW_HEIGHT = 22;

/** What a reload of the panel must bring back. */
export interface ViewState {
  filter: LogFilter;
  sort: LogSort;
  scrollTop: number;
  /** The opened activity and the row it was in. */
  opened: { id: number; row: number } | null;
}

export const FIRST_STATE: ViewState = {
  filter: FIRST_LOOK.filter,
  sort: FIRST_LOOK.sort,
  scrollTop: 0,
  opened: null,
};

/** VS Code's side of the page. */
export interface VsCodeApi {
  postMessage(message: unknown): void;
  getState(): unknown;
  setState(state: unknown): void;
}

const SAVE_MS = 150;

/** Keeps the state in VS Code; scrolling changes it too often to save each time. */
export class StateStore {
  private timer: ReturnType<typeof setTimeout> | undefined;
  private current: ViewState;

  constructor(private readonly api: VsCodeApi) {
    const saved = api.getState();
    // What an earlier version saved may lack parts.
    this.current = { ...FIRST_STATE, ...(typeof saved === "object" ? saved : null) };
  }

  get state(): ViewState {
    return this.current;
  }

  update(change: Partial<ViewState>): void {
    this.current = { ...this.current, ...change };
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.api.setState(this.current), SAVE_MS);
  }
}
