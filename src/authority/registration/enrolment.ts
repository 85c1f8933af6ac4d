/**
 * Enrolments: the authority's side of one person's way to a certificate, up to the point where the CSR is wanted.
 * All of it is in the store, so it survives a restart and may go on in another process.
 *
 * Login IDs that do not exist are treated like those that do until a password has been judged: same answers, same
 * time, same lock.
 *
 * @module
 */
import { hash } from "node:crypto";
import { AppError } from "../../errors.ts";
import type { EnrolmentStarted, NextStep, StartEnrolment, StepAnswer } from "../../protocol/messages.ts";
import { appendAudit } from "../audit/chain.ts";
import type { Enrolment, StoreTransaction, User } from "../store/store.ts";
import { beginAttempt, locked, lockoutKey, takeBackAttempt } from "./lockout.ts";
import { type EnrolmentCaller, MINUTE_MS, type RegistrationParts, type RequestOrigin } from "./parts.ts";
import { DEFAULT_STEPS, findStep } from "./steps/mod.ts";
import { subjectOf } from "./subject.ts";
import { throttle } from "./throttle.ts";

const ID_BYTES = 16;
const TOKEN_BYTES = 32;
const BASE64URL = { alphabet: "base64url", omitPadding: true } as const;

/**
 * Begins an enrolment.
 *
 * @throws {AppError} `registration/not-allowed` for another institution, `authority/busy`.
 */
export async function startEnrolment(
  parts: RegistrationParts,
  request: StartEnrolment,
  origin: RequestOrigin,
): Promise<EnrolmentStarted> {
  const { config, now, randomBytes } = parts;
  if (request.institution !== config.institution.code) throw new AppError("registration/not-allowed", {});
  const { loginId } = request;
  const id = randomBytes(ID_BYTES).toBase64(BASE64URL);
  const token = randomBytes(TOKEN_BYTES).toBase64(BASE64URL);
  const startedAt = now();
  const expiresAt = new Date(startedAt.getTime() + config.registration.enrolmentMinutes * MINUTE_MS);
  return await parts.store.write(async (transaction) => {
    await throttle(transaction, { limits: limitsOf(parts, loginId, origin), now: startedAt });
    const user = await transaction.findUser(loginId);
    const steps = user && user.steps.length > 0 ? user.steps : DEFAULT_STEPS;
    await transaction.insertEnrolment({
      id,
      tokenHash: hash("sha256", token, "hex"),
      loginId,
      operation: request.operation,
      steps,
      stepsDone: 0,
      correlationId: origin.correlationId,
      startedAt,
      expiresAt,
      serial: null,
    });
    await appendAudit(transaction, {
      at: startedAt,
      actor: `user:${loginId}`,
      action: "enrolment.started",
      subject: id,
      details: { operation: request.operation, ...request.client },
      correlationId: origin.correlationId,
    });
    return { enrolmentId: id, token, step: { kind: steps[0]! }, expiresAt: expiresAt.toISOString() };
  });
}

/**
 * Finds the enrolment that a request belongs to.
 *
 * @throws {AppError} `registration/enrolment-unknown` also for a wrong token; `registration/enrolment-expired`.
 */
export async function openEnrolment(parts: RegistrationParts, caller: EnrolmentCaller): Promise<Enrolment> {
  const enrolment = await parts.store.findEnrolment(caller.enrolmentId);
  // Hashes of unguessable tokens: how long the comparison takes tells nothing that could be used.
  if (!enrolment || enrolment.tokenHash !== hash("sha256", caller.token, "hex")) {
    throw new AppError("registration/enrolment-unknown", {});
  }
  if (enrolment.expiresAt <= parts.now()) throw new AppError("registration/enrolment-expired", {});
  return enrolment;
}

/** Whether all steps are done. */
export function isAuthenticated(enrolment: Enrolment): boolean {
  return enrolment.steps.length > 0 && enrolment.stepsDone >= enrolment.steps.length;
}

/**
 * Judges the answer to the current step.
 *
 * @param request `idempotencyKey`: the key of a certificate that the app still wants to fetch, so that a user who
 * has confirmed it already may have it again.
 * @throws {AppError} `input/invalid`, `registration/wrong-credentials`, `-locked`, `-not-allowed`,
 * `-already-issued`, `-out-of-order`, and those of {@link openEnrolment}.
 */
export async function answerStep(
  parts: RegistrationParts,
  request: StepAnswer & { idempotencyKey?: string | undefined },
  caller: EnrolmentCaller,
): Promise<NextStep> {
  const { store, config, now } = parts;
  const enrolment = await openEnrolment(parts, caller);
  const kind = enrolment.steps[enrolment.stepsDone];
  const step = kind === request.kind ? findStep(kind) : undefined;
  if (!step) throw new AppError("registration/out-of-order", {});
  const verify = step.parse(request.answer);

  const key = lockoutKey(config.institution.code, enrolment.loginId);
  const rule = config.registration.lockout;
  const at = now();
  const lockedUntil = await store.write(async (transaction) => {
    await throttle(transaction, { limits: limitsOf(parts, enrolment.loginId, caller), now: at });
    return await beginAttempt(transaction, { key, rule, now: at });
  });
  let isRight: boolean;
  try {
    const user = await store.findUser(enrolment.loginId);
    isRight = await verify({ user, passwords: parts.passwords });
  } catch (error) {
    // Nothing was judged, so nothing was failed.
    await store.write((transaction) => takeBackAttempt(transaction, key));
    throw error;
  }
  const outcome = await store.write((transaction) =>
    isRight
      ? acceptAnswer(parts, { transaction, enrolment, caller, key, idempotencyKey: request.idempotencyKey })
      : refuseAnswer(transaction, { enrolment, caller, at: now(), lockedUntil })
  );
  if (outcome instanceof AppError) throw outcome;
  return outcome;
}

/** Says no, on the record. */
async function refuseAnswer(
  transaction: StoreTransaction,
  attempt: { enrolment: Enrolment; caller: EnrolmentCaller; at: Date; lockedUntil: Date | undefined },
): Promise<AppError> {
  const { enrolment, caller, at, lockedUntil } = attempt;
  await appendAudit(transaction, {
    at,
    actor: `user:${enrolment.loginId}`,
    action: lockedUntil ? "authentication.locked" : "authentication.failed",
    subject: enrolment.id,
    details: { step: enrolment.steps[enrolment.stepsDone] ?? "" },
    correlationId: caller.correlationId,
  });
  return lockedUntil ? locked(lockedUntil, at) : new AppError("registration/wrong-credentials", {});
}

/** Goes on to the next step, or ends the enrolment if this user cannot have a certificate. */
async function acceptAnswer(
  parts: RegistrationParts,
  attempt: {
    transaction: StoreTransaction;
    enrolment: Enrolment;
    caller: EnrolmentCaller;
    key: string;
    idempotencyKey: string | undefined;
  },
): Promise<NextStep | AppError> {
  const { transaction, enrolment, caller } = attempt;
  const at = parts.now();
  await transaction.deleteLockout(attempt.key);
  const current = await transaction.findEnrolment(enrolment.id);
  if (!current) return new AppError("registration/enrolment-unknown", {});
  if (current.stepsDone !== enrolment.stepsDone) return new AppError("registration/out-of-order", {});
  const user = await transaction.findUser(enrolment.loginId);
  if (!user) return new AppError("registration/wrong-credentials", {});

  const advanced = { ...current, stepsDone: current.stepsDone + 1 };
  const refusal = await findRefusal(parts, { ...attempt, user, isLast: isAuthenticated(advanced) });
  const event = {
    at,
    actor: `user:${user.loginId}`,
    subject: enrolment.id,
    correlationId: caller.correlationId,
  };
  if (refusal) {
    await transaction.deleteEnrolment(enrolment.id);
    await appendAudit(transaction, {
      ...event,
      action: "enrolment.refused",
      details: { code: refusal.code },
    });
    return refusal;
  }
  await transaction.updateEnrolment(advanced);
  const details = { step: enrolment.steps[enrolment.stepsDone]! };
  await appendAudit(transaction, { ...event, action: "authentication.succeeded", details });
  if (!isAuthenticated(advanced)) return { kind: advanced.steps[advanced.stepsDone]! };
  return { kind: "submit", subject: subjectOf(user, parts.config.institution.name.ja).toBase64() };
}

/** Told only to somebody who has proven who they are. */
async function findRefusal(
  parts: RegistrationParts,
  { transaction, user, isLast, idempotencyKey }: {
    transaction: StoreTransaction;
    user: User;
    isLast: boolean;
    idempotencyKey: string | undefined;
  },
): Promise<AppError | undefined> {
  if (user.isDisabled) return new AppError("registration/not-allowed", {});
  if (!isLast) return undefined;
  const live = await transaction.findLiveCertificates(user.loginId);
  const inUse = live.find(({ state, notAfter }) => state === "confirmed" && notAfter > parts.now());
  if (!inUse || inUse.idempotencyKey === idempotencyKey) return undefined;
  return new AppError("registration/already-issued", { notAfter: inUse.notAfter.toISOString() });
}

/**
 * Gives an enrolment up, as long as nothing has been asked for in it.
 *
 * @throws {AppError} `registration/out-of-order` once there is a certificate, and those of {@link openEnrolment}.
 */
export async function cancelEnrolment(parts: RegistrationParts, caller: EnrolmentCaller): Promise<void> {
  const enrolment = await openEnrolment(parts, caller);
  await parts.store.write(async (transaction) => {
    const current = await transaction.findEnrolment(enrolment.id);
    if (!current) return;
    if (current.serial !== null) throw new AppError("registration/out-of-order", {});
    await transaction.deleteEnrolment(enrolment.id);
    await appendAudit(transaction, {
      at: parts.now(),
      actor: `user:${enrolment.loginId}`,
      action: "enrolment.cancelled",
      subject: enrolment.id,
      correlationId: caller.correlationId,
    });
  });
}

function limitsOf({ config }: RegistrationParts, loginId: string, { address }: RequestOrigin) {
  const { account, address: perAddress, everybody } = config.registration.throttle;
  return [
    { key: `account ${loginId}`, rate: account },
    { key: `address ${address}`, rate: perAddress },
    { key: "everybody", rate: everybody },
  ];
}
