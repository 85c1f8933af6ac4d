/** What the pages need of the engine. */
import type { AppError, Text } from "../errors.ts";

export interface HeldCertificate {
  fingerprint: string;
  serial: string;
  holder: string;
  loginId: string;
  organization: string;
  notBefore: Date;
  notAfter: Date;
  renewableFrom: Date;
}

export interface AcquiredCertificate extends HeldCertificate {
  storedAt: string;
}

export interface QuestionField {
  name: string;
  label: Text;
  secret: boolean;
  maxLength: number;
  inputMode?: "text" | "numeric" | undefined;
  autocomplete: string;
}

export interface Question {
  kind: string;
  title: Text;
  fields: readonly QuestionField[];
}

export type Phase = "key" | "request" | "issue" | "import" | "confirm";
export type PhaseState = "waiting" | "running" | "done" | "failed";
export interface PhaseProgress {
  phase: Phase;
  state: PhaseState;
}

export type Outcome = { ok: true; certificate: AcquiredCertificate } | { ok: false; error: AppError };

export interface Attempt {
  readonly correlationId: string;
  readonly operation: "issue";
  readonly loginId: string;
  readonly startedAt: Date;
  readonly question: Question | undefined;
  answer(values: Record<string, string>): Promise<void>;
  acquire(): Promise<AcquiredCertificate>;
  progress(): readonly PhaseProgress[];
  outcome(): Outcome | undefined;
  cancel(): Promise<void>;
}

export interface PendingSummary {
  journalId: string;
  loginId: string;
  state: string;
  startedAt: Date;
  needsAuthentication: boolean;
}

export interface Issuance {
  prepareKey(): void;
  list(): Promise<HeldCertificate[]>;
  begin(request: { operation: "issue"; loginId: string }): Promise<Attempt>;
  current(): Attempt | undefined;
  pending(): Promise<PendingSummary[]>;
  resume(): Promise<AcquiredCertificate[]>;
}
