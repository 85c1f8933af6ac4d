/**
 * Reading DER strictly (X.690): one encoding per value, so that equal structures are equal bytes.
 *
 * Whoever reads an untrusted structure calls {@link readDer}, which first walks the whole of it
 * ({@link checkDer}) and then gives a {@link DerReader}, whose methods say what is expected next. Anything
 * else is `pki/malformed`.
 *
 * @module
 */
import type { Bytes } from "./bytes.ts";
import { checkDer } from "./der_check.ts";
import { Tag } from "./der_tags.ts";
import { decodeObjectIdentifier, decodeTime } from "./der_values.ts";
import { malformed } from "./malformed.ts";

/**
 * Checks bytes that should be exactly one DER element.
 *
 * @param der One element, nothing after it.
 * @param what Name of the structure for the error, e.g. `CSR`.
 * @returns A reader that stands before the element.
 * @throws {AppError} `pki/malformed`.
 */
export function readDer(der: Bytes, what: string): DerReader {
  checkDer(der, what);
  return new DerReader(der, what);
}

/**
 * Reads the elements of one constructed element in order. Results are views of the input, not copies.
 * All methods throw {@link AppError} `pki/malformed` when the next element is not the expected one; `part`
 * names it there.
 */
export class DerReader {
  readonly what: string;
  readonly #bytes: Bytes;
  readonly #end: number;
  #at: number;
  /** Where the element that was opened last has its first octet and its contents; they end at `#at`. */
  #elementAt = 0;
  #contentsAt = 0;

  constructor(bytes: Bytes, what: string, start = 0, end = bytes.length) {
    this.#bytes = bytes;
    this.what = what;
    this.#at = start;
    this.#end = end;
  }

  /** Whether all elements have been read. */
  get isDone(): boolean {
    return this.#at >= this.#end;
  }

  /** Whether the next element has this tag; `false` at the end. */
  nextIs(tag: number): boolean {
    return this.#at < this.#end && this.#bytes[this.#at] === tag;
  }

  /** The whole element that was read last, by whichever method, tag and length included. */
  get latest(): Bytes {
    return this.#bytes.subarray(this.#elementAt, this.#at);
  }

  /** An error about this structure. */
  error(part: string): Error {
    return malformed(`${this.what}: ${part}`);
  }

  /** Demands that nothing follows. */
  end(): void {
    if (this.#at < this.#end) throw this.error("something after the last element");
  }

  /** The contents of the next element, to be read in turn. */
  enter(tag: number, part: string): DerReader {
    this.#open(tag, part);
    return new DerReader(this.#bytes, this.what, this.#contentsAt, this.#at);
  }

  /** {@link enter} for a SEQUENCE. */
  sequence(part: string): DerReader {
    return this.enter(Tag.SEQUENCE, part);
  }

  /** The whole next element, tag and length included. */
  element(tag: number, part: string): Bytes {
    this.#open(tag, part);
    return this.latest;
  }

  /** The whole next element, whatever its tag. */
  anyElement(part: string): Bytes {
    if (this.isDone) throw this.error(part);
    return this.element(this.#bytes[this.#at]!, part);
  }

  /** The contents octets of the next element. */
  contents(tag: number, part: string): Bytes {
    this.#open(tag, part);
    return this.#bytes.subarray(this.#contentsAt, this.#at);
  }

  /** OBJECT IDENTIFIER as dotted decimal. */
  oid(part: string): string {
    const oid = decodeObjectIdentifier(this.contents(Tag.OBJECT_IDENTIFIER, part));
    if (oid === undefined) throw this.error(part);
    return oid;
  }

  /** Magnitude of an INTEGER that is not negative: big-endian, no leading zero octet except for zero itself. */
  unsigned(part: string): Bytes {
    const contents = this.contents(Tag.INTEGER, part);
    if (contents.length === 0 || contents[0]! >= 0x80) throw this.error(part);
    if (contents[0] !== 0 || contents.length === 1) return contents;
    if (contents[1]! < 0x80) throw this.error(part);
    return contents.subarray(1);
  }

  /** INTEGER between 0 and 2^32 − 1. */
  smallUnsigned(part: string): number {
    const magnitude = this.unsigned(part);
    if (magnitude.length > 4) throw this.error(part);
    let value = 0;
    for (const octet of magnitude) value = value * 256 + octet;
    return value;
  }

  /** BOOLEAN DEFAULT FALSE: absent, or TRUE; an encoded default is not DER (X.690 §11.5). */
  defaultFalse(part: string): boolean {
    if (!this.nextIs(Tag.BOOLEAN)) return false;
    const contents = this.contents(Tag.BOOLEAN, part);
    if (contents.length !== 1 || contents[0] !== 0xff) throw this.error(part);
    return true;
  }

  /** Contents of an OCTET STRING. */
  octetString(part: string): Bytes {
    return this.contents(Tag.OCTET_STRING, part);
  }

  /** BIT STRING of whole octets. */
  bitString(part: string): Bytes {
    const contents = this.contents(Tag.BIT_STRING, part);
    if (contents[0] !== 0) throw this.error(part);
    return contents.subarray(1);
  }

  /** Time as RFC 5280 §4.1.2.5 has it. */
  time(part: string): Date {
    const tag = this.nextIs(Tag.UTC_TIME) ? Tag.UTC_TIME : Tag.GENERALIZED_TIME;
    const date = decodeTime(tag, this.contents(tag, part));
    if (date === undefined) throw this.error(part);
    return date;
  }

  /** Reads tag and length octets and steps over the element. */
  #open(tag: number, part: string): void {
    const bytes = this.#bytes;
    const start = this.#at;
    if (start + 2 > this.#end || bytes[start] !== tag) throw this.error(part);
    let at = start + 2;
    let length = bytes[start + 1]!;
    if (length >= 0x80) {
      const octets = length & 0x7f;
      if (octets === 0 || octets > 4 || at + octets > this.#end || bytes[at] === 0) throw this.error(part);
      length = 0;
      for (let i = 0; i < octets; i++) length = length * 256 + bytes[at++]!;
      if (length < 0x80) throw this.error(part);
    }
    if (at + length > this.#end) throw this.error(part);
    this.#elementAt = start;
    this.#contentsAt = at;
    this.#at = at + length;
  }
}
