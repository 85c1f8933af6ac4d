import { Tag } from "./der_tags.ts";
import { decodeTime, isObjectIdentifier, isTextOf } from "./der_values.ts";
import { malformed } from "./malformed.ts";

/** Deepest nesting that any structure of ours comes near; a bound against crafted input. */
const MAX_DEPTH = 24;

/**
 * Walks one element and all within it, and refuses everything that is not DER: lengths that are not minimal
 * or indefinite, elements that stick out of their parent, octets after the end, tags in the multi-octet
 * form, primitive and constructed mixed up, values of universal types in a second form, unsorted sets.
 * Contents of OCTET STRING, BIT STRING and primitive context tags stay opaque.
 *
 * @param der One element, nothing after it.
 * @param what Name of the structure for the error.
 * @throws {AppError} `pki/malformed`.
 */
export function checkDer(der: Uint8Array, what: string): void {
  const ends: number[] = [];
  /** For each open element: where the previous member of a SET began, −1 outside sets. */
  const previous: number[] = [];
  let limit = der.length;
  let at = 0;
  let isFirst = true;
  while (true) {
    while (at === limit && ends.length > 0) {
      limit = ends.pop()!;
      previous.pop();
    }
    if (at === der.length && !isFirst) return;
    if (ends.length === 0 && !isFirst) throw malformed(`${what}: something after the end`);
    isFirst = false;

    const start = at;
    if (at + 2 > limit) throw malformed(`${what}: truncated`);
    const tag = der[at]!;
    if ((tag & 0x1f) === 0x1f) throw malformed(`${what}: tag`);
    let length = der[at + 1]!;
    at += 2;
    if (length >= 0x80) {
      const octets = length & 0x7f;
      if (octets === 0 || octets > 4) throw malformed(`${what}: length`);
      if (at + octets > limit) throw malformed(`${what}: truncated`);
      if (der[at] === 0) throw malformed(`${what}: length`);
      length = 0;
      for (let i = 0; i < octets; i++) length = length * 256 + der[at++]!;
      if (length < 0x80) throw malformed(`${what}: length`);
    }
    const end = at + length;
    if (end > limit) throw malformed(`${what}: truncated`);

    const depth = ends.length;
    if (depth > 0 && previous[depth - 1] !== -1) {
      const before = previous[depth - 1]!;
      if (before > 0 && !isSorted(der, before, start, end)) throw malformed(`${what}: order of a set`);
      previous[depth - 1] = start;
    }
    if (tag & 0x20) {
      if (tag < 0x40 && tag !== Tag.SEQUENCE && tag !== Tag.SET) throw malformed(`${what}: tag`);
      if (depth >= MAX_DEPTH) throw malformed(`${what}: nested too deeply`);
      ends.push(limit);
      previous.push(tag === Tag.SET ? 0 : -1);
      limit = end;
    } else {
      if (tag < 0x40 && !isPrimitiveValue(der, tag, at, end)) throw malformed(`${what}: value`);
      at = end;
    }
  }
}

/** Whether the member at `a`, which ends where the one at `b` starts, comes before or equals it (X.690 §11.6). */
function isSorted(der: Uint8Array, a: number, b: number, end: number): boolean {
  for (let i = 0; a + i < b && b + i < end; i++) {
    const difference = der[a + i]! - der[b + i]!;
    if (difference !== 0) return difference < 0;
  }
  return b - a <= end - b;
}

/** Whether contents of a universal primitive type are in their one DER form. */
function isPrimitiveValue(der: Uint8Array, tag: number, at: number, end: number): boolean {
  const length = end - at;
  switch (tag) {
    case Tag.OCTET_STRING:
      return true;
    case Tag.OBJECT_IDENTIFIER:
      return isObjectIdentifier(der, at, end);
    case Tag.INTEGER:
    case Tag.ENUMERATED:
      if (length < 2) return length === 1;
      return !(der[at] === 0 && der[at + 1]! < 0x80) && !(der[at] === 0xff && der[at + 1]! >= 0x80);
    case Tag.BIT_STRING: {
      const unused = der[at]!;
      if (length < 1 || unused > 7) return false;
      return length === 1 ? unused === 0 : (der[end - 1]! & ((1 << unused) - 1)) === 0;
    }
    case Tag.BOOLEAN:
      return length === 1 && (der[at] === 0 || der[at] === 0xff);
    case Tag.NULL:
      return length === 0;
    case Tag.UTC_TIME:
    case Tag.GENERALIZED_TIME:
      return decodeTime(tag, der.subarray(at, end)) !== undefined;
    default:
      return isTextOf(tag, der, at, end);
  }
}
