/** Small helpers around secrets of the local web UI. */
import { timingSafeEqual } from "@std/crypto/timing-safe-equal";

const encoder = new TextEncoder();

/** Base64url without padding (RFC 4648 §5). */
export function base64url(bytes: Uint8Array<ArrayBuffer>): string {
  return bytes.toBase64({ alphabet: "base64url", omitPadding: true });
}

/** Compares without telling by its time where two texts differ; their lengths are no secret. */
export function sameText(a: string, b: string): boolean {
  return a.length === b.length && timingSafeEqual(encoder.encode(a), encoder.encode(b));
}

/** HMAC-SHA256 (RFC 2104) over UTF-8 texts, base64url. */
export async function hmac(key: string, message: string): Promise<string> {
  const imported = await crypto.subtle.importKey(
    "raw",
    encoder.encode(key),
    { name: "HMAC", hash: "SHA-256" },
    false,
    ["sign"],
  );
  const mac = await crypto.subtle.sign("HMAC", imported, encoder.encode(message));
  return base64url(new Uint8Array(mac));
}
