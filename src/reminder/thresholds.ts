/**
 * When a notice is due. Pure: the clock and what was shown are handed in.
 *
 * Days are those of the calendar in Japan, as everywhere in the app: the notice says 「あと14日」 on the day on
 * which the list shows 14日, and a PC that travels to another zone neither repeats nor misses one.
 *
 * @module
 */
import { daysLeft } from "../i18n/format.ts";
import type { HeldCertificate } from "../issuance/mod.ts";

/** Days before the last day on which a notice is due, the least urgent first. */
export const NOTICE_DAYS = [40, 14, 3, 1] as const;
export type NoticeDays = (typeof NOTICE_DAYS)[number];

/** A notice that is to be shown now. */
export interface DueNotice {
  certificate: HeldCertificate;
  /** 0 on the last day; at most {@link threshold}. */
  daysLeft: number;
  /** The threshold that it counts for, and with it all less urgent ones. */
  threshold: NoticeDays;
}

/**
 * Finds what is due. A PC that was off for weeks gets one notice, for the most urgent threshold that has passed,
 * and one that is superseded by a newer certificate of the same login ID none at all.
 *
 * @param shown The most urgent threshold that a notice was shown for, by the certificate's fingerprint.
 * @returns The most urgent first.
 */
export function dueNotices(
  certificates: readonly HeldCertificate[],
  { now, shown }: { now: Date; shown: (fingerprint: string) => NoticeDays | undefined },
): DueNotice[] {
  return certificates
    .filter((certificate) => !certificates.some((other) => replaces(other, certificate)))
    .flatMap((certificate) => {
      const threshold = passedThreshold(certificate, now);
      if (threshold === undefined || threshold >= (shown(certificate.fingerprint) ?? Infinity)) return [];
      return [{ certificate, daysLeft: daysLeft(certificate.notAfter, now), threshold }];
    })
    .sort((a, b) => a.certificate.notAfter.getTime() - b.certificate.notAfter.getTime());
}

/**
 * The most urgent threshold that has passed.
 *
 * @returns `undefined` before the first one, after the end, and as long as renewal is not open: a notice whose
 * button leads to a refusal teaches people to ignore the next one. What has passed by then comes when it opens.
 */
export function passedThreshold(
  { notAfter, renewableFrom }: Pick<HeldCertificate, "notAfter" | "renewableFrom">,
  now: Date,
): NoticeDays | undefined {
  if (now < renewableFrom || now >= notAfter) return undefined;
  const left = daysLeft(notAfter, now);
  return NOTICE_DAYS.findLast((days) => left <= days);
}

function replaces(other: HeldCertificate, certificate: HeldCertificate): boolean {
  return other.loginId === certificate.loginId && other.notAfter > certificate.notAfter;
}
