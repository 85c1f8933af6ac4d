/**
 * What the pages and the command line see of the engine.
 *
 * @module
 */
import type { AppError } from "../errors.ts";
import type { Operation } from "../protocol/messages.ts";
import type { JournalState } from "./journal.ts";
import type { Question } from "./steps/step.ts";

/** A certificate of this institution in this user's keystore, with its private key. */
export interface HeldCertificate {
  /** SHA-256 of the certificate, 64 lowercase hex digits. */
  fingerprint: string;
  /** Lowercase hex, as the authority writes it. */
  serial: string;
  /** The subject's CN. */
  holder: string;
  /** The subject's serialNumber. */
  loginId: string;
  /** The subject's OU, the company; its O if it has none. */
  organization: string;
  notBefore: Date;
  notAfter: Date;
  /** When renewal opens, by the profile; the authority has the last word. */
  renewableFrom: Date;
}

/** One of this institution that is not in the list, and why: "where has my certificate gone?" has an answer. */
export interface UnlistedCertificate extends HeldCertificate {
  /** `expired` whether its key is here or not: `begin()` looks for that, and the authority may still renew it. */
  why: "expired" | "not-yet-valid" | "key-missing";
}

/** One that was just acquired. */
export interface AcquiredCertificate extends HeldCertificate {
  /** The keystore's location, for a person. */
  storedAt: string;
}

/** The steps that progress shows, in their order. */
export const PHASES = ["key", "request", "issue", "import", "confirm"] as const;
export type Phase = (typeof PHASES)[number];
export type PhaseState = "waiting" | "running" | "done" | "failed";
export interface PhaseProgress {
  phase: Phase;
  state: PhaseState;
}

/** How an attempt ended. */
export type Outcome = { ok: true; certificate: AcquiredCertificate } | { ok: false; error: AppError };

/** What a person asks for. */
export type AcquisitionRequest =
  | { operation: "issue"; loginId: string }
  /** The fingerprint of the certificate to be renewed, as the list has it. */
  | { operation: "renew"; fingerprint: string };

/** One way from a login ID to a certificate. */
export interface Attempt {
  /** The same ID in the app's log, at the authority and on the screen. */
  readonly correlationId: string;
  readonly operation: Operation;
  readonly loginId: string;
  /** The certificate that is renewed; `undefined` for a first one. */
  readonly renews: HeldCertificate | undefined;
  readonly startedAt: Date;
  /** What the authority asks next; `undefined` once it wants the CSR. */
  readonly question: Question | undefined;
  /**
   * Answers the question. After `registration/wrong-credentials`, `registration/wrong-answer`,
   * `registration/code-used` and `input/invalid` the attempt goes on.
   *
   * @throws {AppError} with `field` where one field is to blame; `registration/unsupported-step` if the
   * authority then asks for something unknown, which ends the attempt.
   */
  answer(values: Readonly<Record<string, string>>): Promise<void>;
  /**
   * Acquires the certificate: the same promise at every call, and it runs on when nobody waits for it.
   *
   * @throws {AppError} `registration/out-of-order` while there is a question.
   */
  acquire(): Promise<AcquiredCertificate>;
  progress(): readonly PhaseProgress[];
  outcome(): Outcome | undefined;
  /**
   * Gives up, as long as the request has not been sent.
   *
   * @throws {AppError} `issuance/too-late-to-cancel` afterwards.
   */
  cancel(): Promise<void>;
}

/** What an earlier run left unfinished. */
export interface PendingSummary {
  journalId: string;
  operation: Operation;
  loginId: string;
  state: JournalState;
  startedAt: Date;
  /**
   * It goes on at the next `begin()` of the same operation with this login ID; `resume()` alone cannot finish it.
   */
  needsAuthentication: boolean;
}

/** The engine. */
export interface Issuance {
  /** Starts a key pair in the background and looks whether the keystore is usable, while a person types. */
  prepareKey(): void;
  /**
   * This institution's certificates that can be used, newest `notAfter` first. Of a renewal that is not over, one
   * of the two certificates.
   */
  list(): Promise<HeldCertificate[]>;
  /** This institution's others in this keystore; newest `notAfter` first. */
  unlisted(): Promise<UnlistedCertificate[]>;
  /**
   * Asks the authority for an enrolment.
   *
   * @throws {AppError} `input/invalid` with field `loginId`, `issuance/already-running`,
   * `issuance/clock-wrong`, those of the keystore's `check()`, of the network, and
   * `registration/unsupported-step`. Of a renewal besides: `registration/renewal-too-early`, `-expired`,
   * `-revoked`, `-superseded`, `-unknown`, `issuance/nothing-to-renew`, `issuance/foreign-certificate`,
   * `keystore/key-missing`, `keystore/key-unusable`.
   */
  begin(request: AcquisitionRequest): Promise<Attempt>;
  /** The attempt that is running or ended last. */
  current(): Attempt | undefined;
  pending(): Promise<PendingSummary[]>;
  /** Finishes what can be finished without a person and clears away what cannot. Never throws for one entry. */
  resume(): Promise<AcquiredCertificate[]>;
}
