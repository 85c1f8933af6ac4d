/**
 * BER for CMS: NSS and `openssl cms -stream` write indefinite lengths and octet strings in pieces. This turns
 * such bytes into definite lengths of the minimal form, after which the strict reader does. RFC 5652 §5.4 wants
 * signed attributes hashed as DER whatever was sent, so nothing is lost. Members of sets stay in their order.
 *
 * @module
 */
import { type Bytes, concatBytes } from "./bytes.ts";
import { Tag } from "./der_tags.ts";
import { encodeElement } from "./der_writer.ts";
import { malformed } from "./malformed.ts";

/** Deepest nesting taken; CMS with a certificate needs 14. */
const MAX_DEPTH = 24;
const CONSTRUCTED = 0x20;
const CONSTRUCTED_OCTET_STRING = Tag.OCTET_STRING | CONSTRUCTED;

/**
 * Gives the same element with DER's lengths.
 *
 * @param ber One element, nothing after it.
 * @param what Name of the structure for the error.
 * @throws {AppError} `pki/malformed`.
 */
export function berToDer(ber: Bytes, what: string): Bytes {
  const transcoder = new Transcoder(ber, what);
  const der = transcoder.element(ber.length, 0);
  transcoder.end();
  return der;
}

class Transcoder {
  readonly #bytes: Bytes;
  readonly #what: string;
  #at = 0;

  constructor(bytes: Bytes, what: string) {
    this.#bytes = bytes;
    this.#what = what;
  }

  element(limit: number, depth: number): Bytes {
    if (depth > MAX_DEPTH) throw this.#error("nested too deeply");
    const tag = this.#octet(limit);
    // Multi-octet tags do not occur; tag 0 is the mark at the end of indefinite contents.
    if ((tag & 0x1f) === 0x1f || tag === 0) throw this.#error("tag");
    const length = this.#length(limit);
    if (length === undefined && !(tag & CONSTRUCTED)) throw this.#error("length");
    const end = length === undefined ? undefined : this.#at + length;
    if (end !== undefined && end > limit) throw this.#error("truncated");
    if (!(tag & CONSTRUCTED)) {
      const contents = this.#bytes.subarray(this.#at, end);
      this.#at = end!;
      return encodeElement(tag, [contents]);
    }
    const children: Bytes[] = [];
    while (end === undefined ? !this.#takeEndMark(limit) : this.#at < end) {
      children.push(this.element(end ?? limit, depth + 1));
    }
    if (tag === CONSTRUCTED_OCTET_STRING) return this.#joinOctets(children);
    return encodeElement(tag, children);
  }

  end(): void {
    if (this.#at !== this.#bytes.length) throw this.#error("something after the end");
  }

  #octet(limit: number): number {
    if (this.#at >= limit) throw this.#error("truncated");
    return this.#bytes[this.#at++]!;
  }

  /** @returns `undefined` for the indefinite form. */
  #length(limit: number): number | undefined {
    const first = this.#octet(limit);
    if (first === 0x80) return undefined;
    if (first < 0x80) return first;
    if (first > 0x84) throw this.#error("length");
    let length = 0;
    for (let i = 0; i < (first & 0x7f); i++) length = length * 256 + this.#octet(limit);
    return length;
  }

  #takeEndMark(limit: number): boolean {
    if (this.#at + 2 > limit) throw this.#error("truncated");
    if (this.#bytes[this.#at] !== 0 || this.#bytes[this.#at + 1] !== 0) return false;
    this.#at += 2;
    return true;
  }

  /** The pieces are OCTET STRINGs with DER lengths by now. */
  #joinOctets(pieces: readonly Bytes[]): Bytes {
    const contents = pieces.map((piece) => {
      if (piece[0] !== Tag.OCTET_STRING) throw this.#error("octet string");
      const lengthOctet = piece[1]!;
      return piece.subarray(lengthOctet < 0x80 ? 2 : 2 + (lengthOctet & 0x7f));
    });
    return encodeElement(Tag.OCTET_STRING, [concatBytes(contents)]);
  }

  #error(part: string): Error {
    return malformed(`${this.#what}: ${part}`);
  }
}
