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
import {
  type Enrolment,
  isExpired,
  type StoreReader,
  type StoreTransaction,
  type User,
} from "../store/store.ts";
import { type Attempt, attempt, failureOf, forgive, limitsOf } from "./attempts.ts";
import { type EnrolmentCaller, MINUTE_MS, type RegistrationParts, type RequestOrigin } from "./parts.ts";
import { newPlaces, placesOf } from "./places.ts";
import { stepsFor } from "./policy.ts";
import { findRenewable } from "./renewal.ts";
import { findStep } from "./steps/mod.ts";
import { subjectOf } from "./subject.ts";
import { throttle } from "./throttle.ts";

const ID_BYTES = 16;
const TOKEN_BYTES = 32;
const NONCE_BYTES = 16;
const BASE64URL = { alphabet: "base64url", omitPadding: true } as const;

/**
 * Begins an enrolment.
 *
 * @throws {AppError} `registration/not-allowed` for another institution, `authority/busy`, and those of
 * {@link findRenewable} for a renewal.
 */
export async function startEnrolment(
  parts: RegistrationParts,
  request: StartEnrolment,
  origin: RequestOrigin,
): Promise<EnrolmentStarted> {
  const { config, now, randomBytes } = parts;
  if (request.institution !== config.institution.code) throw new AppError("registration/not-allowed", {});
  const { loginId, operation } = request;
  const { device, ...client } = request.client;
  const token = randomBytes(TOKEN_BYTES).toBase64(BASE64URL);
  const startedAt = now();
  const renews = request.operation === "renew" ? request.serial : null;
  const draft = {
    id: randomBytes(ID_BYTES).toBase64(BASE64URL),
    tokenHash: hash("sha256", token, "hex"),
    loginId,
    operation,
    renews,
    nonce: randomBytes(NONCE_BYTES).toBase64(BASE64URL),
    places: placesOf(device, origin.address),
    stepsDone: 0,
    correlationId: origin.correlationId,
    startedAt,
    expiresAt: new Date(startedAt.getTime() + config.registration.enrolmentMinutes * MINUTE_MS),
    serial: null,
  };
  const outcome = await parts.store.write(async (transaction) => {
    await throttle(transaction, { limits: limitsOf(parts, loginId, origin), now: startedAt });
    const obstacle = await findRenewalObstacle(parts, transaction, draft);
    if (obstacle) return obstacle;
    const user = await transaction.findUser(loginId);
    const circumstances = { operation, ...await newPlaces(transaction, loginId, draft.places) };
    const enrolment: Enrolment = { ...draft, steps: stepsFor(config.policy, user, circumstances) };
    await transaction.insertEnrolment(enrolment);
    await appendAudit(transaction, {
      at: startedAt,
      actor: `user:${loginId}`,
      action: "enrolment.started",
      subject: enrolment.id,
      details: { operation, ...client, ...(renews === null ? {} : { renews }) },
      correlationId: origin.correlationId,
    });
    return { enrolment, user };
  });
  if (outcome instanceof AppError) throw outcome;
  return {
    enrolmentId: draft.id,
    token,
    step: nextStep(parts, outcome.enrolment, outcome.user),
    expiresAt: draft.expiresAt.toISOString(),
    time: startedAt.toISOString(),
  };
}

/** What the enrolment wants next. */
function nextStep(parts: RegistrationParts, enrolment: Enrolment, user: User | undefined): NextStep {
  const kind = enrolment.steps[enrolment.stepsDone];
  if (kind !== undefined) return findStep(kind)?.ask({ parts, enrolment, user }) ?? { kind };
  if (!user) throw new Error("somebody who does not exist has passed");
  const subject = subjectOf(user, parts.config.institution.name.ja).toBase64();
  return { kind: "submit", subject, ...(enrolment.renews === null ? {} : { nonce: enrolment.nonce }) };
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
 * @throws {AppError} `input/invalid`, `registration/wrong-credentials`, `-wrong-answer`, `-code-used`, `-locked`,
 * `-not-allowed`, `-token-not-registered`, `-token-not-issued`, `-already-issued`, `-out-of-order`, and those of {@link openEnrolment}
 * and {@link findRenewable}.
 */
export async function answerStep(
  parts: RegistrationParts,
  request: StepAnswer & { idempotencyKey?: string | undefined },
  caller: EnrolmentCaller,
): Promise<NextStep> {
  const { store } = parts;
  const enrolment = await openEnrolment(parts, caller);
  const { loginId } = enrolment;
  const kind = enrolment.steps[enrolment.stepsDone];
  const step = kind === request.kind ? findStep(kind) : undefined;
  if (!step) throw new AppError("registration/out-of-order", {});
  const judge = step.parse(request.answer);
  const judged = await attempt(
    parts,
    { loginId, kind: step.kind, origin: caller },
    async () => await judge({ parts, enrolment, user: await store.findUser(loginId) }),
  );
  const { idempotencyKey } = request;
  const outcome = await store.write((transaction) =>
    judged.verdict.outcome === "right"
      ? acceptAnswer(parts, { transaction, enrolment, caller, judged, idempotencyKey })
      : refuseAnswer(parts, { transaction, enrolment, caller, judged })
  );
  if (outcome instanceof AppError) throw outcome;
  return outcome;
}

/** A judged answer, on its way into the store. */
interface JudgedAnswer {
  readonly transaction: StoreTransaction;
  readonly enrolment: Enrolment;
  readonly caller: EnrolmentCaller;
  readonly judged: Attempt;
}

/** Says no, on the record. */
async function refuseAnswer(parts: RegistrationParts, answer: JudgedAnswer): Promise<AppError> {
  const { transaction, enrolment, caller, judged } = answer;
  const at = parts.now();
  const step = enrolment.steps[enrolment.stepsDone]!;
  await appendAudit(transaction, {
    at,
    actor: `user:${enrolment.loginId}`,
    action: judged.lockedUntil ? "authentication.locked" : "authentication.failed",
    subject: enrolment.id,
    details: { step },
    correlationId: caller.correlationId,
  });
  return failureOf(judged, { isPassword: step === "password", at });
}

/** Goes on to the next step, or ends the enrolment if this user cannot have a certificate. */
async function acceptAnswer(
  parts: RegistrationParts,
  answer: JudgedAnswer & { readonly idempotencyKey: string | undefined },
): Promise<NextStep | AppError> {
  const { transaction, enrolment, caller, judged } = answer;
  const { loginId } = enrolment;
  const kind = enrolment.steps[enrolment.stepsDone]!;
  const current = await transaction.findEnrolment(enrolment.id);
  if (current?.stepsDone !== enrolment.stepsDone) {
    await forgive(parts, transaction, { loginId, kind });
    return new AppError(`registration/${current ? "out-of-order" : "enrolment-unknown"}`, {});
  }
  const { verdict } = judged;
  if (verdict.outcome === "right" && verdict.use && !await verdict.use(transaction)) {
    // The same code was accepted elsewhere while this one was judged.
    return await refuseAnswer(parts, { ...answer, judged: { ...judged, verdict: { outcome: "used" } } });
  }
  const advanced = { ...current, stepsDone: current.stepsDone + 1 };
  await forgive(parts, transaction, { loginId, kind });
  const user = await transaction.findUser(loginId);
  if (!user) return new AppError("registration/wrong-credentials", {});

  const refusal = await findRefusal(parts, { ...answer, enrolment: advanced, user });
  const event = { at: parts.now(), actor: `user:${loginId}`, subject: enrolment.id };
  const { correlationId } = caller;
  if (refusal) {
    await transaction.deleteEnrolment(enrolment.id);
    const details = { code: refusal.code };
    await appendAudit(transaction, { ...event, action: "enrolment.refused", details, correlationId });
    return refusal;
  }
  await transaction.updateEnrolment(advanced);
  const details = { step: kind };
  await appendAudit(transaction, { ...event, action: "authentication.succeeded", details, correlationId });
  return nextStep(parts, advanced, user);
}

/** Told only to somebody who has proven who they are, and before they are asked for what cannot help them. */
async function findRefusal(
  parts: RegistrationParts,
  { transaction, user, enrolment, idempotencyKey }: {
    transaction: StoreTransaction;
    user: User;
    /** With the step that was just answered done. */
    enrolment: Enrolment;
    idempotencyKey: string | undefined;
  },
): Promise<AppError | undefined> {
  if (user.isDisabled) return new AppError("registration/not-allowed", {});
  for (const kind of enrolment.steps.slice(enrolment.stepsDone)) {
    const obstacle = await findStep(kind)?.findObstacle(user, transaction);
    if (obstacle) return obstacle;
  }
  if (!isAuthenticated(enrolment)) return undefined;
  if (enrolment.operation === "renew") return await findRenewalObstacle(parts, transaction, enrolment);
  const live = await transaction.findLiveCertificates(user.loginId);
  const inUse = live.find((record) => record.state === "confirmed" && !isExpired(record, parts.now()));
  if (!inUse || inUse.idempotencyKey === idempotencyKey) return undefined;
  return new AppError("registration/already-issued", { notAfter: inUse.notAfter.toISOString() });
}

/** Why a renewal cannot be, at this moment; nothing for a first certificate. */
async function findRenewalObstacle(
  { config, now }: RegistrationParts,
  reader: StoreReader,
  { renews, loginId }: Pick<Enrolment, "renews" | "loginId">,
): Promise<AppError | undefined> {
  if (renews === null) return undefined;
  try {
    await findRenewable(reader, { serial: renews, loginId, rule: config.renewal, now: now() });
    return undefined;
  } catch (error) {
    if (error instanceof AppError) return error;
    throw error;
  }
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
