/**
 * What everybody may fetch, over plain HTTP because all of it is signed: the CRL and the CAs' certificates
 * (RFC 5280 §4.2.1.13 and §4.2.2.1; https there would need a certificate to check a certificate).
 *
 * @module
 */
import type { Log } from "../../log/log.ts";
import type { Bytes } from "../../pki/bytes.ts";
import type { CrlPublisher } from "../ca/crl.ts";

export const PUBLICATION_PATHS = {
  crl: "/issuing.crl",
  issuing: "/issuing.cer",
  root: "/root.cer",
} as const;

export interface PublicationParts {
  readonly crl: CrlPublisher;
  readonly issuingDer: Bytes;
  readonly rootDer: Bytes;
  readonly now: () => Date;
  readonly log: Log;
}

export interface PublicationServer {
  readonly port: number;
  close(): Promise<void>;
}

/** Opens the publication's port. */
export function listenPublication(
  parts: PublicationParts,
  { hostname, port }: { hostname: string; port: number },
): PublicationServer {
  const server = Deno.serve({
    hostname,
    port,
    onListen: () => {},
    onError(error) {
      parts.log.error("publication/failed", { cause: String(error) });
      return new Response(null, { status: 503, headers: { "retry-after": "60" } });
    },
  }, (request) => publish(parts, request));
  return { port: server.addr.port, close: () => server.shutdown() };
}

async function publish(parts: PublicationParts, request: Request): Promise<Response> {
  const { pathname } = new URL(request.url);
  const isKnown = Object.values<string>(PUBLICATION_PATHS).includes(pathname);
  if (!isKnown) return new Response(null, { status: 404 });
  if (request.method !== "GET" && request.method !== "HEAD") {
    return new Response(null, { status: 405, headers: { allow: "GET, HEAD" } });
  }
  if (pathname !== PUBLICATION_PATHS.crl) {
    const der = pathname === PUBLICATION_PATHS.root ? parts.rootDer : parts.issuingDer;
    return file(request, { der, type: "application/pkix-cert", maxAgeSeconds: 86_400 });
  }
  const { der } = await parts.crl.current();
  // Not to be kept for long: a revocation has to reach everybody within a minute.
  return file(request, { der, type: "application/pkix-crl", maxAgeSeconds: 60 });
}

function file(request: Request, content: { der: Bytes; type: string; maxAgeSeconds: number }): Response {
  return new Response(request.method === "HEAD" ? null : content.der, {
    headers: {
      "content-type": content.type,
      "content-length": String(content.der.length),
      "cache-control": `public, max-age=${content.maxAgeSeconds}`,
      "x-content-type-options": "nosniff",
    },
  });
}
