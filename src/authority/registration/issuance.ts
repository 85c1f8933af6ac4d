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
import { type CertificateRecord, type Enrolment, type StoreTransaction } from "../store/store.ts";
import { abandonCertificate } from "./abandon.ts";
import { isAuthenticated, openEnrolment } from "./enrolment.ts";
import { type EnrolmentCaller, HOUR_MS, type RegistrationParts } from "./parts.ts";
import { subjectOf } from "./subject.ts";

/** A certificate as it is handed out. */
export interface IssuedCertificate {
  readonly certificateDer: Bytes;
  /** Lowercase hex. */
  readonly serial: string;
  readonly state: "unconfirmed" | "confirmed";
}

/**
 * Issues, or hands out again: the same key of the same user always gets the same bytes.
 *
 * @param request `idempotencyKey` is SHA-256 of the CSR's SubjectPublicKeyInfo, lowercase hex.
 * @throws {AppError} `registration/out-of-order` before all steps are done, `registration/csr-refused`,
 * `registration/already-issued`, `registration/not-allowed`, and those of {@link openEnrolment}.
 */
export async function submitCsr(
  parts: RegistrationParts,
  request: { csrDer: Bytes; idempotencyKey: string },
  caller: EnrolmentCaller,
): Promise<IssuedCertificate> {
  const enrolment = await openEnrolment(parts, caller);
  if (!isAuthenticated(enrolment)) throw new AppError("registration/out-of-order", {});
  const user = await parts.store.findUser(enrolment.loginId);
  if (!user) throw new AppError("registration/enrolment-unknown", {});
  if (user.isDisabled) throw new AppError("registration/not-allowed", {});
  const subjectDer = subjectOf(user, parts.config.institution.name.ja);
  const csr = await checkCsr(parts, { ...request, subjectDer });

  const { idempotencyKey } = request;
  const reserved = await parts.store.write((transaction) =>
    reserve(parts, { transaction, enrolment, caller, csr, subjectDer, idempotencyKey })
  );
  if (reserved.state === "unconfirmed" || reserved.state === "confirmed") return handOut(reserved);
  const certificateDer = await parts.ca.sign(reserved.tbsDer!);
  return await parts.store.write((transaction) =>
    recordSigned(parts, { transaction, caller, reserved, certificateDer })
  );
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
  await makeRoom(parts, request);
  const at = parts.now();
  const { serial, tbsDer, notBefore, notAfter } = parts.ca.prepare({
    subjectDer: request.subjectDer,
    spkiDer: request.csr.spkiDer,
    at,
  });
  const record: CertificateRecord = {
    serial,
    loginId: enrolment.loginId,
    enrolmentId: enrolment.id,
    idempotencyKey,
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
  if (!isLive || record.notAfter <= now) {
    throw refused("the key's certificate is not valid any more; make a new key");
  }
}

/** One live certificate per login ID: what was never confirmed gives way, what is in use does not. */
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
    } else if (live.notAfter <= now) await transaction.markExpired(live.serial);
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
