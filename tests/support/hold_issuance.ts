import type { Store, StoreTransaction } from "../../src/authority/store/store.ts";

const PATIENCE_MS = 30_000;

/** Issuance that stands still; `using` lets it go on. */
export interface HeldIssuance extends Disposable {
  /** Resolves when a certificate request has arrived and waits; rejects when none comes. */
  readonly reached: Promise<void>;
  /** Lets this one and all later ones go on. */
  release(): void;
}

/**
 * Makes an authority in this process stop at the next certificate request, just before it records the
 * certificate: the app has sent its request and waits for the answer.
 */
export function holdIssuance(store: Store): HeldIssuance {
  const reached = Promise.withResolvers<void>();
  const released = Promise.withResolvers<void>();
  const timer = setTimeout(() => reached.reject(new Error("no certificate request has come")), PATIENCE_MS);
  reached.promise.catch(() => {}); // a test that does not wait for it does not care
  const write = store.write.bind(store);
  store.write = (work) => write((transaction) => work(withPause(transaction)));

  function withPause(transaction: StoreTransaction): StoreTransaction {
    return new Proxy(transaction, {
      get(target, name) {
        const method = Reflect.get(target, name);
        if (typeof method !== "function") return method;
        return async (...args: unknown[]) => {
          if (name === "insertCertificate") {
            clearTimeout(timer);
            reached.resolve();
            await released.promise;
          }
          return await method.apply(target, args);
        };
      },
    });
  }

  function release(): void {
    clearTimeout(timer);
    store.write = write;
    released.resolve();
  }
  return { reached: reached.promise, release, [Symbol.dispose]: release };
}
