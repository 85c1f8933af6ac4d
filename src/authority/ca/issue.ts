/**
 * The issuing CA: writes client certificates by one profile, looks at each once more, and signs. Who may have one
 * is decided in registration/, which also records every serial number before it comes back here for a signature.
 *
 * @module
 */
import type { Bytes } from "../../pki/bytes.ts";
import { parseCertificate } from "../../pki/certificate.ts";
import { assembleSigned, buildTbsCertificate } from "../../pki/certificate_builder.ts";
import {
  authorityInfoAccess,
  authorityKeyIdentifier,
  basicConstraints,
  crlDistributionPoints,
  extendedKeyUsage,
  keyUsage,
  readSubjectKeyIdentifier,
  subjectKeyIdentifier,
} from "../../pki/extensions.ts";
import { lintCertificate, type LintProfile } from "./lint.ts";
import type { Signer } from "./signer.ts";

const DAY_MS = 86_400_000;
const HOUR_MS = 3_600_000;

/** What the institution decides about its certificates. */
export interface CertificateProfile {
  /** Counted from the moment of issue. */
  readonly validityDays: number;
  /** How far `notBefore` lies before the moment of issue: clocks of PCs run slow. */
  readonly backdateHours: number;
  /** Where certificates say that the CRL and the CA's certificate are. */
  readonly crlUrl: string;
  readonly caIssuersUrl: string;
}

/** Whose certificate, and from when. */
export interface CertificateRequest {
  readonly subjectDer: Bytes;
  readonly spkiDer: Bytes;
  readonly at: Date;
  /** Shorter than the profile's; never longer. */
  readonly validityDays?: number | undefined;
}

/** A certificate that waits for its signature. */
export interface PreparedCertificate {
  /** Lowercase hex. */
  readonly serial: string;
  readonly tbsDer: Bytes;
  readonly notBefore: Date;
  readonly notAfter: Date;
}

export interface IssuingCa {
  readonly certificateDer: Bytes;
  /** From the issuing CA up to the root. */
  readonly chainDer: readonly Bytes[];
  readonly issuerDer: Bytes;
  readonly keyId: Bytes;
  readonly signer: Signer;
  /** Writes a certificate under a fresh random serial number. */
  prepare(request: CertificateRequest): PreparedCertificate;
  /**
   * Signs what was prepared, now or before a crash.
   *
   * @returns The certificate, DER.
   * @throws {Error} if the lint finds anything: nothing is signed then.
   */
  sign(tbsDer: Bytes): Promise<Bytes>;
}

/** What an issuing CA is made of. */
export interface IssuingCaParts {
  readonly certificateDer: Bytes;
  readonly rootDer: Bytes;
  readonly signer: Signer;
  readonly profile: CertificateProfile;
  readonly randomBytes: (length: number) => Bytes;
}

/**
 * @throws {Error} if certificate and key do not belong together.
 */
export function createIssuingCa(parts: IssuingCaParts): IssuingCa {
  const { certificateDer, signer, profile, randomBytes } = parts;
  const certificate = parseCertificate(certificateDer);
  const keyId = readSubjectKeyIdentifier(certificate);
  if (!keyId || certificate.spkiDer.toHex() !== signer.spkiDer.toHex()) {
    throw new Error("the issuing CA's certificate and key do not belong together");
  }
  const { signatureAlgorithmDer } = signer;
  const issuerDer = certificate.subjectDer;
  const lintProfile: LintProfile = {
    issuerDer,
    issuerKeyId: keyId,
    signatureAlgorithmDer,
    maxValidityMs: profile.validityDays * DAY_MS + profile.backdateHours * HOUR_MS,
  };
  const sharedExtensions = [
    basicConstraints(false),
    keyUsage(["digitalSignature"]),
    extendedKeyUsage(["clientAuth"]),
    authorityKeyIdentifier(keyId),
    crlDistributionPoints([profile.crlUrl]),
    authorityInfoAccess({ caIssuers: profile.caIssuersUrl }),
  ];

  function prepare({ subjectDer, spkiDer, at, validityDays = Infinity }: CertificateRequest) {
    const issuedAtMs = Math.floor(at.getTime() / 1_000) * 1_000;
    const notBefore = new Date(issuedAtMs - profile.backdateHours * HOUR_MS);
    const notAfter = new Date(issuedAtMs + Math.min(validityDays, profile.validityDays) * DAY_MS);
    const serial = randomSerial(randomBytes);
    const tbsDer = buildTbsCertificate({
      serial,
      signatureAlgorithmDer,
      issuerDer,
      subjectDer,
      spkiDer,
      notBefore,
      notAfter,
      extensions: [...sharedExtensions, subjectKeyIdentifier(spkiDer)],
    });
    return { serial: serial.toHex(), tbsDer, notBefore, notAfter };
  }

  async function sign(tbsDer: Bytes): Promise<Bytes> {
    const findings = lintCertificate(tbsDer, lintProfile);
    if (findings.length > 0) throw new Error(`certificate not signed: ${findings.join("; ")}`);
    return assembleSigned(tbsDer, signatureAlgorithmDer, await signer.sign(tbsDer));
  }

  return {
    certificateDer,
    chainDer: [certificateDer, parts.rootDer],
    issuerDer,
    keyId,
    signer,
    prepare,
    sign,
  };
}

/**
 * 128 random bits behind a byte from 0x01 to 0x7f: always positive, always 17 octets (BR §7.1 asks for 64 bits
 * from a CSPRNG; EJBCA's 8 octets with a cleared sign bit were 63, which cost 2 million certificates in 2019).
 */
function randomSerial(randomBytes: (length: number) => Bytes): Bytes {
  const serial = randomBytes(17);
  serial[0] = 1 + serial[0]! % 0x7f;
  return serial;
}
