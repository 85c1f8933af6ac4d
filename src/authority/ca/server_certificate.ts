/** The TLS server's certificate: renewed by the web CA before it runs out, without anybody thinking of it. */
import type { Text } from "../../errors.ts";
import type { Bytes } from "../../pki/bytes.ts";
import { parseCertificate } from "../../pki/certificate.ts";
import { importKeyPair } from "../../pki/keys.ts";
import { encodePem } from "../../pki/pem.ts";
import { authorityPaths } from "../config.ts";
import { createServerCertificate } from "./hierarchy.ts";
import { encodeKeyPem, readKeyFile, readPemFile } from "./key_files.ts";

const RENEW_BEFORE_MS = 30 * 86_400_000;

/** What TLS servers are started with. */
export interface ServerCertificate {
  /** Its own certificate and the web CA's. */
  readonly certificatePem: string;
  readonly keyPem: string;
  readonly notAfter: Date;
}

export interface ServerCertificateOptions {
  readonly directory: string;
  readonly institutionName: Text;
  readonly hosts: readonly string[];
  /** Of the web CA's key. */
  readonly keyPassphrase?: string | undefined;
  readonly now: () => Date;
  readonly randomBytes: (length: number) => Bytes;
}

/**
 * Loads the certificate, or makes a new one if it has less than 30 days.
 *
 * @throws {AppError} `profile/invalid` naming the file that cannot be used.
 */
export async function loadServerCertificate(options: ServerCertificateOptions): Promise<ServerCertificate> {
  const paths = authorityPaths(options.directory);
  const webDer = await readPemFile(paths.web);
  const currentDer = await readPemFile(paths.server);
  if (isFresh(currentDer, options.now())) {
    return bundle(currentDer, { webDer, pkcs8Der: await readKeyFile(paths.serverKey) });
  }
  const webKey = await importKeyPair(await readKeyFile(paths.webKey, options.keyPassphrase));
  const issuer = { nameDer: parseCertificate(webDer).subjectDer, keyPair: webKey };
  const { certificateDer, keyPair } = await createServerCertificate(issuer, {
    institutionName: options.institutionName,
    algorithm: "p256",
    hosts: options.hosts,
    now: options.now(),
    randomBytes: options.randomBytes,
  });
  // Key first: a certificate without its key would not start, a key without its certificate is found stale.
  await replaceFile(paths.serverKey, encodeKeyPem(keyPair.pkcs8Der));
  await replaceFile(paths.server, encodePem(certificateDer, "CERTIFICATE"));
  return bundle(certificateDer, { webDer, pkcs8Der: keyPair.pkcs8Der });
}

/** Whether a server certificate need not be renewed yet. */
export function isFresh(certificateDer: Bytes, now: Date): boolean {
  return parseCertificate(certificateDer).notAfter.getTime() - now.getTime() > RENEW_BEFORE_MS;
}

function bundle(
  certificateDer: Bytes,
  { webDer, pkcs8Der }: { webDer: Bytes; pkcs8Der: Bytes },
): ServerCertificate {
  return {
    certificatePem: encodePem(certificateDer, "CERTIFICATE") + encodePem(webDer, "CERTIFICATE"),
    keyPem: encodeKeyPem(pkcs8Der),
    notAfter: parseCertificate(certificateDer).notAfter,
  };
}

async function replaceFile(path: string, text: string): Promise<void> {
  await Deno.writeTextFile(`${path}.new`, text, { mode: 0o600 });
  await Deno.rename(`${path}.new`, path);
}
