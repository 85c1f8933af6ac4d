import { assert, assertEquals, assertThrows } from "@std/assert";
import { createHash, X509Certificate } from "node:crypto";
import fc from "fast-check";
import { AppError } from "../errors.ts";
import { fuzzRuns, lacks, NOW, TempFolder, TestAuthority } from "./_fixtures.ts";
import { mutate, mutations, refuseOr } from "./_mutations.ts";
import { fromBer, pkijs } from "./_pkijs.ts";
import { type Bytes, equalBytes } from "./bytes.ts";
import { assembleSigned, buildTbsCertificate, type CertificateContents } from "./certificate_builder.ts";
import { type Certificate, fingerprint, parseCertificate } from "./certificate.ts";
import {
  bitString,
  contextConstructed,
  DER_NULL,
  DER_TRUE,
  integer,
  objectIdentifier,
  sequence,
  time,
} from "./der_writer.ts";
import * as extensions from "./extensions.ts";
import { generateKeyPair } from "./keys.ts";
import { formatName } from "./name.ts";
import { decodePem, encodePem } from "./pem.ts";
import { verifySignature } from "./signature.ts";

const READERS = [
  extensions.readBasicConstraints,
  extensions.readKeyUsage,
  extensions.readExtendedKeyUsage,
  extensions.readSubjectKeyIdentifier,
  extensions.readAuthorityKeyIdentifier,
  extensions.readCrlDistributionPoints,
  extensions.readSubjectAltName,
];

const authority = await TestAuthority.create("Test CA");
const client = await generateKeyPair("p256");

function contents(changes: Partial<CertificateContents> = {}): CertificateContents {
  return {
    serial: Uint8Array.of(1),
    signatureAlgorithmDer: authority.signatureAlgorithmDer,
    issuerDer: authority.nameDer,
    subjectDer: authority.nameDer,
    spkiDer: client.spkiDer,
    notBefore: NOW,
    notAfter: NOW,
    extensions: [extensions.basicConstraints(false)],
    ...changes,
  };
}

async function verifies(certificate: Certificate, spkiDer: Bytes): Promise<boolean> {
  const { signatureAlgorithmDer, signature, tbsDer } = certificate;
  return await verifySignature({ spkiDer, signatureAlgorithmDer, signature, data: tbsDer });
}

Deno.test("parseCertificate() gives back what buildTbsCertificate() was given", async () => {
  const given = contents({
    serial: Uint8Array.of(0, 0x9f, 0, 1),
    notBefore: new Date("1999-12-31T23:59:59.900Z"),
    notAfter: new Date("2050-01-01T00:00:00Z"),
  });
  const certificate = parseCertificate(await authority.sign(buildTbsCertificate(given)));
  assertEquals(certificate.serialHex, "9f0001");
  assertEquals(certificate.issuerDer, given.issuerDer);
  assertEquals(certificate.subjectDer, given.subjectDer);
  assertEquals(certificate.spkiDer, given.spkiDer);
  assertEquals(certificate.notBefore, new Date("1999-12-31T23:59:59Z"));
  assertEquals(certificate.notAfter, given.notAfter);
  assertEquals([...certificate.extensions.keys()], ["2.5.29.19"]);
  assert(certificate.extensions.get("2.5.29.19")?.critical);
  assert(await verifies(certificate, authority.keyPair.spkiDer));
});

Deno.test("buildTbsCertificate() refuses serial numbers of zero and of more than 20 octets", () => {
  const refused = [[], [0], [0, 0], new Array(20).fill(0x80), new Array(21).fill(1)];
  for (const octets of refused) {
    const error = assertThrows(
      () => buildTbsCertificate(contents({ serial: Uint8Array.from(octets) })),
      AppError,
    );
    assertEquals(error.key, "pki/malformed");
  }
  buildTbsCertificate(contents({ serial: new Uint8Array(20).fill(0x7f) }));
});

Deno.test("fingerprint() is SHA-256 over the whole certificate", () => {
  assertEquals(fingerprint(authority.der), createHash("sha256").update(authority.der).digest("hex"));
  assertEquals(
    fingerprint(authority.der),
    new X509Certificate(authority.der).fingerprint256.replaceAll(":", "").toLowerCase(),
  );
});

Deno.test("parseCertificate() refuses what RFC 5280 does not allow", async () => {
  const { signatureAlgorithmDer: algorithm, nameDer: name } = authority;
  const validity = sequence(time(NOW), time(NOW));
  const version3 = contextConstructed(0, integer(2));
  const list = contextConstructed(3, sequence(extensions.basicConstraints(false)));
  const twice = extensions.basicConstraints(false);
  const falseWritten = sequence(
    objectIdentifier("2.5.29.19"),
    Uint8Array.of(1, 1, 0),
    Uint8Array.of(4, 2, 0x30, 0),
  );
  const rest = [algorithm, name, validity, name, client.spkiDer];
  const tbs: Record<string, Bytes> = {
    "default version written": sequence(contextConstructed(0, integer(0)), integer(1), ...rest),
    "version 4": sequence(contextConstructed(0, integer(3)), integer(1), ...rest),
    "serial number 0": sequence(version3, integer(0), ...rest, list),
    "negative serial number": sequence(version3, Uint8Array.of(2, 1, 0x80), ...rest, list),
    "serial number of 21 octets": sequence(version3, integer(1n << 160n), ...rest, list),
    "algorithm differs inside": sequence(version3, integer(1), sequence(DER_NULL), ...rest.slice(1), list),
    "extensions in version 1": sequence(integer(1), ...rest, list),
    "no extension in the list": sequence(version3, integer(1), ...rest, contextConstructed(3, sequence())),
    "an extension twice": sequence(
      version3,
      integer(1),
      ...rest,
      contextConstructed(3, sequence(twice, twice)),
    ),
    "FALSE written": sequence(version3, integer(1), ...rest, contextConstructed(3, sequence(falseWritten))),
    "two lists of extensions": sequence(version3, integer(1), ...rest, list, list),
    "no public key": sequence(version3, integer(1), ...rest.slice(0, 4)),
    "unique identifiers": sequence(version3, integer(1), ...rest, Uint8Array.of(0x81, 1, 0), list),
  };
  for (const [why, tbsDer] of Object.entries(tbs)) {
    const der = await authority.sign(tbsDer);
    assertEquals(assertThrows(() => parseCertificate(der), AppError, "", why).key, "pki/malformed", why);
  }
  const trailing = sequence(authority.der.subarray(4), DER_TRUE);
  assertThrows(() => parseCertificate(trailing), AppError);
  const bits = sequence(buildTbsCertificate(contents()), algorithm, Uint8Array.of(3, 2, 1, 0));
  assertThrows(() => parseCertificate(bits), AppError);
  parseCertificate(sequence(buildTbsCertificate(contents()), algorithm, bitString(new Uint8Array())));
});

Deno.test("parseCertificate() reads version 1 without extensions", async () => {
  const validity = sequence(time(NOW), time(NOW));
  const { signatureAlgorithmDer, nameDer } = authority;
  const der = await authority.sign(
    sequence(integer(1), signatureAlgorithmDer, nameDer, validity, nameDer, client.spkiDer),
  );
  assertEquals(parseCertificate(der).extensions.size, 0);
});

Deno.test("pkijs reads and verifies our certificates", async () => {
  const certificate = new pkijs.Certificate({ schema: fromBer(await authority.issueClient(client)) });
  const issuer = new pkijs.Certificate({ schema: fromBer(authority.der) });
  assert(await certificate.verify(issuer));
  assertEquals(certificate.extensions?.length, 5);
});

Deno.test({
  name: "openssl reads our extensions as they are meant, and we read them back",
  ignore: lacks("openssl"),
  async fn() {
    using folder = new TempFolder();
    const list = [
      extensions.basicConstraints(true, 1),
      extensions.keyUsage(["digitalSignature", "keyCertSign", "cRLSign"]),
      extensions.extendedKeyUsage(["clientAuth", "serverAuth"]),
      extensions.subjectKeyIdentifier(client.spkiDer),
      extensions.authorityKeyIdentifier(authority.keyId),
      extensions.crlDistributionPoints(["http://a.test/crl", "http://b.test/crl"]),
      extensions.authorityInfoAccess({ ocsp: "http://a.test/ocsp", caIssuers: "http://a.test/ca" }),
      extensions.subjectAltName([{ dns: "a.test" }, { ip: "127.0.0.1" }, { ip: "::1" }]),
      extensions.nameConstraints({ permittedDns: ["a.test"], permittedIp: ["127.0.0.1", "192.0.2.0/24"] }),
    ];
    const der = await authority.sign(buildTbsCertificate(contents({ extensions: list })));
    folder.write("certificate.pem", encodePem(der, "CERTIFICATE"));
    const said = await folder.mustRun("openssl", "x509", "-in", "certificate.pem", "-noout", "-text");
    const text = said.replaceAll(/\s+/g, " ");
    const keyId = authority.keyId.toHex().toUpperCase().replace(/..(?=.)/g, "$&:");
    const expected = [
      "Basic Constraints: critical CA:TRUE, pathlen:1",
      "Key Usage: critical Digital Signature, Certificate Sign, CRL Sign",
      "Extended Key Usage: TLS Web Client Authentication, TLS Web Server Authentication",
      `Authority Key Identifier: ${keyId}`,
      "Full Name: URI:http://a.test/crl URI:http://b.test/crl",
      "OCSP - URI:http://a.test/ocsp CA Issuers - URI:http://a.test/ca",
      "DNS:a.test, IP Address:127.0.0.1, IP Address:0:0:0:0:0:0:0:1",
      "Name Constraints: critical Permitted: DNS:a.test IP:127.0.0.1/255.255.255.255 IP:192.0.2.0/255.255.255.0",
    ];
    for (const part of expected) assert(text.includes(part), `${part}\n${said}`);

    const certificate = parseCertificate(der);
    assertEquals(extensions.readBasicConstraints(certificate), { ca: true, pathLength: 1 });
    assertEquals(
      extensions.readKeyUsage(certificate),
      new Set(["digitalSignature", "keyCertSign", "cRLSign"] as const),
    );
    assertEquals(extensions.readExtendedKeyUsage(certificate)?.size, 2);
    assertEquals(extensions.readAuthorityKeyIdentifier(certificate), authority.keyId);
    assertEquals(
      extensions.readSubjectKeyIdentifier(parseCertificate(authority.der)),
      extensions.readAuthorityKeyIdentifier(certificate),
    );
    assertEquals(extensions.readCrlDistributionPoints(certificate), [
      "http://a.test/crl",
      "http://b.test/crl",
    ]);
    assertEquals(extensions.readSubjectAltName(certificate), {
      dns: ["a.test"],
      ip: ["127.0.0.1", "0:0:0:0:0:0:0:1"],
    });
  },
});

Deno.test("the extension readers give undefined for what is not there", async () => {
  const bare = contents({ extensions: [extensions.authorityInfoAccess({ ocsp: "http://a.test" })] });
  const certificate = parseCertificate(await authority.sign(buildTbsCertificate(bare)));
  for (const read of READERS) assertEquals(read(certificate), undefined, read.name);
});

Deno.test("the extension readers refuse values of another shape", async () => {
  const wrong: Record<string, [(certificate: Certificate) => unknown, Bytes][]> = {
    "2.5.29.19": [
      [extensions.readBasicConstraints, sequence(Uint8Array.of(1, 1, 0))],
      [extensions.readBasicConstraints, sequence(DER_TRUE, integer(1), integer(1))],
      [extensions.readBasicConstraints, DER_TRUE],
    ],
    "2.5.29.15": [
      [extensions.readKeyUsage, Uint8Array.of(3, 1, 0)],
      [extensions.readKeyUsage, Uint8Array.of(3, 2, 0, 0)],
      [extensions.readKeyUsage, integer(1)],
    ],
    "2.5.29.37": [[extensions.readExtendedKeyUsage, sequence()]],
    "2.5.29.14": [[extensions.readSubjectKeyIdentifier, integer(1)]],
    "2.5.29.17": [
      [extensions.readSubjectAltName, sequence()],
      [extensions.readSubjectAltName, sequence(Uint8Array.of(0x87, 3, 1, 2, 3))],
      [extensions.readSubjectAltName, sequence(Uint8Array.of(0x82, 1, 0xff))],
    ],
    "2.5.29.31": [[extensions.readCrlDistributionPoints, sequence()]],
  };
  for (const [oid, cases] of Object.entries(wrong)) {
    for (const [read, valueDer] of cases) {
      const list = [extensions.encodeExtension(oid, valueDer)];
      const certificate = parseCertificate(
        await authority.sign(buildTbsCertificate(contents({ extensions: list }))),
      );
      const error = assertThrows(() => read(certificate), AppError, "", `${oid} ${valueDer.toHex()}`);
      assertEquals(error.key, "pki/malformed");
    }
  }
});

Deno.test({
  name: "parseCertificate() reads openssl's certificates",
  ignore: lacks("openssl"),
  async fn() {
    using folder = new TempFolder();
    folder.write("key.pem", encodePem(client.pkcs8Der, "PRIVATE KEY"));
    const pem = await folder.mustRun(
      "openssl",
      ...["req", "-x509", "-key", "key.pem", "-days", "30", "-subj", "/C=JP/O=Example/CN=Self"],
    );
    const certificate = parseCertificate(decodePem(pem, "CERTIFICATE")[0]!);
    assertEquals(formatName(certificate.subjectDer), "CN=Self,O=Example,C=JP");
    assert(extensions.readBasicConstraints(certificate)?.ca);
    assertEquals(certificate.notAfter.getTime() - certificate.notBefore.getTime(), 30 * 86_400_000);
    assert(await verifies(certificate, client.spkiDer));
  },
});

for (const algorithm of ["rsa-2048", "p256"] as const) {
  Deno.test(`no mutated certificate is verified, and none gives anything but AppError (${algorithm})`, async () => {
    const issuer = algorithm === "p256" ? authority : await TestAuthority.create("Test CA", { algorithm });
    const der = await issuer.issueClient(client, "山田 太郎", [
      extensions.crlDistributionPoints(["http://a.test/crl"]),
      extensions.subjectAltName([{ dns: "a.test" }, { ip: "127.0.0.1" }]),
    ]);
    const original = parseCertificate(der);
    await fc.assert(
      fc.asyncProperty(mutations(), async (changes) => {
        const certificate = await refuseOr(() => parseCertificate(mutate(der, changes)));
        if (!certificate) return;
        for (const read of READERS) await refuseOr(() => read(certificate));
        await refuseOr(() => formatName(certificate.subjectDer));
        if (!await verifies(certificate, issuer.keyPair.spkiDer)) return;
        assert(equalBytes(certificate.tbsDer, original.tbsDer), "another signed part is verified");
        assert(equalBytes(certificate.der, der), "there is a second encoding of the same certificate");
      }),
      { numRuns: fuzzRuns() },
    );
  });
}

Deno.test("assembleSigned() wraps any signed structure the same way", () => {
  assertEquals(
    assembleSigned(integer(1), DER_NULL, Uint8Array.of(0xab)).toHex(),
    "3009" + "020101" + "0500" + "030200ab",
  );
});
