/**
 * Logging in with a certificate: who is it, and may they. The bank's pages ask here after a TLS handshake,
 * which has proven that the other side holds the private key; everything else is judged here, by the issuer's
 * signature and the store, and never by what the TLS library thinks of the certificate.
 *
 * @module
 */
import { AppError } from "../errors.ts";
import { type Bytes, equalBytes } from "../pki/bytes.ts";
import { type Certificate, parseCertificate } from "../pki/certificate.ts";
import type { VerifySignature } from "../pki/signature.ts";
import { markConfirmedOnce } from "./registration/confirmation.ts";
import { type CertificateRecord, isExpired, isSuperseded, type Store, type User } from "./store/store.ts";

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
   * not in the store), `-revoked`, `-superseded`, `-expired`; `registration/not-allowed` for a disabled user.
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

/** What a login is judged with. */
export interface CertificateLoginParts {
  readonly store: Store;
  /** The issuing CA's certificate. */
  readonly issuerDer: Bytes;
  readonly verify: VerifySignature;
  readonly now: () => Date;
}

export function createCertificateLogin(parts: CertificateLoginParts): CertificateLogin {
  const { store, verify, now } = parts;
  const issuer = parseCertificate(parts.issuerDer);

  async function check(
    certificateDer: Bytes | undefined,
    correlationId: string,
  ): Promise<CertificateIdentity> {
    if (certificateDer === undefined) throw new AppError("login/certificate-missing", {});
    const certificate = parseOrUndefined(certificateDer);
    if (!certificate || !await isOurs(certificate)) throw new AppError("login/certificate-foreign", {});
    const record = await store.findCertificate(certificate.serialHex);
    // Byte for byte: a serial number alone could be anybody's with the same issuer's key.
    if (!record?.certificateDer || !equalBytes(record.certificateDer, certificateDer)) {
      throw new AppError("login/certificate-unknown", {});
    }
    const identity = await judge(record);
    if (record.state === "unconfirmed") await confirmByLogin(record.serial, correlationId);
    return identity;
  }

  async function checkSerial(serial: string): Promise<CertificateIdentity> {
    const record = await store.findCertificate(serial);
    if (!record) throw new AppError("login/certificate-unknown", {});
    return await judge(record);
  }

  async function isOurs(certificate: Certificate): Promise<boolean> {
    if (!equalBytes(certificate.issuerDer, issuer.subjectDer)) return false;
    const { signatureAlgorithmDer, signature, tbsDer: data } = certificate;
    return await verify({ spkiDer: issuer.spkiDer, signatureAlgorithmDer, signature, data });
  }

  /** The store decides; revoked comes before expired because it is the graver thing to say. */
  async function judge(record: CertificateRecord): Promise<CertificateIdentity> {
    if (record.revokedAt !== null) {
      throw new AppError(`login/certificate-${isSuperseded(record) ? "superseded" : "revoked"}`, {});
    }
    if (record.state === "expired" || isExpired(record, now())) {
      throw new AppError("login/certificate-expired", { notAfter: record.notAfter.toISOString() });
    }
    if (record.state !== "confirmed" && record.state !== "unconfirmed") {
      throw new AppError("login/certificate-unknown", {});
    }
    const user = await store.findUser(record.loginId);
    if (!user) throw new AppError("login/certificate-unknown", {});
    if (user.isDisabled) throw new AppError("registration/not-allowed", {});
    return { user, certificate: record };
  }

  async function confirmByLogin(serial: string, correlationId: string): Promise<void> {
    const isConfirmed = await store.write((transaction) =>
      markConfirmedOnce(transaction, { serial, at: now(), actor: "certificate-login", correlationId })
    );
    // It was replaced or revoked in this very moment.
    if (!isConfirmed) throw new AppError("login/certificate-revoked", {});
  }

  return { check, checkSerial, confirmByLogin };
}

function parseOrUndefined(der: Bytes): Certificate | undefined {
  try {
    return parseCertificate(der);
  } catch (error) {
    if (error instanceof AppError) return undefined;
    throw error;
  }
}
