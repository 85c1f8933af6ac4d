/**
 * Writing DER (X.690): every function gives one whole element.
 *
 * @module
 */
import { type Bytes, compareBytes, concatBytes, utf8 } from "./bytes.ts";
import { malformed } from "./malformed.ts";
import { Tag } from "./der_tags.ts";

/** NULL. Shared: do not write into it. */
export const DER_NULL: Bytes = Uint8Array.of(Tag.NULL, 0);
/** BOOLEAN TRUE; FALSE is a default everywhere in PKIX, so it is never written. Shared, as above. */
export const DER_TRUE: Bytes = Uint8Array.of(Tag.BOOLEAN, 1, 0xff);

/** Length of tag and length octets before contents of that length. */
function headerLength(contentLength: number): number {
  if (contentLength < 0x80) return 2;
  if (contentLength < 0x100) return 3;
  if (contentLength < 0x1_0000) return 4;
  return contentLength < 0x100_0000 ? 5 : 6;
}

/**
 * Writes tag and length octets into `target`.
 *
 * @returns Where the contents begin.
 */
export function writeHeader(target: Uint8Array, tag: number, contentLength: number): number {
  const length = headerLength(contentLength);
  target[0] = tag;
  if (length === 2) {
    target[1] = contentLength;
    return 2;
  }
  target[1] = 0x80 | (length - 2);
  let rest = contentLength;
  for (let i = length - 1; i > 1; i--) {
    target[i] = rest & 0xff;
    rest = Math.floor(rest / 256);
  }
  return length;
}

/** Tag and length octets alone, for contents that are written elsewhere. */
export function elementHeader(tag: number, contentLength: number): Bytes {
  const header = new Uint8Array(headerLength(contentLength));
  writeHeader(header, tag, contentLength);
  return header;
}

/** One element whose contents are the parts in order. The list may be of any length. */
export function encodeElement(tag: number, parts: readonly Uint8Array[]): Bytes {
  let contentLength = 0;
  for (const part of parts) contentLength += part.length;
  const element = new Uint8Array(headerLength(contentLength) + contentLength);
  let at = writeHeader(element, tag, contentLength);
  for (const part of parts) {
    element.set(part, at);
    at += part.length;
  }
  return element;
}

/** SEQUENCE of few elements; for long lists see {@link sequenceOf}. */
export function sequence(...parts: Uint8Array[]): Bytes {
  return encodeElement(Tag.SEQUENCE, parts);
}

/** SEQUENCE OF: a list of any length (spreading 100,000 arguments overflows the stack). */
export function sequenceOf(parts: readonly Uint8Array[]): Bytes {
  return encodeElement(Tag.SEQUENCE, parts);
}

/** SET OF, sorted as DER demands (X.690 §11.6). */
export function setOf(parts: readonly Uint8Array[]): Bytes {
  return encodeElement(Tag.SET, parts.length > 1 ? parts.toSorted(compareBytes) : parts);
}

/** `[n] EXPLICIT`, or a constructed `[n] IMPLICIT`, around whole elements. */
export function contextConstructed(n: number, ...parts: Uint8Array[]): Bytes {
  return encodeElement(Tag.CONTEXT_CONSTRUCTED | n, parts);
}

/** `[n] IMPLICIT` of a primitive type: its contents only. */
export function contextPrimitive(n: number, contents: Uint8Array): Bytes {
  return encodeElement(Tag.CONTEXT | n, [contents]);
}

/** OCTET STRING. */
export function octetString(...parts: Uint8Array[]): Bytes {
  return encodeElement(Tag.OCTET_STRING, parts);
}

/** BIT STRING of whole octets. */
export function bitString(bytes: Uint8Array): Bytes {
  return encodeElement(Tag.BIT_STRING, [Uint8Array.of(0), bytes]);
}

/**
 * BIT STRING with named bits: trailing zero bits are left out (X.690 §11.2.2).
 *
 * @param bits Numbers of the bits that are set, 0–15, in any order.
 */
export function namedBitString(bits: readonly number[]): Bytes {
  if (bits.length === 0) return Uint8Array.of(Tag.BIT_STRING, 1, 0);
  const highest = Math.max(...bits);
  const octets = new Uint8Array((highest >> 3) + 1);
  for (const bit of bits) octets[bit >> 3]! |= 0x80 >> (bit & 7);
  return encodeElement(Tag.BIT_STRING, [Uint8Array.of(7 - (highest & 7)), octets]);
}

/**
 * INTEGER that is not negative.
 *
 * @param value A number up to 2^53, a bigint, or magnitude bytes, big-endian.
 */
export function integer(value: number | bigint | Uint8Array): Bytes {
  if (typeof value === "number" && value < 0x80) return Uint8Array.of(Tag.INTEGER, 1, value);
  const magnitude = value instanceof Uint8Array ? value : magnitudeOf(value);
  let start = 0;
  while (start < magnitude.length - 1 && magnitude[start] === 0) start++;
  const sign = magnitude.length === 0 || magnitude[start]! & 0x80 ? 1 : 0;
  const contentLength = sign + magnitude.length - start;
  const element = new Uint8Array(headerLength(contentLength) + contentLength);
  const at = writeHeader(element, Tag.INTEGER, contentLength);
  element.set(magnitude.subarray(start), at + sign);
  return element;
}

function magnitudeOf(value: number | bigint): Bytes {
  const hex = value.toString(16);
  return Uint8Array.fromHex(hex.length % 2 ? "0" + hex : hex);
}

/** ENUMERATED, 0–127. */
export function enumerated(value: number): Bytes {
  return Uint8Array.of(Tag.ENUMERATED, 1, value);
}

const objectIdentifiers = new Map<string, Bytes>();

/**
 * OBJECT IDENTIFIER.
 *
 * @param oid Dotted decimal. Meant for constants: results are kept. Shared, so do not write into them.
 */
export function objectIdentifier(oid: string): Bytes {
  let element = objectIdentifiers.get(oid);
  if (!element) {
    const [first = 0, second = 0, ...rest] = oid.split(".").map(Number);
    const octets: number[] = [];
    for (const arc of [first * 40 + second, ...rest]) octets.push(...base128(arc));
    element = encodeElement(Tag.OBJECT_IDENTIFIER, [Uint8Array.from(octets)]);
    objectIdentifiers.set(oid, element);
  }
  return element;
}

function base128(arc: number): number[] {
  const digits = [arc % 128];
  for (let rest = Math.floor(arc / 128); rest > 0; rest = Math.floor(rest / 128)) {
    digits.unshift(0x80 | rest % 128);
  }
  return digits;
}

/** UTF8String. */
export function utf8String(text: string): Bytes {
  return encodeElement(Tag.UTF8_STRING, [utf8(text)]);
}

/** Whether PrintableString can hold the text (X.680 §41.4): no `@`, `_`, `*`, `&`. */
export function isPrintable(text: string): boolean {
  return /^[A-Za-z0-9 '()+,\-./:=?]*$/.test(text);
}

/**
 * PrintableString.
 *
 * @throws {AppError} `pki/malformed` if the text has other characters, see {@link isPrintable}.
 */
export function printableString(text: string): Bytes {
  if (!isPrintable(text)) throw malformed("text for PrintableString");
  return encodeElement(Tag.PRINTABLE_STRING, [utf8(text)]);
}

/**
 * IA5String under any tag (GeneralName's are implicit).
 *
 * @throws {AppError} `pki/malformed` if the text is not ASCII.
 */
export function ia5String(text: string, tag: number = Tag.IA5_STRING): Bytes {
  const bytes = utf8(text);
  if (bytes.some((byte) => byte > 0x7f)) throw malformed("text for IA5String");
  return encodeElement(tag, [bytes]);
}

/** BMPString: UTF-16, big-endian (PKCS#12's friendly names). */
export function bmpString(text: string): Bytes {
  return encodeElement(Tag.BMP_STRING, [utf16(text)]);
}

/** UTF-16, big-endian, without a mark. */
export function utf16(text: string): Bytes {
  const bytes = new Uint8Array(text.length * 2);
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    bytes[2 * i] = unit >> 8;
    bytes[2 * i + 1] = unit & 0xff;
  }
  return bytes;
}

/**
 * Time as RFC 5280 §4.1.2.5 has it: UTCTime through 2049, GeneralizedTime from 2050, whole seconds
 * (fractions are cut off).
 *
 * @throws {AppError} `pki/malformed` for dates that are not valid or lie outside 1950–9999.
 */
export function time(date: Date): Bytes {
  const year = date.getUTCFullYear();
  if (!(year >= 1950 && year <= 9999)) throw malformed("date");
  const isUtcTime = year < 2050;
  const element = new Uint8Array(isUtcTime ? 15 : 17);
  element[0] = isUtcTime ? Tag.UTC_TIME : Tag.GENERALIZED_TIME;
  element[1] = element.length - 2;
  let at = 2;
  if (!isUtcTime) at = twoDigits(element, at, Math.floor(year / 100));
  at = twoDigits(element, at, year % 100);
  at = twoDigits(element, at, date.getUTCMonth() + 1);
  at = twoDigits(element, at, date.getUTCDate());
  at = twoDigits(element, at, date.getUTCHours());
  at = twoDigits(element, at, date.getUTCMinutes());
  at = twoDigits(element, at, date.getUTCSeconds());
  element[at] = 0x5a; // Z
  return element;
}

function twoDigits(target: Uint8Array, at: number, value: number): number {
  target[at] = 0x30 + Math.floor(value / 10);
  target[at + 1] = 0x30 + value % 10;
  return at + 2;
}

/** The same contents under another tag: `SET OF` signed as such, then sent as `[0] IMPLICIT`. */
export function retag(element: Uint8Array, tag: number): Bytes {
  const copy = concatBytes([element]);
  copy[0] = tag;
  return copy;
}
