import { AppError } from "../errors.ts";
import type { Keystore } from "./keystore.ts";

/** A keystore that is not there: every call says so, `keystore/unsupported`, with the reason. */
export class UnsupportedKeystore implements Keystore {
  readonly #reason: string;

  constructor(reason: string) {
    this.#reason = reason;
  }

  check(): Promise<never> {
    return this.#refuse();
  }

  import(): Promise<never> {
    return this.#refuse();
  }

  list(): Promise<never> {
    return this.#refuse();
  }

  listWithoutKey(): Promise<never> {
    return this.#refuse();
  }

  sign(): Promise<never> {
    return this.#refuse();
  }

  remove(): Promise<never> {
    return this.#refuse();
  }

  #refuse(): Promise<never> {
    return Promise.reject(new AppError("keystore/unsupported", { reason: this.#reason }));
  }
}
