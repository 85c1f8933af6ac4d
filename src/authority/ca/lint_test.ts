import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import type { Bytes } from "../../pki/bytes.ts";
import { buildTbsCertificate, type CertificateContents } from "../../pki/certificate_builder.ts";
import { parseCertificate } from "../../pki/certificate.ts";
import {
  authorityKeyIdentifier,
  basicConstraints,
  crlDistributionPoints,
  encodeExtension,
  extendedKeyUsage,
  keyUsage,
  subjectAltName,
  subjectKeyIdentifier,
} from "../../pki/extensions.ts";
import { generateKeyPair } from "../../pki/keys.ts";
import { encodeName } from "../../pki/name.ts";
import { subjectOf } from "../registration/subject.ts";
import { randomBytes } from "../testing.ts";
import { createHierarchy } from "./hierarchy.ts";
import { createIssuingCa } from "./issue.ts";
import { lintCertificate } from "./lint.ts";
import { openSigner } from "./signer.ts";

const NAME = { ja: "東京厚生信用組合", en: "Tokyo Kosei" };
const DAY_MS = 86_400_000;

const hierarchy = await createHierarchy({
  institutionName: NAME,
  algorithm: "p256",
  hosts: ["127.0.0.1"],
  now: new Date(),
  randomBytes,
});
const signer = await openSigner(hierarchy.issuing.keyPair.pkcs8Der);
const ca = createIssuingCa({
  certificateDer: hierarchy.issuing.certificateDer,
  rootDer: hierarchy.root.certificateDer,
  signer,
  profile: {
    validityDays: 366,
    backdateHours: 24,
    crlUrl: "http://127.0.0.1/issuing.crl",
    caIssuersUrl: "http://127.0.0.1/issuing.cer",
  },
  randomBytes,
});
const { spkiDer } = await generateKeyPair("p256");
const subjectDer = subjectOf({ loginId: "hanako", name: "山田 花子", company: "厚生商事" }, NAME.ja);
const profile = {
  issuerDer: ca.issuerDer,
  issuerKeyId: ca.keyId,
  signatureAlgorithmDer: signer.signatureAlgorithmDer,
  maxValidityMs: 367 * DAY_MS,
};

interface Contents extends Omit<CertificateContents, "extensions"> {
  extensions: Record<string, Bytes>;
}

/** A certificate that is right. */
function contents(): Contents {
  const now = Math.floor(Date.now() / 1_000) * 1_000;
  const serial = randomBytes(17);
  serial[0] = 0x55;
  return {
    serial,
    signatureAlgorithmDer: signer.signatureAlgorithmDer,
    issuerDer: ca.issuerDer,
    subjectDer,
    spkiDer,
    notBefore: new Date(now - DAY_MS),
    notAfter: new Date(now + 366 * DAY_MS),
    extensions: {
      basic: basicConstraints(false),
      usage: keyUsage(["digitalSignature"]),
      extended: extendedKeyUsage(["clientAuth"]),
      subjectKey: subjectKeyIdentifier(spkiDer),
      issuerKey: authorityKeyIdentifier(ca.keyId),
      crl: crlDistributionPoints(["http://127.0.0.1/issuing.crl"]),
    },
  };
}

function build({ extensions, ...rest }: Contents): Bytes {
  return buildTbsCertificate({ ...rest, extensions: Object.values(extensions) });
}

Deno.test("lintCertificate() finds nothing wrong with what prepare() writes", () => {
  const { tbsDer } = ca.prepare({ subjectDer, spkiDer, at: new Date() });
  assertEquals(lintCertificate(tbsDer, profile), []);
  assertEquals(lintCertificate(build(contents()), profile), []);
});

/** Each makes one thing wrong. */
const FAULTS: readonly [finding: string, damage: (contents: Contents) => Contents][] = [
  ["serial number", (c) => ({ ...c, serial: c.serial.slice(0, 8) })],
  ["serial number", (c) => ({ ...c, serial: c.serial.fill(0xff, 0, 1) })],
  ["e_validity_time_not_positive", (c) => ({ ...c, notAfter: c.notBefore })],
  ["valid for too long", (c) => ({ ...c, notAfter: new Date(c.notAfter.getTime() + 1_000) })],
  ["issuer is not this CA", (c) => ({ ...c, issuerDer: c.subjectDer })],
  ["subject's attributes", (c) => ({ ...c, subjectDer: encodeName([{ type: "CN", value: "x" }]) })],
  ["w_subject_dn_whitespace", (c) => ({ ...c, subjectDer: replaceName("山田 ") })],
  ["not CA:FALSE", (c) => with_(c, { basic: basicConstraints(true) })],
  ["key usage other", (c) => with_(c, { usage: keyUsage(["digitalSignature", "keyCertSign"]) })],
  ["extended key usage other", (c) => with_(c, { extended: extendedKeyUsage(["clientAuth", "serverAuth"]) })],
  ["extended key usage other", (c) => with_(c, { extended: extendedKeyUsage(["serverAuth"]) })],
  ["subject key identifier", (c) => with_(c, { subjectKey: subjectKeyIdentifier(signer.spkiDer) })],
  ["authority key identifier", (c) => with_(c, { issuerKey: authorityKeyIdentifier(randomBytes(20)) })],
  ["2.5.29.31 missing", (c) => without(c, "crl")],
  ["2.5.29.14 missing", (c) => without(c, "subjectKey")],
  [
    "wrongly critical",
    (c) => with_(c, { usage: encodeExtension("2.5.29.15", Uint8Array.of(3, 2, 7, 0x80)) }),
  ],
  ["not in the profile", (c) => with_(c, { san: subjectAltName([{ dns: "example.test" }]) })],
  ["an extension occurs twice", (c) => with_(c, { again: basicConstraints(false) })],
];

function with_(c: Contents, extensions: Record<string, Bytes>): Contents {
  return { ...c, extensions: { ...c.extensions, ...extensions } };
}

function without(c: Contents, name: string): Contents {
  const { [name]: _, ...extensions } = c.extensions;
  return { ...c, extensions };
}

function replaceName(name: string): Bytes {
  return encodeName([
    { type: "C", value: "JP" },
    { type: "O", value: NAME.ja },
    { type: "OU", value: "厚生商事" },
    { type: "CN", value: name },
    { type: "serialNumber", value: "hanako" },
  ]);
}

for (const [index, [finding, damage]] of FAULTS.entries()) {
  Deno.test(`lintCertificate() finds fault ${index + 1}: ${finding}`, async () => {
    const tbsDer = build(damage(contents()));
    const findings = lintCertificate(tbsDer, profile);
    assertStringIncludes(findings.join("; "), finding);
    await assertRejects(() => ca.sign(tbsDer), Error, "certificate not signed");
  });
}

Deno.test("lintCertificate() finds what is not DER at all", () => {
  assertEquals(lintCertificate(Uint8Array.of(1, 2, 3), profile).length, 1);
});

Deno.test("prepare() gives serial numbers of 17 octets with 128 random bits", () => {
  const serials = new Set<string>();
  const ones = new Array<number>(16 * 8).fill(0);
  const COUNT = 4_000;
  for (let i = 0; i < COUNT; i++) {
    const { serial, tbsDer } = ca.prepare({ subjectDer, spkiDer, at: new Date() });
    assert(/^(0[1-9a-f]|[1-7][0-9a-f])[0-9a-f]{32}$/.test(serial), serial);
    serials.add(serial);
    if (i === 0) assert(tbsDer.toHex().includes(`0211${serial}`));
    const random = Uint8Array.fromHex(serial).subarray(1);
    for (let bit = 0; bit < ones.length; bit++) ones[bit]! += random[bit >> 3]! >> (bit & 7) & 1;
  }
  assertEquals(serials.size, COUNT);
  // Six standard deviations: a false alarm once in four million runs.
  for (const count of ones) assert(Math.abs(count - COUNT / 2) < 6 * Math.sqrt(COUNT) / 2);
});

Deno.test("sign() gives a certificate that carries exactly what was prepared", async () => {
  const { tbsDer, serial } = ca.prepare({ subjectDer, spkiDer, at: new Date() });
  const certificate = parseCertificate(await ca.sign(tbsDer));
  assertEquals(certificate.serialHex, serial);
  assertEquals(certificate.tbsDer, tbsDer);
});
