import { assert, assertEquals, assertNotEquals, assertRejects } from "@std/assert";
import { createTestCa, testSubject } from "../../tests/support/test_ca.ts";
import { addTestTokens, createStillClock, randomBytes, testQuestion } from "../authority/testing.ts";
import { AppError, type ErrorKey } from "../errors.ts";
import { hasNssTools } from "../keystore/nss.ts";
import { parseOcraSuite } from "../otp/ocra.ts";
import { totp } from "../otp/totp.ts";
import { parseTransaction, transactionNumber } from "../otp/transaction.ts";
import { fingerprint as fingerprintOf } from "../pki/certificate.ts";
import { generateKeyPair } from "../pki/keys.ts";
import { createPkcs12 } from "../pki/pkcs12.ts";
import type { Attempt, Issuance } from "./mod.ts";
import {
  assertRenewed,
  DUE,
  HANAKO,
  issue,
  PASSWORD,
  renew,
  withDueCertificate,
  wrapKeystore,
} from "./testing_renewal.ts";
import type { EngineTest } from "./testing.ts";

async function failsWith(key: ErrorKey, work: () => Promise<unknown>): Promise<AppError> {
  const error = await assertRejects(work, AppError);
  assertEquals(error.key, key, String(error.cause ?? ""));
  return error;
}

function begin(engine: Issuance, { fingerprint }: { fingerprint: string }): Promise<Attempt> {
  return engine.begin({ operation: "renew", fingerprint });
}

for (const algorithm of ["p256", "rsa-2048"] as const) {
  for (const keystore of ["nss", "file"] as const) {
    const ignore = keystore === "nss" && !hasNssTools();
    Deno.test(
      `a ${algorithm} certificate in the ${keystore} keystore is renewed, and the new one takes its place`,
      { ignore },
      () =>
        withDueCertificate(async (test, old) => {
          const engine = test.open();
          engine.prepareKey();
          const attempt = await begin(engine, old);
          assertEquals([attempt.operation, attempt.loginId], ["renew", HANAKO]);
          assertEquals(attempt.renews?.fingerprint, old.fingerprint);
          assertEquals(attempt.question?.fields.map(({ label }) => label.ja), ["ログインパスワード"]);
          await attempt.answer({ password: PASSWORD });
          assertEquals(attempt.question, undefined);
          const renewed = await attempt.acquire();
          assertEquals(attempt.outcome(), { ok: true, certificate: renewed });
          assertEquals(attempt.progress().map(({ state }) => state), Array(5).fill("done"));
          assertEquals([renewed.loginId, renewed.holder], [old.loginId, old.holder]);
          assertNotEquals(renewed.serial, old.serial);
          await assertRenewed(test, { old, renewed });
        }, { algorithm, keystore }),
    );
  }
}

Deno.test("the old certificate logs in until the authority has confirmed the new one", () =>
  withDueCertificate(async (test, old) => {
    const { login } = test.authority.authority;
    const reached: string[] = [];
    const engine = test.open({
      onState: async (state) => {
        reached.push(state);
        if (state === "CONFIRMED" || reached.filter((other) => other === "INSTALLED").length > 1) return;
        assertEquals((await login.checkSerial(old.serial)).user.loginId, HANAKO, state);
        assert(
          (await test.keystore.list()).some(({ fingerprint }) => fingerprint === old.fingerprint),
          state,
        );
        await test.keystore.sign(old.fingerprint, new Uint8Array([1]));
      },
    });
    await renew(engine, old);
    const states = [
      "KEY_CREATED",
      "CSR_SAVED",
      "SUBMITTED",
      "RECEIVED",
      "INSTALLED",
      "INSTALLED",
      "CONFIRMED",
    ];
    assertEquals(reached, states);
  }));

Deno.test("every step that the authority demands is asked in its order, and a wrong answer may be repeated", () =>
  withDueCertificate(async (test, old) => {
    const { authority: { store }, clock } = test.authority;
    const secret = randomBytes(20);
    const kinds = ["transaction", "otp", "otp-time-sync"] as const;
    await addTestTokens(test.authority, { loginId: HANAKO, kinds, secret });
    const question = await testQuestion("ポチ");
    const steps = ["password", "transaction", "otp", "otp-time-sync", "question"];
    await store.write(async (transaction) => {
      const user = await transaction.findUser(HANAKO);
      await transaction.updateUser({ ...user!, steps, question });
    });
    const attempt = await begin(test.open(), old);
    const asked: (string | undefined)[] = [];
    async function answer(right: Record<string, string>, wrong?: Record<string, string>): Promise<void> {
      asked.push(attempt.question?.kind);
      const same = attempt.question;
      if (wrong !== undefined) await failsWith("registration/wrong-answer", () => attempt.answer(wrong));
      assertEquals(attempt.question, same);
      await attempt.answer(right);
    }
    await answer({ password: PASSWORD });
    const { code } = attempt.question!;
    const { operation, loginId, serial } = parseTransaction(code!);
    assertEquals([operation, loginId, serial], ["renew", HANAKO, old.serial]);
    const suite = parseOcraSuite("OCRA-1:HOTP-SHA256-8:QH64");
    const number = await transactionNumber(secret, suite, code!);
    await answer({ transactionNumber: `${number.slice(0, 4)} ${number.slice(4)}` }, {
      transactionNumber: number.replace(/\d/g, (digit) => `${(Number(digit) + 1) % 10}`),
    });
    const otp = await totp(secret, clock.now(), { digits: 6, periodSeconds: 30 });
    await answer({ oneTimePassword: otp });
    const now = clock.now();
    const [current, next] = await Promise.all(
      [0, 60_000].map((later) =>
        totp(secret, new Date(now.getTime() + later), { digits: 6, periodSeconds: 60 })
      ),
    );
    await answer({ currentPassword: current!, nextPassword: next! }, {
      currentPassword: next!,
      nextPassword: current!,
    });
    assertEquals(attempt.question?.prompt, "ペットの名前は?");
    await answer({ reply: "ぽち" }, { reply: "タマ" });
    assertEquals(asked, steps);
    await assertRenewed(test, { old, renewed: await attempt.acquire() });
  }, { authority: { clock: createStillClock() } }));

Deno.test("wrong digits are refused with their field before anything is sent", () =>
  withDueCertificate(async (test, old) => {
    const kinds = ["transaction", "otp", "otp-time-sync"] as const;
    await addTestTokens(test.authority, { loginId: HANAKO, kinds, secret: randomBytes(20) });
    await setSteps(test, ["password", "otp-time-sync"]);
    const attempt = await begin(test.open(), old);
    await attempt.answer({ password: PASSWORD });
    const sent = test.requests.length;
    const values = { currentPassword: "123456", nextPassword: "12345" };
    const error = await failsWith("input/invalid", () => attempt.answer(values));
    assertEquals([error.field, error.code], ["nextPassword", "G006e"]);
    assertEquals(test.requests.length, sent);
    assertEquals(attempt.question?.kind, "otp-time-sync");
  }));

Deno.test("a one-time password that has been used may be followed by the next one", () =>
  withDueCertificate(async (test, old) => {
    const secret = randomBytes(20);
    const kinds = ["transaction", "otp", "otp-time-sync"] as const;
    await addTestTokens(test.authority, { loginId: HANAKO, kinds, secret });
    await setSteps(test, ["password", "otp"]);
    const engine = test.open();
    const { clock } = test.authority;
    const code = () => totp(secret, clock.now(), { digits: 6, periodSeconds: 30 });
    const first = await begin(engine, old);
    await first.answer({ password: PASSWORD });
    await first.answer({ oneTimePassword: await code() });
    await first.cancel();
    const attempt = await begin(engine, old);
    await attempt.answer({ password: PASSWORD });
    const used = await code();
    await failsWith("registration/code-used", () => attempt.answer({ oneTimePassword: used }));
    assertEquals(attempt.outcome(), undefined);
    clock.advance({ seconds: 30 });
    await attempt.answer({ oneTimePassword: await code() });
    await assertRenewed(test, { old, renewed: await attempt.acquire() });
  }, { authority: { clock: createStillClock() } }));

Deno.test("a token that is not registered is G014e and ends the attempt", () =>
  withDueCertificate(async (test, old) => {
    await setSteps(test, ["password", "otp"]);
    const attempt = await begin(test.open(), old);
    const error = await failsWith(
      "registration/token-not-registered",
      () => attempt.answer({ password: PASSWORD }),
    );
    assertEquals(error.code, "G014e");
    assertEquals(attempt.outcome()?.ok, false);
  }));

Deno.test("too early is the authority's word, with both dates", () =>
  withDueCertificate(async (test, old) => {
    const error = await failsWith("registration/renewal-too-early", () => begin(test.open(), old));
    const from = new Date(old.notAfter.getTime() - 40 * 86_400_000).toISOString();
    assertEquals(error.values, { from, notAfter: old.notAfter.toISOString() });
    assertEquals(old.renewableFrom.toISOString(), from);
  }, { validityDays: 366 }));

Deno.test("the authority says when a certificate is revoked, superseded or unknown to it", () =>
  withDueCertificate(async (test, old) => {
    const { store } = test.authority.authority;
    const refused: [string, ErrorKey][] = [];
    for (const reason of ["superseded", "key-compromise"] as const) {
      const engine = test.open();
      const [held] = await engine.list();
      await store.write((transaction) =>
        transaction.markRevoked(held!.serial, { state: "revoked", at: test.authority.clock.now(), reason })
      );
      const error = await assertRejects(() => begin(engine, held!), AppError);
      refused.push([reason, error.key]);
      await test.keystore.remove(held!.fingerprint);
      await issue(engine);
    }
    assertEquals(refused, [
      ["superseded", "registration/renewal-superseded"],
      ["key-compromise", "registration/renewal-revoked"],
    ]);
    // Another database with the same CA: it has never heard of the certificate.
    const engine = test.open();
    const [held] = await engine.list();
    test.setNetwork((request, send) =>
      send({ ...request, ...(request.body && { body: request.body.replace(held!.serial, "00".repeat(16)) }) })
    );
    await failsWith("registration/renewal-unknown", () => begin(engine, held!));
    assertNotEquals(held?.serial, old.serial);
  }));

Deno.test("an expired certificate is not in the list, and the authority says since when", () =>
  withDueCertificate(async (test, old) => {
    test.authority.clock.advance({ days: DUE + 1 });
    const engine = test.open();
    assertEquals(await engine.list(), []);
    assertEquals((await engine.unlisted()).map(({ fingerprint, why }) => [fingerprint, why]), [
      [old.fingerprint, "expired"],
    ]);
    const sent = test.requests.length;
    const error = await failsWith("registration/renewal-expired", () => begin(engine, old));
    assertEquals(error.values, { notAfter: old.notAfter.toISOString() });
    assertEquals(test.requests.slice(sent), ["GET /api/v1/status", "POST /api/v1/enrolments"]);
  }));

for (const keystore of ["nss", "file"] as const) {
  Deno.test(`an expired certificate is renewed as long as the authority's grace lasts (${keystore})`, {
    ignore: keystore === "nss" && !hasNssTools(),
  }, () =>
    withDueCertificate(async (test, old) => {
      test.authority.clock.advance({ days: DUE + 5 });
      const renewed = await renew(test.open(), old);
      assertEquals((await test.open().list()).map(({ serial }) => serial), [renewed.serial]);
      await assertRenewed(test, { old, renewed });
    }, {
      keystore,
      authority: { config: (config) => ({ ...config, renewal: { ...config.renewal, graceDays: 10 } }) },
    }));
}

Deno.test("an expired certificate whose key is gone is about the key, and no enrolment is asked for", () =>
  withDueCertificate(async (test, old) => {
    await removeKeys(test);
    test.authority.clock.advance({ days: DUE + 1 });
    const engine = test.open();
    assertEquals((await engine.unlisted()).map(({ why }) => why), ["expired"]);
    const sent = test.requests.length;
    await failsWith("keystore/key-missing", () => begin(engine, old));
    assertEquals(test.requests.slice(sent), ["GET /api/v1/status"]);
  }, { keystore: "file" }));

Deno.test("a clock so wrong that no connection comes about is said of an expired certificate, too", () =>
  withDueCertificate(async (test, old) => {
    const now = () => new Date(test.authority.clock.now().getTime() + 400 * 86_400_000);
    const here = now().toISOString();
    test.setNetwork(() => Promise.reject(new AppError("network/certificate-dates", { here })));
    const sent = test.requests.length;
    const error = await failsWith("network/certificate-dates", () => begin(test.open({ now }), old));
    assertEquals(error.values, { here });
    assertEquals(test.requests.slice(sent), ["GET /api/v1/status"], "not tried again");
  }));

Deno.test("a certificate that only a wrong clock calls expired is about the clock", () =>
  withDueCertificate(async (test, old) => {
    const { now } = test.authority.clock;
    for (const days of [DUE + 1, -DUE]) {
      const here = () => new Date(now().getTime() + days * 86_400_000);
      const error = await failsWith("issuance/clock-wrong", () => begin(test.open({ now: here }), old));
      assertEquals(error.values["here"]?.slice(0, 10), here().toISOString().slice(0, 10));
      assertEquals(error.values["there"]?.slice(0, 10), now().toISOString().slice(0, 10));
    }
  }));

Deno.test("a clock that is a day off is noticed before anything is asked, and the enrolment is given up", () =>
  withDueCertificate(async (test, old) => {
    const { now } = test.authority.clock;
    const off = (hours: number) => () => new Date(now().getTime() + hours * 3_600_000);
    for (const hours of [25, -25]) {
      for (
        const request of [
          { operation: "renew", fingerprint: old.fingerprint },
          { operation: "issue", loginId: HANAKO },
        ] as const
      ) {
        await failsWith("issuance/clock-wrong", () => test.open({ now: off(hours) }).begin(request));
        assertEquals(test.requests.at(-1), "DELETE /api/v1/enrolments/…");
      }
    }
    for (const hours of [23, -23]) await (await begin(test.open({ now: off(hours) }), old)).cancel();
  }));

Deno.test("another institution's certificate is not renewed", () =>
  withDueCertificate(async (test) => {
    const ca = await createTestCa();
    const keyPair = await generateKeyPair("p256");
    const subjectDer = testSubject({ loginId: HANAKO });
    const certificateDer = await ca.issue({ subjectDer, spkiDer: keyPair.spkiDer });
    const password = "a-password-for-a-test";
    const bundle = { pkcs8Der: keyPair.pkcs8Der, certificateDer, chainDer: [ca.issuingDer], password };
    const pkcs12Der = await createPkcs12({ ...bundle, friendlyName: "foreign" });
    await test.keystore.import({ pkcs12Der, password, certificateDer, friendlyName: "foreign" });
    const engine = test.open();
    const sent = test.requests.length;
    const fingerprint = fingerprintOf(certificateDer);
    await failsWith("issuance/foreign-certificate", () => begin(engine, { fingerprint }));
    assertEquals([(await engine.list()).length, await engine.unlisted()], [1, []]);
    assertEquals(test.requests.length, sent);
  }));

Deno.test("what is not in the keystore cannot be renewed", () =>
  withDueCertificate(async (test, old) => {
    const sent = test.requests.length;
    for (const fingerprint of ["", "../../etc/passwd", "登録"]) {
      await failsWith("issuance/nothing-to-renew", () => begin(test.open(), { fingerprint }));
    }
    assert(!test.log.text().includes("etc/passwd"));
    await test.keystore.remove(old.fingerprint);
    await failsWith("issuance/nothing-to-renew", () => begin(test.open(), old));
    assertEquals(test.requests.length, sent);
  }));

Deno.test("a certificate that another run of the app has renewed meanwhile is superseded", () =>
  withDueCertificate(async (test, old) => {
    const engine = test.open();
    assertEquals((await engine.list()).map(({ serial }) => serial), [old.serial]);
    const renewed = await renew(test.open(), old);
    await failsWith("registration/renewal-superseded", () => begin(engine, old));
    await assertRenewed(test, { old, renewed });
  }));

Deno.test("a certificate whose key is gone says so, before anything is sent", () =>
  withDueCertificate(async (test, old) => {
    await removeKeys(test);
    const engine = test.open();
    const sent = test.requests.length;
    assertEquals(await engine.list(), []);
    assertEquals((await engine.unlisted()).map(({ serial, why }) => [serial, why]), [[
      old.serial,
      "key-missing",
    ]]);
    const error = await failsWith("keystore/key-missing", () => begin(engine, old));
    assertEquals(error.code, "H506e");
    assertEquals(test.requests.length, sent);
  }, { keystore: "file" }));

Deno.test("a key that does not sign is noticed before the person types, and before anything is sent", () =>
  withDueCertificate(async (test, old) => {
    const sent = test.requests.length;
    const content = new TextEncoder().encode("something else");
    const broken = [
      () => Promise.reject(new AppError("keystore/unusable", { reason: "the key cannot be used" })),
      () => Promise.resolve(new Uint8Array(40)),
      () => test.keystore.sign(old.fingerprint, content),
    ];
    for (const sign of broken) {
      const engine = test.open({ keystore: wrapKeystore(test.keystore, { sign }) });
      const error = await failsWith("keystore/key-unusable", () => begin(engine, old));
      assertEquals(error.code, "H507e");
    }
    const locked = () => Promise.reject(new AppError("keystore/locked", {}));
    const engine = test.open({ keystore: wrapKeystore(test.keystore, { sign: locked }) });
    await failsWith("keystore/locked", () => begin(engine, old));
    assertEquals(test.requests.length, sent);
    await assertRenewed(test, { old, renewed: await renew(test.open(), old) });
  }));

Deno.test("a key that stops signing before the request is made leaves the old certificate as it was", () =>
  withDueCertificate(async (test, old) => {
    let isBroken = false;
    const keystore = wrapKeystore(test.keystore, {
      sign: (fingerprint, content) =>
        isBroken
          ? Promise.reject(new AppError("keystore/unusable", { reason: "the key cannot be used" }))
          : test.keystore.sign(fingerprint, content),
    });
    const engine = test.open({ keystore });
    const attempt = await begin(engine, old);
    await attempt.answer({ password: PASSWORD });
    isBroken = true;
    await failsWith("keystore/key-unusable", () => attempt.acquire());
    assertEquals(attempt.progress().map(({ state }) => state), [
      ...["done", "failed", "waiting", "waiting", "waiting"] as const,
    ]);
    assertEquals(test.journalFiles(), []);
    assertEquals(test.requests.at(-1), "DELETE /api/v1/enrolments/…");
    isBroken = false;
    await assertRenewed(test, { old, renewed: await renew(engine, old) });
  }));

Deno.test("a renewal without a nonce is not gone on with", () =>
  withDueCertificate(async (test, old) => {
    test.setNetwork(async (request, send) => {
      const answer = await send(request);
      if (!request.url.endsWith("/answers")) return answer;
      const said = JSON.parse(new TextDecoder().decode(answer.body));
      delete said.step?.nonce;
      return { ...answer, body: new TextEncoder().encode(JSON.stringify(said)) };
    });
    const attempt = await begin(test.open(), old);
    await failsWith("network/unreadable-answer", () => attempt.answer({ password: PASSWORD }));
    await failsWith("registration/out-of-order", () => attempt.acquire());
  }));

Deno.test("after the renewal the old certificate is superseded, also for a page that still shows it", () =>
  withDueCertificate(async (test, old) => {
    const engine = test.open();
    await renew(engine, old);
    await failsWith("registration/renewal-superseded", () => begin(engine, old));
  }));

Deno.test("the app sends one installation ID, and keeps it", () =>
  withDueCertificate(async (test, old) => {
    const seen = new Set<unknown>();
    test.setNetwork((request, send) => {
      if (request.url.endsWith("/enrolments")) seen.add(JSON.parse(request.body!).client.device);
      return send(request);
    });
    for (let i = 0; i < 2; i++) await (await begin(test.open(), old)).cancel();
    assertEquals(seen.size, 1);
    assert(/^[A-Za-z0-9_-]{22}$/.test(String([...seen][0])));
  }));

Deno.test("no secret of a renewal reaches the log", () =>
  withDueCertificate(async (test, old) => {
    const secrets: string[] = [PASSWORD];
    test.setNetwork(async (request, send) => {
      const token = request.headers.authorization?.replace("Bearer ", "");
      if (token !== undefined) secrets.push(token);
      return await send(request);
    });
    const engine = test.open({
      onState: async () => {
        for (const name of test.journalFiles()) {
          const { pkcs8 } = JSON.parse(await Deno.readTextFile(`${test.stateFolder}/journal/${name}`));
          if (pkcs8) secrets.push(pkcs8);
        }
      },
    });
    const attempt = await begin(engine, old);
    await attempt.answer({ password: PASSWORD });
    await attempt.acquire();
    assert(secrets.length > 4);
    for (const secret of secrets) assert(!test.log.text().includes(secret));
  }));

async function setSteps(test: EngineTest, steps: string[]): Promise<void> {
  await test.authority.authority.store.write(async (transaction) => {
    const user = await transaction.findUser(HANAKO);
    await transaction.updateUser({ ...user!, steps });
  });
}

/** Takes the keys out of a file keystore, and leaves the certificates. */
async function removeKeys(test: EngineTest): Promise<void> {
  for await (const { name } of Deno.readDir(`${test.stateFolder}/keystore`)) {
    if (/^[0-9a-f]{64}\.key$/.test(name)) await Deno.remove(`${test.stateFolder}/keystore/${name}`);
  }
}
