/**
 * Values of DER's universal types. These functions give `undefined` or `false` for contents that are not
 * in their one DER form; the callers know what to call the structure in the error.
 *
 * @module
 */
import { Tag } from "./der_tags.ts";

/** Whether the octets are the contents of an OBJECT IDENTIFIER: whole arcs without padding, none above 2^49. */
export function isObjectIdentifier(bytes: Uint8Array, start: number, end: number): boolean {
  if (start >= end || bytes[end - 1]! >= 0x80) return false;
  let arcOctets = 0;
  for (let i = start; i < end; i++) {
    const octet = bytes[i]!;
    if (octet === 0x80 && arcOctets === 0) return false;
    arcOctets = octet < 0x80 ? 0 : arcOctets + 1;
    if (arcOctets > 6) return false;
  }
  return true;
}

/** Dotted decimal. */
export function decodeObjectIdentifier(contents: Uint8Array): string | undefined {
  if (!isObjectIdentifier(contents, 0, contents.length)) return undefined;
  let text = "";
  let arc = 0;
  for (const octet of contents) {
    arc = arc * 128 + (octet & 0x7f);
    if (octet >= 0x80) continue;
    if (text === "") {
      const first = Math.min(2, Math.floor(arc / 40));
      text = `${first}.${arc - first * 40}`;
    } else {
      text += `.${arc}`;
    }
    arc = 0;
  }
  return text;
}

/**
 * UTCTime or GeneralizedTime as RFC 5280 §4.1.2.5 restricts them: whole seconds, `Z`, and GeneralizedTime only
 * for what UTCTime cannot say (years from 2050).
 */
export function decodeTime(tag: number, contents: Uint8Array): Date | undefined {
  const isUtcTime = tag === Tag.UTC_TIME;
  const last = isUtcTime ? 12 : 14;
  if (contents.length !== last + 1 || contents[last] !== 0x5a) return undefined;
  for (let i = 0; i < last; i++) if (contents[i]! < 0x30 || contents[i]! > 0x39) return undefined;
  let year = twoDigits(contents, 0);
  if (isUtcTime) year += year < 50 ? 2000 : 1900;
  else year = year * 100 + twoDigits(contents, 2);
  if (!isUtcTime && year < 2050) return undefined;
  const month = twoDigits(contents, last - 10);
  const day = twoDigits(contents, last - 8);
  const hour = twoDigits(contents, last - 6);
  const minute = twoDigits(contents, last - 4);
  const second = twoDigits(contents, last - 2);
  if (hour > 23 || minute > 59 || second > 59) return undefined;
  const date = new Date(Date.UTC(year, month - 1, day, hour, minute, second));
  // Date.UTC turns 31 April into 1 May: compare what it made of the day, and of months 0 and 13.
  return date.getUTCDate() === day && date.getUTCMonth() === month - 1 ? date : undefined;
}

function twoDigits(digits: Uint8Array, at: number): number {
  return digits[at]! * 10 + digits[at + 1]! - 0x30 * 11;
}

const utf8Decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
const utf16Decoder = new TextDecoder("utf-16be", { fatal: true, ignoreBOM: true });

/** Text of one of PKIX' string types; `undefined` for other tags and for octets that are not such text. */
export function decodeText(tag: number, contents: Uint8Array): string | undefined {
  switch (tag) {
    case Tag.UTF8_STRING:
      return decodeWith(utf8Decoder, contents);
    case Tag.BMP_STRING:
      return decodeWith(utf16Decoder, contents);
    case Tag.PRINTABLE_STRING:
    case Tag.IA5_STRING:
      return isTextOf(tag, contents, 0, contents.length) ? decodeWith(utf8Decoder, contents) : undefined;
    default:
      return undefined;
  }
}

function decodeWith(decoder: TextDecoder, contents: Uint8Array): string | undefined {
  try {
    return decoder.decode(contents);
  } catch {
    return undefined; // not in this encoding
  }
}

/** Whether the octets are text of the type. TeletexString may hold anything; nobody agrees what it means. */
export function isTextOf(tag: number, bytes: Uint8Array, start: number, end: number): boolean {
  switch (tag) {
    case Tag.PRINTABLE_STRING:
      return areAllMarked(PRINTABLE, bytes, start, end);
    case Tag.IA5_STRING:
      return areAllMarked(ASCII, bytes, start, end);
    case Tag.UTF8_STRING:
      return areAllMarked(ASCII, bytes, start, end) ||
        decodeWith(utf8Decoder, bytes.subarray(start, end)) !== undefined;
    case Tag.BMP_STRING:
      return decodeWith(utf16Decoder, bytes.subarray(start, end)) !== undefined;
    default:
      return tag === Tag.TELETEX_STRING;
  }
}

function areAllMarked(table: Uint8Array, bytes: Uint8Array, start: number, end: number): boolean {
  for (let i = start; i < end; i++) if (table[bytes[i]!] === 0) return false;
  return true;
}

const ASCII = new Uint8Array(256).fill(1, 0, 0x80);
const PRINTABLE = new Uint8Array(256);
for (const character of "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789 '()+,-./:=?") {
  PRINTABLE[character.charCodeAt(0)] = 1;
}
