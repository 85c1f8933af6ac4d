/**
 * What a transaction token reads from the 2D code, and the number it answers with.
 *
 * The code's text is what is signed: a token that shows what it parsed, and computes over the text as it is, cannot
 * be made to show one transaction and sign another, because every transaction has exactly one text.
 *
 * @module
 */
import { decodeBase32, encodeBase32 } from "./base32.ts";
import type { Bytes } from "./hmac.ts";
import { ocra, type OcraSuite } from "./ocra.ts";

/** What the person agrees to with the number. */
export interface Transaction {
  /** Name of the institution, as people know it. */
  institution: string;
  operation: "issue" | "renew";
  loginId: string;
  /** Who the certificate is for. */
  name: string;
  /** Of the certificate that is renewed, lowercase hex; undefined when one is issued. */
  serial: string | undefined;
  /** Never the same twice, so that no number fits a second time. */
  nonce: string;
}

/** `HAKKO-TX1:RENEW:institution:loginId:name:serial:nonce`: only characters of QR's denser alphanumeric mode. */
const VERSION = "HAKKO-TX1";
const OPERATIONS = { issue: "ISSUE", renew: "RENEW" } as const;
const SERIAL = /^[0-9a-f]{1,40}$/;
/** More than that, and a camera has trouble reading it from a screen. */
const TEXT_MAX = 600;

/**
 * The one text of a transaction.
 *
 * @returns At most 600 characters.
 * @throws {RangeError} It does not fit, or has an empty or broken field; a renewal needs a serial, issuing has none.
 */
export function encodeTransaction(transaction: Transaction): string {
  const { institution, operation, loginId, name, serial, nonce } = transaction;
  if ((operation === "renew") !== (serial !== undefined)) {
    throw new RangeError("Cannot encode: a renewal has a serial number, and nothing else has");
  }
  if (serial !== undefined && !SERIAL.test(serial)) {
    throw new RangeError("Cannot encode: the serial number is not lowercase hex");
  }
  const text = [
    VERSION,
    OPERATIONS[operation],
    encodeText(institution),
    encodeText(loginId),
    encodeText(name),
    serial?.toUpperCase() ?? "",
    encodeText(nonce),
  ].join(":");
  if (text.length > TEXT_MAX) throw new RangeError(`Cannot encode: ${text.length} characters are too many`);
  return text;
}

/**
 * Reads a 2D code's text.
 *
 * @throws {RangeError} Anything but what {@linkcode encodeTransaction} writes, to the letter.
 */
export function parseTransaction(text: string): Transaction {
  const fields = text.length > TEXT_MAX ? [] : text.split(":");
  const [version, word, institution, loginId, name, serial, nonce] = fields as (string | undefined)[];
  if (version !== VERSION || nonce === undefined || fields.length !== 7) {
    throw new RangeError("Cannot read the code: it is no transaction");
  }
  const transaction: Transaction = {
    institution: decodeText(institution!),
    operation: word === OPERATIONS.renew ? "renew" : "issue",
    loginId: decodeText(loginId!),
    name: decodeText(name!),
    serial: serial === "" ? undefined : serial!.toLowerCase(),
    nonce: decodeText(nonce),
  };
  // Two texts that read alike would be two numbers for what looks like one transaction.
  if (encodeTransaction(transaction) !== text) throw new RangeError("Cannot read the code: it is damaged");
  return transaction;
}

/**
 * The number of a code: OCRA over the SHA-256 of its text.
 *
 * @param suite One with a question alone. A question shorter than 64 hexadecimal digits holds less of the hash.
 * @param code The text as it is; whoever shows it parses it first.
 */
export async function transactionNumber(secret: Bytes, suite: OcraSuite, code: string): Promise<string> {
  const hash = new Uint8Array(await crypto.subtle.digest("SHA-256", new TextEncoder().encode(code)));
  const hex = [...hash].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  const { format, length } = suite.question;
  const question = format === "N"
    ? (BigInt(`0x${hex}`) % 10n ** BigInt(length)).toString().padStart(length, "0")
    : hex.slice(0, length);
  return await ocra(secret, suite, { question });
}

/** `U` and UTF-8, or `W` and UTF-16 in network order, which is shorter for Japanese; in base32 either way. */
function encodeText(text: string): string {
  if (text === "" || !text.isWellFormed()) throw new RangeError("Cannot encode: a field is empty or broken");
  const utf8 = new TextEncoder().encode(text);
  if (utf8.length <= 2 * text.length) return `U${encodeBase32(utf8)}`;
  const utf16 = new Uint8Array(2 * text.length);
  const view = new DataView(utf16.buffer);
  for (let at = 0; at < text.length; at++) view.setUint16(2 * at, text.charCodeAt(at));
  return `W${encodeBase32(utf16)}`;
}

function decodeText(field: string): string {
  const bytes = decodeBase32(field.slice(1));
  return new TextDecoder(field.startsWith("W") ? "utf-16be" : "utf-8", { ignoreBOM: true }).decode(bytes);
}
