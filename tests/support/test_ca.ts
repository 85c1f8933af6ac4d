/**
 * A certification authority for tests: a root, an issuing CA, and certificates as right or as wrong as a test
 * wants them. For the real thing see src/authority.
 *
 * @module
 */
import type { Bytes } from "../../src/pki/bytes.ts";
import { assembleSigned, buildTbsCertificate } from "../../src/pki/certificate_builder.ts";
import {
  authorityKeyIdentifier,
  basicConstraints,
  extendedKeyUsage,
  type KeyPurpose,
  keyUsage,
  subjectKeyIdentifier,
} from "../../src/pki/extensions.ts";
import { generateKeyPair, keyIdentifier, type KeyPair, signatureAlgorithmFor } from "../../src/pki/keys.ts";
import { encodeName } from "../../src/pki/name.ts";
import { encodePem } from "../../src/pki/pem.ts";

const DAY_MS = 86_400_000;

/** What is asked for; everything but subject and key has the value of a proper client certificate. */
export interface TestCertificateRequest {
  subjectDer: Bytes;
  spkiDer: Bytes;
  serial?: Bytes;
  notBefore?: Date;
  notAfter?: Date;
  /** Replaces all extensions. */
  extensions?: Bytes[];
}

export interface TestCa {
  rootDer: Bytes;
  rootPem: string;
  issuingDer: Bytes;
  issuingSpkiDer: Bytes;
  /** Signed by the issuing CA, valid from a day before `at` for 366 days. */
  issue(request: TestCertificateRequest): Promise<Bytes>;
}

/** The subject of an end-entity certificate as the authority writes it. */
export function testSubject(person: { loginId: string; name?: string; company?: string }): Bytes {
  return encodeName([
    { type: "C", value: "JP" },
    { type: "O", value: "東京厚生信用組合" },
    { type: "OU", value: person.company ?? "株式会社みらい商事" },
    { type: "CN", value: person.name ?? "山田 花子" },
    { type: "serialNumber", value: person.loginId },
  ]);
}

/** The extensions of a proper client certificate; leave out or replace what a test is about. */
export function clientExtensions(spkiDer: Bytes, issuerSpkiDer: Bytes): Bytes[] {
  return [
    basicConstraints(false),
    keyUsage(["digitalSignature"]),
    extendedKeyUsage(["clientAuth"]),
    subjectKeyIdentifier(spkiDer),
    authorityKeyIdentifier(keyIdentifier(issuerSpkiDer)),
  ];
}

/** Makes a CA with fresh P-256 keys. */
export async function createTestCa(
  { at = new Date(), name = "Test", purpose = "clientAuth" as KeyPurpose } = {},
): Promise<TestCa> {
  const root = await generateKeyPair("p256");
  const issuing = await generateKeyPair("p256");
  const rootName = encodeName([{ type: "C", value: "JP" }, { type: "CN", value: `${name} Root` }]);
  const issuingName = encodeName([{ type: "C", value: "JP" }, { type: "CN", value: `${name} Issuing CA` }]);
  const caDates = { notBefore: shift(at, -30), notAfter: shift(at, 3650) };
  const rootDer = await sign(root, {
    ...caDates,
    issuerDer: rootName,
    subjectDer: rootName,
    spkiDer: root.spkiDer,
    extensions: [
      basicConstraints(true),
      keyUsage(["keyCertSign", "cRLSign"]),
      subjectKeyIdentifier(root.spkiDer),
    ],
  });
  const issuingDer = await sign(root, {
    ...caDates,
    issuerDer: rootName,
    subjectDer: issuingName,
    spkiDer: issuing.spkiDer,
    extensions: [
      basicConstraints(true, 0),
      keyUsage(["keyCertSign", "cRLSign"]),
      extendedKeyUsage([purpose]),
      subjectKeyIdentifier(issuing.spkiDer),
      authorityKeyIdentifier(keyIdentifier(root.spkiDer)),
    ],
  });
  return {
    rootDer,
    rootPem: encodePem(rootDer, "CERTIFICATE"),
    issuingDer,
    issuingSpkiDer: issuing.spkiDer,
    issue: (request) =>
      sign(issuing, {
        notBefore: shift(at, -1),
        notAfter: shift(at, 365),
        extensions: clientExtensions(request.spkiDer, issuing.spkiDer),
        ...request,
        issuerDer: issuingName,
      }),
  };
}

async function sign(
  signer: KeyPair,
  contents: TestCertificateRequest & {
    issuerDer: Bytes;
    notBefore: Date;
    notAfter: Date;
    extensions: Bytes[];
  },
): Promise<Bytes> {
  const signatureAlgorithmDer = signatureAlgorithmFor(signer.spkiDer);
  const serial = contents.serial ?? crypto.getRandomValues(new Uint8Array(16));
  if (contents.serial === undefined) serial[0] = 0x01;
  const tbsDer = buildTbsCertificate({ ...contents, serial, signatureAlgorithmDer });
  return assembleSigned(tbsDer, signatureAlgorithmDer, await signer.sign(tbsDer));
}

function shift(at: Date, days: number): Date {
  return new Date(Math.floor(at.getTime() / 1000) * 1000 + days * DAY_MS);
}
