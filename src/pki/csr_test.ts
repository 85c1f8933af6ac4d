import { assert, assertEquals, assertMatch, assertRejects, assertThrows } from "@std/assert";
import fc from "fast-check";
import { AppError } from "../errors.ts";
import { fuzzRuns, lacks, TempFolder } from "./_fixtures.ts";
import { mutate, mutations, refuseOr } from "./_mutations.ts";
import { fromBer, pkijs } from "./_pkijs.ts";
import { type Bytes, equalBytes, fromHex } from "./bytes.ts";
import { assembleSigned } from "./certificate_builder.ts";
import { createCsr, parseCsr, verifyCsr } from "./csr.ts";
import {
  contextConstructed,
  ia5String,
  integer,
  objectIdentifier,
  printableString,
  sequence,
  setOf,
  utf8String,
} from "./der_writer.ts";
import { checkPublicKey } from "./key_checks.ts";
import { generateKeyPair, signatureAlgorithmFor } from "./keys.ts";
import { decodeName, encodeName } from "./name.ts";
import { Oid } from "./oids.ts";
import { decodePem, encodePem } from "./pem.ts";

const subjectDer = encodeName([
  { type: "C", value: "JP" },
  { type: "O", value: "見本銀行" },
  { type: "CN", value: "山田 太郎" },
  { type: "serialNumber", value: "taro-1" },
]);

for (const algorithm of ["rsa-2048", "p256"] as const) {
  const keyPair = await generateKeyPair(algorithm);
  const der = await createCsr({ subjectDer, keyPair });

  Deno.test(`createCsr() signs with its own key (${algorithm})`, async () => {
    const csr = parseCsr(der);
    assertEquals(csr.subjectDer, subjectDer);
    assertEquals(csr.spkiDer, keyPair.spkiDer);
    assert(await verifyCsr(csr));
  });

  Deno.test(`verifyCsr() is false for a CSR that another key signed (${algorithm})`, async () => {
    const other = await generateKeyPair(algorithm);
    const stolen = sequence(integer(0), subjectDer, keyPair.spkiDer, contextConstructed(0));
    const algorithmDer = signatureAlgorithmFor(keyPair.spkiDer);
    const csr = parseCsr(assembleSigned(stolen, algorithmDer, await other.sign(stolen)));
    assertEquals(await verifyCsr(csr), false);
  });

  Deno.test(`verifyCsr() asks the given verifier (${algorithm})`, async () => {
    const csr = parseCsr(der);
    const asked: Bytes[] = [];
    const answer = await verifyCsr(csr, ({ data, spkiDer }) => {
      asked.push(data, spkiDer);
      return false;
    });
    assertEquals(answer, false);
    assertEquals(asked, [csr.infoDer, keyPair.spkiDer]);
  });

  Deno.test({
    name: `openssl verifies what createCsr() wrote (${algorithm})`,
    ignore: lacks("openssl"),
    async fn() {
      using folder = new TempFolder();
      folder.write("csr.pem", encodePem(der, "CERTIFICATE REQUEST"));
      const said = await folder.mustRun(
        "openssl",
        ...["req", "-in", "csr.pem", "-verify", "-noout", "-subject", "-nameopt", "utf8,sep_comma_plus"],
      );
      assert(said.includes("verify OK"), said);
      assert(said.includes("C=JP,O=見本銀行,CN=山田 太郎,serialNumber=taro-1"), said);
    },
  });

  Deno.test(`pkijs verifies what createCsr() wrote (${algorithm})`, async () => {
    const request = new pkijs.CertificationRequest({ schema: fromBer(der) });
    assert(await request.verify());
  });

  Deno.test(`parseCsr() reads openssl's CSRs, also with extension requests (${algorithm})`, {
    ignore: lacks("openssl"),
  }, async () => {
    using folder = new TempFolder();
    folder.write("key.pem", encodePem(keyPair.pkcs8Der, "PRIVATE KEY"));
    const pem = await folder.mustRun(
      "openssl",
      ...["req", "-new", "-key", "key.pem", "-subj", "/C=JP/CN=test", "-addext", "subjectAltName=DNS:a.test"],
    );
    const csr = parseCsr(decodePem(pem, "CERTIFICATE REQUEST")[0]!);
    assertEquals(decodeName(csr.subjectDer), [{ type: "C", value: "JP" }, { type: "CN", value: "test" }]);
    assertEquals(csr.spkiDer, keyPair.spkiDer);
    assert(await verifyCsr(csr));
  });

  Deno.test(`openssl reads our challenge password, and we read openssl's (${algorithm})`, {
    ignore: lacks("openssl"),
  }, async () => {
    using folder = new TempFolder();
    folder.write("key.pem", encodePem(keyPair.pkcs8Der, "PRIVATE KEY"));
    for (const challengePassword of ["Printable 123", "not_printable-Az09"]) {
      const ours = await createCsr({ subjectDer, keyPair, challengePassword });
      folder.write("csr.pem", encodePem(ours, "CERTIFICATE REQUEST"));
      const said = await folder.mustRun(
        "openssl",
        ...["req", "-in", "csr.pem", "-verify", "-noout", "-text"],
      );
      assert(said.includes("verify OK"), said);
      assertMatch(said, new RegExp(`challengePassword +: *${challengePassword}\n`));

      folder.write(
        "req.cnf",
        "[req]\nprompt=no\ndistinguished_name=dn\nattributes=more\nreq_extensions=ext\n" +
          `string_mask=utf8only\n[dn]\nCN=test\n[ext]\nsubjectAltName=DNS:a.test\n` +
          `[more]\nchallengePassword=${challengePassword}\nunstructuredName=a company\n`,
      );
      const pem = await folder.mustRun("openssl", "req", "-new", "-config", "req.cnf", "-key", "key.pem");
      const csr = parseCsr(decodePem(pem, "CERTIFICATE REQUEST")[0]!);
      assertEquals(csr.challengePassword, challengePassword);
      assert(await verifyCsr(csr));
    }
  });

  Deno.test(`no mutated CSR is verified, and none gives anything but AppError (${algorithm})`, async () => {
    const whole = await createCsr({ subjectDer, keyPair, challengePassword: "nonce_of-an-enrolment" });
    const original = parseCsr(whole);
    await fc.assert(
      fc.asyncProperty(mutations(), async (changes) => {
        const csr = await refuseOr(() => parseCsr(mutate(whole, changes)));
        if (!csr) return;
        await refuseOr(() => decodeName(csr.subjectDer));
        await refuseOr(() => checkPublicKey(csr.spkiDer));
        if (!await verifyCsr(csr)) return;
        assert(equalBytes(csr.infoDer, original.infoDer), "another signed part is verified");
        assert(equalBytes(csr.der, whole), "there is a second encoding of the same CSR");
      }),
      { numRuns: fuzzRuns() },
    );
  });
}

Deno.test("parseCsr() refuses other versions, missing attributes and fields too many", async () => {
  const keyPair = await generateKeyPair("p256");
  const { spkiDer } = keyPair;
  const none = contextConstructed(0);
  const infos = {
    "CSR: version": sequence(integer(1), subjectDer, spkiDer, none),
    "CSR: attributes": sequence(integer(0), subjectDer, spkiDer),
    "CSR: subject": sequence(integer(0)),
    "CSR: public key": sequence(integer(0), subjectDer),
    "CSR: something after the last element": sequence(integer(0), subjectDer, spkiDer, none, none),
  };
  for (const [what, infoDer] of Object.entries(infos)) {
    const der = assembleSigned(infoDer, signatureAlgorithmFor(spkiDer), await keyPair.sign(infoDer));
    assertEquals(assertThrows(() => parseCsr(der), AppError).values["what"], what);
  }
  for (const hex of ["", "3000", "0500", "30030201 00".replace(" ", "")]) {
    assertEquals(assertThrows(() => parseCsr(fromHex(hex)), AppError).key, "pki/malformed");
  }
});

Deno.test("parseCsr() gives the challenge password that createCsr() wrote", async () => {
  const keyPair = await generateKeyPair("p256");
  const text = fc.string({ unit: "grapheme", minLength: 1, maxLength: 40 });
  await fc.assert(
    fc.asyncProperty(text, async (challengePassword) => {
      const csr = parseCsr(await createCsr({ subjectDer, keyPair, challengePassword }));
      assertEquals(csr.challengePassword, challengePassword);
      assert(await verifyCsr(csr));
    }),
    { numRuns: fuzzRuns(50) },
  );
  const longest = "x".repeat(255);
  const csrDer = await createCsr({ subjectDer, keyPair, challengePassword: longest });
  assertEquals(parseCsr(csrDer).challengePassword, longest);
  assertEquals(parseCsr(await createCsr({ subjectDer, keyPair })).challengePassword, undefined);
  for (const challengePassword of ["", `${longest}x`, "\ud800"]) {
    await assertRejects(() => createCsr({ subjectDer, keyPair, challengePassword }), AppError);
  }
});

Deno.test("parseCsr() refuses unknown and repeated attributes and challenge passwords of another form", async () => {
  const keyPair = await generateKeyPair("p256");
  const attribute = (oid: string, ...values: Bytes[]) => sequence(objectIdentifier(oid), setOf(values));
  const challenge = (...values: Bytes[]) => attribute(Oid.challengePassword, ...values);
  const proper = challenge(utf8String("nonce"));
  const cases: [Bytes[], string][] = [
    [[proper, proper], "CSR: an attribute occurs twice"],
    [[proper, challenge(printableString("other"))], "CSR: an attribute occurs twice"],
    [[proper, attribute("1.2.840.113549.1.9.8", utf8String("x"))], "CSR: unknown attribute"],
    [[challenge()], "CSR: challenge password"],
    [[challenge(utf8String("one"), utf8String("two"))], "CSR: something after the last element"],
    [[challenge(ia5String("nonce"))], "CSR: challenge password"],
    [[challenge(utf8String(""))], "CSR: challenge password"],
    [[challenge(utf8String("x".repeat(256)))], "CSR: challenge password"],
    [[sequence(objectIdentifier(Oid.challengePassword))], "CSR: attribute"],
    [[sequence(objectIdentifier(Oid.challengePassword), utf8String("x"))], "CSR: attribute"],
    [[utf8String("x")], "CSR: attribute"],
  ];
  async function csrWith(attributes: Bytes[]): Promise<Bytes> {
    const { spkiDer } = keyPair;
    const infoDer = sequence(integer(0), subjectDer, spkiDer, contextConstructed(0, ...attributes));
    return assembleSigned(infoDer, signatureAlgorithmFor(spkiDer), await keyPair.sign(infoDer));
  }
  assertEquals(parseCsr(await csrWith([proper])).challengePassword, "nonce");
  for (const [attributes, what] of cases) {
    const der = await csrWith(attributes);
    assertEquals(assertThrows(() => parseCsr(der), AppError).values["what"], what);
  }
});
