/**
 * What a check is.
 *
 * @module
 */
import { AppError, type Text } from "../errors.ts";
import type { HeldCertificate } from "../issuance/mod.ts";
import type { ProxyRoute } from "../network/proxy/types.ts";
import type { Bytes } from "../pki/bytes.ts";
import type { DoctorLimits, DoctorParts } from "./parts.ts";
import type { CheckState } from "./types.ts";

/** What a check found. */
export type Verdict =
  | { state: "ok" | "skipped"; finding: Text; advice?: Text }
  | { state: "warning" | "failed"; finding: Text; advice: Text };

/** One check. It may throw: then it could not look, which is a finding as well. */
export interface Check {
  readonly id: string;
  readonly title: Text;
  /** Checks that must not have failed: this one could only repeat their finding, in other words. */
  readonly needs?: readonly string[];
  /** Checks that come before, whatever they found. */
  readonly after?: readonly string[];
  run(examination: Examination): Promise<Verdict>;
}

/** One run of the doctor, as its checks see it. */
export interface Examination {
  readonly parts: DoctorParts;
  readonly limits: DoctorLimits;
  /** What earlier checks have found out. */
  readonly facts: Facts;
  /** How an earlier check ended; `undefined` if it was not run. */
  stateOf(id: string): CheckState | undefined;
  /** This check is out of time, or nobody waits any more. */
  readonly signal: AbortSignal;
  /** A private folder that is gone when the run is over. @throws {Error} if it cannot be made. */
  scratch(): Promise<string>;
}

/** Passed on from check to check. */
export interface Facts {
  route?: ProxyRoute;
  /** What the server at the authority's address shows, leaf first. */
  peerChain?: readonly Bytes[];
  /** Whether TLS failed because of what is in {@link peerChain}. */
  peerFault?: PeerFault | undefined;
  /** Authority's time minus this PC's. */
  clockOffsetMs?: number;
  subject?: Subject;
}

/** Why a server is not the authority. */
export type PeerFault = "issuer" | "name" | "dates";

/** The certificate that is looked at. */
export interface Subject {
  readonly certificate: HeldCertificate;
  readonly certificateDer: Bytes;
  readonly chainDer: readonly Bytes[];
  readonly hasKey: boolean;
  /** Why it does not lead to the profile's anchors; `undefined` if it does. */
  readonly chainFault: string | undefined;
}

export function ok(finding: Text): Verdict {
  return { state: "ok", finding };
}

export function warning(finding: Text, advice: Text): Verdict {
  return { state: "warning", finding, advice };
}

export function failed(finding: Text, advice: Text): Verdict {
  return { state: "failed", finding, advice };
}

export function skipped(finding: Text): Verdict {
  return { state: "skipped", finding };
}

/** An error of the catalogue is a finding as it is. */
export function failedBy(error: AppError): Verdict {
  return failed(both((language) => error.messageIn(language)), both((language) => error.adviceIn(language)));
}

/** A text made the same way in each language. */
export function both(make: (language: "ja" | "en") => string): Text {
  return { ja: make("ja"), en: make("en") };
}

/** The app's time, put right by what the authority said: a wrong clock must not make a certificate look expired. */
export function trueTime({ parts, facts }: Examination): Date {
  return new Date(parts.now().getTime() + (facts.clockOffsetMs ?? 0));
}
