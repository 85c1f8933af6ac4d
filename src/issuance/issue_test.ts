import { assert, assertEquals, assertNotEquals, assertRejects, assertStrictEquals } from "@std/assert";
import { setMaintenance } from "../authority/maintenance.ts";
import { AppError, type ErrorKey } from "../errors.ts";
import { hasNssTools } from "../keystore/nss.ts";
import { UnsupportedKeystore } from "../keystore/unsupported.ts";
import type { Attempt, Issuance } from "./mod.ts";
import { type EngineTest, type EngineTestOptions, startEngineTest } from "./testing.ts";

const PASSWORD = "correct horse 電池";
const HANAKO = "hanako.yamada";

async function withEngine(
  run: (test: EngineTest, engine: Issuance) => Promise<void>,
  options: EngineTestOptions = {},
): Promise<void> {
  await using test = await startEngineTest(options);
  await test.addUser({ password: PASSWORD });
  await run(test, test.open());
}

async function failsWith(key: ErrorKey, work: () => Promise<unknown>): Promise<AppError> {
  const error = await assertRejects(work, AppError);
  assertEquals(error.key, key, String(error.cause ?? ""));
  return error;
}

function begin(engine: Issuance, loginId = HANAKO): Promise<Attempt> {
  return engine.begin({ operation: "issue", loginId });
}

async function issue(engine: Issuance, loginId = HANAKO) {
  const attempt = await begin(engine, loginId);
  await attempt.answer({ password: PASSWORD });
  return await attempt.acquire();
}

for (const algorithm of ["p256", "rsa-2048"] as const) {
  for (const keystore of ["nss", "file"] as const) {
    const ignore = keystore === "nss" && !hasNssTools();
    Deno.test(
      `a ${algorithm} certificate is issued into the ${keystore} keystore and can log in`,
      { ignore },
      () =>
        withEngine(async (test, engine) => {
          engine.prepareKey();
          const attempt = await begin(engine);
          assertStrictEquals(engine.current(), attempt);
          assertEquals(attempt.question?.kind, "password");
          assertEquals(attempt.question?.fields[0]?.label.ja, "ログインパスワード");
          assertEquals(attempt.outcome(), undefined);
          await attempt.answer({ password: PASSWORD });
          assertEquals(attempt.question, undefined);
          const certificate = await attempt.acquire();

          assertEquals(attempt.outcome(), { ok: true, certificate });
          assertEquals(attempt.progress().map(({ state }) => state), Array(5).fill("done"));
          assertEquals(certificate.loginId, HANAKO);
          assertEquals(certificate.holder, "山田 花子");
          assertEquals(certificate.storedAt, (await test.keystore.check()).location);
          const { storedAt: _storedAt, ...held } = certificate;
          assertEquals(await engine.list(), [held]);
          assertEquals(test.journalFiles(), []);

          const [entry] = await test.keystore.list();
          const { certificate: record } = await test.authority.authority.login.check(
            entry?.certificateDer,
            "-",
          );
          assertEquals([record.serial, record.state], [certificate.serial, "confirmed"]);
        }, { algorithm, keystore }),
    );
  }
}

Deno.test("no secret reaches the log, and every record of an attempt has its correlation ID", () =>
  withEngine(async (test, engine) => {
    const tokens: string[] = [];
    const keys: string[] = [];
    test.setNetwork(async (request, send) => {
      const token = request.headers.authorization?.replace("Bearer ", "");
      if (token !== undefined) tokens.push(token);
      return await send(request);
    });
    const watched = test.open({
      onState: async () => {
        for (const name of test.journalFiles()) {
          keys.push(JSON.parse(await Deno.readTextFile(`${test.stateFolder}/journal/${name}`)).pkcs8 ?? "");
        }
      },
    });
    const attempt = await begin(watched);
    await failsWith("registration/wrong-credentials", () => attempt.answer({ password: "wrong-secret-1" }));
    await attempt.answer({ password: PASSWORD });
    await attempt.acquire();
    assert(tokens.length > 0 && keys.some((key) => key.length > 100));
    const written = test.log.text();
    const secrets = [PASSWORD, "wrong-secret-1", ...tokens, ...keys.filter((key) => key !== "")];
    for (const secret of secrets) assert(!written.includes(secret), secret);
    const issuance = test.log.records.filter(({ event }) => event.startsWith("issuance."));
    assert(issuance.length >= 8);
    for (const { event, fields } of issuance) {
      assertEquals(fields.correlationId, attempt.correlationId, event);
    }
    assertEquals(await engine.pending(), []);
  }));

Deno.test("the journal holds the private key until it works in the keystore, and not longer", () =>
  withEngine(async (test) => {
    const held: Record<string, boolean> = {};
    const engine = test.open({
      onState: async (state) => {
        const [name] = test.journalFiles();
        if (name === undefined) return;
        const path = `${test.stateFolder}/journal/${name}`;
        held[state] = "pkcs8" in JSON.parse(await Deno.readTextFile(path));
        assertEquals((await Deno.stat(path)).mode! & 0o777, 0o600);
      },
    });
    await issue(engine);
    assertEquals(held, {
      KEY_CREATED: true,
      CSR_SAVED: true,
      SUBMITTED: true,
      RECEIVED: true,
      INSTALLED: false,
    });
  }));

Deno.test("a wrong password may be typed again; an unknown login ID looks the same", () =>
  withEngine(async (_test, engine) => {
    const unknown = await begin(engine, "nobody");
    assertEquals(unknown.question?.kind, "password");
    const same = await failsWith(
      "registration/wrong-credentials",
      () => unknown.answer({ password: PASSWORD }),
    );
    const attempt = await begin(engine);
    const error = await failsWith(
      "registration/wrong-credentials",
      () => attempt.answer({ password: "wrong" }),
    );
    assertEquals([error.code, error.message], [same.code, same.message]);
    assertEquals(error.correlationId, attempt.correlationId);
    assertEquals(attempt.question?.kind, "password");
    await attempt.answer({ password: PASSWORD });
    await attempt.acquire();
  }));

Deno.test("wrong input is refused with its field, before anything is sent", () =>
  withEngine(async (test, engine) => {
    for (const loginId of ["", " ", "花子", "x".repeat(65), "a b", "a\n"]) {
      const error = await failsWith("input/invalid", () => begin(engine, loginId));
      assertEquals([error.field, error.code], ["loginId", "G006e"]);
    }
    assertEquals(test.requests, []);
    const attempt = await begin(engine);
    for (const values of [{}, { password: "" }, { password: "x".repeat(129) }]) {
      const error = await failsWith("input/invalid", () => attempt.answer(values));
      assertEquals([error.field, error.correlationId], ["password", attempt.correlationId]);
    }
    assertEquals(test.requests.length, 1);
    await attempt.answer({ password: PASSWORD });
    await attempt.acquire();
  }));

Deno.test("five wrong passwords lock, and end the attempt", () =>
  withEngine(async (_test, engine) => {
    const attempt = await begin(engine);
    let last: AppError | undefined;
    for (let i = 0; i < 6 && last?.key !== "registration/locked"; i++) {
      last = await assertRejects(() => attempt.answer({ password: `wrong ${i}` }), AppError);
    }
    assertEquals(last?.code, "H102e");
    assert(last?.values.until !== undefined);
    assertEquals(attempt.outcome()?.ok, false);
    await failsWith("registration/locked", () => attempt.answer({ password: PASSWORD }));
    await failsWith("registration/locked", () => attempt.acquire());
  }));

Deno.test("a second certificate for one login ID is refused", () =>
  withEngine(async (_test, engine) => {
    await issue(engine);
    const attempt = await begin(engine);
    const error = await failsWith(
      "registration/already-issued",
      () => attempt.answer({ password: PASSWORD }),
    );
    assertEquals(error.code, "H103e");
    assertEquals(attempt.outcome(), { ok: false, error });
    assertEquals((await engine.list()).length, 1);
  }));

Deno.test("an unknown step is G004e, at the beginning and later", () =>
  withEngine(async (test, engine) => {
    await test.addUser({ loginId: "second", password: PASSWORD, steps: ["password", "retina-scan"] });
    // This authority asks for the password first; another one may not.
    test.setNetwork(async (request, send) => {
      const answer = await send(request);
      if (!request.url.endsWith("/enrolments")) return answer;
      const body = new TextDecoder().decode(answer.body).replace('"password"', '"retina-scan"');
      return { ...answer, body: new TextEncoder().encode(body) };
    });
    const error = await failsWith("registration/unsupported-step", () => begin(engine));
    assertEquals(error.code, "G004e");
    assert(test.requests.includes("DELETE /api/v1/enrolments/…"));
    test.setNetwork();
    const attempt = await begin(engine, "second");
    await failsWith("registration/unsupported-step", () => attempt.answer({ password: PASSWORD }));
    assertEquals(attempt.outcome()?.ok, false);
    // Neither keeps anybody else waiting.
    await issue(engine);
  }));

Deno.test("a disabled person is refused", () =>
  withEngine(async (test, engine) => {
    await test.addUser({ loginId: "taro", password: PASSWORD, isDisabled: true });
    const attempt = await begin(engine, "taro");
    await failsWith("registration/not-allowed", () => attempt.answer({ password: PASSWORD }));
  }));

Deno.test("an authority that is down is G008e, one in maintenance G005e with its words", () =>
  withEngine(async (test, engine) => {
    const { store } = test.authority.authority;
    await setMaintenance(store, { message: "朝7時まで", at: new Date() });
    const maintenance = await failsWith("authority/unavailable", () => begin(engine));
    assertEquals([maintenance.code, maintenance.detail], ["G005e", "朝7時まで"]);
    await setMaintenance(store, { message: undefined, at: new Date() });
    test.setNetwork((request, send) => send({ ...request, url: request.url.replace(/:\d+\//, ":9/") }));
    assertEquals((await failsWith("authority/busy", () => begin(engine))).code, "G008e");
    test.setNetwork();
    await issue(engine);
  }));

Deno.test("a keystore that cannot be used is noticed before the authority is asked", () =>
  withEngine(async (test) => {
    const engine = test.open({ keystore: new UnsupportedKeystore("test") });
    await failsWith("keystore/unsupported", () => begin(engine));
    assertEquals(test.requests, []);
  }));

Deno.test("a keystore that was unusable when the page opened may be mended before the click", () =>
  withEngine(async (test) => {
    const { keystore } = test;
    let checks = 0;
    const engine = test.open({
      keystore: {
        check: () => checks++ === 0 ? Promise.reject(new Error("not yet")) : keystore.check(),
        import: (bundle) => keystore.import(bundle),
        list: () => keystore.list(),
        listWithoutKey: () => keystore.listWithoutKey(),
        sign: (fingerprint, content) => keystore.sign(fingerprint, content),
        remove: (fingerprint) => keystore.remove(fingerprint),
      },
    });
    engine.prepareKey();
    await begin(engine);
    assertEquals(checks, 2);
  }));

Deno.test("thirty parallel clicks are one issuance", () =>
  withEngine(async (test, engine) => {
    const clicks = await Promise.allSettled(Array.from({ length: 30 }, () => issue(engine)));
    const done = clicks.filter(({ status }) => status === "fulfilled");
    assertEquals(done.length, 1);
    for (const click of clicks) {
      if (click.status === "rejected") assertEquals(click.reason.key, "issuance/already-running");
    }
    assertEquals((await engine.list()).length, 1);
    assertEquals(test.requests.filter((request) => request === "POST /api/v1/enrolments").length, 1);
  }));

Deno.test("acquire() is one acquisition however often it is called", () =>
  withEngine(async (test, engine) => {
    const attempt = await begin(engine);
    await failsWith("registration/out-of-order", () => attempt.acquire());
    await attempt.answer({ password: PASSWORD });
    const all = Array.from({ length: 10 }, () => attempt.acquire());
    assertEquals(new Set(all).size, 1);
    await Promise.all(all);
    assertEquals(test.requests.filter((request) => request.endsWith("/csr")).length, 1);
    await failsWith("registration/out-of-order", () => attempt.answer({ password: PASSWORD }));
  }));

Deno.test("an acquisition runs on when nobody waits for it", () =>
  withEngine(async (_test, engine) => {
    const attempt = await begin(engine);
    await attempt.answer({ password: PASSWORD });
    attempt.acquire();
    await engine.current()!.acquire();
    assertEquals((await engine.list()).length, 1);
  }));

Deno.test("another process of the same person waits its turn", () =>
  withEngine(async (test, engine) => {
    const other = test.open();
    const attempt = await begin(engine);
    await failsWith("issuance/already-running", () => begin(other));
    assertEquals(await other.resume(), []);
    await attempt.cancel();
    const next = await begin(other);
    await next.cancel();
  }));

Deno.test("a question that was left open gives way to a new start", () =>
  withEngine(async (_test, engine) => {
    const left = await begin(engine);
    const next = await begin(engine);
    const outcome = left.outcome();
    assert(outcome?.ok === false && outcome.error.key === "issuance/cancelled");
    assertNotEquals(left.correlationId, next.correlationId);
    await next.answer({ password: PASSWORD });
    await next.acquire();
  }));

Deno.test("cancel() at the question ends the enrolment at the authority too", () =>
  withEngine(async (test, engine) => {
    const attempt = await begin(engine);
    await attempt.cancel();
    await attempt.cancel();
    const outcome = attempt.outcome();
    assert(outcome?.ok === false && outcome.error.code === "H304i");
    assertEquals(test.requests.at(-1), "DELETE /api/v1/enrolments/…");
    await failsWith("issuance/cancelled", () => attempt.answer({ password: PASSWORD }));
    await failsWith("issuance/cancelled", () => attempt.acquire());
  }));

Deno.test("cancel() while the key is being stored leaves nothing behind", () =>
  withEngine(async (test) => {
    let cancelling: Promise<void> | undefined;
    const engine: Issuance = test.open({ onState: () => void (cancelling ??= engine.current()?.cancel()) });
    const attempt = await begin(engine);
    await attempt.answer({ password: PASSWORD });
    await failsWith("issuance/cancelled", () => attempt.acquire());
    await cancelling;
    assertEquals(test.journalFiles(), []);
    assert(!test.requests.some((request) => request.endsWith("/csr")));
    await issue(test.open());
  }));

Deno.test("cancel() comes too late once the request is on its way", () =>
  withEngine(async (test) => {
    const refused: string[] = [];
    const engine: Issuance = test.open({
      onState: async (state) => {
        if (state !== "SUBMITTED" && state !== "RECEIVED" && state !== "INSTALLED") return;
        const error = await failsWith("issuance/too-late-to-cancel", async () =>
          await engine.current()?.cancel());
        refused.push(error.code);
      },
    });
    const attempt = await begin(engine);
    await attempt.answer({ password: PASSWORD });
    await attempt.acquire();
    assertEquals(refused, ["H305e", "H305e", "H305e"]);
    await failsWith("issuance/too-late-to-cancel", () =>
      attempt.cancel());
  }));

Deno.test("cancel() while an answer is under way wins", () =>
  withEngine(async (test, engine) => {
    const attempt = await begin(engine);
    const { promise: sent, resolve } = Promise.withResolvers<void>();
    test.setNetwork(async (request, send) => {
      if (request.url.endsWith("/answers")) {
        resolve();
        await new Promise((_, reject) =>
          request.signal?.addEventListener("abort", () => reject(request.signal?.reason))
        );
      }
      return await send(request);
    });
    const answering = failsWith("issuance/cancelled", () => attempt.answer({ password: PASSWORD }));
    await sent;
    await attempt.cancel();
    await answering;
    assertEquals(attempt.outcome()?.ok, false);
  }));
