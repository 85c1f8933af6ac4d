import { assertEquals, assertRejects, assertThrows } from "@std/assert";
import { AppError } from "../../errors.ts";
import type { SecretStore } from "../../platform/secret_store.ts";
import { createProxyAuthenticator } from "./authentication.ts";
import type { Proxy } from "./connect.ts";

const PROXY: Proxy = { kind: "proxy", url: "http://proxy.test:3128", address: "proxy.test:3128" };
const OTHER: Proxy = { kind: "proxy", url: "http://other.test:3128", address: "other.test:3128" };
const SCHEMES = { schemes: ["Basic"] };
const ONE = { username: "keiri", password: "one" };
const TWO = { username: "keiri", password: "two" };

function open(secretStore?: SecretStore) {
  return createProxyAuthenticator({ institution: "2224", secretStore });
}

/** A store in memory that tells what was done with it. */
function createStore(held?: string): SecretStore & { done: string[] } {
  const done: string[] = [];
  return {
    done,
    isAvailable: () => Promise.resolve(true),
    read: () => {
      done.push("read");
      return Promise.resolve(held);
    },
    write: (_name, secret) => Promise.resolve(done.push(`write ${secret}`) > 0),
    remove: () => Promise.resolve(void done.push("remove")),
  };
}

Deno.test("asked() resolves for a challenge that is there, or that comes, and rejects by its signal", async () => {
  const desk = open();
  const before = desk.asked();
  const waiting = desk.replace(PROXY, desk.credentialsFor(PROXY), SCHEMES);
  const challenge = { proxy: "proxy.test:3128", schemes: ["Basic"], isRefused: false };
  assertEquals([await before, await desk.asked(), desk.pending()], [challenge, challenge, challenge]);
  desk.answer(ONE, { keep: false });
  await waiting;
  const controller = new AbortController();
  const asked = desk.asked(controller.signal);
  controller.abort(new Error("enough"));
  await assertRejects(() => asked, Error, "enough");
  await assertRejects(() => desk.asked(controller.signal), Error, "enough");
});

Deno.test("replace() does not ask for what another request has been given meanwhile", async () => {
  const desk = open();
  const old = desk.credentialsFor(PROXY);
  const first = desk.replace(PROXY, old, SCHEMES);
  await desk.asked();
  desk.answer(ONE, { keep: false });
  await first;
  await desk.replace(PROXY, old, SCHEMES);
  assertEquals(desk.pending(), undefined);
  assertEquals(desk.credentialsFor(PROXY).credentials, ONE);
});

Deno.test("one of two waiting requests may leave; with the last one the question is gone", async () => {
  const desk = open();
  const used = desk.credentialsFor(PROXY);
  const leave = [new AbortController(), new AbortController()];
  const waiting = leave.map(({ signal }) => desk.replace(PROXY, used, { ...SCHEMES, signal }));
  for (const each of waiting) each.catch(() => {});
  await desk.asked();
  await new Promise((resolve) => setTimeout(resolve));
  leave[0]!.abort();
  await assertRejects(() => waiting[0]!, DOMException);
  assertEquals(desk.pending()?.proxy, "proxy.test:3128");
  leave[1]!.abort();
  await assertRejects(() => waiting[1]!, DOMException);
  assertEquals(desk.pending(), undefined);
  desk.answer(ONE, { keep: false });
  assertEquals(desk.credentialsFor(PROXY).credentials, undefined);
});

Deno.test("two proxies are asked for one after the other, and cancel() answers both", async () => {
  const desk = open();
  const waiting = [PROXY, OTHER].map((proxy) => desk.replace(proxy, desk.credentialsFor(proxy), SCHEMES));
  for (const each of waiting) each.catch(() => {});
  assertEquals((await desk.asked()).proxy, "proxy.test:3128");
  desk.answer(ONE, { keep: false });
  await waiting[0];
  assertEquals((await desk.asked()).proxy, "other.test:3128");
  assertEquals(desk.credentialsFor(OTHER).credentials, undefined);
  desk.cancel();
  const error = await assertRejects(() => waiting[1]!, AppError);
  assertEquals([error.key, error.values], ["network/proxy-credentials-needed", { proxy: "other.test:3128" }]);
  desk.cancel();
});

Deno.test("answer() refuses what Basic cannot carry, and goes on asking", async () => {
  const desk = open();
  const waiting = desk.replace(PROXY, desk.credentialsFor(PROXY), SCHEMES);
  await desk.asked();
  for (const [field, wrong] of [["username", "a:b"], ["username", "a\n"], ["password", "a\0"]] as const) {
    const error = assertThrows(() => desk.answer({ ...ONE, [field]: wrong }, { keep: false }), AppError);
    assertEquals([error.key, error.field], ["input/invalid", field]);
  }
  desk.answer({ username: "", password: "a:b" }, { keep: false });
  await waiting;
});

Deno.test("kept credentials are tried before the person is asked, once, and forgotten when they are refused", async () => {
  const store = createStore(JSON.stringify(ONE));
  const desk = open(store);
  await desk.replace(PROXY, desk.credentialsFor(PROXY), SCHEMES);
  const kept = desk.credentialsFor(PROXY);
  assertEquals(kept.credentials, ONE);
  const waiting = desk.replace(PROXY, kept, SCHEMES);
  assertEquals((await desk.asked()).isRefused, true);
  desk.answer(TWO, { keep: true });
  await waiting;
  const given = desk.credentialsFor(PROXY);
  desk.accepted(PROXY, kept);
  desk.accepted(PROXY, given);
  desk.accepted(PROXY, given);
  await new Promise((resolve) => setTimeout(resolve));
  assertEquals(store.done, ["read", "remove", `write ${JSON.stringify(TWO)}`]);
});

Deno.test("what else stands in the store's place is nothing", async () => {
  for (const held of ["", "{", "null", "[]", "5", '{"username":"a"}', '{"username":1,"password":"b"}']) {
    const desk = open(createStore(held));
    const waiting = desk.replace(PROXY, desk.credentialsFor(PROXY), SCHEMES);
    assertEquals((await desk.asked()).isRefused, false);
    desk.answer(ONE, { keep: false });
    await waiting;
  }
});
