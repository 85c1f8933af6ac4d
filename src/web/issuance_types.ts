/** What the pages need of the engine. */
export type {
  AcquiredCertificate,
  Attempt,
  HeldCertificate,
  Issuance,
  Outcome,
  PendingSummary,
  Phase,
  PhaseProgress,
  PhaseState,
} from "../issuance/types.ts";
export type { Question, QuestionField } from "../issuance/steps/step.ts";
