/**
 * Logging in with a certificate: who is it, and may they. The bank's pages ask here after a TLS handshake,
 * which has proven that the other side holds the private key; everything else is judged here, by the issuer's
 * signature and the store, and never by what the TLS library thinks of the certificate.
 *
 * @module
 */
import type { Bytes } from "../pki/bytes.ts";
import type { CertificateRecord, User } from "./store/store.ts";

/** A person who has proven who they are. */
export interface CertificateIdentity {
  readonly user: User;
  /** Confirmed, not expired, not revoked at this moment. */
  readonly certificate: CertificateRecord;
}

export interface CertificateLogin {
  /**
   * Judges the certificate that the other side presented in the TLS handshake. The first login with an
   * unconfirmed certificate confirms it.
   *
   * @param certificateDer The peer's certificate, DER; `undefined` if none was presented.
   * @param correlationId For the audit log.
   * @throws {AppError} `login/certificate-missing`, `-foreign` (not our issuer's signature), `-unknown` (ours, but
   * not in the store), `-revoked`, `-expired`; `registration/not-allowed` for a disabled user.
   */
  check(certificateDer: Bytes | undefined, correlationId: string): Promise<CertificateIdentity>;
  /**
   * The same certificate again, later in its session: what happened since counts at once.
   *
   * @param serial Lowercase hex.
   * @throws {AppError} As {@link check}.
   */
  checkSerial(serial: string): Promise<CertificateIdentity>;
  /** Counts a login as the confirmation that never came; does nothing if there was one. */
  confirmByLogin(serial: string, correlationId: string): Promise<void>;
}
