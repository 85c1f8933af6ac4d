import { assert, assertEquals, assertNotStrictEquals, assertRejects, assertStrictEquals } from "@std/assert";
import { generateKeyPair, type KeyPair } from "../pki/keys.ts";
import { KeySource } from "./key_source.ts";

const sample = await generateKeyPair("p256");

/** A search whose ends the test decides. */
function searches() {
  const running: PromiseWithResolvers<KeyPair>[] = [];
  const generate = () => {
    const search = Promise.withResolvers<KeyPair>();
    running.push(search);
    return search.promise;
  };
  const key = () => ({ ...sample, pkcs8Der: Uint8Array.of(1, 2, 3) });
  return { running, generate, key };
}

Deno.test("take() gives a prepared key pair once", async () => {
  const { running, generate, key } = searches();
  const keys = new KeySource("p256", generate);
  keys.prepare();
  keys.prepare();
  assertEquals(running.length, 1);
  const first = key();
  running[0]!.resolve(first);
  assertStrictEquals(await keys.take(), first);
  const next = keys.take();
  assertEquals(running.length, 2);
  running[1]!.resolve(key());
  assertNotStrictEquals(await next, first);
});

Deno.test("an RSA key comes from the faster of two searches, and the slower one's is wiped", async () => {
  const { running, generate, key } = searches();
  const taking = new KeySource("rsa-2048", generate).take();
  assertEquals(running.length, 2);
  const [slow, fast] = [key(), key()];
  running[1]!.resolve(fast);
  assertStrictEquals(await taking, fast);
  running[0]!.resolve(slow);
  await running[0]!.promise;
  await Promise.resolve();
  assertEquals(slow.pkcs8Der, new Uint8Array(3));
  assertEquals(fast.pkcs8Der, Uint8Array.of(1, 2, 3));
});

Deno.test("a search that fails in the background does not spoil the next one", async () => {
  const { running, generate, key } = searches();
  const keys = new KeySource("p256", generate);
  keys.prepare();
  running[0]!.reject(new Error("no entropy"));
  await assertRejects(() => running[0]!.promise);
  await new Promise((resolve) => setTimeout(resolve));
  const next = keys.take();
  running[1]!.resolve(key());
  await next;
});

Deno.test("keys are real ones of the wanted kind", async () => {
  for (const algorithm of ["p256", "rsa-2048"] as const) {
    const key = await new KeySource(algorithm).take();
    assertEquals(key.algorithm, algorithm);
    assert(key.pkcs8Der.some((byte) => byte !== 0));
  }
});
