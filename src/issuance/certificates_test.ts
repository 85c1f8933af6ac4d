import { assert, assertEquals } from "@std/assert";
import { createTestCa, testSubject } from "../../tests/support/test_ca.ts";
import type { KeystoreEntry } from "../keystore/mod.ts";
import { fingerprint } from "../pki/certificate.ts";
import { generateKeyPair } from "../pki/keys.ts";
import { encodeName } from "../pki/name.ts";
import { describeCertificate, judgeCertificates, type Judged } from "./certificates.ts";

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

const subjectDer = testSubject({ loginId: "hanako" });
const judgement = { trustAnchorsDer: [ca.rootDer], opensDaysBefore: 40, now };

async function judge(withKey: KeystoreEntry[], withoutKey: KeystoreEntry[] = []): Promise<string[][]> {
  return (await judgeCertificates({ withKey, withoutKey }, judgement)).map(brief);
}

function brief(judged: Judged): string[] {
  const name = judged.standing === "foreign" ? judged.fingerprint : judged.certificate.fingerprint;
  return [judged.standing, name];
}

Deno.test("judgeCertificates() holds this institution's, newest end first", async () => {
  const older = await ca.issue({ subjectDer, spkiDer, notAfter: days(20) });
  const newer = await ca.issue({ subjectDer, spkiDer, notAfter: days(366) });
  assertEquals(await judge([entry(older), entry(newer), entry(newer.slice(0, 200))]), [
    ["held", fingerprint(newer)],
    ["held", fingerprint(older)],
  ]);
});

Deno.test("judgeCertificates() says why one of this institution's cannot be used", async () => {
  const lastSecond = await ca.issue({ subjectDer, spkiDer, notAfter: now });
  const expired = await ca.issue({ subjectDer, spkiDer, notBefore: days(-10), notAfter: days(-1) });
  const early = await ca.issue({ subjectDer, spkiDer, notBefore: days(2), notAfter: days(300) });
  const keyless = await ca.issue({ subjectDer, spkiDer, notAfter: days(200) });
  assertEquals(await judge([entry(lastSecond), entry(expired), entry(early)], [entry(keyless)]), [
    ["not-yet-valid", fingerprint(early)],
    ["key-missing", fingerprint(keyless)],
    ["expired", fingerprint(lastSecond)],
    ["expired", fingerprint(expired)],
  ]);
  assertEquals(await judge([], [entry(expired)]), [["expired", fingerprint(expired)]]);
});

Deno.test("judgeCertificates() bears with a clock that is a few hours slow", async () => {
  const fresh = await ca.issue({ subjectDer, spkiDer, notBefore: new Date(now.getTime() + 3_600_000) });
  assertEquals(await judge([entry(fresh)]), [["held", fingerprint(fresh)]]);
});

Deno.test("judgeCertificates() tells another institution's, and holds no CA", async () => {
  const foreign = await createTestCa({ at: now, name: "Foreign" });
  const others = await foreign.issue({ subjectDer, spkiDer });
  const unchained = await ca.issue({ subjectDer, spkiDer });
  const judged = await judge(
    [entry(others, [foreign.issuingDer, foreign.rootDer]), entry(unchained, [])],
    [entry(ca.rootDer, []), entry(ca.issuingDer, [ca.rootDer])],
  );
  assertEquals(judged.slice(0, 2), [["foreign", fingerprint(others)], ["foreign", fingerprint(unchained)]]);
  assertEquals(judged.filter(([standing]) => standing !== "foreign"), []);
});

Deno.test("judgeCertificates() has renewal open as many days before the end as the profile says", async () => {
  const certificateDer = await ca.issue({ subjectDer, spkiDer, notAfter: days(100) });
  for (const opensDaysBefore of [1, 40, 90]) {
    const [judged] = await judgeCertificates(
      { withKey: [entry(certificateDer)], withoutKey: [] },
      { ...judgement, opensDaysBefore },
    );
    assert(judged?.standing === "held");
    assertEquals(judged.certificate.renewableFrom, days(100 - opensDaysBefore));
  }
});

Deno.test("describeCertificate() reads who, where and how long", async () => {
  const subjectDer = testSubject({ loginId: "hanako", name: "山田 花子", company: "株式会社みらい商事" });
  const certificateDer = await ca.issue({
    subjectDer,
    spkiDer,
    serial: Uint8Array.of(1, 0xab),
    notAfter: days(366),
  });
  assertEquals(describeCertificate(certificateDer, 40), {
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
  const certificate = describeCertificate(await ca.issue({ subjectDer, spkiDer }), 40);
  assertEquals([certificate.holder, certificate.loginId, certificate.organization], ["", "", "みらい商事"]);
});
