/** Looks for requests at a steady pace while the pair is open: re-armed after each look, never two at once. */
export class RequestPoll {
  #timer: NodeJS.Timeout | null = null;
  #look: Promise<unknown> = Promise.resolve();
  #isStopped = false;
  #isLooking = false;

  /** `look` tells its own failures and never rejects. */
  constructor(
    private readonly seconds: number,
    private readonly look: () => Promise<unknown>,
  ) {
    this.#arm();
  }

  pause(): void {
    if (this.#timer) clearTimeout(this.#timer);
    this.#timer = null;
    this.#isStopped = true;
  }

  resume(): void {
    if (!this.#isStopped) return;
    this.#isStopped = false;
    // A look that is under way arms the timer itself when it is through.
    if (!this.#isLooking) this.#arm();
  }

  /** Ends for good, after the look that is under way. */
  async stop(): Promise<void> {
    this.pause();
    await this.#look;
  }

  #arm(): void {
    this.#timer = setTimeout(() => {
      this.#isLooking = true;
      this.#look = this.look().finally(() => {
        this.#isLooking = false;
        if (!this.#isStopped) this.#arm();
      });
    }, this.seconds * 1000);
    // Waiting for requests alone does not keep a process alive.
    this.#timer.unref();
  }
}
