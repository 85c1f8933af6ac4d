/**
 * Attempts to prove who one is: throttled, counted before they are looked at, and judged. Enrolments' steps and
 * the registration of tokens share the counting, so that neither is a way around the lock of the other.
 *
 * @module
 */
import { AppError } from "../../errors.ts";
import type { StoreTransaction } from "../store/store.ts";
import { beginAttempt, locked, lockoutKey, takeBackAttempt } from "./lockout.ts";
import type { RegistrationParts, RequestOrigin } from "./parts.ts";
import { throttle } from "./throttle.ts";

/** Right; wrong; or right once, but used up before. */
export type Verdict =
  | {
    readonly outcome: "right";
    /** Uses up what may count once, with whatever else the answer changes. @returns Whether it was unused. */
    readonly use?: (transaction: StoreTransaction) => Promise<boolean>;
  }
  | { readonly outcome: "wrong" | "used" };

/** One attempt that has been judged, before anything follows from it. */
export interface Attempt {
  readonly verdict: Verdict;
  /** Until when the login ID is locked if this was a failure. */
  readonly lockedUntil: Date | undefined;
}

/**
 * Counts an attempt and judges it.
 *
 * @param kind The step's; failures of each kind are counted by themselves.
 * @param judge Must take as long for login IDs that do not exist. If it throws, nothing was failed.
 * @throws {AppError} `authority/busy`, `registration/locked`.
 */
export async function attempt(
  parts: RegistrationParts,
  { loginId, kind, origin }: { loginId: string; kind: string; origin: RequestOrigin },
  judge: () => Promise<Verdict>,
): Promise<Attempt> {
  const { store, config, now } = parts;
  const key = lockoutKey(config.institution.code, { loginId, kind });
  const rule = config.registration.lockout;
  const at = now();
  const lockedUntil = await store.write(async (transaction) => {
    await throttle(transaction, { limits: limitsOf(parts, loginId, origin), now: at });
    return await beginAttempt(transaction, { key, rule, now: at });
  });
  try {
    return { verdict: await judge(), lockedUntil };
  } catch (error) {
    await store.write((transaction) => takeBackAttempt(transaction, key));
    throw error;
  }
}

/** A right answer takes its own attempt back, and the failures of its kind before it. */
export async function forgive(
  { config }: RegistrationParts,
  transaction: StoreTransaction,
  { loginId, kind }: { loginId: string; kind: string },
): Promise<void> {
  await transaction.deleteLockout(lockoutKey(config.institution.code, { loginId, kind }));
}

/** What a person hears whose attempt failed. */
export function failureOf(
  { verdict, lockedUntil }: Attempt,
  { isPassword, at }: { isPassword: boolean; at: Date },
): AppError {
  if (lockedUntil) return locked(lockedUntil, at);
  if (verdict.outcome === "used") return new AppError("registration/code-used", {});
  return new AppError(isPassword ? "registration/wrong-credentials" : "registration/wrong-answer", {});
}

/** What one request counts against. */
export function limitsOf({ config }: RegistrationParts, loginId: string, { address }: RequestOrigin) {
  const { account, address: perAddress, everybody } = config.registration.throttle;
  return [
    { key: `account ${loginId}`, rate: account },
    { key: `address ${address}`, rate: perAddress },
    { key: "everybody", rate: everybody },
  ];
}
