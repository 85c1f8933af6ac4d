/**
 * The authority's HTTPS ports: one server certificate for all of them, renewed while they run.
 *
 * @module
 */
import type { Bytes } from "../../pki/bytes.ts";
import { encodePem } from "../../pki/pem.ts";
import { loadServerCertificate, type ServerCertificate } from "../ca/server_certificate.ts";
import type { AuthorityConfig } from "../config.ts";
import { type Handler, listenHttps, type Listening } from "./server.ts";

export type HttpsEndpoint = "api" | "portal" | "certificateLogin";

export interface WebOptions {
  readonly directory: string;
  readonly config: AuthorityConfig;
  /** Instead of the configuration's. */
  readonly ports: { readonly [E in HttpsEndpoint]?: number };
  /** Issuers of the client certificates that the certificate login asks for. */
  readonly clientIssuersDer: readonly Bytes[];
  readonly keyPassphrase: string | undefined;
  readonly now: () => Date;
  readonly randomBytes: (length: number) => Bytes;
}

export interface Web {
  /** Opens one port. @returns Its public address. @throws {AppError} `usage/invalid` if the port is taken. */
  listen(endpoint: HttpsEndpoint, handler: Handler): Promise<string>;
  /** Takes up a new server certificate when the old one grows old. */
  renew(): Promise<void>;
  /** Closes all ports. */
  close(): Promise<void>;
}

export function createWeb(options: WebOptions): Web {
  const { config } = options;
  const listening: Listening[] = [];
  let certificate: ServerCertificate | undefined;

  function load(): Promise<ServerCertificate> {
    const { directory, keyPassphrase, now, randomBytes } = options;
    const { hosts, institution } = config;
    const institutionName = institution.name;
    return loadServerCertificate({ directory, institutionName, hosts, keyPassphrase, now, randomBytes });
  }

  async function listen(endpoint: HttpsEndpoint, handler: Handler): Promise<string> {
    certificate ??= await load();
    const server = await listenHttps({
      handler,
      hostname: config.listen,
      port: options.ports[endpoint] ?? config.endpoints[endpoint].port,
      certificatePem: certificate.certificatePem,
      keyPem: certificate.keyPem,
      ...(endpoint === "certificateLogin"
        // Their names go into the handshake: the browser offers certificates of these issuers only.
        ? { clientIssuersPem: options.clientIssuersDer.map((der) => encodePem(der, "CERTIFICATE")).join("") }
        : {}),
      limits: config.http,
    });
    listening.push(server);
    return publicUrl(config, { endpoint, scheme: "https", port: server.port });
  }

  async function renew(): Promise<void> {
    const latest = await load();
    if (!certificate || latest.notAfter.getTime() === certificate.notAfter.getTime()) return;
    certificate = latest;
    for (const server of listening) server.replaceCertificate(latest.certificatePem, latest.keyPem);
  }

  async function close(): Promise<void> {
    await Promise.all(listening.splice(0).map((server) => server.close()));
  }

  return { listen, renew, close };
}

/** Under which address others reach a port, without a slash at the end. */
export function publicUrl(
  config: AuthorityConfig,
  { endpoint, scheme, port }: {
    endpoint: HttpsEndpoint | "publication";
    scheme: "http" | "https";
    port: number;
  },
): string {
  const [host = "127.0.0.1"] = config.hosts;
  const authority = host.includes(":") ? `[${host}]` : host;
  return config.endpoints[endpoint].publicUrl ?? `${scheme}://${authority}:${port}`;
}
