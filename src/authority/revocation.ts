/** Revoking on behalf of the institution or an administrator. */
import { AppError } from "../errors.ts";
import { appendAudit } from "./audit/chain.ts";
import {
  type CertificateRecord,
  LIVE_STATES,
  type RevocationReason,
  type Store,
  type StoreReader,
} from "./store/store.ts";

export interface RevocationRequest {
  /** All live certificates of a user; or one by its serial number, lowercase hex, with what would renew it. */
  readonly target: { readonly loginId: string } | { readonly serial: string };
  readonly reason: RevocationReason;
  /** Who revokes: `operator` or `user:` with a login ID. */
  readonly actor: string;
  readonly at: Date;
  readonly correlationId: string;
}

/**
 * Revokes; logins are refused from this moment, enrolments that are under way end, and the user can issue anew.
 *
 * @returns Serial numbers of what was revoked, lowercase hex.
 * @throws {AppError} `authority/not-found` if there is nothing to revoke.
 */
export async function revoke(store: Store, request: RevocationRequest): Promise<string[]> {
  const { target, reason, at, actor, correlationId } = request;
  return await store.write(async (transaction) => {
    const live = "serial" in target
      ? await withItsRenewal(transaction, target.serial)
      : await transaction.findLiveCertificates(target.loginId);
    if (live.length === 0) throw new AppError("authority/not-found", {});
    const serials: string[] = [];
    for (const record of live) {
      const { serial, loginId, state } = record;
      const next = state === "confirmed" ? "revoked" : "abandoned";
      await transaction.markRevoked(serial, { state: next, at, reason });
      const details = { reason, loginId };
      const event = { at, actor, action: "certificate.revoked", subject: serial, details, correlationId };
      await appendAudit(transaction, event);
      serials.push(serial);
      // What was proven before counts no longer.
      await transaction.deleteUnusedEnrolmentsOf(loginId);
    }
    return serials;
  });
}

/** A live certificate, and the one on its way that would take its place: whose key is not trusted renews nothing. */
async function withItsRenewal(reader: StoreReader, serial: string): Promise<CertificateRecord[]> {
  const record = await reader.findCertificate(serial);
  if (record === undefined || !LIVE_STATES.includes(record.state)) return [];
  const live = await reader.findLiveCertificates(record.loginId);
  return live.filter((other) => other.serial === serial || other.renews === serial);
}
