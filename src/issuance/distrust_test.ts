import { assertEquals, assertRejects } from "@std/assert";
import {
  clientExtensions,
  createTestCa,
  type TestCertificateRequest,
  testSubject,
} from "../../tests/support/test_ca.ts";
import { AppError } from "../errors.ts";
import type { Bytes } from "../pki/bytes.ts";
import { parseCertificate } from "../pki/certificate.ts";
import { basicConstraints, extendedKeyUsage, keyUsage } from "../pki/extensions.ts";
import { generateKeyPair } from "../pki/keys.ts";
import { type AnswerToCheck, checkAnswer, trustedTime } from "./distrust.ts";

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const now = new Date("2030-06-01T12:00:00Z");

const ca = await createTestCa({ at: now });
const keyPair = await generateKeyPair("p256");
const subjectDer = testSubject({ loginId: "hanako.yamada" });
const { spkiDer } = keyPair;

/** An answer as it should be, but for what a test changes. */
async function answer(
  certificate: Partial<TestCertificateRequest> = {},
  change: Partial<AnswerToCheck> = {},
): Promise<AnswerToCheck> {
  const certificateDer = await ca.issue({ subjectDer, spkiDer, ...certificate });
  return {
    certificateDer,
    serial: parseCertificate(certificateDer).serialHex,
    chainDer: [ca.issuingDer, ca.rootDer],
    spkiDer,
    subjectDer,
    trustAnchorsDer: [ca.rootDer],
    now,
    ...change,
  };
}

async function distrusts(reason: string, answer: AnswerToCheck): Promise<void> {
  const error = await assertRejects(() => checkAnswer(answer), AppError);
  assertEquals(error.key, "issuance/answer-distrusted", String(error));
  assertEquals(error.values.reason, reason);
}

function extensions(replace: { kind: "constraints" | "usage" | "purposes"; by: Bytes | undefined }): Bytes[] {
  const proper = clientExtensions(spkiDer, ca.issuingSpkiDer);
  const index = ["constraints", "usage", "purposes"].indexOf(replace.kind);
  return proper.flatMap((extension, i) =>
    i !== index ? [extension] : replace.by === undefined ? [] : [replace.by]
  );
}

Deno.test("checkAnswer() accepts a proper certificate and gives its verified chain", async () => {
  assertEquals(await checkAnswer(await answer()), [ca.issuingDer, ca.rootDer]);
});

Deno.test("checkAnswer() needs no root in the answer", async () => {
  assertEquals((await checkAnswer(await answer({}, { chainDer: [ca.issuingDer] }))).length, 2);
});

Deno.test("checkAnswer() distrusts another key", async () => {
  const other = await generateKeyPair("p256");
  await distrusts("for another key", await answer({ spkiDer: other.spkiDer }));
});

Deno.test("checkAnswer() distrusts another subject", async () => {
  await distrusts("for another subject", await answer({ subjectDer: testSubject({ loginId: "taro.sato" }) }));
});

Deno.test("checkAnswer() distrusts another serial number than announced", async () => {
  await distrusts("another serial number than announced", await answer({}, { serial: "01" }));
});

Deno.test("checkAnswer() distrusts a CA certificate", async () => {
  const asCa = extensions({ kind: "constraints", by: basicConstraints(true) });
  await distrusts("not marked as an end-entity certificate", await answer({ extensions: asCa }));
});

Deno.test("checkAnswer() distrusts every purpose but client authentication alone", async () => {
  const reason = "not for client authentication alone";
  for (const purposes of [["serverAuth"], ["clientAuth", "serverAuth"]] as const) {
    const changed = extensions({ kind: "purposes", by: extendedKeyUsage(purposes) });
    await distrusts(reason, await answer({ extensions: changed }));
  }
  await distrusts(reason, await answer({ extensions: extensions({ kind: "purposes", by: undefined }) }));
});

Deno.test("checkAnswer() distrusts a key usage without signatures", async () => {
  for (const by of [keyUsage(["keyEncipherment"]), undefined]) {
    await distrusts("not for signatures", await answer({ extensions: extensions({ kind: "usage", by }) }));
  }
});

Deno.test("checkAnswer() distrusts dates that cannot be", async () => {
  const at = (ms: number) => new Date(now.getTime() + ms);
  await distrusts("valid for too long", await answer({ notAfter: at(800 * DAY_MS) }));
  await distrusts(
    "not yet valid by this PC's clock",
    await answer({ notBefore: at(25 * HOUR_MS), notAfter: at(300 * DAY_MS) }),
  );
  await distrusts(
    "expired by this PC's clock",
    await answer({ notBefore: at(-2 * DAY_MS), notAfter: at(-1000) }),
  );
});

Deno.test("checkAnswer() accepts a certificate that this PC's slow clock calls future", async () => {
  const future = {
    notBefore: new Date(now.getTime() + 23 * HOUR_MS),
    notAfter: new Date(now.getTime() + 300 * DAY_MS),
  };
  await checkAnswer(await answer(future));
});

Deno.test("checkAnswer() distrusts a chain to anybody else", async () => {
  const foreign = await createTestCa({ at: now, name: "Test" });
  const reason = "signature not by its issuer";
  const byForeign = await foreign.issue({ subjectDer, spkiDer });
  const serial = parseCertificate(byForeign).serialHex;
  // Even when it brings its own chain, whose names are the same.
  const itsOwn = { certificateDer: byForeign, serial, chainDer: [foreign.issuingDer, foreign.rootDer] };
  await distrusts(reason, await answer({}, itsOwn));
  await distrusts(reason, await answer({}, { certificateDer: byForeign, serial }));
  await distrusts("no issuer found", await answer({}, { chainDer: [] }));
  await distrusts("no trust anchor found", await answer({}, { trustAnchorsDer: [] }));
});

Deno.test("checkAnswer() distrusts a changed signature and garbage", async () => {
  const proper = await answer();
  const changed = proper.certificateDer.slice();
  changed[changed.length - 1]! ^= 1;
  await distrusts("signature not by its issuer", { ...proper, certificateDer: changed });
  for (const certificateDer of [new Uint8Array(), crypto.getRandomValues(new Uint8Array(300))]) {
    await distrusts("not a readable certificate", { ...proper, certificateDer });
  }
  await distrusts("not a readable certificate", { ...proper, chainDer: [new Uint8Array(4)] });
});

Deno.test("trustedTime() moves a slow clock on by a day at most, and never back", () => {
  const at = (hours: number) => ({ notBefore: new Date(now.getTime() + hours * HOUR_MS) });
  assertEquals(trustedTime([at(-24), at(-5)], now), now);
  assertEquals(trustedTime([at(-24), at(5)], now), at(5).notBefore);
  assertEquals(trustedTime([at(30)], now), now);
});
