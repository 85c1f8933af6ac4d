import { assert, assertEquals, assertRejects } from "@std/assert";
import type { App } from "../app.ts";
import { AppError } from "../errors.ts";
import type { EngineTest } from "../issuance/testing.ts";
import { HANAKO, PASSWORD, renew as renewByPage, withDueCertificate } from "../issuance/testing_renewal.ts";
import { Output } from "./output.ts";
import { renew } from "./renew.ts";

const DAY_MS = 86_400_000;

/** `--renew --if-due --json` of a new process. @returns What it prints. */
async function renewIfDue(test: EngineTest, now: () => Date = test.authority.clock.now) {
  let text = "";
  const output = new Output({
    json: true,
    language: "en",
    newCorrelationId: () => "c0ffee",
    streams: { out: (bytes) => text += new TextDecoder().decode(bytes), err: () => {} },
  });
  const engine = test.open({ now });
  const app = {
    config: { ifDue: true, passwordFromStdin: false },
    issuance: () => Promise.resolve(engine),
    runningBrowsers: () => Promise.resolve([]),
    now,
  } as unknown as App;
  assertEquals(await renew(app, output), 0);
  return JSON.parse(text);
}

Deno.test("a daily run on a PC with a wrong date says that, and neither that it is too late nor too early", () =>
  withDueCertificate(async (test) => {
    for (const days of [200, -400]) {
      const wrong = () => new Date(test.authority.clock.now().getTime() + days * DAY_MS);
      const error = await assertRejects(() => renewIfDue(test, wrong), AppError);
      assertEquals(error.key, "issuance/clock-wrong", `${days} days`);
    }
  }));

Deno.test("a daily run puts a certificate that has expired to the authority, which says whether it is too late", () =>
  withDueCertificate(async (test, old) => {
    test.authority.clock.advance({ days: 31 });
    const error = await assertRejects(() => renewIfDue(test), AppError);
    assertEquals([error.key, error.values["notAfter"]], [
      "registration/renewal-expired",
      old.notAfter.toISOString(),
    ]);
    assert(test.requests.length > 0);
  }));

Deno.test("a daily run renews a certificate that has expired, where the authority still takes it", () =>
  withDueCertificate(async (test, old) => {
    test.authority.clock.advance({ days: 31 });
    const unasked = await assertRejects(() => renewIfDue(test), AppError);
    assertEquals(unasked.key, "usage/terminal-required");
    Deno.env.set("HAKKO_PASSWORD", PASSWORD); // taken out again by the run
    const { certificate, renewed } = await renewIfDue(test);
    assertEquals([certificate.loginId, renewed], [HANAKO, old.serial]);
  }, {
    authority: {
      config: (config) => ({ ...config, renewal: { ...config.renewal, graceDays: 5 } }),
    },
  }));

Deno.test("a run that first clears up after an earlier one looks again at what there is", () =>
  withDueCertificate(async (test, old) => {
    const { authority: { authority, clock } } = test;
    await authority.store.write(async (t) => {
      const user = await t.findUser(HANAKO);
      assert(user !== undefined);
      await t.updateUser({ ...user, validityDays: null });
    });
    lose(test, "/confirmation");
    const renewed = await renewByPage(test.open(), old);
    // The new certificate logs in: the authority takes that for the confirmation, and the old one counts no more.
    const entry = (await test.keystore.list()).find(({ fingerprint }) => fingerprint === renewed.fingerprint);
    await authority.login.check(entry?.certificateDer, "-");
    clock.advance({ hours: 80 });
    // Which of them counts could not be asked before.
    lose(test, "/enrolments");
    await test.open().resume();
    test.setNetwork();
    const { due, certificate } = await renewIfDue(test);
    assertEquals([due, certificate.serial], [false, renewed.serial]);
  }));

/** Requests to that address get no answer. */
function lose(test: EngineTest, ending: string): void {
  test.setNetwork((request, send) => {
    if (request.url.endsWith(ending)) throw new AppError("authority/busy", {});
    return send(request);
  });
}
