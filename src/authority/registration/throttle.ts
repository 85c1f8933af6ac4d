/**
 * Throttling by GCRA: one number per key says when its next request would be on time, and requests may come early
 * by as much as the burst allows. Even traffic passes, storms do not, and nothing has to be reset.
 *
 * @module
 */
import { AppError } from "../../errors.ts";
import type { StoreTransaction } from "../store/store.ts";

export interface Rate {
  readonly perMinute: number;
  /** Requests at once after a pause. */
  readonly burst: number;
}

const MINUTE_MS = 60_000;

/** The verdict on one request. */
export type Admission =
  | { readonly isAdmitted: true; readonly arrivalMs: number }
  | { readonly isAdmitted: false; readonly retryAfterMs: number };

/**
 * GCRA's decision.
 *
 * @param arrivalMs Theoretical arrival time so far; `undefined` for a new key.
 */
export function admit(
  arrivalMs: number | undefined,
  { rate, nowMs }: { rate: Rate; nowMs: number },
): Admission {
  const intervalMs = MINUTE_MS / rate.perMinute;
  const earliestMs = Math.max(arrivalMs ?? nowMs, nowMs);
  const toleranceMs = intervalMs * (rate.burst - 1);
  const earlyMs = earliestMs - nowMs;
  if (earlyMs > toleranceMs) return { isAdmitted: false, retryAfterMs: earlyMs - toleranceMs };
  return { isAdmitted: true, arrivalMs: earliestMs + intervalMs };
}

/** One limit that a request has to pass. */
export interface Limit {
  readonly key: string;
  readonly rate: Rate;
}

/**
 * Counts a request against all limits, or against none if one refuses it.
 *
 * @throws {AppError} `authority/busy` with the time after which trying again makes sense.
 */
export async function throttle(
  transaction: StoreTransaction,
  { limits, now }: { limits: readonly Limit[]; now: Date },
): Promise<void> {
  const nowMs = now.getTime();
  const arrivals: [string, number][] = [];
  let waitMs = 0;
  for (const { key, rate } of limits) {
    const admission = admit(await transaction.findArrival(key), { rate, nowMs });
    if (admission.isAdmitted) arrivals.push([key, admission.arrivalMs]);
    else waitMs = Math.max(waitMs, admission.retryAfterMs);
  }
  if (waitMs > 0) throw new AppError("authority/busy", {}, { retryAfterSeconds: Math.ceil(waitMs / 1_000) });
  for (const [key, arrivalMs] of arrivals) await transaction.saveArrival(key, arrivalMs);
}
