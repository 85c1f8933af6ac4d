/**
 * When the app may end: some time after its last page was heard of.
 *
 * Pages beat every few seconds, but browsers let a hidden tab's timers run only once a minute, and a sleeping
 * PC lets nothing run at all; neither is a closed page.
 *
 * @module
 */
export interface LifetimeOptions {
  now: () => Date;
  /** Silence after which the page counts as closed. */
  graceMs: number;
  /** How often `isOver()` is asked. */
  checkEveryMs: number;
  /** While this is true the app never ends. */
  isBusy: () => boolean;
}

export class Lifetime {
  readonly #options: LifetimeOptions;
  #seenAt: number;
  #checkedAt: number;

  constructor(options: LifetimeOptions) {
    this.#options = options;
    this.#seenAt = this.#checkedAt = options.now().getTime();
  }

  /** A page was heard of. */
  seen(): void {
    this.#seenAt = this.#options.now().getTime();
  }

  /** Asked regularly; true once, at the end. */
  isOver(): boolean {
    const now = this.#options.now().getTime();
    const sinceCheck = now - this.#checkedAt;
    this.#checkedAt = now;
    // The PC slept, or its clock was set: the silence says nothing about the page.
    const isClockOdd = sinceCheck < 0 || sinceCheck > 3 * this.#options.checkEveryMs;
    if (isClockOdd || this.#options.isBusy()) this.#seenAt = now;
    return now - this.#seenAt > this.#options.graceMs;
  }
}
