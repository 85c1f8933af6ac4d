/**
 * The certificate extensions of RFC 5280 §4.2 that Hakko writes. Each function gives one whole Extension
 * element for {@link buildTbsCertificate}; extension_readers.ts reads them back.
 *
 * @module
 */
import type { Bytes } from "./bytes.ts";
import {
  contextConstructed,
  contextPrimitive,
  DER_TRUE,
  ia5String,
  integer,
  namedBitString,
  objectIdentifier,
  octetString,
  sequence,
  sequenceOf,
} from "./der_writer.ts";
import { parseIpAddress, parseIpRange } from "./ip_address.ts";
import { KEY_USAGES, type KeyUsage } from "./key_usage.ts";
import { Oid } from "./oids.ts";
import { keyIdentifier } from "./public_key.ts";

export * from "./extension_readers.ts";

/** Purposes that Hakko's certificates have (RFC 5280 §4.2.1.12). */
export type KeyPurpose = "clientAuth" | "serverAuth";

/** One name of a server. */
export type SubjectAltName = { readonly dns: string } | { readonly ip: string };

/** Which names the certificates below a CA may have. */
export interface NameConstraints {
  /** `example.test` allows that name and all below it. */
  readonly permittedDns?: readonly string[];
  /** Addresses or ranges such as `192.0.2.0/24`. */
  readonly permittedIp?: readonly string[];
}

/**
 * Wraps an extension's value.
 *
 * @param valueDer One element: what the extension's own syntax says.
 */
export function encodeExtension(oid: string, valueDer: Bytes, critical = false): Bytes {
  return critical
    ? sequence(objectIdentifier(oid), DER_TRUE, octetString(valueDer))
    : sequence(objectIdentifier(oid), octetString(valueDer));
}

/**
 * Whether the subject is a CA; critical.
 *
 * @param pathLength How many CAs may follow below it; for CAs only.
 */
export function basicConstraints(isCa: boolean, pathLength?: number): Bytes {
  const fields = isCa ? [DER_TRUE] : [];
  if (isCa && pathLength !== undefined) fields.push(integer(pathLength));
  return encodeExtension(Oid.basicConstraints, sequenceOf(fields), true);
}

/** What the key may do; critical. */
export function keyUsage(usages: readonly KeyUsage[]): Bytes {
  const bits = usages.map((usage) => KEY_USAGES.indexOf(usage));
  return encodeExtension(Oid.keyUsage, namedBitString(bits), true);
}

/** What the key is for; not critical. */
export function extendedKeyUsage(purposes: readonly KeyPurpose[]): Bytes {
  const oids = purposes.map((purpose) => objectIdentifier(Oid[purpose]));
  return encodeExtension(Oid.extendedKeyUsage, sequenceOf(oids));
}

/** Identifies the subject's key, see {@link keyIdentifier}. */
export function subjectKeyIdentifier(spkiDer: Bytes): Bytes {
  return encodeExtension(Oid.subjectKeyIdentifier, octetString(keyIdentifier(spkiDer)));
}

/** Identifies the issuer's key. */
export function authorityKeyIdentifier(keyId: Bytes): Bytes {
  return encodeExtension(Oid.authorityKeyIdentifier, sequence(contextPrimitive(0, keyId)));
}

const URI_TAG = 0x86;
const DNS_TAG = 0x82;
const IP_TAG_NUMBER = 7;

/** Where the CRL can be had: one place, under as many URLs as given. */
export function crlDistributionPoints(urls: readonly string[]): Bytes {
  const names = urls.map((url) => ia5String(url, URI_TAG));
  const fullName = contextConstructed(0, ...names);
  return encodeExtension(Oid.crlDistributionPoints, sequence(sequence(contextConstructed(0, fullName))));
}

/** Where OCSP answers and the issuer's certificate can be had. */
export function authorityInfoAccess(places: { ocsp?: string; caIssuers?: string }): Bytes {
  const descriptions: Bytes[] = [];
  for (const method of ["ocsp", "caIssuers"] as const) {
    const url = places[method];
    if (url !== undefined) {
      descriptions.push(sequence(objectIdentifier(Oid[method]), ia5String(url, URI_TAG)));
    }
  }
  return encodeExtension(Oid.authorityInfoAccess, sequenceOf(descriptions));
}

/**
 * Names that a server goes by.
 *
 * @throws {AppError} `pki/malformed` for a text that is not ASCII or not an IP address.
 */
export function subjectAltName(names: readonly SubjectAltName[]): Bytes {
  const encoded = names.map((name) =>
    "dns" in name ? ia5String(name.dns, DNS_TAG) : contextPrimitive(IP_TAG_NUMBER, parseIpAddress(name.ip))
  );
  return encodeExtension(Oid.subjectAltName, sequenceOf(encoded));
}

/**
 * Confines a CA to names; critical. A kind of name without any permitted entry stays free, so the one that is
 * not used is shut out altogether by excluding all of it.
 *
 * @throws {AppError} `pki/malformed`, as {@link subjectAltName}.
 */
export function nameConstraints(constraints: NameConstraints): Bytes {
  const { permittedDns = [], permittedIp = [] } = constraints;
  const permitted = [
    ...permittedDns.map((name) => sequence(ia5String(name, DNS_TAG))),
    ...permittedIp.map((range) => sequence(contextPrimitive(IP_TAG_NUMBER, parseIpRange(range)))),
  ];
  const excluded: Bytes[] = [];
  if (permittedDns.length === 0) excluded.push(sequence(ia5String("", DNS_TAG)));
  if (permittedIp.length === 0) {
    for (const range of ["0.0.0.0/0", "::/0"]) {
      excluded.push(sequence(contextPrimitive(IP_TAG_NUMBER, parseIpRange(range))));
    }
  }
  const trees: Bytes[] = [];
  if (permitted.length > 0) trees.push(contextConstructed(0, ...permitted));
  if (excluded.length > 0) trees.push(contextConstructed(1, ...excluded));
  return encodeExtension(Oid.nameConstraints, sequenceOf(trees), true);
}
