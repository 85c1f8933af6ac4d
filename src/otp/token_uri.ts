/** The address that an authenticator app reads from a QR code, as Google Authenticator's key URI format has it. */
import { decodeBase32, encodeBase32 } from "./base32.ts";
import type { Bytes } from "./hmac.ts";

/** A time-based token as it is registered. */
export interface TokenAccount {
  /** Whose token: the institution's service. */
  issuer: string;
  /** Whose account, e.g. the login ID. */
  account: string;
  secret: Bytes;
  digits: number;
  periodSeconds: number;
}

/**
 * `otpauth://totp/Issuer:account?secret=…`. The algorithm is SHA-1 and left out: several apps ignore or refuse it.
 *
 * @see {@link https://github.com/google/google-authenticator/wiki/Key-Uri-Format | Key URI format}
 */
export function tokenUri({ issuer, account, secret, digits, periodSeconds }: TokenAccount): string {
  // Not URLSearchParams: some apps show its `+` instead of the space that it stands for.
  return `otpauth://totp/${encodeURIComponent(issuer)}:${encodeURIComponent(account)}` +
    `?secret=${encodeBase32(secret)}&issuer=${encodeURIComponent(issuer)}` +
    `&digits=${digits}&period=${periodSeconds}`;
}

/**
 * Reads such an address, also one from elsewhere: issuer, digits and period may be missing.
 *
 * @throws {RangeError} Not a time-based token, no secret, or numbers that no token has.
 */
export function parseTokenUri(text: string): TokenAccount {
  const match = /^otpauth:\/\/totp\/([^?#]*)\?([^#]*)$/i.exec(text.trim());
  if (!match) throw new RangeError("Cannot read the address: it is not otpauth://totp/");
  const label = decode(match[1]!);
  const query = new URLSearchParams(match[2]!);
  const colon = label.indexOf(":");
  const secret = decodeBase32(query.get("secret") ?? "");
  if (secret.length === 0) throw new RangeError("Cannot read the address: it has no secret");
  const algorithm = (query.get("algorithm") ?? "SHA1").toUpperCase().replace("-", "");
  if (algorithm !== "SHA1") throw new RangeError(`Cannot compute with ${algorithm}`);
  return {
    issuer: query.get("issuer") ?? (colon < 0 ? "" : label.slice(0, colon).trim()),
    account: label.slice(colon + 1).trim(),
    secret,
    digits: wholeNumber(query.get("digits") ?? "6", 6, 8),
    periodSeconds: wholeNumber(query.get("period") ?? "30", 10, 300),
  };
}

function wholeNumber(text: string, least: number, most: number): number {
  const value = /^\d{1,3}$/.test(text) ? Number(text) : NaN;
  if (!(value >= least && value <= most)) throw new RangeError(`Cannot use ${text} in a token's address`);
  return value;
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch (cause) {
    throw new RangeError("Cannot read the address: its label is broken", { cause });
  }
}
