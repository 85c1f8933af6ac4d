import { assertEquals, assertRejects } from "@std/assert";
import { clientExtensions, createTestCa, testSubject } from "../../tests/support/test_ca.ts";
import { AppError } from "../errors.ts";
import type { Bytes } from "../pki/bytes.ts";
import { parseCertificate } from "../pki/certificate.ts";
import { parseCsr } from "../pki/csr.ts";
import { basicConstraints, extendedKeyUsage } from "../pki/extensions.ts";
import { generateKeyPair } from "../pki/keys.ts";
import { type EngineTest, startEngineTest } from "./testing.ts";

const DAY_MS = 86_400_000;

/** Makes the authority's answer say something else, as whoever got between the two would. */
function replaceAnswer(
  test: EngineTest,
  replace: (
    csr: { subjectDer: Bytes; spkiDer: Bytes },
    proper: Bytes,
  ) => Promise<{ certificateDer: Bytes; chainDer?: Bytes[] }>,
): void {
  test.setNetwork(async (request, send) => {
    const answer = await send(request);
    if (!request.url.endsWith("/csr")) return answer;
    const said = JSON.parse(new TextDecoder().decode(answer.body));
    const csr = parseCsr(Uint8Array.fromBase64(JSON.parse(request.body ?? "").csr));
    const { certificateDer, chainDer } = await replace(csr, Uint8Array.fromBase64(said.certificate));
    said.certificate = certificateDer.toBase64();
    said.serial = parseCertificate(certificateDer).serialHex;
    if (chainDer !== undefined) said.chain = chainDer.map((der) => der.toBase64());
    return { ...answer, body: new TextEncoder().encode(JSON.stringify(said)) };
  });
}

const ca = await createTestCa();
const chainDer = [ca.issuingDer, ca.rootDer];
const other = await generateKeyPair("p256");
const now = Date.now();

const WRONG: Record<string, Parameters<typeof replaceAnswer>[1]> = {
  "for another key": async ({ subjectDer }) => ({
    certificateDer: await ca.issue({ subjectDer, spkiDer: other.spkiDer }),
    chainDer,
  }),
  "for another subject": async ({ spkiDer }) => ({
    certificateDer: await ca.issue({ subjectDer: testSubject({ loginId: "mallory" }), spkiDer }),
    chainDer,
  }),
  "not for client authentication alone": async ({ subjectDer, spkiDer }) => {
    const extensions = clientExtensions(spkiDer, ca.issuingSpkiDer);
    extensions[2] = extendedKeyUsage(["clientAuth", "serverAuth"]);
    return { certificateDer: await ca.issue({ subjectDer, spkiDer, extensions }), chainDer };
  },
  "not marked as an end-entity certificate": async ({ subjectDer, spkiDer }) => {
    const extensions = clientExtensions(spkiDer, ca.issuingSpkiDer);
    extensions[0] = basicConstraints(true);
    return { certificateDer: await ca.issue({ subjectDer, spkiDer, extensions }), chainDer };
  },
  "expired by this PC's clock": async ({ subjectDer, spkiDer }) => ({
    certificateDer: await ca.issue({ subjectDer, spkiDer, notAfter: new Date(now - 60_000) }),
    chainDer,
  }),
  "not yet valid by this PC's clock": async ({ subjectDer, spkiDer }) => ({
    certificateDer: await ca.issue({ subjectDer, spkiDer, notBefore: new Date(now + 3 * DAY_MS) }),
    chainDer,
  }),
  "no trust anchor found": async (csr) => ({ certificateDer: await ca.issue(csr), chainDer }),
  "signature not by its issuer": (_csr, proper) => {
    const certificateDer = proper.slice();
    certificateDer[certificateDer.length - 1]! ^= 1;
    return Promise.resolve({ certificateDer });
  },
};

for (const [reason, replace] of Object.entries(WRONG)) {
  Deno.test(`a certificate ${reason} is not taken`, async () => {
    await using test = await startEngineTest();
    const loginId = await test.addUser();
    replaceAnswer(test, replace);
    const engine = test.open();
    const attempt = await engine.begin({ operation: "issue", loginId });
    await attempt.answer({ password: "password" });
    const error = await assertRejects(() => attempt.acquire(), AppError);
    assertEquals([error.key, error.values.reason], ["issuance/answer-distrusted", reason]);
    assertEquals(attempt.outcome(), { ok: false, error });
    assertEquals(await test.keystore.list(), []);
    assertEquals(test.journalFiles(), []);

    // The real authority's own is taken afterwards.
    test.setNetwork();
    const next = await engine.begin({ operation: "issue", loginId });
    await next.answer({ password: "password" });
    await next.acquire();
    assertEquals((await engine.list()).length, 1);
  });
}
