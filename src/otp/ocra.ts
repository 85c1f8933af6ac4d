/** OCRA: challenge, response and signature by HOTP (RFC 6287). */
import { type Bytes, eightBytes, hmac, type OtpHash, truncate } from "./hmac.ts";
import { totpStep } from "./totp.ts";

/** What a suite's text says. */
export interface OcraSuite {
  /** The text itself: it is hashed along, so that numbers of two suites never agree. */
  readonly text: string;
  readonly hash: OtpHash;
  /** 4 to 10. The RFC's 0, which means the whole HMAC, is for machines; people type these numbers. */
  readonly digits: number;
  /** Numeric, alphanumeric or hexadecimal, of at most so many characters. */
  readonly question: { readonly format: "N" | "A" | "H"; readonly length: number };
  readonly counter: boolean;
  /** By which hash function the PIN is hashed, if there is one. */
  readonly pin: OtpHash | undefined;
  /** Bytes of session information. */
  readonly session: number | undefined;
  /** Seconds in a time step. */
  readonly time: number | undefined;
}

/** What goes into one number: exactly those that the suite names. */
export interface OcraInput {
  /** The challenge; both parties' one after the other in mutual authentication. */
  question: string;
  counter?: number;
  /** Hash of the PIN by the suite's function. */
  pinHash?: Bytes;
  session?: Bytes;
  at?: Date;
}

const HASHES: Readonly<Record<string, OtpHash>> = { "1": "SHA-1", "256": "SHA-256", "512": "SHA-512" };
const HASH_BYTES: Readonly<Record<OtpHash, number>> = { "SHA-1": 20, "SHA-256": 32, "SHA-512": 64 };
const UNIT_SECONDS: Readonly<Record<string, number>> = { S: 1, M: 60, H: 3600 };
const MOST_UNITS: Readonly<Record<string, number>> = { S: 59, M: 59, H: 48 };

const SUITE =
  /^OCRA-1:HOTP-SHA(1|256|512)-(\d{1,2}):(C-)?Q([NAH])(\d\d)(?:-PSHA(1|256|512))?(?:-S(\d{3}))?(?:-T(\d{1,2})([SMH]))?$/;

/** The question's field is so long, whatever is in it. */
const QUESTION_BYTES = 128;
const QUESTION_SHAPES = { N: /^\d+$/, A: /^[\x21-\x7e]+$/, H: /^[0-9A-Fa-f]+$/ } as const;

/**
 * Reads a suite, e.g. `OCRA-1:HOTP-SHA256-8:QH64`.
 *
 * @throws {RangeError} Not one that RFC 6287 §6 allows, or one without truncation.
 * @see {@link https://www.rfc-editor.org/rfc/rfc6287#section-6 | RFC 6287 §6}
 */
export function parseOcraSuite(text: string): OcraSuite {
  const match = SUITE.exec(text);
  if (!match) throw new RangeError(`Cannot read the OCRA suite ${text}`);
  const [, hash, digits, counter, format, length, pin, session, time, unit] = match;
  return {
    text,
    hash: HASHES[hash!]!,
    digits: within(Number(digits), 4, 10),
    question: { format: format as "N" | "A" | "H", length: within(Number(length), 4, 64) },
    counter: counter !== undefined,
    pin: pin === undefined ? undefined : HASHES[pin],
    session: session === undefined ? undefined : within(Number(session), 1, 512),
    time: time === undefined ? undefined : within(Number(time), 1, MOST_UNITS[unit!]!) * UNIT_SECONDS[unit!]!,
  };
}

/**
 * The number that answers a challenge.
 *
 * @returns As many decimal digits as the suite says.
 * @throws {RangeError} What the suite names is missing, what it does not name is there, or has the wrong shape.
 * @see {@link https://www.rfc-editor.org/rfc/rfc6287#section-5.1 | RFC 6287 §5.1}
 */
export async function ocra(secret: Bytes, suite: OcraSuite, input: OcraInput): Promise<string> {
  const { counter, pinHash, session, at } = input;
  agree("counter", suite.counter, counter);
  agree("PIN", suite.pin !== undefined, pinHash);
  agree("session", suite.session !== undefined, session);
  agree("time", suite.time !== undefined, at);
  const parts = [new TextEncoder().encode(suite.text), new Uint8Array(1)];
  if (counter !== undefined) parts.push(eightBytes(counter));
  parts.push(questionBytes(suite, input.question));
  if (pinHash !== undefined) {
    if (pinHash.length !== HASH_BYTES[suite.pin!]) throw new RangeError("Cannot use the hash of the PIN");
    parts.push(pinHash);
  }
  if (session !== undefined) parts.push(padLeft(session, suite.session!));
  if (at !== undefined) parts.push(eightBytes(totpStep(at, suite.time!)));
  return truncate(await hmac(suite.hash, secret, concat(parts)), suite.digits);
}

function agree(name: string, isNamed: boolean, value: unknown): void {
  if (isNamed === (value !== undefined)) return;
  throw new RangeError(`Cannot compute: the suite has ${isNamed ? "a" : "no"} ${name}`);
}

function within(value: number, least: number, most: number): number {
  if (value < least || value > most) throw new RangeError(`Cannot use ${value} in an OCRA suite`);
  return value;
}

/** The question from the left, zeros to the right, half a byte for each hexadecimal digit. */
function questionBytes({ question: { format, length } }: OcraSuite, question: string): Bytes {
  // Both parties' questions, one after the other, in mutual authentication (§7.2).
  if (question.length > 2 * length || !QUESTION_SHAPES[format].test(question)) {
    throw new RangeError("Cannot use the question: the suite has another format");
  }
  const bytes = new Uint8Array(QUESTION_BYTES);
  if (format === "A") {
    bytes.set(new TextEncoder().encode(question));
    return bytes;
  }
  const hex = format === "N" ? BigInt(question).toString(16) : question;
  [...hex].forEach((digit, at) => {
    bytes[at >> 1]! |= parseInt(digit, 16) << (at % 2 === 0 ? 4 : 0);
  });
  return bytes;
}

function padLeft(bytes: Bytes, length: number): Bytes {
  if (bytes.length > length) throw new RangeError("Cannot use the session: it is too long");
  const padded = new Uint8Array(length);
  padded.set(bytes, length - bytes.length);
  return padded;
}

function concat(parts: readonly Bytes[]): Bytes {
  const whole = new Uint8Array(parts.reduce((length, part) => length + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
