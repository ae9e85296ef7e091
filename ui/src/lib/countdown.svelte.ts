const TICK_MS = 500;

/** Seconds until something may be tried again. */
export class Countdown {
  #until = $state(0);
  #now = $state(0);
  #clock: ReturnType<typeof setTimeout> | undefined;

  /** Whole seconds, 0 where none are left. */
  seconds = $derived(Math.max(0, Math.ceil((this.#until - this.#now) / 1000)));

  /** Milliseconds from now; 0 ends the wait. */
  start(milliseconds: number): void {
    this.#until = Date.now() + milliseconds;
    this.#tick();
  }

  stop(): void {
    clearTimeout(this.#clock);
  }

  /** Ticks only while there is something to count. */
  #tick(): void {
    this.stop();
    this.#now = Date.now();
    if (this.#now < this.#until) this.#clock = setTimeout(() => this.#tick(), TICK_MS);
  }
}
