/**
 * Trying again, a few times, with growing and random pauses.
 *
 * @module
 */
import { AppError } from "../errors.ts";

/** How to wait and how to be random. */
export interface RetryParts {
  /** Resolves after so many milliseconds; rejects at once when the signal says so. */
  wait: (ms: number, signal?: AbortSignal) => Promise<void>;
  randomBytes: (length: number) => Uint8Array<ArrayBuffer>;
}

const ATTEMPTS = 3;
const FIRST_PAUSE_MS = 300;
/** A longer Retry-After is the person's to wait for, not ours. */
const LONGEST_PAUSE_MS = 3_000;

/** Failures that may be gone in a moment, and lost answers. */
const TRANSIENT = new Set(["authority/busy", "network/unreadable-answer", "network/proxy-unreachable"]);

/**
 * Does something up to three times, as long as it fails for a reason that may pass. Only for what may safely
 * happen twice.
 *
 * @throws {AppError} of the last try.
 */
export async function withRetries<T>(
  work: () => Promise<T>,
  { wait, randomBytes, signal }: RetryParts & { signal?: AbortSignal | undefined },
): Promise<T> {
  for (let attempt = 1;; attempt++) {
    try {
      return await work();
    } catch (error) {
      if (!(error instanceof AppError) || !TRANSIENT.has(error.key) || attempt === ATTEMPTS) throw error;
      const asked = (error.retryAfterSeconds ?? 0) * 1000;
      if (asked > LONGEST_PAUSE_MS) throw error;
      // Half fixed, half random: many clients that lost the authority at once do not come back at once.
      const pause = FIRST_PAUSE_MS * 2 ** (attempt - 1) * (0.5 + (randomBytes(1)[0] ?? 0) / 512);
      await wait(Math.max(asked, pause), signal);
    }
  }
}

/** The real way to wait. */
export function wait(ms: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    signal?.throwIfAborted();
    const timer = setTimeout(() => {
      signal?.removeEventListener("abort", stop);
      resolve();
    }, ms);
    function stop(): void {
      clearTimeout(timer);
      reject(signal?.reason);
    }
    signal?.addEventListener("abort", stop, { once: true });
  });
}
