import { assert, assertEquals, assertRejects } from "@std/assert";
import fc from "fast-check";
import { AppError } from "../errors.ts";
import { fuzzRuns, lacks, NOW, TempFolder, TestAuthority } from "./_fixtures.ts";
import { mutate, mutations, refuseOr } from "./_mutations.ts";
import { fromBer, pkijs } from "./_pkijs.ts";
import { type Bytes, concatBytes, sha256, utf8 } from "./bytes.ts";
import { parseCertificate } from "./certificate.ts";
import { createSignedData, parseSignedData, verifySignedData } from "./cms.ts";
import {
  contextConstructed,
  DER_NULL,
  integer,
  objectIdentifier,
  octetString,
  retag,
  sequence,
  setOf,
  time,
} from "./der_writer.ts";
import { generateKeyPair, type KeyPair, signatureAlgorithmFor } from "./keys.ts";
import { Oid } from "./oids.ts";
import { encodePem } from "./pem.ts";
import { createPkcs12 } from "./pkcs12.ts";

const CONTENT = utf8("hakko confirmation v1\nenrolment\n5a0001\n");
const NICKNAME = "発行 山田";

interface Signer {
  keyPair: KeyPair;
  authority: TestAuthority;
  certificateDer: Bytes;
}

async function makeSigner(algorithm: KeyPair["algorithm"]): Promise<Signer> {
  const authority = await TestAuthority.create("Test CA", { algorithm });
  const keyPair = await generateKeyPair(algorithm);
  return { keyPair, authority, certificateDer: await authority.issueClient(keyPair) };
}

const signers = { "rsa-2048": await makeSigner("rsa-2048"), p256: await makeSigner("p256") };

async function refusal(der: Bytes, certificateDer: Bytes): Promise<string | undefined> {
  const error = await assertRejects(() => verifySignedData(der, { certificateDer }), AppError);
  assertEquals(error.key, "pki/malformed");
  return error.values["what"];
}

/** What a handmade message has instead of the ordinary parts. */
interface Parts {
  content?: Bytes;
  contentType?: string;
  attributes?: Bytes[];
  digestAlgorithmDer?: Bytes;
  signatureAlgorithmDer?: Bytes;
  issuerDer?: Bytes;
  serialDer?: Bytes;
  signWith?: KeyPair;
  signerCount?: number;
  signedAttributes?: boolean;
}

function attribute(oid: string, ...values: Bytes[]): Bytes {
  return sequence(objectIdentifier(oid), setOf(values));
}

function ordinaryAttributes(content = CONTENT): Bytes[] {
  return [
    attribute(Oid.contentType, objectIdentifier(Oid.data)),
    attribute(Oid.messageDigest, octetString(sha256(content))),
  ];
}

/** A message put together by hand, right in all that is not given. */
async function handmade({ keyPair, certificateDer }: Signer, parts: Parts = {}): Promise<Bytes> {
  const certificate = parseCertificate(certificateDer);
  const attributes = setOf(parts.attributes ?? ordinaryAttributes());
  const digestAlgorithm = parts.digestAlgorithmDer ?? sequence(objectIdentifier(Oid.sha256));
  const content = parts.content ?? CONTENT;
  const hasAttributes = parts.signedAttributes ?? true;
  const signature = await (parts.signWith ?? keyPair).sign(hasAttributes ? attributes : content);
  const signerInfo = sequence(
    integer(1),
    sequence(
      parts.issuerDer ?? certificate.issuerDer,
      parts.serialDer ?? integer(Uint8Array.fromHex(certificate.serialHex)),
    ),
    digestAlgorithm,
    ...(hasAttributes ? [retag(attributes, 0xa0)] : []),
    parts.signatureAlgorithmDer ?? signatureAlgorithmFor(keyPair.spkiDer),
    octetString(signature),
  );
  const signedData = sequence(
    integer(1),
    setOf([digestAlgorithm]),
    sequence(objectIdentifier(parts.contentType ?? Oid.data), contextConstructed(0, octetString(content))),
    setOf(Array<Bytes>(parts.signerCount ?? 1).fill(signerInfo)),
  );
  return sequence(objectIdentifier(Oid.signedData), contextConstructed(0, signedData));
}

for (const [name, signer] of Object.entries(signers)) {
  const { keyPair, certificateDer, authority } = signer;

  Deno.test(`verifySignedData() gives the content that createSignedData() signed (${name})`, async () => {
    const content = fc.uint8Array({ maxLength: 300 });
    await fc.assert(
      fc.asyncProperty(content, async (bytes) => {
        const der = await createSignedData({
          content: Uint8Array.from(bytes),
          certificateDer,
          keyPair,
          at: NOW,
        });
        assertEquals(await verifySignedData(der, { certificateDer }), Uint8Array.from(bytes));
      }),
      { numRuns: fuzzRuns(50) },
    );
  });

  Deno.test(`parseSignedData() tells who signed and with what (${name})`, async () => {
    const der = await createSignedData({ content: CONTENT, certificateDer, keyPair, at: NOW });
    const { content, certificatesDer, signers: [one, ...others] } = await parseSignedData(der);
    assertEquals([content, certificatesDer, others], [CONTENT, [certificateDer], []]);
    const certificate = parseCertificate(certificateDer);
    assertEquals([one?.serialHex, one?.issuerDer], [certificate.serialHex, certificate.issuerDer]);
    assertEquals([one?.digestAlgorithm, one?.digestOk], ["SHA-256", true]);
    assertEquals(one?.signatureAlgorithmDer, signatureAlgorithmFor(keyPair.spkiDer));
  });

  Deno.test(`verifySignedData() refuses what the expected certificate did not sign (${name})`, async () => {
    assertEquals(await verifySignedData(await handmade(signer), { certificateDer }), CONTENT);
    const other = await generateKeyPair(keyPair.algorithm);
    const sha512 = sequence(objectIdentifier(Oid.sha512));
    const cases: [Parts, string][] = [
      [{ signWith: other }, "CMS: signature"],
      [{ content: utf8("something else") }, "CMS: digest of the content"],
      [{ attributes: ordinaryAttributes(utf8("something else")) }, "CMS: digest of the content"],
      [{ attributes: ordinaryAttributes().slice(0, 1) }, "CMS: signed attributes"],
      [{ attributes: ordinaryAttributes().slice(1) }, "CMS: signed attributes"],
      [{ attributes: [] }, "CMS: signed attributes"],
      [{
        attributes: [...ordinaryAttributes(), ...ordinaryAttributes(utf8("something else")).slice(1)],
      }, "CMS: an attribute occurs twice"],
      [{
        attributes: [
          ordinaryAttributes()[0]!,
          attribute(Oid.messageDigest, octetString(sha256(CONTENT)), octetString(sha256(utf8("x")))),
        ],
      }, "CMS: something after the last element"],
      [{
        attributes: [attribute(Oid.contentType, objectIdentifier(Oid.signedData)), ordinaryAttributes()[1]!],
      }, "CMS: signed attributes"],
      [{ contentType: Oid.encryptedData }, "CMS: content type"],
      [{ signedAttributes: false }, "CMS: signed attributes"],
      [{ issuerDer: sequence() }, "CMS: signed by another certificate"],
      [{ serialDer: integer(77) }, "CMS: signed by another certificate"],
      [{ signerCount: 0 }, "CMS: number of signers"],
      [{ signerCount: 2 }, "CMS: number of signers"],
      [{ digestAlgorithmDer: sequence(objectIdentifier(Oid.sha1), DER_NULL) }, "CMS: digest algorithm"],
      [
        { signatureAlgorithmDer: sequence(objectIdentifier("1.2.840.10045.4.1")) },
        "CMS: signature algorithm",
      ],
      [
        {
          digestAlgorithmDer: sha512,
          signatureAlgorithmDer: sequence(objectIdentifier(Oid.ecdsaWithSha256)),
        },
        "CMS: signature algorithm",
      ],
    ];
    for (const [parts, what] of cases) {
      assertEquals(await refusal(await handmade(signer, parts), certificateDer), what);
    }
  });

  Deno.test(`verifySignedData() does not take signed attributes for content (${name})`, async () => {
    // RFC 5652 §11: the same signature, with what it covers moved to where the content goes.
    const real = await createSignedData({ content: CONTENT, certificateDer, keyPair, at: NOW });
    const { signers: [one] } = await parseSignedData(real);
    const replay: KeyPair = { ...keyPair, sign: () => Promise.resolve(one!.signature) };
    const forged = await handmade(signer, {
      content: one!.signedDer,
      signedAttributes: false,
      signWith: replay,
    });
    assertEquals(await refusal(forged, certificateDer), "CMS: signed attributes");
  });

  Deno.test(`verifySignedData() wants the signer's certificate, not the one in the message (${name})`, async () => {
    const foreign = await makeSigner("p256");
    const der = await createSignedData({ content: CONTENT, at: NOW, ...foreign });
    // Same issuer name and same serial number, but another CA's key.
    const mine = parseCertificate(certificateDer);
    const theirs = parseCertificate(foreign.certificateDer);
    assertEquals([mine.serialHex, mine.issuerDer], [theirs.serialHex, theirs.issuerDer]);
    assertEquals(await refusal(der, certificateDer), "CMS: signature");
  });

  Deno.test(`pkijs verifies our message (${name})`, async () => {
    const der = await createSignedData({ content: CONTENT, certificateDer, keyPair, at: NOW });
    const info = new pkijs.ContentInfo({ schema: fromBer(der) });
    const signedData = new pkijs.SignedData({ schema: info.content });
    const trusted = new pkijs.Certificate({ schema: fromBer(authority.der) });
    assert(await signedData.verify({ signer: 0, trustedCerts: [trusted], checkDate: NOW, checkChain: true }));
  });

  Deno.test(`no mutated message is verified, and none gives anything but AppError (${name})`, async () => {
    const der = await createSignedData({ content: CONTENT, certificateDer, keyPair, at: NOW });
    await fc.assert(
      fc.asyncProperty(mutations(), async (changes) => {
        const content = await refuseOr(() => verifySignedData(mutate(der, changes), { certificateDer }));
        if (content) assertEquals(content, CONTENT);
      }),
      { numRuns: fuzzRuns() },
    );
  });

  Deno.test({
    name: `openssl verifies our message, and we verify openssl's (${name})`,
    ignore: lacks("openssl"),
    async fn() {
      using folder = new TempFolder();
      folder.write("ca.pem", encodePem(authority.der, "CERTIFICATE"));
      folder.write("certificate.pem", encodePem(certificateDer, "CERTIFICATE"));
      folder.write("key.pem", encodePem(keyPair.pkcs8Der, "PRIVATE KEY"));
      folder.write("content", CONTENT);
      const ours = await createSignedData({ content: CONTENT, certificateDer, keyPair, at: NOW });
      folder.write("ours", ours);
      await folder.mustRun(
        "openssl",
        ...[
          "cms",
          "-verify",
          "-binary",
          "-inform",
          "DER",
          "-in",
          "ours",
          "-CAfile",
          "ca.pem",
          "-purpose",
          "any",
        ],
        ...["-attime", `${NOW.getTime() / 1000}`, "-out", "seen"],
      );
      assertEquals(folder.read("seen"), CONTENT);

      async function sign(...options: string[]): Promise<Bytes> {
        const files = ["-in", "content", "-signer", "certificate.pem", "-inkey", "key.pem", "-out", "signed"];
        await folder.mustRun("openssl", "cms", "-sign", "-binary", "-outform", "DER", ...files, ...options);
        return folder.read("signed");
      }
      const accepted = [["-nodetach"], ["-nodetach", "-stream"], ["-nodetach", "-nocerts"], [
        "-nodetach",
        "-nosmimecap",
      ]];
      accepted.push(...["sha384", "sha512"].map((hash) => ["-nodetach", "-md", hash]));
      for (const options of accepted) {
        assertEquals(
          await verifySignedData(await sign(...options), { certificateDer }),
          CONTENT,
          `${options}`,
        );
      }
      const refused: [string[], string][] = [
        [["-nodetach", "-md", "sha1"], "CMS: digest algorithm"],
        [["-nodetach", "-noattr"], "CMS: signed attributes"],
        [["-nodetach", "-keyid"], "CMS: signer identifier"],
        [[], "CMS: content"],
      ];
      if (name === "rsa-2048") {
        refused.push([["-nodetach", "-keyopt", "rsa_padding_mode:pss"], "CMS: signature algorithm"]);
      }
      for (const [options, what] of refused) {
        assertEquals(await refusal(await sign(...options), certificateDer), what, `${options}`);
      }

      const streamed = await sign("-nodetach", "-stream");
      for (let length = 0; length < streamed.length; length++) {
        await refusal(streamed.slice(0, length), certificateDer);
      }
    },
  });

  Deno.test({
    name: `we verify what NSS signs (${name})`,
    ignore: lacks("certutil", "pk12util", "cmsutil"),
    async fn() {
      using folder = new TempFolder();
      const password = "AbCdEfGhIjKlMnOpQrStUvWx";
      const bundle = { pkcs8Der: keyPair.pkcs8Der, certificateDer, chainDer: [authority.der], password };
      folder.write("bundle.p12", await createPkcs12({ ...bundle, friendlyName: NICKNAME }));
      folder.write("password", `${password}\n`);
      folder.write("empty", "\n");
      folder.write("content", CONTENT);
      const database = `sql:${folder.path}`;
      await folder.mustRun("certutil", "-N", "-d", database, "--empty-password");
      await folder.mustRun("pk12util", "-i", "bundle.p12", "-d", database, "-w", "password", "-k", "empty");
      await folder.mustRun(
        "cmsutil",
        ...["-S", "-u", "0", "-Y", "NONE", "-G", "-d", database, "-f", "empty", "-N", NICKNAME],
        ...["-i", "content", "-o", "signed"],
      );
      const signed = folder.read("signed");
      assertEquals(signed[1], 0x80, "NSS is expected to write indefinite lengths");
      assertEquals(await verifySignedData(signed, { certificateDer }), CONTENT);

      for (let length = 0; length < signed.length; length++) {
        await refusal(signed.slice(0, length), certificateDer);
      }
      await fc.assert(
        fc.asyncProperty(fc.nat(signed.length - 1), fc.nat(7), async (at, bit) => {
          const flipped = signed.slice();
          flipped[at]! ^= 1 << bit;
          const content = await refuseOr(() => verifySignedData(flipped, { certificateDer }));
          if (content) assertEquals(content, CONTENT);
        }),
        { numRuns: fuzzRuns() },
      );
    },
  });
}

Deno.test("verifySignedData() asks the given verifier about the signed attributes", async () => {
  const { keyPair, certificateDer } = signers.p256;
  const der = await createSignedData({ content: CONTENT, certificateDer, keyPair, at: NOW });
  const { signers: [one] } = await parseSignedData(der);
  let asked: Bytes | undefined;
  await assertRejects(() =>
    verifySignedData(der, {
      certificateDer,
      verify({ data }) {
        asked = data;
        return false;
      },
    }), AppError);
  assertEquals(asked, one?.signedDer);
});

Deno.test("createSignedData() records the given time", async () => {
  const { keyPair, certificateDer } = signers.p256;
  const der = await createSignedData({ content: CONTENT, certificateDer, keyPair, at: NOW });
  const { signers: [one] } = await parseSignedData(der);
  assert(one!.signedDer.toHex().includes(time(NOW).toHex()));
});

Deno.test("parseSignedData() takes content in pieces within pieces", async () => {
  // NSS and openssl never nest; BER allows it, and the depth is bounded.
  const { certificateDer } = signers.p256;
  const der = await handmade(signers.p256);
  const whole = octetString(CONTENT);
  const at = der.toHex().indexOf(whole.toHex()) / 2;
  function split(content: Bytes, depth: number): Bytes {
    if (depth === 0 || content.length < 2) return octetString(content);
    const half = content.length >> 1;
    const pieces = [split(content.subarray(0, half), depth - 1), split(content.subarray(half), depth - 1)];
    return concatBytes([Uint8Array.of(0x24, 0x80), ...pieces, Uint8Array.of(0, 0)]);
  }
  const indefinite = (tag: number) => Uint8Array.of(tag, 0x80);
  const rest = der.subarray(at + whole.length);
  const version = integer(1);
  const digests = setOf([sequence(objectIdentifier(Oid.sha256))]);
  const end = Uint8Array.of(0, 0);
  function message(content: Bytes): Bytes {
    return concatBytes([
      ...[
        indefinite(0x30),
        objectIdentifier(Oid.signedData),
        indefinite(0xa0),
        indefinite(0x30),
        version,
        digests,
      ],
      ...[indefinite(0x30), objectIdentifier(Oid.data), indefinite(0xa0), content, end, end],
      ...[rest, end, end, end],
    ]);
  }
  assertEquals(await verifySignedData(message(split(CONTENT, 5)), { certificateDer }), CONTENT);
  assertEquals(
    await refusal(message(split(utf8("x".repeat(100)), 1)), certificateDer),
    "CMS: digest of the content",
  );
  let deep = octetString(CONTENT);
  for (let i = 0; i < 40; i++) deep = concatBytes([indefinite(0x24), deep, end]);
  assertEquals(await refusal(message(deep), certificateDer), "CMS: nested too deeply");
  const mixed = concatBytes([indefinite(0x24), integer(1), end]);
  assertEquals(await refusal(message(mixed), certificateDer), "CMS: octet string");
});
