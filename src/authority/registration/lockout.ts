/**
 * Locking a login ID after failures in a row at one kind of step. It is keyed by what was typed, so an ID that does not exist locks
 * just the same and nobody learns from it.
 *
 * An attempt counts as a failure before the answer is looked at, and success takes it back: guesses that are sent
 * all at once get no more tries than those sent one by one.
 *
 * @module
 */
import { AppError } from "../../errors.ts";
import type { StoreTransaction } from "../store/store.ts";

export interface LockoutRule {
  readonly failures: number;
  readonly minutes: number;
}

const MINUTE_MS = 60_000;

/**
 * The key of one login ID and one kind of step. Each kind counts by itself: who knows the password could otherwise
 * have every wrong code forgiven by a right password.
 */
export function lockoutKey(
  institution: string,
  { loginId, kind }: { loginId: string; kind: string },
): string {
  return `${institution} ${loginId} ${kind}`; // none of them holds a blank
}

/**
 * Begins an attempt.
 *
 * @returns When the ID is locked from now on, if this attempt turns out wrong; else `undefined`.
 * @throws {AppError} `registration/locked` if it is locked already.
 */
export async function beginAttempt(
  transaction: StoreTransaction,
  { key, rule, now }: { key: string; rule: LockoutRule; now: Date },
): Promise<Date | undefined> {
  const lockout = await transaction.findLockout(key);
  if (lockout?.lockedUntil && lockout.lockedUntil > now) throw locked(lockout.lockedUntil, now);
  // A lock that has ended leaves nothing behind.
  const failures = (lockout?.lockedUntil ? 0 : lockout?.failures ?? 0) + 1;
  const lockedUntil = failures >= rule.failures ? new Date(now.getTime() + rule.minutes * MINUTE_MS) : null;
  await transaction.saveLockout(key, { failures, lockedUntil });
  return lockedUntil ?? undefined;
}

/** What a locked ID is told. */
export function locked(until: Date, now: Date): AppError<"registration/locked"> {
  const retryAfterSeconds = Math.max(1, Math.ceil((until.getTime() - now.getTime()) / 1_000));
  return new AppError("registration/locked", { until: until.toISOString() }, { retryAfterSeconds });
}

/** Takes back an attempt that could not be judged. */
export async function takeBackAttempt(transaction: StoreTransaction, key: string): Promise<void> {
  const lockout = await transaction.findLockout(key);
  if (!lockout) return;
  await transaction.saveLockout(key, { failures: Math.max(0, lockout.failures - 1), lockedUntil: null });
}
