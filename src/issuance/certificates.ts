/**
 * The keystore's certificates as a person sees them.
 *
 * @module
 */
import type { KeystoreEntry } from "../keystore/mod.ts";
import type { Bytes } from "../pki/bytes.ts";
import { type Certificate, fingerprint, parseCertificate } from "../pki/certificate.ts";
import { verifyChain } from "../pki/chain.ts";
import { decodeName } from "../pki/name.ts";
import { trustedTime } from "./distrust.ts";
import type { HeldCertificate, UnlistedCertificate } from "./types.ts";

const DAY_MS = 86_400_000;

/** What certificates are judged by. */
export interface Judgement {
  /** The profile's. */
  trustAnchorsDer: readonly Bytes[];
  /** The profile's: so many days before the end renewal opens. */
  opensDaysBefore: number;
  now: Date;
}

/** One certificate, judged. Of another institution's no more is said than that it is one. */
export type Judged =
  | { standing: "held" | UnlistedCertificate["why"]; certificate: HeldCertificate }
  | { standing: "foreign"; fingerprint: string };

/**
 * Judges the keystore's certificates: this institution's are held, or else it is said why not.
 *
 * @returns Newest `notAfter` first, foreign ones last, CAs' among them. One that cannot be read is left out.
 */
export async function judgeCertificates(
  entries: { withKey: readonly KeystoreEntry[]; withoutKey: readonly KeystoreEntry[] },
  judgement: Judgement,
): Promise<Judged[]> {
  const judged = await Promise.all([
    ...entries.withKey.map((entry) => judge(entry, { ...judgement, hasKey: true })),
    ...entries.withoutKey.map((entry) => judge(entry, { ...judgement, hasKey: false })),
  ]);
  return judged.filter((one) => one !== undefined).sort((a, b) => endOf(b) - endOf(a));
}

/**
 * What a certificate says about its holder.
 *
 * @throws {AppError} `pki/malformed`.
 */
export function describeCertificate(certificateDer: Bytes, opensDaysBefore: number): HeldCertificate {
  const { serialHex, subjectDer, notBefore, notAfter } = parseCertificate(certificateDer);
  const subject = decodeName(subjectDer);
  const read = (type: string) => subject.find((attribute) => attribute.type === type)?.value;
  return {
    fingerprint: fingerprint(certificateDer),
    serial: serialHex,
    holder: read("CN") ?? "",
    loginId: read("serialNumber") ?? "",
    organization: read("OU") ?? read("O") ?? "",
    notBefore,
    notAfter,
    renewableFrom: new Date(notAfter.getTime() - opensDaysBefore * DAY_MS),
  };
}

async function judge(
  { certificateDer, chainDer, fingerprint }: KeystoreEntry,
  { trustAnchorsDer, opensDaysBefore, now, hasKey }: Judgement & { hasKey: boolean },
): Promise<Judged | undefined> {
  try {
    const leaf = parseCertificate(certificateDer);
    const certificates = [leaf, ...chainDer.map(parseCertificate)];
    try {
      await verifyChain(certificateDer, {
        intermediatesDer: chainDer,
        trustAnchorsDer,
        at: timeWithin(leaf, certificates, now),
        usage: "clientAuth",
      });
    } catch {
      return { standing: "foreign", fingerprint };
    }
    const certificate = describeCertificate(certificateDer, opensDaysBefore);
    // The end comes first: without its key an expired certificate is still just that.
    if (certificate.notAfter <= now) return { standing: "expired", certificate };
    if (!hasKey) return { standing: "key-missing", certificate };
    const isValid = certificate.notBefore <= trustedTime(certificates, now);
    return { standing: isValid ? "held" : "not-yet-valid", certificate };
  } catch {
    return undefined;
  }
}

/** A time at which the chain can be judged though the certificate has expired, or is not valid yet. */
function timeWithin(leaf: Certificate, certificates: readonly Certificate[], now: Date): Date {
  if (now > leaf.notAfter) return leaf.notAfter;
  return now < leaf.notBefore ? leaf.notBefore : trustedTime(certificates, now);
}

function endOf(judged: Judged): number {
  return judged.standing === "foreign" ? -Infinity : judged.certificate.notAfter.getTime();
}
