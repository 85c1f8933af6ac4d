import { assert, assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { AppError } from "../errors.ts";
import { fuzzRuns, lacks, NOW, TempFolder, TestAuthority } from "./_fixtures.ts";
import { mutate, mutations, refuseOr } from "./_mutations.ts";
import { fromBer, pkijs } from "./_pkijs.ts";
import { type Bytes, equalBytes } from "./bytes.ts";
import { parseCertificate } from "./certificate.ts";
import { buildTbsCrl, CRL_REASONS, type CrlReason, parseCrl, type RevokedCertificate } from "./crl.ts";
import { contextConstructed, DER_NULL, integer, sequence, time } from "./der_writer.ts";
import { encodeExtension } from "./extensions.ts";
import { generateKeyPair } from "./keys.ts";
import { encodePem } from "./pem.ts";
import { verifySignature } from "./signature.ts";

const authority = await TestAuthority.create("Test CA");
const TOMORROW = new Date(NOW.getTime() + 86_400_000);

function tbsCrl(revoked: Iterable<RevokedCertificate>, crlNumber: number | bigint = 7): Bytes {
  return buildTbsCrl({
    signatureAlgorithmDer: authority.signatureAlgorithmDer,
    issuerDer: authority.nameDer,
    authorityKeyId: authority.keyId,
    crlNumber,
    thisUpdate: NOW,
    nextUpdate: TOMORROW,
    revoked,
  });
}

async function isSigned(crl: ReturnType<typeof parseCrl>): Promise<boolean> {
  const { signatureAlgorithmDer, signature, tbsDer } = crl;
  const { spkiDer } = authority.keyPair;
  return await verifySignature({ spkiDer, signatureAlgorithmDer, signature, data: tbsDer });
}

Deno.test("parseCrl() gives back what buildTbsCrl() was given", async () => {
  const der = await authority.sign(tbsCrl([
    { serial: Uint8Array.of(1, 2), at: NOW, reason: "superseded" },
    { serial: Uint8Array.of(0, 0x80), at: new Date("2051-01-01T00:00:00.7Z") },
  ], 2n ** 70n));
  const crl = parseCrl(der);
  assertEquals(crl.issuerDer, authority.nameDer);
  assertEquals(crl.authorityKeyId, authority.keyId);
  assertEquals(crl.crlNumber, 2n ** 70n);
  assertEquals([crl.thisUpdate, crl.nextUpdate], [NOW, TOMORROW]);
  assertEquals([...crl.revoked()], [
    { serialHex: "0102", at: NOW, reason: 4 },
    { serialHex: "80", at: new Date("2051-01-01T00:00:00Z"), reason: undefined },
  ]);
  assert(await isSigned(crl));
});

Deno.test("buildTbsCrl() leaves an empty list out", async () => {
  const crl = parseCrl(await authority.sign(tbsCrl([])));
  assertEquals([...crl.revoked()], []);
  assertEquals([...crl.revoked()], []);
});

Deno.test("buildTbsCrl() gives back any list of serial numbers, times and reasons", () => {
  const entry = fc.record({
    serial: fc.uint8Array({ minLength: 1, maxLength: 19 }).filter((octets) =>
      octets.some((octet) => octet > 0)
    ),
    second: fc.integer({ min: 0, max: 4102444800 }),
    reason: fc.option(fc.constantFrom(...Object.keys(CRL_REASONS) as CrlReason[]), { nil: undefined }),
  });
  fc.assert(
    fc.property(fc.array(entry, { maxLength: 30 }), (entries) => {
      const tbsDer = tbsCrl(entries.map(({ serial, second, reason }) => ({
        serial,
        at: new Date(second * 1000),
        ...(reason ? { reason } : {}),
      })));
      const der = sequence(tbsDer, authority.signatureAlgorithmDer, Uint8Array.of(3, 1, 0));
      assertEquals(
        [...parseCrl(der).revoked()],
        entries.map(({ serial, second, reason }) => ({
          serialHex: integer(serial).slice(2).toHex().replace(/^00(?=.)/, ""),
          at: new Date(second * 1000),
          reason: reason && CRL_REASONS[reason],
        })),
      );
    }),
    { numRuns: fuzzRuns(500) },
  );
});

Deno.test("buildTbsCrl() refuses serial numbers that no certificate has", () => {
  for (const octets of [[], [0], [0, 0], new Array(21).fill(1), new Array(20).fill(0x80)]) {
    const revoked = [{ serial: Uint8Array.from(octets), at: NOW }];
    assertEquals(assertThrows(() => tbsCrl(revoked), AppError).key, "pki/malformed");
  }
  tbsCrl([{ serial: new Uint8Array(20).fill(0x7f), at: NOW, reason: "keyCompromise" }]);
});

Deno.test("buildTbsCrl() and parseCrl() handle a million entries from a generator", () => {
  const COUNT = 1_000_000;
  function* entries(): Generator<RevokedCertificate> {
    const serial = new Uint8Array(17).fill(0x41);
    const view = new DataView(serial.buffer);
    for (let i = 0; i < COUNT; i++) {
      view.setUint32(4, i);
      yield { serial, at: NOW, reason: "cessationOfOperation" };
    }
  }
  const der = sequence(tbsCrl(entries()), authority.signatureAlgorithmDer, Uint8Array.of(3, 1, 0));
  const crl = parseCrl(der);
  let count = 0;
  for (const { serialHex } of crl.revoked()) {
    if (serialHex.slice(8, 16) !== count.toString(16).padStart(8, "0")) throw new Error(`entry ${count}`);
    count++;
  }
  assertEquals(count, COUNT);
});

Deno.test("parseCrl() refuses critical extensions, other versions and CRLs without nextUpdate", async () => {
  const { signatureAlgorithmDer: algorithm, nameDer: name } = authority;
  const number = encodeExtension("2.5.29.20", integer(1));
  const partial = encodeExtension("2.5.29.28", sequence(), true);
  const list = contextConstructed(0, sequence(number));
  const lists: Record<string, Bytes> = {
    "CRL: critical extension": sequence(
      ...[integer(1), algorithm, name, time(NOW), time(NOW)],
      contextConstructed(0, sequence(number, partial)),
    ),
    "CRL: version": sequence(integer(0), algorithm, name, time(NOW), time(NOW), list),
    "CRL: nextUpdate": sequence(integer(1), algorithm, name, time(NOW), list),
    "CRL: extensions": sequence(integer(1), algorithm, name, time(NOW), time(NOW)),
    "CRL: signature algorithm": sequence(integer(1), sequence(DER_NULL), name, time(NOW), time(NOW), list),
  };
  for (const [what, tbsDer] of Object.entries(lists)) {
    const der = await authority.sign(tbsDer);
    assertEquals(assertThrows(() => parseCrl(der), AppError).values["what"], what);
  }
});

Deno.test("pkijs reads and verifies our CRL", async () => {
  const der = await authority.sign(tbsCrl([{ serial: Uint8Array.of(5), at: NOW, reason: "keyCompromise" }]));
  const crl = new pkijs.CertificateRevocationList({ schema: fromBer(der) });
  const issuer = new pkijs.Certificate({ schema: fromBer(authority.der) });
  assert(await crl.verify({ issuerCertificate: issuer }));
  assertEquals(crl.revokedCertificates?.length, 1);
});

for (const algorithm of ["rsa-2048", "p256"] as const) {
  Deno.test({
    name: `openssl uses our CRLs for every CA of a chain (${algorithm})`,
    ignore: lacks("openssl"),
    async fn() {
      using folder = new TempFolder();
      const root = await TestAuthority.create("Root", { algorithm });
      const issuing = await root.createBelow("Issuing", { algorithm });
      const client = await generateKeyPair("p256");
      const good = await issuing.issueClient(client);
      const bad = await issuing.issueClient(client);
      async function crlOf(issuer: TestAuthority, revoked: RevokedCertificate[]): Promise<string> {
        const tbsDer = buildTbsCrl({
          signatureAlgorithmDer: issuer.signatureAlgorithmDer,
          issuerDer: issuer.nameDer,
          authorityKeyId: issuer.keyId,
          crlNumber: 1,
          thisUpdate: NOW,
          nextUpdate: TOMORROW,
          revoked,
        });
        return encodePem(await issuer.sign(tbsDer), "X509 CRL");
      }
      const serial = Uint8Array.fromHex(parseCertificate(bad).serialHex);
      const crls = await crlOf(root, []) + await crlOf(issuing, [{ serial, at: NOW, reason: "superseded" }]);
      folder.write("crls.pem", crls);
      folder.write("root.pem", encodePem(root.der, "CERTIFICATE"));
      folder.write("issuing.pem", encodePem(issuing.der, "CERTIFICATE"));
      folder.write("good.pem", encodePem(good, "CERTIFICATE"));
      folder.write("bad.pem", encodePem(bad, "CERTIFICATE"));
      const at = `${NOW.getTime() / 1000 + 60}`;
      const args = ["verify", "-x509_strict", "-crl_check_all", "-attime", at, "-CAfile", "root.pem"];
      args.push("-CRLfile", "crls.pem", "-untrusted", "issuing.pem");
      assert((await folder.mustRun("openssl", ...args, "good.pem")).includes("good.pem: OK"));
      const { code, said } = await folder.run("openssl", ...args, "bad.pem");
      assert(code !== 0 && said.includes("certificate revoked"), said);
    },
  });
}

Deno.test("no mutated CRL is verified, and none gives anything but AppError", async () => {
  const der = await authority.sign(tbsCrl([
    { serial: Uint8Array.of(1, 2), at: NOW, reason: "superseded" },
    { serial: Uint8Array.of(3), at: NOW },
  ]));
  const original = parseCrl(der);
  await fc.assert(
    fc.asyncProperty(mutations(), async (changes) => {
      const crl = await refuseOr(() => parseCrl(mutate(der, changes)));
      if (!crl) return;
      await refuseOr(() => [...crl.revoked()]);
      if (await isSigned(crl)) assert(equalBytes(crl.tbsDer, original.tbsDer) && equalBytes(crl.der, der));
    }),
    { numRuns: fuzzRuns() },
  );
});
