/**
 * Putting certificates together (RFC 5280 §4.1).
 *
 * @module
 */
import type { Bytes } from "./bytes.ts";
import { bitString, contextConstructed, integer, sequence, sequenceOf, time } from "./der_writer.ts";
import { malformed } from "./malformed.ts";

/** What goes into a certificate. Everything that ends in `Der` is taken as it is. */
export interface CertificateContents {
  /** Magnitude, big-endian, 1 to 20 octets when encoded, not zero. */
  readonly serial: Bytes;
  readonly signatureAlgorithmDer: Bytes;
  readonly issuerDer: Bytes;
  readonly subjectDer: Bytes;
  readonly spkiDer: Bytes;
  /** Fractions of a second are cut off. */
  readonly notBefore: Date;
  readonly notAfter: Date;
  /** Whole Extension elements, see extensions.ts. */
  readonly extensions: readonly Bytes[];
}

const VERSION_3 = contextConstructed(0, integer(2));

/**
 * Writes what the CA will sign.
 *
 * @returns TBSCertificate, DER.
 * @throws {AppError} `pki/malformed` for a serial number that is zero or longer than 20 octets (RFC 5280
 * §4.1.2.2), and for dates that cannot be written.
 */
export function buildTbsCertificate(contents: CertificateContents): Bytes {
  const serialDer = integer(contents.serial);
  if (serialDer.length > 22 || contents.serial.every((octet) => octet === 0)) {
    throw malformed("certificate: serial number");
  }
  return sequence(
    VERSION_3,
    serialDer,
    contents.signatureAlgorithmDer,
    contents.issuerDer,
    sequence(time(contents.notBefore), time(contents.notAfter)),
    contents.subjectDer,
    contents.spkiDer,
    contextConstructed(3, sequenceOf(contents.extensions)),
  );
}

/**
 * Joins what was signed with its signature: the outer form of certificates, CRLs and CSRs alike.
 *
 * @param signature PKCS#1 v1.5, or DER for ECDSA.
 */
export function assembleSigned(tbsDer: Bytes, signatureAlgorithmDer: Bytes, signature: Bytes): Bytes {
  return sequence(tbsDer, signatureAlgorithmDer, bitString(signature));
}
