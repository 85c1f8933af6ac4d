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
  rootCrl: "/root.crl",
  issuing: "/issuing.cer",
  root: "/root.cer",
} as const;

export interface PublicationParts {
  readonly crl: CrlPublisher;
  readonly issuingDer: Bytes;
  readonly rootDer: Bytes;
  readonly rootCrlDer: Bytes;
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
  const content = await findFile(parts, new URL(request.url).pathname);
  if (!content) return new Response(null, { status: 404 });
  if (request.method !== "GET" && request.method !== "HEAD") {
    return new Response(null, { status: 405, headers: { allow: "GET, HEAD" } });
  }
  return file(request, content);
}

interface File {
  readonly der: Bytes;
  readonly type: "application/pkix-cert" | "application/pkix-crl";
  readonly maxAgeSeconds: number;
}

const DAY_SECONDS = 86_400;

async function findFile(parts: PublicationParts, path: string): Promise<File | undefined> {
  switch (path) {
    case PUBLICATION_PATHS.crl: {
      // Not to be kept for long: a revocation has to reach everybody within a minute.
      const { der } = await parts.crl.current();
      return { der, type: "application/pkix-crl", maxAgeSeconds: 60 };
    }
    case PUBLICATION_PATHS.rootCrl:
      return { der: parts.rootCrlDer, type: "application/pkix-crl", maxAgeSeconds: DAY_SECONDS };
    case PUBLICATION_PATHS.issuing:
      return { der: parts.issuingDer, type: "application/pkix-cert", maxAgeSeconds: DAY_SECONDS };
    case PUBLICATION_PATHS.root:
      return { der: parts.rootDer, type: "application/pkix-cert", maxAgeSeconds: DAY_SECONDS };
    default:
      return undefined;
  }
}

function file(request: Request, content: File): Response {
  return new Response(request.method === "HEAD" ? null : content.der, {
    headers: {
      "content-type": content.type,
      "content-length": String(content.der.length),
      "cache-control": `public, max-age=${content.maxAgeSeconds}`,
      "x-content-type-options": "nosniff",
    },
  });
}
