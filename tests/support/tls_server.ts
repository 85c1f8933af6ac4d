/**
 * A TLS server for tests, with whatever certificate a test wants.
 *
 * @module
 */
import { Buffer } from "node:buffer";
import type { IncomingMessage, ServerResponse } from "node:http";
import { createServer } from "node:https";
import type { Bytes } from "../../src/pki/bytes.ts";
import {
  authorityKeyIdentifier,
  basicConstraints,
  extendedKeyUsage,
  keyUsage,
  subjectAltName,
  subjectKeyIdentifier,
} from "../../src/pki/extensions.ts";
import { generateKeyPair, keyIdentifier, type KeyPair } from "../../src/pki/keys.ts";
import { encodeName } from "../../src/pki/name.ts";
import { encodePem } from "../../src/pki/pem.ts";
import type { TestCa } from "./test_ca.ts";

/** A server on 127.0.0.1. */
export interface TlsServer extends AsyncDisposable {
  port: number;
  /** `https://127.0.0.1:port` */
  url: string;
}

/** What the server's certificate says. */
export interface TlsServerOptions {
  ca: TestCa;
  /** Names beside 127.0.0.1; an empty list leaves 127.0.0.1 out too. */
  ips?: string[];
  notBefore?: Date;
  notAfter?: Date;
}

/** A server's certificate with its key. */
export async function certify(
  { ca, ips = ["127.0.0.1"], ...dates }: TlsServerOptions,
): Promise<{ certificateDer: Bytes; keyPair: KeyPair }> {
  const keyPair = await generateKeyPair("p256");
  const certificateDer = await ca.issue({
    subjectDer: encodeName([{ type: "CN", value: "test server" }]),
    spkiDer: keyPair.spkiDer,
    ...dates,
    extensions: [
      basicConstraints(false),
      keyUsage(["digitalSignature"]),
      extendedKeyUsage(["serverAuth"]),
      subjectAltName([...ips.map((ip) => ({ ip })), { dns: "authority.test" }]),
      subjectKeyIdentifier(keyPair.spkiDer),
      authorityKeyIdentifier(keyIdentifier(ca.issuingSpkiDer)),
    ],
  });
  return { certificateDer, keyPair };
}

/** Starts a server that answers with `handle`. */
export async function startTlsServer(
  handle: (request: IncomingMessage, response: ServerResponse) => void,
  options: TlsServerOptions,
): Promise<TlsServer> {
  const { ca } = options;
  const { certificateDer, keyPair } = await certify(options);
  const server = createServer({
    cert: encodePem(certificateDer, "CERTIFICATE") + encodePem(ca.issuingDer, "CERTIFICATE"),
    key: Buffer.from(encodePem(keyPair.pkcs8Der, "PRIVATE KEY")),
  }, handle);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as { port: number };
  return {
    port,
    url: `https://127.0.0.1:${port}`,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
