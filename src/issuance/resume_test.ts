import { assert, assertEquals, assertNotEquals, assertRejects } from "@std/assert";
import { revoke } from "../authority/revocation.ts";
import { AppError, type ErrorKey } from "../errors.ts";
import type { Keystore } from "../keystore/mod.ts";
import { hasNssTools } from "../keystore/nss.ts";
import type { AcquiredCertificate, Issuance, IssuanceParts } from "./mod.ts";
import { Crash, type EngineTest, type EngineTestOptions, startEngineTest } from "./testing.ts";

const PASSWORD = "correct horse 電池";
const HANAKO = "hanako.yamada";

async function withEngine(
  run: (test: EngineTest) => Promise<void>,
  options: EngineTestOptions = {},
): Promise<void> {
  await using test = await startEngineTest(options);
  await test.addUser({ password: PASSWORD });
  await run(test);
}

async function failsWith(key: ErrorKey, work: () => Promise<unknown>): Promise<AppError> {
  const error = await assertRejects(work, AppError);
  assertEquals(error.key, key, String(error.cause ?? ""));
  return error;
}

async function issue(engine: Issuance): Promise<AcquiredCertificate> {
  const attempt = await engine.begin({ operation: "issue", loginId: HANAKO });
  await attempt.answer({ password: PASSWORD });
  return await attempt.acquire();
}

/** Issues with an engine that is gone as soon as a state is on disk. */
async function crashAt(test: EngineTest, state: string, parts: Partial<IssuanceParts> = {}): Promise<void> {
  const engine = test.open({
    ...parts,
    onState: (reached) => {
      if (reached === state) throw new Crash(state);
    },
  });
  const error = await assertRejects(() => issue(engine), AppError);
  assert(error.cause instanceof Crash, String(error.cause));
}

/** The invariants that hold after every fault: one usable certificate, confirmed, its key here, nothing left over. */
async function assertWhole(test: EngineTest, engine: Issuance): Promise<void> {
  const [held, ...more] = await engine.list();
  assert(held !== undefined && more.length === 0, "exactly one certificate is listed");
  assertEquals(test.journalFiles(), []);
  assertEquals(await engine.pending(), []);
  const { store, login } = test.authority.authority;
  const live = await store.findLiveCertificates(HANAKO);
  assertEquals(live.map(({ serial, state }) => [serial, state]), [[held.serial, "confirmed"]]);
  const entry = (await test.keystore.list()).find(({ fingerprint }) => fingerprint === held.fingerprint);
  assertEquals((await login.check(entry?.certificateDer, "-")).user.loginId, HANAKO);
  await test.keystore.sign(held.fingerprint, new Uint8Array([1]));
}

async function serials(test: EngineTest): Promise<number> {
  return (await test.authority.authority.store.listCertificates(HANAKO)).length;
}

for (const keystore of ["nss", "file"] as const) {
  const ignore = keystore === "nss" && !hasNssTools();
  for (const state of ["KEY_CREATED", "CSR_SAVED"] as const) {
    Deno.test(
      `a crash at ${state} leaves nothing behind (${keystore})`,
      { ignore },
      () =>
        withEngine(async (test) => {
          await crashAt(test, state);
          assertEquals(test.journalFiles().length, 1);
          const engine = test.open();
          assertEquals(await engine.resume(), []);
          assertEquals(test.journalFiles(), []);
          assertEquals(await serials(test), 0);
          await issue(engine);
          await assertWhole(test, engine);
        }, { keystore }),
    );
  }

  for (const state of ["SUBMITTED", "RECEIVED", "INSTALLED"] as const) {
    for (const algorithm of ["p256", "rsa-2048"] as const) {
      Deno.test(
        `a crash at ${state} is finished at the next start (${keystore}, ${algorithm})`,
        { ignore },
        () =>
          withEngine(async (test) => {
            await crashAt(test, state);
            const engine = test.open();
            const pending = await engine.pending();
            assertEquals(
              pending.map(({ loginId, state, needsAuthentication }) => [loginId, state, needsAuthentication]),
              [
                [HANAKO, state, false],
              ],
            );
            const acquired = await engine.resume();
            assertEquals(acquired.map(({ loginId }) => loginId), [HANAKO]);
            assertEquals(await serials(test), 1);
            await assertWhole(test, engine);
            assertEquals(await engine.resume(), []);
          }, { keystore, algorithm }),
      );
    }
  }
}

Deno.test("crashes at every state of one acquisition, one after the other, still make one certificate", () =>
  withEngine(async (test) => {
    await crashAt(test, "SUBMITTED");
    for (const state of ["RECEIVED", "INSTALLED"]) {
      const engine = test.open({
        onState: (reached) => {
          if (reached === state) throw new Crash(state);
        },
      });
      await assertRejects(() => engine.resume(), Crash);
    }
    const engine = test.open();
    assertEquals((await engine.resume()).length, 1);
    assertEquals(await serials(test), 1);
    await assertWhole(test, engine);
  }));

Deno.test("a start that was not resumed is resumed by the next begin()", () =>
  withEngine(async (test) => {
    await crashAt(test, "RECEIVED");
    const engine = test.open();
    await failsWith("registration/already-issued", () => issue(engine));
    await assertWhole(test, engine);
  }));

Deno.test("an answer that was lost after the authority had issued is fetched again, byte for byte", () =>
  withEngine(async (test) => {
    let issued = 0;
    test.setNetwork(async (request, send) => {
      const answer = await send(request);
      if (!request.url.endsWith("/csr")) return answer;
      issued++;
      throw new AppError("authority/busy", {});
    });
    const engine = test.open();
    await failsWith("authority/busy", () => issue(engine));
    assertEquals(issued, 3);
    assertEquals(await serials(test), 1);
    assertEquals((await engine.pending()).map(({ state }) => state), ["SUBMITTED"]);
    // Without a crash, by the same engine, when the network is back.
    test.setNetwork();
    assertEquals((await engine.resume()).length, 1);
    assertEquals(await serials(test), 1);
    await assertWhole(test, engine);
  }));

Deno.test("after a lost answer the person may also start again, and gets the certificate that was issued", () =>
  withEngine(async (test) => {
    const engine = test.open();
    test.setNetwork(async (request, send) => {
      const answer = await send(request);
      if (!request.url.endsWith("/csr")) return answer;
      throw new AppError("authority/busy", {});
    });
    await failsWith("authority/busy", () => issue(engine));
    test.setNetwork();
    await issue(engine);
    assertEquals(await serials(test), 1);
    await assertWhole(test, engine);
  }));

Deno.test("an answer that is damaged on the way is asked for again", () =>
  withEngine(async (test) => {
    let damaged = 0;
    test.setNetwork(async (request, send) => {
      const answer = await send(request);
      if (!request.url.endsWith("/csr") || damaged++ > 0) return answer;
      return { ...answer, body: answer.body.slice(0, answer.body.length / 2) };
    });
    const engine = test.open();
    await issue(engine);
    assertEquals(await serials(test), 1);
    await assertWhole(test, engine);
  }));

Deno.test("a request whose enrolment ran out waits for its person, and keeps its key", () =>
  withEngine(async (test) => {
    // Nothing has been sent: the enrolment lives ten minutes.
    await crashAt(test, "SUBMITTED");
    test.authority.clock.advance({ minutes: 11 });
    const engine = test.open();
    assertEquals(await engine.resume(), []);
    assertEquals((await engine.pending()).map(({ needsAuthentication }) => needsAuthentication), [true]);
    const [name] = test.journalFiles();
    const waiting = JSON.parse(await Deno.readTextFile(`${test.stateFolder}/journal/${name}`));
    assert(!("token" in waiting));
    const { serial } = await issue(engine);
    const record = await test.authority.authority.store.findCertificate(serial);
    assertEquals(record?.idempotencyKey, waiting.idempotencyKey);
    await assertWhole(test, engine);
  }));

Deno.test("a request that waited for a week is forgotten", () =>
  withEngine(async (test) => {
    await crashAt(test, "SUBMITTED");
    test.authority.clock.advance({ minutes: 11 });
    await test.open().resume();
    test.authority.clock.advance({ days: 8 });
    assertEquals(await test.open().resume(), []);
    assertEquals(test.journalFiles(), []);
  }));

Deno.test("a key whose certificate was given up is replaced within the same attempt", () =>
  withEngine(async (test) => {
    const engine = test.open();
    test.setNetwork(async (request, send) => {
      const answer = await send(request);
      if (!request.url.endsWith("/csr")) return answer;
      throw new AppError("authority/busy", {});
    });
    await failsWith("authority/busy", () => issue(engine));
    test.setNetwork();
    // Longer than an unconfirmed certificate waits.
    test.authority.clock.advance({ hours: 80 });
    await test.authority.authority.sweep();
    const later = test.open();
    assertEquals(await later.resume(), []);
    await issue(later);
    assertEquals(await serials(test), 2);
    await assertWhole(test, later);
  }));

Deno.test("a confirmation that gets lost is no failure: the next start confirms", () =>
  withEngine(async (test) => {
    test.setNetwork((request, send) => {
      if (request.url.endsWith("/confirmation")) throw new AppError("authority/busy", {});
      return send(request);
    });
    const engine = test.open();
    const certificate = await issue(engine);
    assertEquals(engine.current()?.outcome(), { ok: true, certificate });
    assertEquals((await engine.pending()).map(({ state }) => state), ["INSTALLED"]);
    assert(
      test.log.records.some(({ event, level }) =>
        level === "warn" && event.endsWith("confirmation-deferred")
      ),
    );
    assertEquals(await test.open().resume(), []);
    test.setNetwork();
    const next = test.open();
    assertEquals((await next.resume()).map(({ serial }) => serial), [certificate.serial]);
    await assertWhole(test, next);
  }));

Deno.test("a certificate that its first login confirmed needs nothing more", () =>
  withEngine(async (test) => {
    await crashAt(test, "INSTALLED");
    const [entry] = await test.keystore.list();
    await test.authority.authority.login.check(entry?.certificateDer, "-");
    // The enrolment is long gone when the app starts again.
    test.authority.clock.advance({ hours: 80 });
    await test.authority.authority.sweep();
    const engine = test.open();
    assertEquals(await engine.resume(), []);
    assertEquals(await engine.pending(), []);
    assertEquals((await engine.list()).length, 1);
    // Issuing again by the same person finds the very same certificate.
    const again = await issue(engine);
    assertEquals(await serials(test), 1);
    assertEquals(again.serial, (await engine.list())[0]?.serial);
    await assertWhole(test, engine);
  }));

Deno.test("a certificate that was revoked before it was confirmed is cleared away", () =>
  withEngine(async (test) => {
    await crashAt(test, "INSTALLED");
    const { store } = test.authority.authority;
    await revoke(store, {
      target: { loginId: HANAKO },
      reason: "unspecified",
      actor: "operator",
      at: new Date(),
      correlationId: "-",
    });
    const engine = test.open();
    assertEquals(await engine.resume(), []);
    assertEquals(test.journalFiles(), []);
    assertEquals(await test.keystore.list(), []);
    await issue(engine);
    await assertWhole(test, engine);
  }));

Deno.test("an installed certificate that was given up is replaced when its person starts again", () =>
  withEngine(async (test) => {
    await crashAt(test, "INSTALLED");
    const [old] = await test.keystore.list();
    test.authority.clock.advance({ hours: 80 });
    await test.authority.authority.sweep();
    const engine = test.open();
    await engine.resume();
    await issue(engine);
    const [current, ...more] = await test.keystore.list();
    assertEquals(more, []);
    assertNotEquals(current?.fingerprint, old?.fingerprint);
    await assertWhole(test, engine);
  }));

Deno.test("a certificate that was installed and then removed by hand is forgotten", () =>
  withEngine(async (test) => {
    await crashAt(test, "INSTALLED");
    const [entry] = await test.keystore.list();
    await test.keystore.remove(entry!.fingerprint);
    const engine = test.open();
    assertEquals(await engine.resume(), []);
    assertEquals(test.journalFiles(), []);
    await issue(engine);
    await assertWhole(test, engine);
  }));

/** A keystore whose named call fails as long as a test wants it to. */
function failing(keystore: Keystore, call: "import" | "sign", error: AppError) {
  const state = { fails: true };
  const broken: Keystore = {
    check: () => keystore.check(),
    list: () => keystore.list(),
    listWithoutKey: () => keystore.listWithoutKey(),
    remove: (fingerprint) => keystore.remove(fingerprint),
    import: (bundle) => state.fails && call === "import" ? Promise.reject(error) : keystore.import(bundle),
    sign: (fingerprint, content) =>
      state.fails && call === "sign" ? Promise.reject(error) : keystore.sign(fingerprint, content),
  };
  return { broken, state };
}

Deno.test("a failed import is G001e, and goes on with the same certificate", async (t) => {
  const cases = [
    ["import", new AppError("keystore/import-failed", {})],
    ["sign", new AppError("keystore/unusable", { reason: "the key cannot be used" })],
  ] as const;
  for (const [call, error] of cases) {
    await t.step(call, () =>
      withEngine(async (test) => {
        const { broken, state } = failing(test.keystore, call, error);
        const engine = test.open({ keystore: broken });
        const attempt = await engine.begin({ operation: "issue", loginId: HANAKO });
        await attempt.answer({ password: PASSWORD });
        assertEquals((await failsWith("keystore/import-failed", () => attempt.acquire())).code, "G001e");
        assertEquals(attempt.progress().map(({ state }) => state), [
          "done",
          "done",
          "done",
          "failed",
          "waiting",
        ]);
        assertEquals((await engine.pending()).map(({ state }) => state), ["RECEIVED"]);
        assertEquals(await engine.resume(), []);
        state.fails = false;
        assertEquals((await engine.resume()).length, 1);
        assertEquals(await serials(test), 1);
        await assertWhole(test, engine);
      }));
  }
});

Deno.test("a key that signs anything but what it was given is a failed import", () =>
  withEngine(async (test) => {
    const signsOther: Keystore = {
      check: () => test.keystore.check(),
      list: () => test.keystore.list(),
      listWithoutKey: () => test.keystore.listWithoutKey(),
      remove: (fingerprint) => test.keystore.remove(fingerprint),
      import: (bundle) => test.keystore.import(bundle),
      sign: (fingerprint) => test.keystore.sign(fingerprint, new TextEncoder().encode("something else")),
    };
    await failsWith("keystore/import-failed", () => issue(test.open({ keystore: signsOther })));
    assert(!test.requests.some((request) => request.endsWith("/confirmation")));
    const signsGarbage = { ...signsOther, sign: () => Promise.resolve(new Uint8Array(40)) };
    await failsWith("keystore/import-failed", () => issue(test.open({ keystore: signsGarbage })));
    const engine = test.open();
    await engine.resume();
    await assertWhole(test, engine);
  }));

Deno.test("one entry that cannot go on does not stop the others", () =>
  withEngine(async (test) => {
    await crashAt(test, "RECEIVED");
    const [name] = test.journalFiles();
    const entry = JSON.parse(await Deno.readTextFile(`${test.stateFolder}/journal/${name}`));
    const stuck = {
      ...entry,
      journalId: "f".repeat(32),
      startedAt: "2020-01-01T00:00:00.000Z",
      state: "SUBMITTED",
    };
    for (const field of ["certificate", "chain", "serial"]) delete stuck[field];
    stuck.enrolmentId = "x".repeat(22);
    await Deno.writeTextFile(`${test.stateFolder}/journal/${stuck.journalId}.json`, JSON.stringify(stuck));
    await Deno.writeTextFile(`${test.stateFolder}/journal/damaged.json`, "{");
    const engine = test.open();
    assertEquals((await engine.resume()).length, 1);
    assertEquals((await engine.list()).length, 1);
  }));

Deno.test("what was changed in the journal is not imported", () =>
  withEngine(async (test) => {
    await crashAt(test, "RECEIVED");
    const [name] = test.journalFiles();
    const path = `${test.stateFolder}/journal/${name}`;
    const entry = JSON.parse(await Deno.readTextFile(path));
    await Deno.writeTextFile(path, JSON.stringify({ ...entry, serial: "01" }));
    const engine = test.open();
    assertEquals(await engine.resume(), []);
    assertEquals(await test.keystore.list(), []);
    await issue(engine);
    await assertWhole(test, engine);
  }));
