import { assertEquals } from "@std/assert";
import { createTestCa, testSubject } from "../../tests/support/test_ca.ts";
import type { KeystoreEntry } from "../keystore/mod.ts";
import { fingerprint } from "../pki/certificate.ts";
import { generateKeyPair } from "../pki/keys.ts";
import { encodeName } from "../pki/name.ts";
import { describeCertificate, heldCertificates } from "./certificates.ts";

const DAY_MS = 86_400_000;
const now = new Date("2030-06-01T12:00:00Z");
const ca = await createTestCa({ at: now });
const { spkiDer } = await generateKeyPair("p256");

function entry(
  certificateDer: Uint8Array<ArrayBuffer>,
  chainDer = [ca.issuingDer, ca.rootDer],
): KeystoreEntry {
  return { fingerprint: fingerprint(certificateDer), certificateDer, chainDer };
}

function days(count: number): Date {
  return new Date(now.getTime() + count * DAY_MS);
}

Deno.test("heldCertificates() lists this institution's, newest end first", async () => {
  const foreign = await createTestCa({ at: now, name: "Foreign" });
  const subjectDer = testSubject({ loginId: "hanako" });
  const older = await ca.issue({ subjectDer, spkiDer, notAfter: days(20) });
  const newer = await ca.issue({ subjectDer, spkiDer, notAfter: days(366) });
  const expired = await ca.issue({ subjectDer, spkiDer, notBefore: days(-10), notAfter: days(-1) });
  const others = await foreign.issue({ subjectDer, spkiDer });
  const entries = [
    entry(older),
    entry(others, [foreign.issuingDer, foreign.rootDer]),
    entry(expired),
    entry(newer),
    entry(newer.slice(0, 200)),
  ];
  const held = await heldCertificates(entries, { trustAnchorsDer: [ca.rootDer], now });
  assertEquals(held.map((certificate) => certificate.fingerprint), [newer, older].map(fingerprint));
});

Deno.test("describeCertificate() reads who, where and how long", async () => {
  const subjectDer = testSubject({ loginId: "hanako", name: "山田 花子", company: "株式会社みらい商事" });
  const certificateDer = await ca.issue({
    subjectDer,
    spkiDer,
    serial: Uint8Array.of(1, 0xab),
    notAfter: days(366),
  });
  assertEquals(describeCertificate(certificateDer), {
    fingerprint: fingerprint(certificateDer),
    serial: "01ab",
    holder: "山田 花子",
    loginId: "hanako",
    organization: "株式会社みらい商事",
    notBefore: days(-1),
    notAfter: days(366),
    renewableFrom: days(326),
  });
});

Deno.test("describeCertificate() makes do with a subject that says little", async () => {
  const subjectDer = encodeName([{ type: "O", value: "みらい商事" }]);
  const certificate = describeCertificate(await ca.issue({ subjectDer, spkiDer }));
  assertEquals([certificate.holder, certificate.loginId, certificate.organization], ["", "", "みらい商事"]);
});
