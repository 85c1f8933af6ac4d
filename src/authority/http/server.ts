/**
 * HTTPS on node:https, the only TLS server here that can ask for client certificates and that does not hold every
 * answer back for 44 ms (the runtime's own does, on HTTP/1.1).
 *
 * @module
 */
import { createServer, type Server } from "node:https";
import type { AddressInfo, Socket } from "node:net";
import { createAdaptorServer, type HttpBindings } from "@hono/node-server";
import { AppError } from "../../errors.ts";

/** Answers one request; `env.incoming` is node's request, with its TLS socket. */
export type Handler = (request: Request, env: HttpBindings) => Response | Promise<Response>;

export interface HttpsOptions {
  readonly handler: Handler;
  /** IP address to bind to. */
  readonly hostname: string;
  /** 0 takes any free one. */
  readonly port: number;
  /** The server's certificate, then its issuers but the root. */
  readonly certificatePem: string;
  readonly keyPem: string;
  /** Asks for a client certificate and names these issuers; none is demanded, and none is judged here. */
  readonly clientIssuersPem?: string;
  readonly limits: HttpLimits;
}

export interface HttpLimits {
  /** For the handshake and the head of a request. */
  readonly headSeconds: number;
  readonly bodySeconds: number;
  /** How long a connection may stay without a request. */
  readonly idleSeconds: number;
  readonly maxConnections: number;
}

export interface Listening {
  readonly port: number;
  /** Takes up a renewed server certificate for new connections. */
  replaceCertificate(certificatePem: string, keyPem: string): void;
  /** Lets running requests end, for two seconds at most. */
  close(): Promise<void>;
}

const MAX_HEADER_BYTES = 16 * 1024;
const CLOSE_WITHIN_MS = 2_000;

/**
 * Opens a port.
 *
 * @throws {AppError} `usage/invalid` if it is taken.
 */
export async function listenHttps(options: HttpsOptions): Promise<Listening> {
  const { limits, clientIssuersPem } = options;
  const server = createAdaptorServer({
    fetch: (request, env) => options.handler(request, env as HttpBindings),
    overrideGlobalObjects: false,
    createServer: createServer as never,
    serverOptions: {
      cert: options.certificatePem,
      key: options.keyPem,
      ...(clientIssuersPem === undefined
        ? {}
        : { ca: clientIssuersPem, requestCert: true, rejectUnauthorized: false }),
      handshakeTimeout: limits.headSeconds * 1_000,
      headersTimeout: limits.headSeconds * 1_000,
      requestTimeout: (limits.headSeconds + limits.bodySeconds) * 1_000,
      connectionsCheckingInterval: 1_000,
      keepAliveTimeout: limits.idleSeconds * 1_000,
      maxHeaderSize: MAX_HEADER_BYTES,
    } as never,
  }) as Server;
  server.maxConnections = limits.maxConnections;
  // Half a request, or none at all: the connection is not kept for whoever sends that.
  server.on("clientError", (_error, socket) => refuse(socket as Socket));
  server.on("tlsClientError", (_error, socket) => socket.destroy());
  const port = await listen(server, options);
  return {
    port,
    replaceCertificate: (cert, key) => server.setSecureContext({ cert, key }),
    close: () => close(server),
  };
}

function refuse(socket: Socket): void {
  if (socket.writable && !socket.destroyed) {
    socket.write("HTTP/1.1 400 Bad Request\r\nconnection: close\r\ncontent-length: 0\r\n\r\n");
  }
  socket.destroySoon?.();
  socket.destroy();
}

function listen(server: Server, { hostname, port }: HttpsOptions): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once("error", (cause) => {
      const problem = `cannot listen on ${hostname}:${port}`;
      reject(new AppError("usage/invalid", { problem }, { cause }));
    });
    server.listen(port, hostname, () => resolve((server.address() as AddressInfo).port));
  });
}

function close(server: Server): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(() => server.closeAllConnections(), CLOSE_WITHIN_MS);
    server.close(() => {
      clearTimeout(timer);
      resolve();
    });
    server.closeIdleConnections();
  });
}
