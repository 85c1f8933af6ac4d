/** The file for the support desk while it is made, looked at and saved. */
import type { SupportBundle } from "../doctor/types.ts";

export class SupportFile {
  readonly #make: () => Promise<SupportBundle>;
  #making: Promise<void> | undefined;
  #bundle: SupportBundle | undefined;
  #error: unknown;

  constructor(make: () => Promise<SupportBundle>) {
    this.#make = make;
  }

  get isMaking(): boolean {
    return this.#making !== undefined;
  }

  /** What can be saved. */
  get bundle(): SupportBundle | undefined {
    return this.#bundle;
  }

  /** Why there is none, told once. */
  takeError(): unknown {
    const error = this.#error;
    this.#error = undefined;
    return error;
  }

  /** Makes a fresh one, unless one is being made. */
  start(): void {
    if (this.isMaking) return;
    this.#bundle = undefined;
    this.#error = undefined;
    this.#making = this.#run().finally(() => this.#making = undefined);
  }

  async #run(): Promise<void> {
    try {
      this.#bundle = await this.#make();
    } catch (error) {
      this.#error = error;
    }
  }
}
