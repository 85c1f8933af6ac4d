/**
 * The last look at a certificate before it is signed: what leaves here cannot be called back. The rules are those
 * of zlint that concern a client certificate, and our own profile; names in comments are zlint's.
 *
 * @module
 */
import { AppError } from "../../errors.ts";
import { type Bytes, equalBytes } from "../../pki/bytes.ts";
import { type Certificate, parseCertificate } from "../../pki/certificate.ts";
import { assembleSigned } from "../../pki/certificate_builder.ts";
import { keyIdentifier } from "../../pki/keys.ts";
import { decodeName } from "../../pki/name.ts";
import { Oid } from "../../pki/oids.ts";
import { readPublicKey } from "../../pki/public_key.ts";

/** What every certificate of one issuing CA has in common. */
export interface LintProfile {
  readonly issuerDer: Bytes;
  readonly issuerKeyId: Bytes;
  readonly signatureAlgorithmDer: Bytes;
  readonly maxValidityMs: number;
}

/** Extensions that must be there, and those that may; everything else is an error. */
const CRITICAL: ReadonlyMap<string, boolean> = new Map([
  [Oid.basicConstraints, true],
  [Oid.keyUsage, true], // w_ext_key_usage_not_critical
  [Oid.extendedKeyUsage, false], // w_eku_critical_improperly
  [Oid.subjectKeyIdentifier, false], // e_ext_subject_key_identifier_critical
  [Oid.authorityKeyIdentifier, false], // e_ext_authority_key_identifier_critical
  [Oid.crlDistributionPoints, false], // w_ext_crl_distribution_marked_critical
]);
const OPTIONAL: ReadonlySet<string> = new Set([Oid.authorityInfoAccess]);

/** Exact values of our profile; DER has one encoding for each. */
const CA_FALSE = Uint8Array.fromHex("3000");
const DIGITAL_SIGNATURE = Uint8Array.fromHex("03020780");
const CLIENT_AUTH = Uint8Array.fromHex("300a06082b06010505070302");

const ONE_BYTE = Uint8Array.of(0);

/**
 * Lists what is wrong with a certificate that is about to be signed.
 *
 * @param tbsDer TBSCertificate.
 * @returns Nothing if it may be signed.
 */
export function lintCertificate(tbsDer: Bytes, profile: LintProfile): string[] {
  let certificate: Certificate;
  try {
    // Checks DER, version, serial number, algorithms and doubled extensions on the way.
    certificate = parseCertificate(assembleSigned(tbsDer, profile.signatureAlgorithmDer, ONE_BYTE));
  } catch (error) {
    if (error instanceof AppError) return [error.message];
    throw error;
  }
  const findings: string[] = [];
  function demand(holds: boolean, finding: string): void {
    if (!holds) findings.push(finding);
  }
  lintSerial(certificate, demand);
  lintValidity(certificate, profile, demand);
  demand(equalBytes(certificate.issuerDer, profile.issuerDer), "issuer is not this CA");
  lintSubject(certificate.subjectDer, demand);
  lintExtensions(certificate, profile, demand);
  demand(readPublicKey(certificate.spkiDer).kind !== "other", "public key of another kind");
  return findings;
}

type Demand = (holds: boolean, finding: string) => void;

/** 128 random bits behind a byte that keeps it positive and its length fixed. */
function lintSerial({ serialHex }: Certificate, demand: Demand): void {
  demand(serialHex.length === 34 && serialHex[0]! < "8" && !serialHex.startsWith("00"), "serial number");
}

function lintValidity({ notBefore, notAfter }: Certificate, profile: LintProfile, demand: Demand): void {
  const validityMs = notAfter.getTime() - notBefore.getTime();
  demand(validityMs > 0, "e_validity_time_not_positive");
  demand(validityMs <= profile.maxValidityMs, "valid for too long");
}

const SUBJECT_TYPES = ["C", "O", "OU", "CN", "serialNumber"];

/** e_subject_*_max_length is encodeName()'s; the order and the blanks are checked here. */
function lintSubject(subjectDer: Bytes, demand: Demand): void {
  const attributes = decodeName(subjectDer);
  demand(attributes.map(({ type }) => type).join() === SUBJECT_TYPES.join(), "subject's attributes");
  for (const { type, value } of attributes) {
    demand(value.trim() === value, `w_subject_dn_whitespace: ${type}`);
    demand(value.length > 0 && [...value].length <= 64, `e_subject_max_length: ${type}`);
  }
}

function lintExtensions({ extensions, spkiDer }: Certificate, profile: LintProfile, demand: Demand): void {
  for (const [oid, isCritical] of CRITICAL) {
    demand(extensions.get(oid)?.critical === isCritical, `extension ${oid} missing or wrongly critical`);
  }
  for (const [oid, { critical }] of extensions) {
    demand(CRITICAL.has(oid) || (OPTIONAL.has(oid) && !critical), `extension ${oid} not in the profile`);
  }
  function demandValue(oid: string, expected: Uint8Array, finding: string): void {
    const value = extensions.get(oid)?.valueDer;
    demand(value !== undefined && equalBytes(value, expected), finding);
  }
  demandValue(Oid.basicConstraints, CA_FALSE, "not CA:FALSE");
  demandValue(Oid.keyUsage, DIGITAL_SIGNATURE, "key usage other than digitalSignature");
  demandValue(Oid.extendedKeyUsage, CLIENT_AUTH, "extended key usage other than clientAuth");
  demandValue(Oid.subjectKeyIdentifier, prefixed("0414", keyIdentifier(spkiDer)), "subject key identifier");
  demandValue(
    Oid.authorityKeyIdentifier,
    prefixed("30168014", profile.issuerKeyId),
    "authority key identifier is not the CA's",
  );
}

function prefixed(hex: string, bytes: Bytes): Bytes {
  const prefix = Uint8Array.fromHex(hex);
  const whole = new Uint8Array(prefix.length + bytes.length);
  whole.set(prefix);
  whole.set(bytes, prefix.length);
  return whole;
}
