/**
 * What this user has: the keystore's certificates, and what the journal knows of those that replace each other.
 *
 * @module
 */
import { fingerprint } from "../pki/certificate.ts";
import { judgeCertificates, type Judged } from "./certificates.ts";
import type { JournalEntry } from "./journal.ts";
import type { Workshop } from "./parts.ts";
import type { HeldCertificate, UnlistedCertificate } from "./types.ts";

/** The keystore, sorted. */
export interface Holdings {
  /** What can be used and renewed; newest `notAfter` first. */
  listed: HeldCertificate[];
  /** This institution's others. */
  unlisted: UnlistedCertificate[];
  /** Fingerprints of other institutions' certificates. */
  foreign: ReadonlySet<string>;
  /** Fingerprints of certificates that have been renewed and are only waiting to be removed. */
  superseded: ReadonlySet<string>;
}

/** Looks into keystore and journal. */
export async function takeStock(workshop: Workshop): Promise<Holdings> {
  const { keystore, journal, profile, trustAnchorsDer, now } = workshop;
  const entries = { withKey: await keystore.list(), withoutKey: await keystore.listWithoutKey() };
  const { opensDaysBefore } = profile.renewal;
  const judged = await judgeCertificates(entries, { trustAnchorsDer, opensDaysBefore, now: now() });
  const listed = judged.flatMap((one) => one.standing === "held" ? [one.certificate] : []);
  const unlisted = judged.flatMap((one) =>
    one.standing === "held" || one.standing === "foreign" ? [] : [{ ...one.certificate, why: one.standing }]
  );
  const { hidden, superseded } = replacements(await journal.load(), listed);
  return {
    listed: listed.filter((certificate) => !hidden.has(certificate.fingerprint)),
    unlisted: unlisted.filter((certificate) => !superseded.has(certificate.fingerprint)),
    foreign: new Set(judged.flatMap((one: Judged) => one.standing === "foreign" ? [one.fingerprint] : [])),
    superseded,
  };
}

/**
 * Old and new certificate of a renewal that is not over are both in the keystore; a person sees one of them. The
 * new one, once it is installed and will be or has been confirmed; the old one as long as that is uncertain.
 */
function replacements(
  entries: readonly JournalEntry[],
  held: readonly HeldCertificate[],
): { hidden: Set<string>; superseded: Set<string> } {
  const isHeld = (wanted: string) => held.some(({ fingerprint }) => fingerprint === wanted);
  const hidden = new Set<string>();
  const superseded = new Set<string>();
  for (const entry of entries) {
    if (entry.renews === undefined || !("certificate" in entry)) continue;
    const renewed = entry.renews.fingerprint;
    const successor = fingerprint(Uint8Array.fromBase64(entry.certificate));
    const takesOver = entry.state === "INSTALLED" &&
      (entry.isConfirmed === true || entry.token !== undefined) && isHeld(successor);
    if (takesOver) superseded.add(renewed);
    if (takesOver || isHeld(renewed)) hidden.add(takesOver ? renewed : successor);
  }
  return { hidden, superseded };
}
