/**
 * The entries of a CRL, written one after the other into large chunks: a million of them as objects of their own
 * would take ten times the memory and time.
 *
 * @module
 */
import type { Bytes } from "./bytes.ts";
import { Tag } from "./der_tags.ts";
import { enumerated, objectIdentifier, octetString, sequence, time } from "./der_writer.ts";
import { malformed } from "./malformed.ts";
import { Oid } from "./oids.ts";

/** Why a certificate was revoked (RFC 5280 §5.3.1), with the numbers that the CRL has for it. */
export const CRL_REASONS = {
  keyCompromise: 1,
  cACompromise: 2,
  affiliationChanged: 3,
  superseded: 4,
  cessationOfOperation: 5,
  certificateHold: 6,
  privilegeWithdrawn: 9,
} as const;

/** One of {@link CRL_REASONS}. */
export type CrlReason = keyof typeof CRL_REASONS;

/** One entry. */
export interface RevokedCertificate {
  /** Magnitude, big-endian, as it was given to the certificate. */
  readonly serial: Uint8Array;
  /** Fractions of a second are cut off. */
  readonly at: Date;
  /** Left out when nobody said why: RFC 5280 wants no "unspecified". */
  readonly reason?: CrlReason;
}

const CHUNK_LENGTH = 1024 * 1024;
/** More than any entry takes: header 2, serial 23, time 17, reason 14. */
const MAX_ENTRY_LENGTH = 64;

const REASON_EXTENSIONS = new Map(
  Object.entries(CRL_REASONS).map(([reason, number]) => {
    const extension = sequence(objectIdentifier(Oid.crlReason), octetString(enumerated(number)));
    return [reason as CrlReason, sequence(extension)];
  }),
);

/**
 * Writes entries as they go into the list's SEQUENCE.
 *
 * @returns All entries in chunks, and their length together.
 * @throws {AppError} `pki/malformed` for a serial number that is empty, zero or longer than 20 octets.
 */
export function encodeRevoked(revoked: Iterable<RevokedCertificate>): { chunks: Bytes[]; length: number } {
  const chunks: Bytes[] = [];
  let length = 0;
  let chunk = new Uint8Array(CHUNK_LENGTH);
  let at = 0;
  for (const entry of revoked) {
    if (at + MAX_ENTRY_LENGTH > CHUNK_LENGTH) {
      chunks.push(chunk.subarray(0, at));
      length += at;
      chunk = new Uint8Array(CHUNK_LENGTH);
      at = 0;
    }
    at = writeEntry(chunk, at, entry);
  }
  chunks.push(chunk.subarray(0, at));
  return { chunks, length: length + at };
}

/** @returns Where the next entry goes. */
function writeEntry(
  chunk: Bytes,
  start: number,
  { serial, at: revokedAt, reason }: RevokedCertificate,
): number {
  let firstOctet = 0;
  while (firstOctet < serial.length && serial[firstOctet] === 0) firstOctet++;
  const sign = serial[firstOctet]! & 0x80 ? 1 : 0;
  const serialLength = sign + serial.length - firstOctet;
  if (firstOctet === serial.length || serialLength > 20) throw malformed("CRL: serial number");
  const timeDer = time(revokedAt);
  const reasonDer = reason && REASON_EXTENSIONS.get(reason);

  let at = start;
  chunk[at++] = Tag.SEQUENCE;
  chunk[at++] = 2 + serialLength + timeDer.length + (reasonDer?.length ?? 0);
  chunk[at++] = Tag.INTEGER;
  chunk[at++] = serialLength;
  if (sign) chunk[at++] = 0;
  for (let i = firstOctet; i < serial.length; i++) chunk[at++] = serial[i]!;
  chunk.set(timeDer, at);
  at += timeDer.length;
  if (!reasonDer) return at;
  chunk.set(reasonDer, at);
  return at + reasonDer.length;
}
