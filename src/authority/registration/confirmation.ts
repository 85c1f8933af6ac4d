/**
 * Confirming: the app says, signed with the new key out of the keystore, that the certificate has arrived and can be
 * used. Only then does it take its user's one place.
 *
 * @module
 */
import { AppError } from "../../errors.ts";
import { type Bytes, equalBytes } from "../../pki/bytes.ts";
import { verifySignedData } from "../../pki/cms.ts";
import { confirmationContent } from "../../protocol/messages.ts";
import { appendAudit } from "../audit/chain.ts";
import { LIVE_STATES, type StoreTransaction } from "../store/store.ts";
import { openEnrolment } from "./enrolment.ts";
import type { EnrolmentCaller, RegistrationParts } from "./parts.ts";
import { makeFamiliar } from "./places.ts";

/**
 * Confirms the enrolment's certificate. May be repeated.
 *
 * @param proofDer CMS SignedData over {@link confirmationContent}.
 * @returns The serial number, lowercase hex.
 * @throws {AppError} `registration/out-of-order` before there is a certificate,
 * `registration/confirmation-refused`, and those of {@link openEnrolment}.
 */
export async function confirmCertificate(
  parts: RegistrationParts,
  proofDer: Bytes,
  caller: EnrolmentCaller,
): Promise<string> {
  const enrolment = await openEnrolment(parts, caller);
  const { serial } = enrolment;
  const record = serial === null ? undefined : await parts.store.findCertificate(serial);
  if (serial === null || !record?.certificateDer) throw new AppError("registration/out-of-order", {});
  const expected = confirmationContent(enrolment.id, serial);
  await checkProof(parts, { proofDer, certificateDer: record.certificateDer, expected });
  const actor = `user:${enrolment.loginId}`;
  const isConfirmed = await parts.store.write((transaction) =>
    markConfirmedOnce(transaction, { serial, at: parts.now(), actor, correlationId: caller.correlationId })
  );
  if (!isConfirmed) throw refused("the certificate is not valid any more");
  return serial;
}

async function checkProof(
  { verify }: RegistrationParts,
  { proofDer, certificateDer, expected }: { proofDer: Bytes; certificateDer: Bytes; expected: Bytes },
): Promise<void> {
  let content: Bytes;
  try {
    content = await verifySignedData(proofDer, { certificateDer, verify });
  } catch (error) {
    if (error instanceof AppError) throw refused(error.values["what"] ?? "its proof", error);
    throw error;
  }
  if (!equalBytes(content, expected)) throw refused("it confirms something else");
}

function refused(reason: string, cause?: unknown): AppError<"registration/confirmation-refused"> {
  return new AppError("registration/confirmation-refused", { reason }, { cause });
}

/**
 * unconfirmed → confirmed; does nothing if it is confirmed already. At the same moment the certificate that it
 * renews is superseded, and the PC and the network that it was asked for from become familiar.
 *
 * @returns Whether it is confirmed now.
 */
export async function markConfirmedOnce(
  transaction: StoreTransaction,
  request: { serial: string; at: Date; actor: string; correlationId: string },
): Promise<boolean> {
  const { serial, at, actor, correlationId } = request;
  const record = await transaction.findCertificate(serial);
  if (record?.state === "confirmed") return true;
  if (record?.state !== "unconfirmed") return false;
  if (record.renews !== null) await supersede(transaction, { ...request, serial: record.renews, by: serial });
  await transaction.markConfirmed(serial, at);
  const enrolment = await transaction.findEnrolment(record.enrolmentId);
  if (enrolment) await makeFamiliar(transaction, { ...enrolment, at });
  await appendAudit(transaction, {
    at,
    actor,
    action: "certificate.confirmed",
    subject: serial,
    correlationId,
  });
  return true;
}

/** Ends the certificate that was renewed, if nothing else has. */
async function supersede(
  transaction: StoreTransaction,
  request: { serial: string; by: string; at: Date; actor: string; correlationId: string },
): Promise<void> {
  const { serial, by, at, actor, correlationId } = request;
  const old = await transaction.findCertificate(serial);
  if (old === undefined || !LIVE_STATES.includes(old.state)) return;
  await transaction.markRevoked(serial, { state: "revoked", at, reason: "superseded" });
  const details = { by, loginId: old.loginId };
  const event = { at, actor, action: "certificate.superseded", subject: serial, details, correlationId };
  await appendAudit(transaction, event);
}
