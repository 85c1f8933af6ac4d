/** Checks of typed values, before anybody is asked. The authority checks again. */
import { LOGIN_ID_PATTERN } from "../../protocol/messages.ts";
import type { Messages } from "../../i18n/mod.ts";

/** How a page names a certificate: SHA-256, lowercase hex. */
export const FINGERPRINT = /^[0-9a-f]{64}$/;

/** Error texts by field name. */
export type FieldErrors = Readonly<Record<string, string>>;

/** What one field accepts. */
export interface FieldRule {
  name: string;
  label: string;
  /** In UTF-16 code units. */
  maxLength: number;
  /** If it is a number: exactly so many digits. */
  digits?: number | undefined;
  /** Whether it takes the characters of login IDs only. */
  isLoginId?: boolean;
}

/** Why a value cannot be accepted, if so. */
export function checkValue(value: string, rule: FieldRule, t: Messages): string | undefined {
  if (value === "") return t.required(rule.label);
  if (value.length > rule.maxLength) return t.tooLong(rule.label, rule.maxLength);
  if (rule.digits !== undefined && !isNumber(value, rule.digits)) {
    return t.exactDigits(rule.label, rule.digits);
  }
  if (rule.isLoginId && !LOGIN_ID_PATTERN.test(value)) return t.loginIdCharacters(rule.label);
  return undefined;
}

/** All fields at once, so that the person corrects them in one go. */
export function checkValues(
  values: Readonly<Record<string, string>>,
  rules: readonly FieldRule[],
  t: Messages,
) {
  const errors: Record<string, string> = {};
  for (const rule of rules) {
    const error = checkValue(values[rule.name] ?? "", rule, t);
    if (error !== undefined) errors[rule.name] = error;
  }
  return errors satisfies FieldErrors;
}

/**
 * A number as it is typed by a person who reads it from a token: in full-width digits where the input method
 * writes those, and in groups.
 */
export function readNumber(typed: string): string {
  return typed.normalize("NFKC").replace(/[\s\-‐-―ー]/g, "");
}

function isNumber(value: string, digits: number): boolean {
  return value.length === digits && /^[0-9]+$/.test(value);
}
