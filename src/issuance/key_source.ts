/**
 * Key pairs, started early so that they are ready at the click.
 *
 * @module
 */
import { generateKeyPair, type KeyPair } from "../pki/keys.ts";
import type { KeyAlgorithm } from "../protocol/messages.ts";

/**
 * How many searches for an RSA key run side by side. The time that one takes varies tenfold; the first of two
 * to end takes two thirds of the time of one on its own. The other one's key is thrown away.
 */
const RSA_SEARCHES = 2;

/** Makes key pairs; each is given out once. */
export class KeySource {
  readonly #algorithm: KeyAlgorithm;
  readonly #generate: (algorithm: KeyAlgorithm) => Promise<KeyPair>;
  #prepared: Promise<KeyPair> | undefined;

  constructor(algorithm: KeyAlgorithm, generate = generateKeyPair) {
    this.#algorithm = algorithm;
    this.#generate = generate;
  }

  /** Starts a key pair, unless one is there or on its way. */
  prepare(): void {
    if (this.#prepared !== undefined) return;
    const prepared = this.#search();
    this.#prepared = prepared;
    prepared.catch(() => {
      // Nobody may be waiting yet. The next one to ask gets a fresh start.
      if (this.#prepared === prepared) this.#prepared = undefined;
    });
  }

  /** The prepared key pair, or a new one. */
  take(): Promise<KeyPair> {
    const taken = this.#prepared ?? this.#search();
    this.#prepared = undefined;
    return taken;
  }

  async #search(): Promise<KeyPair> {
    const count = this.#algorithm === "rsa-2048" ? RSA_SEARCHES : 1;
    const searches = Array.from({ length: count }, () => this.#generate(this.#algorithm));
    const first = await Promise.any(searches);
    for (const search of searches) {
      search.then((other) => other !== first && other.pkcs8Der.fill(0), () => {});
    }
    return first;
  }
}
