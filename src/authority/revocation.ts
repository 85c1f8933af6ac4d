/** Revoking on behalf of the institution or an administrator. */
import { AppError } from "../errors.ts";
import { appendAudit } from "./audit/chain.ts";
import { type CertificateRecord, LIVE_STATES, type RevocationReason, type Store } from "./store/store.ts";

export interface RevocationRequest {
  /** All live certificates of a user, or one by its serial number, lowercase hex. */
  readonly target: { readonly loginId: string } | { readonly serial: string };
  readonly reason: RevocationReason;
  /** Who revokes: `operator` or `user:` with a login ID. */
  readonly actor: string;
  readonly at: Date;
  readonly correlationId: string;
}

/**
 * Revokes; the user can issue anew at once, and logins are refused from this moment.
 *
 * @returns Serial numbers of what was revoked, lowercase hex.
 * @throws {AppError} `authority/not-found` if there is nothing to revoke.
 */
export async function revoke(store: Store, request: RevocationRequest): Promise<string[]> {
  const { target, reason, at, actor, correlationId } = request;
  return await store.write(async (transaction) => {
    const found: (CertificateRecord | undefined)[] = "serial" in target
      ? [await transaction.findCertificate(target.serial)]
      : await transaction.findLiveCertificates(target.loginId);
    const live = found.filter((record) => record !== undefined && LIVE_STATES.includes(record.state));
    if (live.length === 0) throw new AppError("authority/not-found", {});
    const serials: string[] = [];
    for (const record of live) {
      const { serial, loginId, state } = record!;
      const next = state === "confirmed" ? "revoked" : "abandoned";
      await transaction.markRevoked(serial, { state: next, at, reason });
      const details = { reason, loginId };
      const event = { at, actor, action: "certificate.revoked", subject: serial, details, correlationId };
      await appendAudit(transaction, event);
      serials.push(serial);
    }
    return serials;
  });
}
