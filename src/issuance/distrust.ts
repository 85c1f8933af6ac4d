/**
 * Distrusting the authority's answer: it is checked as if somebody else had sent it.
 *
 * @module
 */
import { AppError } from "../errors.ts";
import { type Bytes, equalBytes } from "../pki/bytes.ts";
import { type Certificate, parseCertificate } from "../pki/certificate.ts";
import { verifyChain } from "../pki/chain.ts";
import { readBasicConstraints, readExtendedKeyUsage, readKeyUsage } from "../pki/extensions.ts";
import { Oid } from "../pki/oids.ts";

/** What came back, and what was asked for. */
export interface AnswerToCheck {
  certificateDer: Bytes;
  /** The authority's claim, lowercase hex. */
  serial: string;
  /** CA certificates that came with it: material, not trusted. */
  chainDer: readonly Bytes[];
  /** The key that the CSR had. */
  spkiDer: Bytes;
  /** The subject that the CSR had. */
  subjectDer: Bytes;
  /** The profile's. */
  trustAnchorsDer: readonly Bytes[];
  now: Date;
}

const HOUR_MS = 3_600_000;
/** This PC's clock may be this much behind; authorities date certificates back for the same reason. */
const CLOCK_TOLERANCE_MS = 24 * HOUR_MS;
/** Longer validity than this nobody has asked for: 366 days is the rule, twice that is somebody's error. */
const LONGEST_VALIDITY_MS = 2 * 366 * 24 * HOUR_MS;

/**
 * Checks everything about a new certificate before it goes into the keystore: our key, our subject, for client
 * authentication and nothing else, no CA, valid now, and a chain to the profile's trust anchors.
 *
 * @returns The verified chain above the certificate, issuer first, trust anchor last.
 * @throws {AppError} `issuance/answer-distrusted` with a short English reason.
 */
export async function checkAnswer(answer: AnswerToCheck): Promise<Bytes[]> {
  try {
    const certificate = parseCertificate(answer.certificateDer);
    const fault = certificateFault(certificate, answer);
    if (fault !== undefined) throw distrusted(fault);
    const [, ...issuers] = await verifyChain(answer.certificateDer, {
      intermediatesDer: answer.chainDer,
      trustAnchorsDer: answer.trustAnchorsDer,
      at: trustedTime([certificate, ...answer.chainDer.map(parseCertificate)], answer.now),
      usage: "clientAuth",
    });
    return issuers;
  } catch (error) {
    if (!(error instanceof AppError) || error.key !== "pki/malformed") throw error;
    throw distrusted("not a readable certificate", error);
  }
}

/**
 * The time to check a chain at: now; if the clock is a little behind, the first moment at which all are valid.
 *
 * @param certificates Leaf and CAs.
 */
export function trustedTime(certificates: readonly Pick<Certificate, "notBefore">[], now: Date): Date {
  const latest = Math.max(...certificates.map(({ notBefore }) => notBefore.getTime()));
  const isSlow = latest > now.getTime() && latest - now.getTime() <= CLOCK_TOLERANCE_MS;
  return isSlow ? new Date(latest) : now;
}

function certificateFault(certificate: Certificate, answer: AnswerToCheck): string | undefined {
  if (!equalBytes(certificate.spkiDer, answer.spkiDer)) return "for another key";
  if (!equalBytes(certificate.subjectDer, answer.subjectDer)) return "for another subject";
  // The parser has refused numbers that are not positive or longer than 20 octets.
  if (certificate.serialHex !== answer.serial) return "another serial number than announced";
  if (readBasicConstraints(certificate)?.ca !== false) return "not marked as an end-entity certificate";
  const purposes = readExtendedKeyUsage(certificate);
  if (purposes?.size !== 1 || !purposes.has(Oid.clientAuth)) return "not for client authentication alone";
  if (!readKeyUsage(certificate)?.has("digitalSignature")) return "not for signatures";
  return validityFault(certificate, answer.now);
}

function validityFault({ notBefore, notAfter }: Certificate, now: Date): string | undefined {
  if (notAfter.getTime() - notBefore.getTime() > LONGEST_VALIDITY_MS) return "valid for too long";
  if (notBefore.getTime() > now.getTime() + CLOCK_TOLERANCE_MS) return "not yet valid by this PC's clock";
  if (notAfter.getTime() <= now.getTime()) return "expired by this PC's clock";
  return undefined;
}

function distrusted(reason: string, cause?: unknown): AppError<"issuance/answer-distrusted"> {
  return new AppError("issuance/answer-distrusted", { reason }, { cause });
}
