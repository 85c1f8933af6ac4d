import { assert, assertEquals, assertNotEquals, assertRejects } from "@std/assert";
import { AppError, type ErrorKey } from "../errors.ts";
import { hasNssTools } from "../keystore/nss.ts";
import { fingerprint as fingerprintOf, parseCertificate } from "../pki/certificate.ts";
import {
  assertRenewed,
  HANAKO,
  issue,
  PASSWORD,
  renew,
  withDueCertificate,
  wrapKeystore,
} from "./testing_renewal.ts";
import type { HeldCertificate, IssuanceParts } from "./mod.ts";
import { Crash, type EngineTest } from "./testing.ts";

async function failsWith(key: ErrorKey, work: () => Promise<unknown>): Promise<AppError> {
  const error = await assertRejects(work, AppError);
  assertEquals(error.key, key, String(error.cause ?? ""));
  return error;
}

/** Renews with an engine that is gone as soon as a state is on disk. */
async function crashAt(
  test: EngineTest,
  old: HeldCertificate,
  { state, ...parts }: Partial<IssuanceParts> & { state: string },
): Promise<void> {
  const engine = test.open({
    ...parts,
    onState: (reached) => {
      if (reached === state) throw new Crash(state);
    },
  });
  const error = await assertRejects(() => renew(engine, old), AppError);
  assert(error.cause instanceof Crash, String(error.cause));
}

/** The person can log in: with the old certificate or the new one, whose key signs. */
async function assertCanLogIn(test: EngineTest): Promise<void> {
  const { login } = test.authority.authority;
  assertEquals((await test.open().list()).length, 1, "one of the two is listed");
  const results = await Promise.allSettled(
    (await test.keystore.list()).map(async ({ fingerprint, certificateDer }) => {
      await test.keystore.sign(fingerprint, new Uint8Array([1]));
      await login.checkSerial(parseCertificate(certificateDer).serialHex);
    }),
  );
  assert(results.some(({ status }) => status === "fulfilled"), "no certificate logs in");
}

async function readJournal(test: EngineTest): Promise<Record<string, unknown>[]> {
  return await Promise.all(
    test.journalFiles().map(async (name) =>
      JSON.parse(await Deno.readTextFile(`${test.stateFolder}/journal/${name}`))
    ),
  );
}

async function certificates(test: EngineTest): Promise<string[]> {
  const records = await test.authority.authority.store.listCertificates(HANAKO);
  return records.map(({ state }) => state).sort();
}

for (const keystore of ["nss", "file"] as const) {
  const ignore = keystore === "nss" && !hasNssTools();
  for (const state of ["KEY_CREATED", "CSR_SAVED"] as const) {
    Deno.test(`a renewal that crashed at ${state} leaves nothing but the old certificate (${keystore})`, {
      ignore,
    }, () =>
      withDueCertificate(async (test, old) => {
        await crashAt(test, old, { state });
        await assertCanLogIn(test);
        const engine = test.open();
        assertEquals(await engine.resume(), []);
        assertEquals(test.journalFiles(), []);
        assertEquals((await engine.list()).map(({ serial }) => serial), [old.serial]);
        await assertRenewed(test, { old, renewed: await renew(engine, old) });
      }, { keystore }));
  }

  for (const state of ["SUBMITTED", "RECEIVED", "INSTALLED"] as const) {
    Deno.test(`a renewal that crashed at ${state} is finished at the next start (${keystore})`, {
      ignore,
    }, () =>
      withDueCertificate(async (test, old) => {
        await crashAt(test, old, { state });
        await assertCanLogIn(test);
        const engine = test.open();
        assertEquals((await engine.pending()).map(({ operation, state }) => [operation, state]), [
          ["renew", state],
        ]);
        const [renewed, ...others] = await engine.resume();
        assertEquals([renewed?.loginId, others], [HANAKO, []]);
        await assertRenewed(test, { old, renewed: renewed! });
        assertEquals(await certificates(test), ["confirmed", "revoked"]);
        assertEquals(await engine.resume(), []);
      }, { keystore }));
  }
}

Deno.test("crashes at every state of one renewal, one after the other, still make one certificate", () =>
  withDueCertificate(async (test, old) => {
    await crashAt(test, old, { state: "SUBMITTED" });
    for (const state of ["RECEIVED", "INSTALLED"]) {
      const engine = test.open({
        onState: (reached) => {
          if (reached === state) throw new Crash(state);
        },
      });
      await assertRejects(() => engine.resume(), Crash);
      await assertCanLogIn(test);
    }
    assertEquals((await test.open().resume()).length, 1);
    await assertRenewed(test, { old });
    assertEquals(await certificates(test), ["confirmed", "revoked"]);
  }));

Deno.test("a crash between the confirmation and the removal of the old certificate is made good", async (t) => {
  const points = ["before the journal knows", "before the removal", "after the removal"] as const;
  for (const point of points) {
    await t.step(point, () =>
      withDueCertificate(async (test, old) => {
        let installed = 0;
        const crash = new Crash(point);
        const keystore = wrapKeystore(test.keystore, {
          remove: async (fingerprint) => {
            if (point === "after the removal") await test.keystore.remove(fingerprint);
            throw crash;
          },
        });
        const engine = test.open({
          keystore,
          onState: (state) => {
            if (state === "INSTALLED" && ++installed === 2 && point === points[0]) throw crash;
          },
        });
        await renew(engine, old).catch(() => {});
        assertEquals((await readJournal(test)).map(({ isConfirmed }) => isConfirmed), [true]);
        await assertCanLogIn(test);
        // The old one is listed no more, although its key may still be there.
        const next = test.open();
        assert((await next.list()).every(({ serial }) => serial !== old.serial));
        assertEquals([await next.pending(), await next.unlisted()], [[], []]);
        assertEquals(await next.resume(), [], "its person has been told");
        await assertRenewed(test, { old });
      }));
  }
});

Deno.test("an old certificate that cannot be removed is no failure, and goes at a later start", () =>
  withDueCertificate(async (test, old) => {
    const remove = () => Promise.reject(new AppError("keystore/locked", {}));
    const stubborn = wrapKeystore(test.keystore, { remove });
    const engine = test.open({ keystore: stubborn });
    const renewed = await renew(engine, old);
    assertEquals(engine.current()?.outcome()?.ok, true);
    assert(
      test.log.records.some(({ event, level }) =>
        level === "warn" && event === "issuance.renewal-not-cleared"
      ),
    );
    assertEquals((await engine.list()).map(({ serial }) => serial), [renewed.serial]);
    await failsWith(
      "registration/renewal-superseded",
      () => engine.begin({ operation: "renew", fingerprint: old.fingerprint }),
    );
    assertEquals(await test.open({ keystore: stubborn }).resume(), []);
    assertEquals((await test.keystore.list()).length, 2);
    assertEquals(await test.open().resume(), []);
    await assertRenewed(test, { old, renewed });
  }));

Deno.test("a renewal whose end the journal cannot keep is no failure, and is cleared away at a later start", async (t) => {
  for (const point of ["isConfirmed", "CONFIRMED"] as const) {
    await t.step(point, () =>
      withDueCertificate(async (test, old) => {
        const journal = `${test.stateFolder}/journal`;
        let installed = 0;
        const engine = test.open({
          keystore: wrapKeystore(test.keystore, {
            remove: async (fingerprint) => {
              await test.keystore.remove(fingerprint);
              if (point === "CONFIRMED") await blockJournal(journal);
            },
          }),
          onState: async (state) => {
            if (state === "INSTALLED" && ++installed === 1 && point === "isConfirmed") {
              await blockJournal(journal);
            }
          },
        });
        const renewed = await renew(engine, old);
        assertEquals(engine.current()?.outcome(), { ok: true, certificate: renewed });
        assert(test.log.records.some(({ event }) => event === "issuance.renewal-not-cleared"));
        await unblockJournal(journal);
        await test.open().resume();
        await assertRenewed(test, { old, renewed });
      }));
  }
});

Deno.test("a start that was not resumed finishes the renewal before it begins another", () =>
  withDueCertificate(async (test, old) => {
    await crashAt(test, old, { state: "RECEIVED" });
    await failsWith("registration/renewal-superseded", () => renew(test.open(), old));
    await assertRenewed(test, { old });
  }));

Deno.test("a renewal whose answer was lost is fetched again, byte for byte", () =>
  withDueCertificate(async (test, old) => {
    loseAnswers(test, "/csr");
    const engine = test.open();
    await failsWith("authority/busy", () => renew(engine, old));
    assertEquals(await certificates(test), ["confirmed", "unconfirmed"]);
    await assertCanLogIn(test);
    test.setNetwork();
    assertEquals((await engine.resume()).length, 1);
    await assertRenewed(test, { old });
    assertEquals(await certificates(test), ["confirmed", "revoked"]);
  }));

Deno.test("after a lost answer the person may renew again: the same key, a new message, the same certificate", () =>
  withDueCertificate(async (test, old) => {
    loseAnswers(test, "/csr");
    const engine = test.open();
    await failsWith("authority/busy", () => renew(engine, old));
    const [first] = await readJournal(test);
    const sent: string[] = [];
    test.setNetwork((request, send) => {
      if (request.url.endsWith("/csr")) sent.push(JSON.parse(request.body!).signedCsr);
      return send(request);
    });
    const { serial } = await renew(engine, old);
    assertEquals(sent.length, 1);
    assertNotEquals(sent[0], first?.signedCsr, "bound to another enrolment");
    const record = await test.authority.authority.store.findCertificate(serial);
    assertEquals(record?.idempotencyKey, first?.idempotencyKey);
    await assertRenewed(test, { old });
    assertEquals(await certificates(test), ["confirmed", "revoked"]);
  }));

Deno.test("a renewal that is taken up can be cancelled until it is sent, and says what failed", async (t) => {
  for (const end of ["the old key fails", "cancelled"]) {
    await t.step(end, () =>
      withDueCertificate(async (test, old) => {
        await crashAt(test, old, { state: "SUBMITTED" });
        test.authority.clock.advance({ minutes: 11 });
        let cancelling: Promise<void> | undefined;
        let signed = 0;
        const keystore = wrapKeystore(test.keystore, {
          sign: (fingerprint, content) => {
            // The first is the trial.
            if (++signed === 1) return test.keystore.sign(fingerprint, content);
            if (end === "the old key fails") return Promise.reject(new AppError("keystore/locked", {}));
            cancelling = attempt.cancel();
            return test.keystore.sign(fingerprint, content);
          },
        });
        const engine = test.open({ keystore });
        const attempt = await engine.begin({ operation: "renew", fingerprint: old.fingerprint });
        await attempt.answer({ password: PASSWORD });
        const sent = test.requests.length;
        const key = end === "cancelled" ? "issuance/cancelled" : "keystore/locked";
        await failsWith(key, () => attempt.acquire());
        await cancelling;
        assertEquals(attempt.progress().map(({ state }) => state), [
          ...["done", "failed"],
          ...Array(3).fill("waiting"),
        ]);
        assertEquals(
          test.requests.slice(sent),
          ["DELETE /api/v1/enrolments/…"],
          "given up, and nothing sent",
        );
        assertEquals((await readJournal(test)).map(({ state }) => state), ["SUBMITTED"]);
        await assertRenewed(test, { old, renewed: await renew(test.open(), old) });
      }));
  }
});

Deno.test("a renewal whose enrolment ran out before it was sent waits for its person, and keeps its key", () =>
  withDueCertificate(async (test, old) => {
    await crashAt(test, old, { state: "SUBMITTED" });
    test.authority.clock.advance({ minutes: 11 });
    const engine = test.open();
    assertEquals(await engine.resume(), []);
    const pending = await engine.pending();
    assertEquals(pending.map(({ operation, needsAuthentication }) => [operation, needsAuthentication]), [
      ["renew", true],
    ]);
    const [waiting] = await readJournal(test);
    const { serial } = await renew(engine, old);
    const record = await test.authority.authority.store.findCertificate(serial);
    assertEquals(record?.idempotencyKey, waiting?.idempotencyKey);
    await assertRenewed(test, { old });
  }));

Deno.test("a confirmation that gets lost is no failure: the new certificate is listed, the old one stays till later", () =>
  withDueCertificate(async (test, old) => {
    loseRequests(test, "/confirmation");
    const engine = test.open();
    const renewed = await renew(engine, old);
    assertEquals(engine.current()?.outcome(), { ok: true, certificate: renewed });
    assertEquals((await engine.list()).map(({ serial }) => serial), [renewed.serial]);
    assertEquals((await test.keystore.list()).length, 2);
    await assertCanLogIn(test);
    assertEquals(await test.open().resume(), []);
    test.setNetwork();
    assertEquals((await test.open().resume()).map(({ serial }) => serial), [renewed.serial]);
    await assertRenewed(test, { old, renewed });
  }));

Deno.test("a renewal that its first login confirmed is settled without a person, though its enrolment is gone", () =>
  withDueCertificate(async (test, old) => {
    const renewed = await confirmByLogin(test, old);
    assertEquals(await test.open().resume(), []);
    await assertRenewed(test, { old, renewed });
  }));

Deno.test("a new certificate that its first login confirmed after the old one had expired stays", () =>
  withDueCertificate(async (test, old) => {
    await setValidityDays(test, null);
    const renewed = await confirmByLogin(test, old, { afterHours: 50 });
    await test.open().resume();
    await assertRenewed(test, { old, renewed });
  }, { validityDays: 2 }));

Deno.test("a new certificate whose old one was revoked by itself stays, and one day nothing more is asked", () =>
  withDueCertificate(async (test, old) => {
    const { store } = test.authority.authority;
    await setValidityDays(test, null);
    const renewed = await confirmByLogin(test, old, {
      before: () =>
        store.write((transaction) =>
          transaction.markRevoked(old.serial, { state: "revoked", at: new Date(), reason: "unspecified" })
        ),
    });
    const held = (await test.keystore.list()).length;
    await test.open().resume();
    assertEquals(test.journalFiles().length, 1, "for all that can be known, it may still be given up");
    test.authority.clock.advance({ days: 5 });
    await test.open().resume();
    assertEquals(test.journalFiles(), []);
    const asked = test.requests.length;
    await test.open().resume();
    assertEquals(test.requests.length, asked);
    assertEquals((await test.keystore.list()).length, held);
    assert((await test.open().list()).some(({ serial }) => serial === renewed.serial));
    await assertCanLogInWith(test, renewed);
  }));

Deno.test("an old certificate that the authority calls superseded goes at once, when another renewal is tried", () =>
  withDueCertificate(async (test, old) => {
    const renewed = await confirmByLogin(test, old);
    const engine = test.open();
    loseRequests(test, "/enrolments");
    await engine.resume();
    test.setNetwork();
    assertEquals((await engine.list()).map(({ serial }) => serial), [old.serial]);
    await failsWith(
      "registration/renewal-superseded",
      () => engine.begin({ operation: "renew", fingerprint: old.fingerprint }),
    );
    await assertRenewed(test, { old, renewed });
  }));

Deno.test("a new certificate that the authority gave up is not listed, and the old one can be renewed again", () =>
  withDueCertificate(async (test, old) => {
    const dead = await giveUp(test, old);
    const engine = test.open();
    assertEquals(await engine.resume(), []);
    assertEquals((await engine.list()).map(({ serial }) => serial), [old.serial]);
    assertEquals(await engine.pending(), []);
    await assertCanLogIn(test);
    const renewed = await renew(engine, old);
    assertNotEquals(renewed.serial, dead.serial);
    await assertRenewed(test, { old, renewed });
    assertEquals(await certificates(test), ["abandoned", "confirmed", "revoked"]);
  }));

Deno.test("a new certificate that was given up goes at a crash of its successor, too", async (t) => {
  for (const state of ["SUBMITTED", "RECEIVED", "INSTALLED"]) {
    await t.step(state, () =>
      withDueCertificate(async (test, old) => {
        await giveUp(test, old);
        loseRequests(test, "/enrolments");
        await test.open().resume();
        loseRequests(test, "/enrolments", { times: 1 });
        await crashAt(test, old, { state });
        await assertCanLogIn(test);
        assertEquals((await test.open().resume()).length, 1);
        await assertRenewed(test, { old });
      }));
  }
});

Deno.test("a new certificate that was given up is removed at the next start, and nothing more is asked", () =>
  withDueCertificate(async (test, old) => {
    await giveUp(test, old);
    await test.open().resume();
    assertEquals((await test.keystore.list()).map(({ fingerprint }) => fingerprint), [old.fingerprint]);
    assertEquals(test.journalFiles(), []);
    const asked = test.requests.length;
    const engine = test.open();
    await engine.resume();
    assertEquals(test.requests.length, asked);
    await assertRenewed(test, { old, renewed: await renew(engine, old) });
  }));

Deno.test("a new certificate that was given up after the old one's own end is removed, and not listed", async (t) => {
  for (const end of ["expired", "revoked"]) {
    await t.step(end, () =>
      withDueCertificate(async (test, old) => {
        await setValidityDays(test, null);
        const dead = await giveUp(test, old, { endOld: end === "revoked" });
        const engine = test.open();
        await engine.resume();
        assert((await engine.list()).every(({ serial }) => serial !== dead.serial));
        assertEquals((await test.keystore.list()).map(({ fingerprint }) => fingerprint), [old.fingerprint]);
        assertEquals(test.journalFiles(), []);
      }, { validityDays: end === "expired" ? 2 : 30 }));
  }
});

Deno.test("the clock set back between two renewals whose confirmations got lost costs no certificate", async (t) => {
  const cases = ["none is confirmed", "the later one is confirmed", "and that comes out at a third"] as const;
  for (const name of cases) {
    const isConfirmed = name !== "none is confirmed";
    await t.step(name, () =>
      withDueCertificate(async (test, old) => {
        const { clock, authority: { sweep } } = test.authority;
        const ahead = () => new Date(clock.now().getTime() + 20 * 3_600_000);
        loseRequests(test, "/confirmation");
        const first = await renew(test.open({ now: ahead }), old);
        // Its enrolment has run out, but the authority has not given it up yet.
        clock.advance({ hours: 9 });
        test.setNetwork();
        await test.open({ now: ahead }).resume();
        assertEquals((await test.keystore.list()).length, 2);
        loseRequests(test, "/confirmation");
        const second = await renew(test.open(), old);
        assertNotEquals(second.serial, first.serial);
        if (isConfirmed) await assertCanLogInWith(test, second);
        clock.advance({ hours: 9 });
        await sweep();
        const engine = test.open();
        if (name === "and that comes out at a third") {
          loseRequests(test, "/enrolments");
          await engine.resume();
          test.setNetwork();
          const { fingerprint } = old;
          await failsWith(
            "registration/renewal-superseded",
            () => engine.begin({ operation: "renew", fingerprint }),
          );
        }
        test.setNetwork();
        for (let start = 0; start < 2; start++) await engine.resume();
        await assertCanLogIn(test);
        if (isConfirmed) return await assertRenewed(test, { old, renewed: second });
        assertEquals((await engine.list()).map(({ serial }) => serial), [old.serial]);
        await assertRenewed(test, { old, renewed: await renew(engine, old) });
      }, {
        authority: {
          config: (config) => ({
            ...config,
            registration: { ...config.registration, confirmWithinHours: 8 },
          }),
        },
      }));
  }
});

Deno.test("a new certificate that the authority has not given up yet stays, and so does the old one", () =>
  withDueCertificate(async (test, old) => {
    loseRequests(test, "/confirmation");
    const renewed = await renew(test.open(), old);
    test.authority.clock.advance({ hours: 80 });
    test.setNetwork();
    // No sweep yet, however late it is by this PC's clock.
    const late = () => new Date(test.authority.clock.now().getTime() + 20 * 86_400_000);
    for (const now of [test.authority.clock.now, late]) await test.open({ now }).resume();
    assertEquals((await test.keystore.list()).length, 2);
    // Then its first login confirms it.
    await assertCanLogInWith(test, renewed);
    await test.open().resume();
    await assertRenewed(test, { old, renewed });
  }));

Deno.test("a new certificate that comes into the keystore long after it was given up does not stay there", () =>
  withDueCertificate(async (test, old) => {
    await crashAt(test, old, { state: "RECEIVED" });
    test.authority.clock.advance({ days: 8 });
    await test.authority.authority.sweep();
    const engine = test.open();
    assertEquals(await engine.resume(), []);
    assertEquals((await test.keystore.list()).map(({ fingerprint }) => fingerprint), [old.fingerprint]);
    assertEquals(test.journalFiles(), []);
    await assertRenewed(test, { old, renewed: await renew(engine, old) });
  }));

Deno.test("as long as the authority cannot be asked, both certificates stay", () =>
  withDueCertificate(async (test, old) => {
    await giveUp(test, old);
    test.authority.clock.advance({ days: 10 });
    loseRequests(test, "/enrolments");
    for (let start = 0; start < 2; start++) await test.open().resume();
    assertEquals((await test.keystore.list()).length, 2);
    await assertCanLogIn(test);
  }));

Deno.test("a renewal that was revoked before it was confirmed goes, and the old certificate stays", () =>
  withDueCertificate(async (test, old) => {
    await crashAt(test, old, { state: "INSTALLED" });
    const { store } = test.authority.authority;
    const fresh = (await store.listCertificates(HANAKO)).find(({ state }) => state === "unconfirmed");
    await store.write((transaction) =>
      transaction.markRevoked(fresh!.serial, { state: "revoked", at: new Date(), reason: "unspecified" })
    );
    const engine = test.open();
    assertEquals(await engine.resume(), []);
    assertEquals((await test.keystore.list()).map(({ fingerprint }) => fingerprint), [old.fingerprint]);
    assertEquals(test.journalFiles(), []);
    await assertRenewed(test, { old, renewed: await renew(engine, old) });
  }));

Deno.test("a new certificate that was removed by hand does not take the old one with it", () =>
  withDueCertificate(async (test, old) => {
    await crashAt(test, old, { state: "INSTALLED" });
    const fresh = (await test.keystore.list()).find(({ fingerprint }) => fingerprint !== old.fingerprint);
    await test.keystore.remove(fresh!.fingerprint);
    const engine = test.open();
    assertEquals((await engine.list()).map(({ serial }) => serial), [old.serial]);
    assertEquals(await engine.resume(), []);
    assertEquals(test.journalFiles(), []);
    await assertRenewed(test, { old, renewed: await renew(engine, old) });
  }));

Deno.test("a renewal's answer is distrusted like any other, and the old certificate stays", () =>
  withDueCertificate(async (test, old) => {
    const { certificateDer } = (await test.keystore.list())[0]!;
    test.setNetwork(async (request, send) => {
      const answer = await send(request);
      if (!request.url.endsWith("/csr")) return answer;
      const said = JSON.parse(new TextDecoder().decode(answer.body));
      said.certificate = certificateDer.toBase64();
      return { ...answer, body: new TextEncoder().encode(JSON.stringify(said)) };
    });
    const error = await failsWith("issuance/answer-distrusted", () => renew(test.open(), old));
    assertEquals(error.values["reason"], "for another key");
    assertEquals((await test.keystore.list()).map((entry) => fingerprintOf(entry.certificateDer)), [
      old.fingerprint,
    ]);
    assertEquals(test.journalFiles(), []);
    test.setNetwork();
    await assertRenewed(test, { old, renewed: await renew(test.open(), old) });
  }));

Deno.test("an issue does not take up what a renewal left", () =>
  withDueCertificate(async (test, old) => {
    await crashAt(test, old, { state: "SUBMITTED" });
    loseRequests(test, "/csr");
    const engine = test.open();
    await failsWith("registration/already-issued", () => issue(engine));
    assertEquals((await readJournal(test)).map(({ operation, state }) => [operation, state]), [
      ["renew", "SUBMITTED"],
    ]);
    test.setNetwork();
    await engine.resume();
    await assertRenewed(test, { old });
  }));

/** Gets a new certificate into the keystore that the authority then gives up. */
async function giveUp(
  test: EngineTest,
  old: HeldCertificate,
  { endOld = false } = {},
): Promise<HeldCertificate> {
  const { store, sweep } = test.authority.authority;
  loseRequests(test, "/confirmation");
  const dead = await renew(test.open(), old);
  if (endOld) {
    await store.write((transaction) =>
      transaction.markRevoked(old.serial, { state: "revoked", at: new Date(), reason: "unspecified" })
    );
  }
  test.authority.clock.advance({ hours: 80 });
  await sweep();
  test.setNetwork();
  return dead;
}

/** Certificates to come are valid for so many days; `null` for the authority's own validity. */
async function setValidityDays(test: EngineTest, validityDays: number | null): Promise<void> {
  await test.authority.authority.store.write(async (transaction) => {
    const user = await transaction.findUser(HANAKO);
    await transaction.updateUser({ ...user!, validityDays });
  });
}

/** Nothing can be written to the journal or taken out of it, as on a full or broken disk. */
async function blockJournal(folder: string): Promise<void> {
  await Deno.rename(folder, `${folder}.aside`);
  await Deno.writeTextFile(folder, "");
}

async function unblockJournal(folder: string): Promise<void> {
  await Deno.remove(folder);
  await Deno.rename(`${folder}.aside`, folder);
}

/** Gets a new certificate into the keystore that its first login confirms, unseen by the app. */
async function confirmByLogin(
  test: EngineTest,
  old: HeldCertificate,
  { afterHours = 0, before }: { afterHours?: number; before?: () => Promise<void> } = {},
): Promise<HeldCertificate> {
  loseRequests(test, "/confirmation");
  const renewed = await renew(test.open(), old);
  await before?.();
  test.authority.clock.advance({ hours: afterHours });
  await assertCanLogInWith(test, renewed);
  test.authority.clock.advance({ hours: 80 - afterHours });
  await test.authority.authority.sweep();
  test.setNetwork();
  return renewed;
}

async function assertCanLogInWith(test: EngineTest, { fingerprint }: HeldCertificate): Promise<void> {
  const entry = (await test.keystore.list()).find((entry) => entry.fingerprint === fingerprint);
  const { user } = await test.authority.authority.login.check(entry?.certificateDer, "-");
  assertEquals(user.loginId, HANAKO);
}

function loseRequests(test: EngineTest, ending: string, { times = Infinity } = {}): void {
  test.setNetwork((request, send) => {
    if (request.url.endsWith(ending) && times-- > 0) throw new AppError("authority/busy", {});
    return send(request);
  });
}

function loseAnswers(test: EngineTest, ending: string): void {
  test.setNetwork(async (request, send) => {
    const answer = await send(request);
    if (request.url.endsWith(ending)) throw new AppError("authority/busy", {});
    return answer;
  });
}
