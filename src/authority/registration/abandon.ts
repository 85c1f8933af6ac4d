/** Giving up certificates that nobody confirmed. */
import { appendAudit } from "../audit/chain.ts";
import type { CertificateRecord, RevocationReason, StoreTransaction } from "../store/store.ts";

/** Revokes a pending certificate: it may exist somewhere, and it must not be usable. */
export async function abandonCertificate(
  transaction: StoreTransaction,
  request: {
    record: CertificateRecord;
    at: Date;
    actor: string;
    reason: RevocationReason;
    correlationId: string;
  },
): Promise<void> {
  const { record, at, reason } = request;
  await transaction.markRevoked(record.serial, { state: "abandoned", at, reason });
  await appendAudit(transaction, {
    at,
    actor: request.actor,
    action: "certificate.abandoned",
    subject: record.serial,
    details: { reason, loginId: record.loginId, from: record.state },
    correlationId: request.correlationId,
  });
}
