/** The client certificate of a request's TLS connection. */
import type { Bytes } from "../../pki/bytes.ts";

interface TlsSocket {
  getPeerCertificate(): { raw?: Uint8Array } | null | undefined;
}

/**
 * The end-entity certificate that the browser showed in the handshake.
 *
 * Its `authorized` flag is not asked: it knows nothing of revocation and says no to some certificates that
 * are fine; the handshake has proven the key, and the database knows the certificate.
 *
 * @param bindings What \@hono/node-server hands over as `env`.
 * @returns DER, or undefined when there is none or the connection is not TLS.
 */
export function peerCertificateDer(bindings: { incoming?: unknown }): Bytes | undefined {
  const socket = (bindings.incoming as { socket?: Partial<TlsSocket> } | undefined)?.socket;
  const raw = socket?.getPeerCertificate?.()?.raw;
  return raw === undefined || raw.length === 0 ? undefined : new Uint8Array(raw);
}
