/**
 * Removes secrets and control characters from what is about to be logged, whoever forgot to.
 *
 * @module
 */
import type { LogFields } from "./log.ts";

const REDACTED = "[redacted]";
/** Longest value kept, in UTF-16 code units: a log line stays one that a person can read. */
const MAX_VALUE_LENGTH = 4_096;

/** Words that make a field's name the name of a secret. */
const SECRET_WORDS = new Set(
  ("password passwd passphrase passcode token secret otp totp pin authorization cookie credential credentials " +
    "pkcs8 pkcs12 pfx").split(" "),
);
/** `key`, `privateKey`, `launch_key`, `keyPem` are secrets; `keyAlgorithm` and `keystore` are not. */
const KEY_FORMS = new Set(["pem", "der", "bytes", "value"]);

const SECRET_VALUES: readonly (readonly [pattern: RegExp, replacement: string])[] = [
  [/-----BEGIN [A-Z0-9 ]*PRIVATE KEY-----[\s\S]*?(-----END [A-Z0-9 ]*PRIVATE KEY-----|$)/g, REDACTED],
  [/\b(Bearer|Basic)\s+[^\s,;"']+/gi, `$1 ${REDACTED}`],
  // User information and fragments of addresses: proxies' passwords and launch keys travel there.
  [/(\b[a-z][a-z0-9+.-]*:\/\/)[^\s/@]+@/gi, `$1${REDACTED}@`],
  [/(\bhttps?:\/\/[^\s#"']*)#[^\s"']+/gi, `$1#${REDACTED}`],
  [
    /\b(password|passwd|passphrase|secret|token|otp|pin|cookie)(["']?\s*[=:]\s*["']?)[^\s"'&;,]+/gi,
    `$1$2${REDACTED}`,
  ],
];

/** The same fields without secrets: by the field's name, and by what its value looks like. */
export function redactFields(fields: LogFields): Record<string, string | number | boolean | null> {
  const clean: Record<string, string | number | boolean | null> = {};
  for (const [name, value] of Object.entries(fields)) {
    if (value === undefined) continue;
    if (isSecretName(name) && value !== null && typeof value !== "boolean") clean[name] = REDACTED;
    else clean[name] = typeof value === "string" ? redactText(value) : value;
  }
  return clean;
}

/** The same text without what looks like a secret, and not longer than a log line should be. */
export function redactText(text: string): string {
  let clean = text;
  for (const [pattern, replacement] of SECRET_VALUES) clean = clean.replace(pattern, replacement);
  return clean.length > MAX_VALUE_LENGTH ? `${clean.slice(0, MAX_VALUE_LENGTH)}…` : clean;
}

/** Whether a field of this name holds a secret, however its name is spelt. */
export function isSecretName(name: string): boolean {
  const words = name.replace(/([a-z0-9])([A-Z])/g, "$1 $2").toLowerCase().split(/[^a-z0-9]+/);
  if (words.some((word) => SECRET_WORDS.has(word))) return true;
  const key = words.lastIndexOf("key");
  return key >= 0 && (key === words.length - 1 || KEY_FORMS.has(words[key + 1] ?? ""));
}

/**
 * One JSON value on one line. JSON leaves line separators, DEL, C1 and direction controls as they are; in a
 * terminal or a viewer they can forge lines or hide text.
 */
export function toLogLine(record: Record<string, unknown>): string {
  const json = JSON.stringify(record);
  return `${
    json.replace(/[\u007f-\u009f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]/g, (character) =>
      `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`)
  }\n`;
}
