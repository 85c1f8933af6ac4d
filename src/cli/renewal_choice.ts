/**
 * Which certificate a run without a person renews.
 *
 * @module
 */
import { plainSerial } from "../config.ts";
import { AppError, type Language } from "../errors.ts";
import { formatDateTime } from "../i18n/format.ts";
import type { HeldCertificate, UnlistedCertificate } from "../issuance/mod.ts";

/** The certificates on this PC, and what is asked for. */
export interface ChoiceRequest {
  /** Those that can be used. */
  held: readonly HeldCertificate[];
  /** The others; asked for only where none of the first is meant. */
  unlisted: () => Promise<readonly UnlistedCertificate[]>;
  /** As the configuration has it; `undefined` leaves the choice to the dates. */
  serial: string | undefined;
  now: Date;
  language: Language;
}

/**
 * The one to renew; or the one whose renewal opens next; or one that cannot be used by what this PC knows, its clock
 * among it: the engine judges that, and asks the authority what day it is.
 */
export type Choice =
  | { renew: HeldCertificate }
  | { notDue: HeldCertificate }
  | { doubtful: UnlistedCertificate };

/** Whether renewal is open by the profile; the authority has the last word. */
export function isDue({ renewableFrom }: HeldCertificate, now: Date): boolean {
  return renewableFrom <= now;
}

/** Those that a serial number means: all without one. */
export function named<C extends HeldCertificate>(
  certificates: readonly C[],
  serial: string | undefined,
): C[] {
  return certificates.filter((one) => serial === undefined || plainSerial(one.serial) === serial);
}

/**
 * Chooses by serial number, or else the only one that is due.
 *
 * @throws {AppError} `issuance/several-due`; `issuance/nothing-to-renew` where there is none at all.
 */
export async function chooseCertificate(request: ChoiceRequest): Promise<Choice> {
  const { serial, now, language } = request;
  const held = named(request.held, serial);
  const due = held.filter((certificate) => isDue(certificate, now));
  if (due.length > 1) throw several(due, language);
  if (due[0] !== undefined) return { renew: due[0] };
  const next = held.toSorted((a, b) => a.renewableFrom.getTime() - b.renewableFrom.getTime())[0];
  if (next !== undefined) return { notDue: next };
  const doubtful = newestOfEach(named(await request.unlisted(), serial));
  // Some authorities renew for a while after the end: then a password must not go to somebody else's account.
  if (doubtful.length > 1) throw several(doubtful, language);
  if (doubtful[0] !== undefined) return { doubtful: doubtful[0] };
  throw new AppError("issuance/nothing-to-renew", {});
}

/** What `registration/renewal-too-early` says of a certificate. */
export function tooEarly({ renewableFrom, notAfter }: HeldCertificate): AppError {
  return new AppError("registration/renewal-too-early", {
    from: renewableFrom.toISOString(),
    notAfter: notAfter.toISOString(),
  });
}

/** A login ID's older certificates are history. */
function newestOfEach(certificates: readonly UnlistedCertificate[]): UnlistedCertificate[] {
  const byEnd = certificates.toSorted((a, b) => b.notAfter.getTime() - a.notAfter.getTime());
  return byEnd.filter(({ loginId }, at) => byEnd.findIndex((one) => one.loginId === loginId) === at);
}

function several(certificates: readonly HeldCertificate[], language: Language): AppError {
  return new AppError("issuance/several-due", {}, {
    detail: certificates.map((one) => describe(one, language)).join("\n"),
  });
}

function describe({ serial, holder, loginId, notAfter }: HeldCertificate, language: Language): string {
  return `${serial}  ${holder}  ${loginId}  ${formatDateTime(notAfter, language)}`;
}
