/**
 * From the CSR to the certificate. The serial number and what will be signed under it are on disk, with a line in
 * the audit log, before the key is used; so whatever moment the process dies at, every signature that exists has a
 * record, and the same request gets the same certificate.
 *
 * @module
 */
import { hash } from "node:crypto";
import { AppError } from "../../errors.ts";
import { type Bytes, equalBytes } from "../../pki/bytes.ts";
import { type Csr, parseCsr, verifyCsr } from "../../pki/csr.ts";
import { checkPublicKey } from "../../pki/key_checks.ts";
import { appendAudit } from "../audit/chain.ts";
import {
  type CertificateRecord,
  type Enrolment,
  isExpired,
  type StoreTransaction,
  type User,
} from "../store/store.ts";
import { abandonCertificate } from "./abandon.ts";
import { markConfirmedOnce } from "./confirmation.ts";
import { isAuthenticated, openEnrolment } from "./enrolment.ts";
import { type EnrolmentCaller, HOUR_MS, type RegistrationParts } from "./parts.ts";
import { findRenewable, openSignedCsr } from "./renewal.ts";
import { subjectOf } from "./subject.ts";

/** A certificate as it is handed out. */
export interface IssuedCertificate {
  readonly certificateDer: Bytes;
  /** Lowercase hex. */
  readonly serial: string;
  readonly state: "unconfirmed" | "confirmed";
}

/** What is sent: a CSR for a first certificate, a CSR that the old key has signed for a renewal. */
export type SubmittedCsr = { readonly csrDer: Bytes } | { readonly signedCsrDer: Bytes };

/**
 * Issues, or hands out again: the same key of the same user always gets the same bytes.
 *
 * @param request `idempotencyKey` is SHA-256 of the CSR's SubjectPublicKeyInfo, lowercase hex.
 * @throws {AppError} `registration/out-of-order` before all steps are done, `registration/csr-refused`,
 * `registration/renewal-refused`, `registration/already-issued`, `registration/not-allowed`, and those of
 * {@link openEnrolment} and {@link findRenewable}.
 */
export async function submitCsr(
  parts: RegistrationParts,
  request: { submitted: SubmittedCsr; idempotencyKey: string },
  caller: EnrolmentCaller,
): Promise<IssuedCertificate> {
  const enrolment = await openEnrolment(parts, caller);
  if (!isAuthenticated(enrolment)) throw new AppError("registration/out-of-order", {});
  const user = await parts.store.findUser(enrolment.loginId);
  if (!user) throw new AppError("registration/enrolment-unknown", {});
  if (user.isDisabled) throw new AppError("registration/not-allowed", {});
  const subjectDer = subjectOf(user, parts.config.institution.name.ja);
  const { idempotencyKey } = request;
  const csrDer = await openSubmitted(parts, request.submitted, enrolment);
  const csr = await checkCsr(parts, { csrDer, idempotencyKey, subjectDer });

  const reserved = await parts.store.write((transaction) =>
    reserve(parts, { transaction, enrolment, user, caller, csr, subjectDer, idempotencyKey })
  );
  if (reserved.state === "unconfirmed" || reserved.state === "confirmed") return handOut(reserved);
  const certificateDer = await parts.ca.sign(reserved.tbsDer!);
  return await parts.store.write((transaction) =>
    recordSigned(parts, { transaction, caller, reserved, certificateDer })
  );
}

/** The CSR inside, in the form that the enrolment's operation demands. */
async function openSubmitted(
  parts: RegistrationParts,
  submitted: SubmittedCsr,
  enrolment: Enrolment,
): Promise<Bytes> {
  const isRenewal = enrolment.operation === "renew";
  if ("signedCsrDer" in submitted && isRenewal) {
    return await openSignedCsr(parts, submitted.signedCsrDer, enrolment);
  }
  if ("csrDer" in submitted && !isRenewal) return submitted.csrDer;
  throw refused(isRenewal ? "the old key has not signed it" : "there is nothing to renew");
}

/** The proof of possession and all that a CSR can get wrong, cheap checks first. */
async function checkCsr(
  parts: RegistrationParts,
  request: { csrDer: Bytes; idempotencyKey: string; subjectDer: Bytes },
): Promise<Csr> {
  try {
    const csr = parseCsr(request.csrDer);
    if (hash("sha256", csr.spkiDer, "hex") !== request.idempotencyKey) {
      throw refused("the idempotency key is not the public key's");
    }
    if (!equalBytes(csr.subjectDer, request.subjectDer)) throw refused("the subject is another one");
    checkPublicKey(csr.spkiDer);
    if (!await verifyCsr(csr, parts.verify)) throw refused("its signature does not verify");
    return csr;
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    if (error.key === "pki/malformed") throw refused(`cannot decode ${error.values["what"]}`, error);
    if (error.key === "pki/weak-key") throw refused(`weak key: ${error.values["reason"]}`, error);
    throw error;
  }
}

function refused(reason: string, cause?: unknown): AppError<"registration/csr-refused"> {
  return new AppError("registration/csr-refused", { reason }, { cause });
}

interface Reservation {
  readonly transaction: StoreTransaction;
  readonly enrolment: Enrolment;
  readonly user: User;
  readonly caller: EnrolmentCaller;
  readonly csr: Csr;
  readonly subjectDer: Bytes;
  readonly idempotencyKey: string;
}

/** Finds the key's certificate, or makes room for a new one and records it. */
async function reserve(parts: RegistrationParts, request: Reservation): Promise<CertificateRecord> {
  const { transaction, enrolment, idempotencyKey } = request;
  const known = await transaction.findCertificateByKey(idempotencyKey);
  if (known) {
    demandSameUser(known, { loginId: enrolment.loginId, now: parts.now() });
    await attach(parts, { ...request, record: known });
    return known;
  }
  await demandFirstOfEnrolment(request);
  await checkRenewed(parts, request);
  await makeRoom(parts, request);
  const at = parts.now();
  const { serial, tbsDer, notBefore, notAfter } = parts.ca.prepare({
    subjectDer: request.subjectDer,
    spkiDer: request.csr.spkiDer,
    at,
    validityDays: request.user.validityDays ?? undefined,
  });
  const record: CertificateRecord = {
    serial,
    loginId: enrolment.loginId,
    enrolmentId: enrolment.id,
    idempotencyKey,
    renews: enrolment.renews,
    state: "reserved",
    tbsDer,
    certificateDer: null,
    notBefore,
    notAfter,
    reservedAt: at,
    confirmedAt: null,
    revokedAt: null,
    revocationReason: null,
  };
  await transaction.insertCertificate(record);
  await attach(parts, { ...request, record });
  await appendAudit(transaction, {
    at,
    actor: `user:${enrolment.loginId}`,
    action: "certificate.reserved",
    subject: serial,
    details: { tbsSha256: hash("sha256", tbsDer, "hex"), idempotencyKey },
    correlationId: request.caller.correlationId,
  });
  return record;
}

/** A key stands for one user's one certificate, as long as that lives, and for nothing afterwards. */
function demandSameUser(record: CertificateRecord, { loginId, now }: { loginId: string; now: Date }): void {
  if (record.loginId !== loginId) throw refused("the key belongs to another certificate");
  const isLive = record.state === "reserved" || record.state === "unconfirmed" ||
    record.state === "confirmed";
  if (!isLive || isExpired(record, now)) {
    throw refused("the key's certificate is not valid any more; make a new key");
  }
}

/**
 * The answers of an enrolment are good for one certificate. Only as long as that is on its way can another key take
 * its place: whatever has become of it afterwards, be it a revocation, the enrolment's token fetches no second one.
 */
async function demandFirstOfEnrolment({ transaction, enrolment }: Reservation): Promise<void> {
  if (enrolment.serial === null) return;
  const earlier = await transaction.findCertificate(enrolment.serial);
  if (earlier?.state === "reserved" || earlier?.state === "unconfirmed") return;
  throw new AppError("registration/enrolment-expired", {});
}

/**
 * The last word on the certificate that is renewed. One that was never confirmed has signed with its key just now,
 * which confirms it.
 */
async function checkRenewed(parts: RegistrationParts, request: Reservation): Promise<void> {
  const { transaction, enrolment, caller } = request;
  const { renews, loginId } = enrolment;
  if (renews === null) return;
  const now = parts.now();
  const old = await findRenewable(transaction, { serial: renews, loginId, rule: parts.config.renewal, now });
  if (old.state !== "unconfirmed") return;
  const { correlationId } = caller;
  await markConfirmedOnce(transaction, { serial: renews, at: now, actor: `user:${loginId}`, correlationId });
}

/**
 * One live certificate per login ID: what was never confirmed gives way, what is in use does not. The one that is
 * renewed stays until the new one is confirmed.
 */
async function makeRoom(parts: RegistrationParts, request: Reservation): Promise<void> {
  const { transaction, enrolment, caller } = request;
  const now = parts.now();
  for (const live of await transaction.findLiveCertificates(enrolment.loginId)) {
    if (live.state !== "confirmed") {
      await abandonCertificate(transaction, {
        record: live,
        at: now,
        actor: `user:${enrolment.loginId}`,
        reason: "superseded",
        correlationId: caller.correlationId,
      });
    } else if (live.serial === enrolment.renews) continue;
    else if (isExpired(live, now)) await transaction.markExpired(live.serial);
    else throw new AppError("registration/already-issued", { notAfter: live.notAfter.toISOString() });
  }
}

/** From now on the enrolment lives as long as its certificate may wait for the confirmation. */
async function attach(
  parts: RegistrationParts,
  { transaction, enrolment, record }: Reservation & { record: CertificateRecord },
): Promise<void> {
  const waitsUntilMs = record.reservedAt.getTime() + parts.config.registration.confirmWithinHours * HOUR_MS;
  const expiresAt = new Date(Math.max(enrolment.expiresAt.getTime(), waitsUntilMs));
  const isThere = await transaction.updateEnrolment({ ...enrolment, serial: record.serial, expiresAt });
  // Cancelled while its CSR was being read.
  if (!isThere) throw new AppError("registration/enrolment-unknown", {});
}

async function recordSigned(
  parts: RegistrationParts,
  { transaction, caller, reserved, certificateDer }: {
    transaction: StoreTransaction;
    caller: EnrolmentCaller;
    reserved: CertificateRecord;
    certificateDer: Bytes;
  },
): Promise<IssuedCertificate> {
  const { serial, loginId } = reserved;
  if (await transaction.storeSigned(serial, certificateDer)) {
    await appendAudit(transaction, {
      at: parts.now(),
      actor: "authority",
      action: "certificate.signed",
      subject: serial,
      details: { sha256: hash("sha256", certificateDer, "hex"), loginId },
      correlationId: caller.correlationId,
    });
    return { certificateDer, serial, state: "unconfirmed" };
  }
  // The same request came twice at once and the other was faster: ECDSA has made two signatures, one counts.
  const current = await transaction.findCertificate(serial);
  if (!current) throw new Error("a reserved certificate is gone");
  demandSameUser(current, { loginId, now: parts.now() });
  return handOut(current);
}

function handOut({ certificateDer, serial, state }: CertificateRecord): IssuedCertificate {
  if (certificateDer === null || (state !== "unconfirmed" && state !== "confirmed")) {
    throw new Error("a live certificate without its bytes");
  }
  return { certificateDer, serial, state };
}
