/**
 * One desk for all requests that a proxy holds up: the person is asked once, and everybody goes on.
 *
 * @module
 */
import { AppError } from "../../errors.ts";
import type { Log } from "../../log/log.ts";
import type { SecretStore } from "../../platform/secret_store.ts";
import type { Proxy } from "./connect.ts";
import type { ProxyAuthentication, ProxyChallenge, ProxyCredentials } from "./types.ts";

/** What a request went out with. */
export interface UsedCredentials {
  /** Grows whenever other credentials are there. */
  readonly generation: number;
  readonly credentials: ProxyCredentials | undefined;
}

/** {@link ProxyAuthentication} as the transport sees it. */
export interface ProxyAuthenticator extends ProxyAuthentication {
  /** What there is for this proxy at this moment. */
  credentialsFor(proxy: Proxy): UsedCredentials;
  /**
   * The proxy has refused what was used. Resolves as soon as there is something else: at once if it came
   * meanwhile, else out of the secret store or from the person.
   *
   * @throws {AppError} `network/proxy-credentials-needed` if nobody will answer.
   * @throws The signal's reason.
   */
  replace(
    proxy: Proxy,
    used: UsedCredentials,
    options: { schemes: readonly string[]; signal?: AbortSignal | undefined },
  ): Promise<void>;
  /** The proxy has let a request through with these. */
  accepted(proxy: Proxy, used: UsedCredentials): void;
}

export interface ProxyAuthenticatorOptions {
  /** Where they may be kept; nowhere when left out. */
  secretStore?: SecretStore | undefined;
  /** The profile's institution code: each app has its own. */
  institution: string;
  log?: Log | undefined;
}

/** Makes the desk. */
export function createProxyAuthenticator(options: ProxyAuthenticatorOptions): ProxyAuthenticator {
  return new Desk(options);
}

/** For those that have nobody to ask. */
export const NOBODY: Pick<ProxyAuthenticator, "credentialsFor" | "replace" | "accepted"> = {
  credentialsFor: ({ credentials }) => ({ generation: 0, credentials }),
  replace: ({ address }, used) => Promise.reject(needed(address, used)),
  accepted() {},
};

/** What is known about one proxy. */
interface Held extends UsedCredentials {
  /** Where they come from. */
  origin: "settings" | "store" | "person";
  /** The person wants them kept, and they have not been yet. */
  isToBeKept: boolean;
}

interface Question {
  readonly challenge: ProxyChallenge;
  /** Resolves when there are other credentials; rejects when nobody will answer. */
  readonly answered: Promise<void>;
  resolve: () => void;
  reject: (error: AppError) => void;
  waiting: number;
}

class Desk implements ProxyAuthenticator {
  readonly #options: ProxyAuthenticatorOptions;
  /** By the proxy's address. */
  readonly #held = new Map<string, Held>();
  /** The store is asked once for each proxy; resolves when what it has is in use. */
  readonly #lookups = new Map<string, Promise<void>>();
  /** In their order: the person sees the first. */
  readonly #questions = new Map<string, Question>();
  readonly #listeners = new Set<() => void>();
  /** Changes to the store happen one after the other. */
  #storing: Promise<void> = Promise.resolve();

  constructor(options: ProxyAuthenticatorOptions) {
    this.#options = options;
  }

  pending(): ProxyChallenge | undefined {
    return this.#first()?.challenge;
  }

  asked(signal?: AbortSignal): Promise<ProxyChallenge> {
    return new Promise((resolve, reject) => {
      const stop = () => settle(() => reject(signal?.reason));
      const look = () => {
        const challenge = this.pending();
        if (challenge !== undefined) settle(() => resolve(challenge));
      };
      const settle = (end: () => void) => {
        this.#listeners.delete(look);
        signal?.removeEventListener("abort", stop);
        end();
      };
      this.#listeners.add(look);
      signal?.addEventListener("abort", stop);
      if (signal?.aborted) stop();
      else look();
    });
  }

  answer(credentials: ProxyCredentials, { keep }: { keep: boolean }): void {
    const question = this.#first();
    if (question === undefined) return;
    const { proxy } = question.challenge;
    const { username, password } = credentials;
    // RFC 7617 §2: the first colon ends the name, and there are no control characters.
    if (/[:\p{Cc}]/u.test(username)) throw new AppError("input/invalid", {}, { field: "username" });
    if (/\p{Cc}/u.test(password)) throw new AppError("input/invalid", {}, { field: "password" });
    this.#hold(proxy, { username, password }, { origin: "person", isToBeKept: keep });
    this.#questions.delete(proxy);
    question.resolve();
    this.#announce();
  }

  cancel(): void {
    const questions = [...this.#questions.values()];
    this.#questions.clear();
    for (const { challenge, reject } of questions) {
      reject(needed(challenge.proxy, { credentials: undefined }));
    }
  }

  async canKeep(): Promise<boolean> {
    return await this.#options.secretStore?.isAvailable() ?? false;
  }

  credentialsFor({ address, credentials }: Proxy): UsedCredentials {
    return this.#held.get(address) ?? { generation: 0, credentials };
  }

  async replace(
    proxy: Proxy,
    used: UsedCredentials,
    { schemes, signal }: { schemes: readonly string[]; signal?: AbortSignal | undefined },
  ): Promise<void> {
    signal?.throwIfAborted();
    const { address } = proxy;
    const isStale = () => this.credentialsFor(proxy).generation !== used.generation;
    if (isStale()) return;
    const held = this.#held.get(address);
    if (held?.origin === "store") this.#forget(address, held);
    await abortable(this.#lookUp(address), signal);
    if (isStale()) return;
    const isRefused = used.credentials !== undefined;
    const question = this.#questions.get(address) ?? this.#ask({ proxy: address, schemes, isRefused });
    question.waiting++;
    try {
      await abortable(question.answered, signal);
    } finally {
      // Nobody waits for the answer any more: there is nothing to ask.
      if (--question.waiting === 0 && this.#questions.get(address) === question) {
        this.#questions.delete(address);
        this.#announce();
      }
    }
  }

  accepted({ address }: Proxy, used: UsedCredentials): void {
    const held = this.#held.get(address);
    if (held === undefined || held.generation !== used.generation || !held.isToBeKept) return;
    held.isToBeKept = false;
    this.#keep(address, held.credentials);
  }

  #first(): Question | undefined {
    return this.#questions.values().next().value;
  }

  #ask(challenge: ProxyChallenge): Question {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    promise.catch(() => {}); // its waiters may have left
    const question = { challenge, answered: promise, resolve, reject, waiting: 0 };
    this.#questions.set(challenge.proxy, question);
    const { proxy, schemes, isRefused } = challenge;
    this.#options.log?.info("proxy.asks", { proxy, schemes: schemes.join(" "), isRefused });
    this.#announce();
    return question;
  }

  #hold(
    address: string,
    credentials: ProxyCredentials,
    how: Pick<Held, "origin" | "isToBeKept">,
  ): void {
    const generation = (this.#held.get(address)?.generation ?? 0) + 1;
    this.#held.set(address, { generation, credentials, ...how });
  }

  #lookUp(address: string): Promise<void> {
    const begun = this.#lookups.get(address);
    if (begun !== undefined) return begun;
    const { secretStore, institution } = this.#options;
    const lookup = (async () => {
      const stored = parseSecret(await secretStore?.read({ institution, proxy: address }));
      if (stored !== undefined) this.#hold(address, stored, { origin: "store", isToBeKept: false });
    })();
    this.#lookups.set(address, lookup);
    return lookup;
  }

  #forget(address: string, held: Held): void {
    held.origin = "person"; // forgotten once
    this.#store(async ({ secretStore, institution, log }) => {
      await secretStore?.remove({ institution, proxy: address });
      log?.info("proxy.credentials-forgotten", { proxy: address });
    });
  }

  #keep(address: string, credentials: ProxyCredentials | undefined): void {
    this.#store(async ({ secretStore, institution, log }) => {
      const secret = JSON.stringify(credentials);
      const isKept = await secretStore?.write({ institution, proxy: address }, secret, `Hakko: ${address}`);
      if (isKept) log?.info("proxy.credentials-kept", { proxy: address });
      else log?.warn("proxy.credentials-not-kept", { proxy: address });
    });
  }

  /** Nobody waits for the store: a request that got through must not hang on it. */
  #store(change: (options: ProxyAuthenticatorOptions) => Promise<void>): void {
    this.#storing = this.#storing.then(() => change(this.#options));
  }

  #announce(): void {
    for (const look of [...this.#listeners]) look();
  }
}

function needed(proxy: string, { credentials }: Pick<UsedCredentials, "credentials">): AppError {
  const cause = new Error(credentials === undefined ? "nobody answers" : "refused, and nobody answers");
  return new AppError("network/proxy-credentials-needed", { proxy }, { cause });
}

/** What {@link Desk} has written; anything else in its place is nothing. */
function parseSecret(text: string | undefined): ProxyCredentials | undefined {
  try {
    const { username, password } = JSON.parse(text ?? "null") ?? {};
    return typeof username === "string" && typeof password === "string" ? { username, password } : undefined;
  } catch {
    return undefined;
  }
}

/** Waits for a promise, or for the signal. */
async function abortable<T>(promise: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (signal === undefined) return await promise;
  const { promise: aborted, reject } = Promise.withResolvers<never>();
  const stop = () => reject(signal.reason);
  signal.addEventListener("abort", stop);
  if (signal.aborted) stop();
  try {
    return await Promise.race([promise, aborted]);
  } finally {
    signal.removeEventListener("abort", stop);
  }
}
