/**
 * Distinguished names (RFC 5280 §4.1.2.4), one attribute to a relative name as everybody writes them.
 *
 * @module
 */
import type { Bytes } from "./bytes.ts";
import { DerReader, readDer } from "./der_reader.ts";
import { Tag } from "./der_tags.ts";
import { decodeText } from "./der_values.ts";
import { objectIdentifier, printableString, sequence, sequenceOf, setOf, utf8String } from "./der_writer.ts";
import { malformed } from "./malformed.ts";

/** What a name can say, with the upper bounds of RFC 5280 appendix A.1 in characters. */
const ATTRIBUTES = {
  CN: { oid: "2.5.4.3", maxLength: 64 },
  SN: { oid: "2.5.4.4", maxLength: 64 },
  serialNumber: { oid: "2.5.4.5", maxLength: 64 },
  C: { oid: "2.5.4.6", maxLength: 2 },
  L: { oid: "2.5.4.7", maxLength: 128 },
  ST: { oid: "2.5.4.8", maxLength: 128 },
  O: { oid: "2.5.4.10", maxLength: 64 },
  OU: { oid: "2.5.4.11", maxLength: 64 },
  title: { oid: "2.5.4.12", maxLength: 64 },
  GN: { oid: "2.5.4.42", maxLength: 64 },
} as const;

/** Attribute types that can be written. */
export type NameAttribute = keyof typeof ATTRIBUTES;

const TYPES_BY_OID = new Map(
  Object.entries(ATTRIBUTES).map(([type, { oid }]) => [oid as string, type as NameAttribute]),
);

/** One attribute of a decoded name. */
export interface DecodedAttribute {
  /** A {@link NameAttribute}, or the dotted OID of any other type. */
  readonly type: string;
  /** The text; `#` and the hex of its DER if it is of no text type that we read (RFC 4514 §2.4). */
  readonly value: string;
}

/**
 * Writes a name in the given order.
 *
 * C and serialNumber are PrintableString, because X.520 knows no other form of them; everything else is UTF8String.
 *
 * @returns DER of an RDNSequence.
 * @throws {AppError} `pki/malformed` if a value is empty, longer than X.509 allows, C is not two letters, or serialNumber has
 * characters that PrintableString has not, such as `_` and `@`.
 */
export function encodeName(attributes: readonly { type: NameAttribute; value: string }[]): Bytes {
  return sequenceOf(attributes.map(({ type, value }) => {
    const { oid, maxLength } = ATTRIBUTES[type];
    const length = [...value].length;
    if (length === 0 || length > maxLength || !value.isWellFormed()) throw malformed(`name: ${type}`);
    if (type === "C" && !/^[A-Z]{2}$/.test(value)) throw malformed("name: C");
    const asPrintable = type === "C" || type === "serialNumber";
    return setOf([sequence(objectIdentifier(oid), asPrintable ? printableString(value) : utf8String(value))]);
  }));
}

/**
 * Reads a name's attributes in their order; those of a multi-valued relative name follow each other.
 *
 * @param der DER of an RDNSequence.
 * @throws {AppError} `pki/malformed`.
 */
export function decodeName(der: Bytes): DecodedAttribute[] {
  return decodeRelativeNames(der).flat().map(({ type, value }) => ({ type, value }));
}

/**
 * A name on one line, as RFC 4514 has it: the most specific part first, special characters escaped.
 *
 * @throws {AppError} `pki/malformed`.
 */
export function formatName(der: Bytes): string {
  return decodeRelativeNames(der).reverse()
    .map((attributes) => attributes.map(({ type, escaped }) => `${type}=${escaped}`).join("+"))
    .join(",");
}

/** An attribute with its value as {@link formatName} writes it. */
interface FormattedAttribute extends DecodedAttribute {
  readonly escaped: string;
}

function decodeRelativeNames(der: Bytes): FormattedAttribute[][] {
  const reader = readDer(der, "name");
  const relativeNames = reader.sequence("RDNSequence");
  reader.end();
  const result: FormattedAttribute[][] = [];
  while (!relativeNames.isDone) {
    const set = relativeNames.enter(Tag.SET, "relative name");
    const attributes: FormattedAttribute[] = [];
    do attributes.push(readAttribute(set.sequence("attribute"))); while (!set.isDone);
    result.push(attributes);
  }
  return result;
}

function readAttribute(attribute: DerReader): FormattedAttribute {
  const oid = attribute.oid("attribute type");
  const valueDer = attribute.anyElement("attribute value");
  attribute.end();
  const tag = valueDer[0]!;
  const text = decodeText(tag, new DerReader(valueDer, "name").contents(tag, "attribute value"));
  const type = TYPES_BY_OID.get(oid) ?? oid;
  if (text !== undefined) return { type, value: text, escaped: escapeValue(text) };
  const hex = `#${valueDer.toHex()}`;
  return { type, value: hex, escaped: hex };
}

function escapeValue(value: string): string {
  return value.replace(/["+,;<>\\]|^[ #]| $/g, "\\$&").replaceAll("\0", "\\00");
}
