/**
 * The steps' own messages: what each question brings besides its kind, and what the fields of its answer are
 * called. A new kind of step is one schema here, one file in src/issuance/steps and one in
 * src/authority/registration/steps.
 *
 * @module
 */
import * as v from "valibot";

const digits = v.pipe(v.number(), v.integer(), v.minValue(4), v.maxValue(10));

/** Longest text of a 2D code, in UTF-16 code units: more than a camera reads from a screen with ease. */
export const CODE_MAX = 600;
/** Longest question and longest reply of the additional authentication. */
export const PROMPT_MAX = 200;
export const REPLY_MAX = 100;

/** A code as it is answered; how many digits it should have, the step says. */
export const codeDigits = v.pipe(v.string(), v.regex(/^[0-9]{4,10}$/));

/** Transaction authentication. Answer: `transactionNumber`, so many digits (OCRA, RFC 6287). */
export const TransactionStep = v.object({
  kind: v.literal("transaction"),
  /** What the 2D code says: the token reads it, shows the transaction and answers with a number. */
  code: v.pipe(v.string(), v.minLength(1), v.maxLength(CODE_MAX)),
  digits,
});

/** One-time password. Answer: `oneTimePassword` (TOTP, RFC 6238). */
export const OtpStep = v.object({ kind: v.literal("otp"), digits });

/** One-time password, time-synchronous. Answer: `currentPassword` and `nextPassword`, two neighbouring codes. */
export const OtpTimeSyncStep = v.object({ kind: v.literal("otp-time-sync"), digits });

/** Additional authentication. Answer: `reply`. */
export const QuestionStep = v.object({
  kind: v.literal("question"),
  /** The question as the person knows it; plain text. */
  prompt: v.pipe(v.string(), v.minLength(1), v.maxLength(PROMPT_MAX)),
});
