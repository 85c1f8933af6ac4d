import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { AppError } from "../../errors.ts";
import { createPortalApp } from "./portal.tsx";
import { createTestBank, PORTAL } from "./testing/parts.ts";
import { ScriptedTokenRegistration, SHOWN_TOKEN } from "./testing/token_registration.ts";

const START = "/one-time-password";
const CONFIRM = "/one-time-password/confirm";

async function openBank() {
  const registration = new ScriptedTokenRegistration();
  const bank = await createTestBank({ tokenRegistration: registration });
  const app = createPortalApp(bank.parts);
  async function post(path: string, fields: Record<string, string> | string, headers = {}) {
    return await app.request(`${PORTAL}${path}`, {
      method: "POST",
      headers: {
        origin: PORTAL,
        "sec-fetch-site": "same-origin",
        "content-type": "application/x-www-form-urlencoded",
        ...headers,
      },
      body: typeof fields === "string" ? fields : new URLSearchParams(fields).toString(),
    }, { incoming: { socket: { remoteAddress: "192.0.2.7" } } });
  }
  async function get(path: string) {
    return await app.request(`${PORTAL}${path}`);
  }
  return { ...bank, registration, app, post, get };
}

Deno.test("token issue page: from the password to the QR code, the key and the done page", async () => {
  const bank = await openBank();
  assertStringIncludes(await (await bank.get(START)).text(), "<h1>ワンタイムパスワードトークン発行</h1>");
  const shown = await bank.post(START, { loginId: " tanaka01 ", password: "right" });
  const page = await shown.text();
  assertEquals(shown.status, 200);
  assertMatch(page, /<svg class="bank-code" viewBox="0 0 \d+ \d+" role="img" aria-label="二次元コード/);
  assertStringIncludes(page.replace(/<[^>]+>/g, ""), SHOWN_TOKEN.secret);
  assertStringIncludes(page, `name="ticket" value="${SHOWN_TOKEN.ticket}"`);
  assertStringIncludes(page, "2026年11月23日 09:10");
  assertStringIncludes(page, `href="${START}?lang=en"`);
  const done = await bank.post(CONFIRM, { ticket: SHOWN_TOKEN.ticket, oneTimePassword: "１２３ 456" });
  assertEquals([done.status, done.headers.get("location")], [303, "/one-time-password/done"]);
  assertStringIncludes(
    await (await bank.get("/one-time-password/done")).text(),
    "トークンを登録しました。",
  );
  assertEquals(bank.registration.asked, [
    { loginId: "tanaka01", address: "192.0.2.7" },
    { ticket: SHOWN_TOKEN.ticket, oneTimePassword: "123456", address: "192.0.2.7" },
  ]);
});

Deno.test("token issue page: wrong credentials blame both fields and give the password back to nobody", async () => {
  const { post } = await openBank();
  const answer = await post(START, { loginId: "tanaka01", password: "wr0ng-secret" });
  const page = await answer.text();
  assertEquals(answer.status, 401);
  assertStringIncludes(page, "ログインIDまたはログインパスワードが正しくありません。 [H101e]");
  assertEquals(page.match(/aria-invalid="true"/g)?.length, 2);
  assertStringIncludes(page, 'value="tanaka01"');
  assert(!page.includes("wr0ng-secret"));
});

Deno.test("token issue page: what no login ID or password can be is refused before anybody is asked", async () => {
  const { post, registration } = await openBank();
  for (
    const [fields, text] of [
      [{ loginId: "", password: "x" }, "「ログインID」を入力してください。"],
      [{ loginId: "x", password: "" }, "「ログインパスワード」を入力してください。"],
      [{ loginId: "x".repeat(65), password: "x" }, "「ログインID」は64文字以内で入力してください。"],
      [{ loginId: "田中", password: "x" }, "「ログインID」に使用できない文字が含まれています。"],
      [
        { loginId: "x", password: "x".repeat(129) },
        "「ログインパスワード」は128文字以内で入力してください。",
      ],
    ] as const
  ) {
    const answer = await post(START, fields);
    assertEquals(answer.status, 400);
    assertStringIncludes(await answer.text(), text);
  }
  assertEquals(registration.asked, []);
});

Deno.test("token issue page: a wrong code shows the same token again, with the reason at the field", async () => {
  const { post, registration } = await openBank();
  const answer = await post(CONFIRM, { ticket: SHOWN_TOKEN.ticket, oneTimePassword: "000000" });
  const page = await answer.text();
  assertEquals(answer.status, 401);
  assertStringIncludes(page, "[H115e]");
  assertStringIncludes(page, 'aria-describedby="oneTimePassword-error"');
  assertStringIncludes(page, `name="ticket" value="${SHOWN_TOKEN.ticket}"`);
  registration.refusal = new AppError("registration/locked", { until: "2026-11-23T00:30:00Z" });
  const locked = await post(CONFIRM, { ticket: SHOWN_TOKEN.ticket, oneTimePassword: "000000" });
  assertEquals(locked.status, 403);
  const lockedPage = await locked.text();
  assertStringIncludes(lockedPage, "2026年11月23日 09:30以降にもう一度お試しください。");
  assert(!lockedPage.includes(SHOWN_TOKEN.secret.slice(0, 4)), "the token is gone with the attempts");
});

Deno.test("token issue page: a typing error counts as no attempt", async () => {
  const { post, registration } = await openBank();
  for (const oneTimePassword of ["", "12345a", "123", "<script>"]) {
    const answer = await post(CONFIRM, { ticket: SHOWN_TOKEN.ticket, oneTimePassword });
    assertEquals(answer.status, 400);
    assertStringIncludes(await answer.text(), "6桁の数字で入力してください。");
  }
  assert(registration.asked.every((asked) => asked.oneTimePassword === undefined));
});

Deno.test("token issue page: a ticket that ran out leads back to the beginning", async () => {
  const { post, get } = await openBank();
  for (const oneTimePassword of ["123456", "abc"]) {
    const answer = await post(CONFIRM, { ticket: "old", oneTimePassword });
    assertEquals(answer.status, 410);
    const page = await answer.text();
    assertStringIncludes(page, "最初からもう一度操作してください。");
    assertStringIncludes(page, `action="${START}"`);
  }
  const reopened = await get(CONFIRM);
  assertEquals([reopened.status, reopened.headers.get("location")], [303, START]);
});

Deno.test("token issue page: refusals come with their own status, and the disabled with the login's words", async () => {
  const { post, registration } = await openBank();
  const credentials = { loginId: "tanaka01", password: "right" };
  registration.refusal = new AppError("registration/token-registered", {});
  assertEquals((await post(START, credentials)).status, 409);
  registration.refusal = new AppError("registration/not-allowed", {});
  assertStringIncludes(await (await post(START, credentials)).text(), "[H208e]");
  registration.refusal = new AppError("authority/busy", {});
  const busy = await post(START, credentials);
  assertEquals([busy.status, busy.headers.get("retry-after")], [503, "60"]);
  assertStringIncludes(await busy.text(), `action="${START}"`);
  registration.refusal = new Error("the disk is full");
  const failed = await post(START, credentials);
  assertEquals(failed.status, 500);
  assert(!(await failed.text()).includes("disk"));
});

Deno.test("token issue page: a form that was not sent by one of our own pages is refused", async () => {
  const { post, registration } = await openBank();
  for (const path of [START, CONFIRM]) {
    for (const headers of [{ origin: "https://127.0.0.1:1" }, { "sec-fetch-site": "same-site" }]) {
      const fields = { loginId: "tanaka01", password: "right", ticket: "x", oneTimePassword: "123456" };
      assertEquals((await post(path, fields, headers)).status, 403);
    }
  }
  assertEquals(registration.asked, []);
});

Deno.test("token issue page: a body that no browser makes of the form is refused", async () => {
  const { post, registration } = await openBank();
  for (
    const [body, headers, status] of [
      ["loginId=a", {}, 400],
      ["loginId=a&loginId=b&password=c", {}, 400],
      ["loginId=a&password=c", { "content-type": "text/plain" }, 400],
      [`loginId=a&password=${"c".repeat(9000)}`, {}, 413],
    ] as const
  ) {
    assertEquals((await post(START, body, headers)).status, status);
  }
  assertEquals(registration.asked, []);
});

Deno.test("token issue page: no secret in the log, an address or a cookie", async () => {
  const { post, log } = await openBank();
  const answers = [
    await post(START, { loginId: "tanaka01", password: "right" }),
    await post(START, { loginId: "tanaka01", password: "wr0ng-secret" }),
    await post(CONFIRM, { ticket: SHOWN_TOKEN.ticket, oneTimePassword: "000000" }),
    await post(CONFIRM, { ticket: SHOWN_TOKEN.ticket, oneTimePassword: "123456" }),
  ];
  const text = log.text() + answers.map(({ headers }) => JSON.stringify([...headers])).join();
  for (const secret of [SHOWN_TOKEN.ticket, SHOWN_TOKEN.secret, "wr0ng-secret", "123456", "otpauth"]) {
    assert(!text.includes(secret), secret);
  }
  assertStringIncludes(log.text(), "bank/token-registered");
  for (const { headers } of answers) assertEquals(headers.get("cache-control"), "no-store");
});

Deno.test("token issue page: linked from the portal where it is, and nowhere where it is not", async () => {
  const { get } = await openBank();
  assertStringIncludes(await (await get("/")).text(), `href="${START}"`);
  const without = createPortalApp((await createTestBank()).parts);
  assert(!(await (await without.request(`${PORTAL}/`)).text()).includes(START));
  assertEquals((await without.request(`${PORTAL}${START}`)).status, 404);
});
