/**
 * PEM (RFC 7468): DER as text between two lines.
 *
 * @module
 */
import type { Bytes } from "./bytes.ts";
import { malformed } from "./malformed.ts";

/** Labels in use here. */
export type PemLabel =
  | "CERTIFICATE"
  | "CERTIFICATE REQUEST"
  | "X509 CRL"
  | "PRIVATE KEY"
  | "ENCRYPTED PRIVATE KEY"
  | "PUBLIC KEY"
  | "CMS"
  | "PKCS7";

/** Text with lines of 64 characters and a final newline, so that files can be joined. */
export function encodePem(der: Uint8Array, label: PemLabel): string {
  const body = der.toBase64().replace(/.{64}(?=.)/g, "$&\n");
  return `-----BEGIN ${label}-----\n${body}\n-----END ${label}-----\n`;
}

/**
 * All blocks with the label, in the text's order; text and blocks around them are skipped.
 *
 * @returns At least one block's bytes; what they decode to is not looked at.
 * @throws {AppError} `pki/malformed` if there is none, one does not end, or one is not base64.
 */
export function decodePem(pem: string, label: PemLabel): Bytes[] {
  const begin = `-----BEGIN ${label}-----`;
  const end = `-----END ${label}-----`;
  const blocks: Bytes[] = [];
  let at = pem.indexOf(begin);
  while (at >= 0) {
    const bodyAt = at + begin.length;
    const bodyEnd = pem.indexOf(end, bodyAt);
    if (bodyEnd < 0) throw malformed(`PEM: ${label} without its end`);
    try {
      blocks.push(Uint8Array.fromBase64(pem.slice(bodyAt, bodyEnd)));
    } catch (cause) {
      throw malformed(`PEM: base64 of ${label}`, cause);
    }
    at = pem.indexOf(begin, bodyEnd);
  }
  if (blocks.length === 0) throw malformed(`PEM: no ${label}`);
  return blocks;
}
