/** A proxy that wants a name and a password, in memory, for tests of the pages: no proxy, no secret store. */
import { AppError } from "../../errors.ts";
import type { ProxyAuthentication, ProxyChallenge, ProxyCredentials } from "../../network/proxy/types.ts";

type Verdict = "answered" | "cancelled";

export class FakeProxyAuthentication implements ProxyAuthentication {
  proxy = "proxy.example:3128";
  /** What it lets through; when it changes, what was given before opens nothing any more. */
  accepts: ProxyCredentials = { username: "suzuki", password: "open sesame" };
  hasSecretStore = false;
  /** Every answer it was given. */
  readonly answers: (ProxyCredentials & { keep: boolean })[] = [];
  /** How often a question was refused an answer. */
  cancelled = 0;
  #given: ProxyCredentials | undefined;
  #pending: ProxyChallenge | undefined;
  #verdict = Promise.withResolvers<Verdict>();
  #asked = Promise.withResolvers<ProxyChallenge>();

  /** A request that goes through this proxy: waits until it may. */
  async pass(): Promise<void> {
    for (let isRefused = false; !this.#isOpen(); isRefused = true) {
      if (this.#pending === undefined) {
        this.#pending = { proxy: this.proxy, schemes: ["Basic"], isRefused };
        this.#asked.resolve(this.#pending);
      }
      if (await this.#verdict.promise === "answered") continue;
      throw new AppError("network/proxy-credentials-needed", { proxy: this.proxy });
    }
  }

  pending(): ProxyChallenge | undefined {
    return this.#pending;
  }

  asked(signal?: AbortSignal): Promise<ProxyChallenge> {
    return new Promise((resolve, reject) => {
      signal?.addEventListener("abort", () => reject(signal.reason), { once: true });
      void this.#asked.promise.then(resolve);
    });
  }

  answer(credentials: ProxyCredentials, { keep }: { keep: boolean }): void {
    if (this.#pending === undefined) return;
    this.answers.push({ ...credentials, keep });
    this.#given = credentials;
    this.#end("answered");
  }

  cancel(): void {
    if (this.#pending === undefined) return;
    this.cancelled++;
    this.#end("cancelled");
  }

  canKeep(): Promise<boolean> {
    return Promise.resolve(this.hasSecretStore);
  }

  #isOpen(): boolean {
    const { username, password } = this.accepts;
    return this.#given?.username === username && this.#given.password === password;
  }

  #end(verdict: Verdict): void {
    this.#pending = undefined;
    this.#asked = Promise.withResolvers();
    const { resolve } = this.#verdict;
    this.#verdict = Promise.withResolvers();
    resolve(verdict);
  }
}
