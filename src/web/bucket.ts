/** A token bucket: so many at once, then so many each second. */
export class Bucket {
  readonly #burst: number;
  readonly #perSecond: number;
  readonly #now: () => Date;
  #level: number;
  #at: number;

  constructor(options: { burst: number; perSecond: number; now: () => Date }) {
    this.#burst = options.burst;
    this.#perSecond = options.perSecond;
    this.#now = options.now;
    this.#level = options.burst;
    this.#at = options.now().getTime();
  }

  /** Takes one; false when there is none. A clock set back refills nothing and breaks nothing. */
  take(): boolean {
    const at = this.#now().getTime();
    const seconds = Math.max(0, at - this.#at) / 1000;
    this.#at = at;
    this.#level = Math.min(this.#burst, this.#level + seconds * this.#perSecond);
    if (this.#level < 1) return false;
    this.#level -= 1;
    return true;
  }
}
