/**
 * IP addresses as certificates hold them: 4 or 16 octets (RFC 5280 §4.2.1.6), twice as many with a mask
 * (§4.2.1.10).
 *
 * @module
 */
import { type Bytes, concatBytes } from "./bytes.ts";
import { malformed } from "./malformed.ts";

/**
 * @param text `192.0.2.1`, or IPv6 such as `2001:db8::1` without a zone.
 * @returns 4 or 16 octets.
 * @throws {AppError} `pki/malformed`.
 */
export function parseIpAddress(text: string): Bytes {
  const octets = text.includes(":") ? parseIpv6(text) : parseIpv4(text);
  if (!octets) throw malformed("IP address");
  return octets;
}

/**
 * @param text An address, or a range such as `192.0.2.0/24`; a bare address is a range of one.
 * @returns Address and mask: 8 or 32 octets.
 * @throws {AppError} `pki/malformed`, also if the address has bits beyond the prefix.
 */
export function parseIpRange(text: string): Bytes {
  const [addressText = "", prefixText, ...rest] = text.split("/");
  const address = parseIpAddress(addressText);
  const bits = address.length * 8;
  const prefix = prefixText === undefined ? bits : Number(prefixText);
  if (rest.length > 0 || !(/^\d+$/.test(prefixText ?? "0")) || prefix > bits) throw malformed("IP range");
  const mask = new Uint8Array(address.length);
  for (let i = 0; i < prefix; i++) mask[i >> 3]! |= 0x80 >> (i & 7);
  if (address.some((octet, i) => octet & ~mask[i]!)) throw malformed("IP range");
  return concatBytes([address, mask]);
}

/** @returns Dotted decimal, or eight hex groups without abbreviation; `undefined` for other lengths. */
export function formatIpAddress(octets: Uint8Array): string | undefined {
  if (octets.length === 4) return octets.join(".");
  if (octets.length !== 16) return undefined;
  const groups: string[] = [];
  for (let i = 0; i < 16; i += 2) groups.push((octets[i]! * 256 + octets[i + 1]!).toString(16));
  return groups.join(":");
}

function parseIpv4(text: string): Bytes | undefined {
  const parts = text.split(".");
  if (parts.length !== 4 || !parts.every((part) => /^(0|[1-9]\d{0,2})$/.test(part) && Number(part) < 256)) {
    return undefined;
  }
  return Uint8Array.from(parts, Number);
}

function parseIpv6(text: string): Bytes | undefined {
  const [head = "", tail, ...rest] = text.split("::");
  if (rest.length > 0) return undefined;
  const before = parseGroups(head);
  const after = tail === undefined ? [] : parseGroups(tail);
  if (!before || !after) return undefined;
  const missing = 8 - before.length - after.length;
  if (tail === undefined ? missing !== 0 : missing < 1) return undefined;
  const groups = [...before, ...Array<number>(missing).fill(0), ...after];
  return Uint8Array.from(groups.flatMap((group) => [group >> 8, group & 0xff]));
}

function parseGroups(text: string): number[] | undefined {
  if (text === "") return [];
  const groups = text.split(":");
  return groups.every((group) => /^[0-9A-Fa-f]{1,4}$/.test(group))
    ? groups.map((group) => Number.parseInt(group, 16))
    : undefined;
}
