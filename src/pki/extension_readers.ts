/**
 * Reading what extensions.ts writes. All functions give `undefined` when the certificate lacks the
 * extension, and throw {@link AppError} `pki/malformed` when it is there but wrong.
 *
 * @module
 */
import type { Bytes } from "./bytes.ts";
import type { Certificate } from "./certificate.ts";
import { type DerReader, readDer } from "./der_reader.ts";
import { Tag } from "./der_tags.ts";
import { decodeText } from "./der_values.ts";
import { formatIpAddress } from "./ip_address.ts";
import { KEY_USAGES, type KeyUsage } from "./key_usage.ts";
import { Oid } from "./oids.ts";

const URI_TAG = 0x86;
const DNS_TAG = 0x82;
const IP_TAG = 0x87;

/** Whether the subject is a CA, and how many CAs may follow below it. */
export function readBasicConstraints(
  certificate: Certificate,
): { ca: boolean; pathLength?: number } | undefined {
  const fields = openSequence(certificate, Oid.basicConstraints, "basicConstraints");
  if (!fields) return undefined;
  const ca = fields.defaultFalse("basicConstraints");
  if (fields.isDone) return { ca };
  const pathLength = fields.smallUnsigned("basicConstraints");
  fields.end();
  return { ca, pathLength };
}

/** What the key may do; never empty. */
export function readKeyUsage(certificate: Certificate): Set<KeyUsage> | undefined {
  const reader = open(certificate, Oid.keyUsage, "keyUsage");
  if (!reader) return undefined;
  const contents = reader.contents(Tag.BIT_STRING, "keyUsage");
  reader.end();
  const usages = new Set<KeyUsage>();
  for (const [bit, usage] of KEY_USAGES.entries()) {
    if ((contents[1 + (bit >> 3)] ?? 0) & (0x80 >> (bit & 7))) usages.add(usage);
  }
  if (usages.size === 0) throw reader.error("keyUsage");
  return usages;
}

/** What the key is for: dotted OIDs, see {@link Oid}; never empty. */
export function readExtendedKeyUsage(certificate: Certificate): Set<string> | undefined {
  const purposes = openSequence(certificate, Oid.extendedKeyUsage, "extendedKeyUsage");
  if (!purposes) return undefined;
  const oids = new Set<string>();
  do oids.add(purposes.oid("extendedKeyUsage")); while (!purposes.isDone);
  return oids;
}

/** The subject's key identifier. */
export function readSubjectKeyIdentifier(certificate: Certificate): Bytes | undefined {
  const reader = open(certificate, Oid.subjectKeyIdentifier, "subjectKeyIdentifier");
  const keyId = reader?.octetString("subjectKeyIdentifier");
  reader?.end();
  return keyId;
}

/** The issuer's key identifier; `undefined` also if the extension names the issuer in another way only. */
export function readAuthorityKeyIdentifier(certificate: Certificate): Bytes | undefined {
  const fields = openSequence(certificate, Oid.authorityKeyIdentifier, "authorityKeyIdentifier");
  if (!fields?.nextIs(Tag.CONTEXT | 0)) return undefined;
  return fields.contents(Tag.CONTEXT | 0, "authorityKeyIdentifier");
}

/** All URLs of all distribution points. */
export function readCrlDistributionPoints(certificate: Certificate): string[] | undefined {
  const what = "cRLDistributionPoints";
  const points = openSequence(certificate, Oid.crlDistributionPoints, what);
  if (!points) return undefined;
  const urls: string[] = [];
  do {
    const point = points.sequence(what);
    if (!point.nextIs(Tag.CONTEXT_CONSTRUCTED | 0)) continue;
    const name = point.enter(Tag.CONTEXT_CONSTRUCTED | 0, what);
    if (!name.nextIs(Tag.CONTEXT_CONSTRUCTED | 0)) continue;
    const fullName = name.enter(Tag.CONTEXT_CONSTRUCTED | 0, what);
    while (!fullName.isDone) {
      if (fullName.nextIs(URI_TAG)) urls.push(ascii(fullName, URI_TAG, what));
      else fullName.anyElement(what);
    }
  } while (!points.isDone);
  return urls;
}

/** The server's names and addresses; names of other kinds are left out. */
export function readSubjectAltName(
  certificate: Certificate,
): { dns: string[]; ip: string[] } | undefined {
  const what = "subjectAltName";
  const names = openSequence(certificate, Oid.subjectAltName, what);
  if (!names) return undefined;
  const result: { dns: string[]; ip: string[] } = { dns: [], ip: [] };
  do {
    if (names.nextIs(DNS_TAG)) {
      result.dns.push(ascii(names, DNS_TAG, what));
    } else if (names.nextIs(IP_TAG)) {
      const ip = formatIpAddress(names.contents(IP_TAG, what));
      if (ip === undefined) throw names.error(what);
      result.ip.push(ip);
    } else {
      names.anyElement(what);
    }
  } while (!names.isDone);
  return result;
}

function open(certificate: Certificate, oid: string, what: string): DerReader | undefined {
  const extension = certificate.extensions.get(oid);
  return extension && readDer(extension.valueDer, what);
}

function openSequence(certificate: Certificate, oid: string, what: string): DerReader | undefined {
  const reader = open(certificate, oid, what);
  const fields = reader?.sequence(what);
  reader?.end();
  return fields;
}

function ascii(reader: DerReader, tag: number, what: string): string {
  const text = decodeText(Tag.IA5_STRING, reader.contents(tag, what));
  if (text === undefined) throw reader.error(what);
  return text;
}
