/**
 * The keystore's certificates as a person sees them.
 *
 * @module
 */
import type { KeystoreEntry } from "../keystore/mod.ts";
import type { Bytes } from "../pki/bytes.ts";
import { fingerprint, parseCertificate } from "../pki/certificate.ts";
import { verifyChain } from "../pki/chain.ts";
import { decodeName } from "../pki/name.ts";
import { trustedTime } from "./distrust.ts";
import type { HeldCertificate } from "./types.ts";

/** Renewal opens this many days before the end. */
const RENEWAL_DAYS = 40;
const DAY_MS = 86_400_000;

/**
 * Takes the certificates that belong to this institution and are not expired. Somebody else's certificates in
 * the same keystore are none of our business, nor is one that cannot be read.
 *
 * @returns Newest `notAfter` first.
 */
export async function heldCertificates(
  entries: readonly KeystoreEntry[],
  { trustAnchorsDer, now }: { trustAnchorsDer: readonly Bytes[]; now: Date },
): Promise<HeldCertificate[]> {
  const held = await Promise.all(entries.map(async ({ certificateDer, chainDer }) => {
    try {
      const certificates = [certificateDer, ...chainDer].map(parseCertificate);
      const at = trustedTime(certificates, now);
      await verifyChain(certificateDer, {
        intermediatesDer: chainDer,
        trustAnchorsDer,
        at,
        usage: "clientAuth",
      });
      const certificate = describeCertificate(certificateDer);
      return certificate.notAfter > now ? [certificate] : [];
    } catch {
      return [];
    }
  }));
  return held.flat().sort((a, b) => b.notAfter.getTime() - a.notAfter.getTime());
}

/**
 * What a certificate says about its holder.
 *
 * @throws {AppError} `pki/malformed`.
 */
export function describeCertificate(certificateDer: Bytes): HeldCertificate {
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
    renewableFrom: new Date(notAfter.getTime() - RENEWAL_DAYS * DAY_MS),
  };
}
