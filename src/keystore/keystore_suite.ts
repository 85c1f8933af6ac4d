/**
 * What every keystore must do, whichever it is: one suite that each of them passes.
 *
 * @module
 */
import { assert, assertEquals, assertNotEquals, assertRejects } from "@std/assert";
import { createTestCa, type TestCa, testSubject } from "../../tests/support/test_ca.ts";
import { AppError, type ErrorKey } from "../errors.ts";
import type { KeyAlgorithm } from "../protocol/messages.ts";
import { type Bytes, equalBytes, utf8 } from "../pki/bytes.ts";
import { fingerprint } from "../pki/certificate.ts";
import { generateKeyPair } from "../pki/keys.ts";
import { encodePem } from "../pki/pem.ts";
import { createPkcs12 } from "../pki/pkcs12.ts";
import { findProgram, runProgram } from "../platform/run.ts";
import type { Keystore, Pkcs12Bundle } from "./keystore.ts";

/** A keystore to try, on a folder of its own. */
export interface KeystoreUnderTest {
  name: string;
  ignore?: boolean;
  /** @param folder Empty, private, removed after the test. */
  open(folder: string): Keystore;
  /** Takes the private key of the only entry away, and leaves its certificate. */
  loseKey(folder: string): Promise<void>;
}

const PASSWORD = "correct-horse-battery-staple-0123";
const CONTENT = utf8("hakko confirmation v1\n内容\n");

/** Registers the suite's tests for one keystore. */
export function testKeystore({ name, ignore = false, open, loseKey }: KeystoreUnderTest): void {
  function test(behaviour: string, run: (keystore: Keystore, folder: string) => Promise<void>): void {
    Deno.test(`${name}: ${behaviour}`, { ignore }, async () => {
      const folder = await Deno.makeTempDir();
      try {
        await run(open(folder), folder);
      } finally {
        await Deno.remove(folder, { recursive: true });
      }
    });
  }

  test("check() creates what is missing, and again changes nothing", async (keystore) => {
    const first = await keystore.check();
    assert(first.usable);
    assertEquals(await keystore.check(), first);
    assertEquals(await keystore.list(), []);
  });

  test("list() of a keystore that was never created is empty", async (keystore) => {
    assertEquals(await keystore.list(), []);
    assertEquals(await keystore.listWithoutKey(), []);
  });

  test(
    "listWithoutKey() has the certificate whose key is gone, and list() has it no more",
    async (keystore, folder) => {
      const { bundle, ca } = await createBundle("p256");
      const { fingerprint: name } = await keystore.import(bundle);
      const missing = async () =>
        (await keystore.listWithoutKey()).filter((entry) => entry.fingerprint === name);
      assertEquals(await missing(), []);
      await loseKey(folder);
      assertEquals(await keystore.list(), []);
      const [entry, ...others] = await missing();
      assertEquals([entry?.certificateDer, others], [bundle.certificateDer, []]);
      assertEquals(entry?.chainDer.map(fingerprint), [ca.issuingDer, ca.rootDer].map(fingerprint));
      await rejectsWith("keystore/not-found", () => keystore.sign(name, CONTENT));
    },
  );

  test("remove() also takes a certificate whose key is gone", async (keystore, folder) => {
    const { bundle } = await createBundle("p256");
    const { fingerprint: name } = await keystore.import(bundle);
    await loseKey(folder);
    await keystore.remove(name);
    assert(!(await keystore.listWithoutKey()).some((entry) => entry.fingerprint === name));
    await keystore.import(bundle);
    await keystore.sign(name, CONTENT);
  });

  for (const algorithm of ["p256", "rsa-2048"] as const) {
    test(`an imported ${algorithm} certificate is listed with its chain`, async (keystore) => {
      const { bundle, ca } = await createBundle(algorithm);
      const entry = await keystore.import(bundle);
      assertEquals(entry.fingerprint, fingerprint(bundle.certificateDer));
      const entries = await keystore.list();
      assertEquals(entries.length, 1);
      assert(equalBytes(entries[0]!.certificateDer, bundle.certificateDer));
      assertEquals(entries[0]!.chainDer.map(fingerprint), [ca.issuingDer, ca.rootDer].map(fingerprint));
    });

    test(`openssl verifies what an imported ${algorithm} key signs`, async (keystore, folder) => {
      const { bundle, ca } = await createBundle(algorithm);
      const entry = await keystore.import(bundle);
      const signedDer = await keystore.sign(entry.fingerprint, CONTENT);
      assertEquals(await opensslVerify(folder, { signedDer, bundle, ca }), CONTENT);
    });
  }

  test("importing twice is success and leaves one entry", async (keystore) => {
    const { bundle } = await createBundle("p256");
    await keystore.import(bundle);
    await keystore.import(bundle);
    assertEquals((await keystore.list()).length, 1);
  });

  test("of two certificates with one subject, the one that is asked for signs", async (keystore) => {
    const ca = await createTestCa();
    const old = (await createBundle("p256", ca)).bundle;
    const renewed = (await createBundle("p256", ca)).bundle;
    for (const bundle of [old, renewed]) await keystore.import(bundle);
    // Each signature is verified against its own certificate inside sign(), and here by openssl.
    for (const bundle of [old, renewed]) {
      const signedDer = await keystore.sign(fingerprint(bundle.certificateDer), CONTENT);
      const folder = await Deno.makeTempDir();
      try {
        assertEquals(await opensslVerify(folder, { signedDer, bundle, ca }), CONTENT);
      } finally {
        await Deno.remove(folder, { recursive: true });
      }
    }
  });

  test("remove() takes the right one of two certificates with one subject", async (keystore) => {
    const ca = await createTestCa();
    const old = (await createBundle("p256", ca)).bundle;
    const renewed = (await createBundle("p256", ca)).bundle;
    for (const bundle of [old, renewed]) await keystore.import(bundle);
    await keystore.remove(fingerprint(old.certificateDer));
    assertEquals((await keystore.list()).map((entry) => entry.fingerprint), [
      fingerprint(renewed.certificateDer),
    ]);
    const keyless = (await keystore.listWithoutKey()).map((entry) => entry.fingerprint);
    assert(!keyless.includes(fingerprint(old.certificateDer)), "the certificate is removed with its key");
    await keystore.sign(fingerprint(renewed.certificateDer), CONTENT);
    await rejectsWith(
      "keystore/not-found",
      () => keystore.sign(fingerprint(old.certificateDer), CONTENT),
    );
  });

  test("remove() of what is not there is success", async (keystore) => {
    const { bundle } = await createBundle("p256");
    await keystore.remove("0".repeat(64));
    const entry = await keystore.import(bundle);
    await keystore.remove(entry.fingerprint);
    await keystore.remove(entry.fingerprint);
    assertEquals(await keystore.list(), []);
  });

  test("a removed certificate can be imported again", async (keystore) => {
    const { bundle } = await createBundle("p256");
    const entry = await keystore.import(bundle);
    await keystore.remove(entry.fingerprint);
    await keystore.import(bundle);
    await keystore.sign(entry.fingerprint, CONTENT);
  });

  test("sign() without the certificate says so", async (keystore) => {
    await keystore.check();
    await rejectsWith("keystore/not-found", () => keystore.sign("0".repeat(64), CONTENT));
  });

  test("garbage is not imported", async (keystore) => {
    const { bundle } = await createBundle("p256");
    const garbage = crypto.getRandomValues(new Uint8Array(700));
    await rejectsWith("keystore/import-failed", () => keystore.import({ ...bundle, pkcs12Der: garbage }));
    assertEquals(await keystore.list(), []);
  });

  test("a truncated bundle is not imported", async (keystore) => {
    const { bundle } = await createBundle("p256");
    const pkcs12Der = bundle.pkcs12Der.slice(0, bundle.pkcs12Der.length / 2);
    await rejectsWith("keystore/import-failed", () => keystore.import({ ...bundle, pkcs12Der }));
    assertEquals(await keystore.list(), []);
  });

  test("a bundle under another password is not imported", async (keystore) => {
    const { bundle } = await createBundle("p256");
    await rejectsWith(
      "keystore/import-failed",
      () => keystore.import({ ...bundle, password: "another-password" }),
    );
    assertEquals(await keystore.list(), []);
  });

  test("no secret is left in any file", async (keystore, folder) => {
    const { bundle, pkcs8Der } = await createBundle("p256");
    const entry = await keystore.import(bundle);
    await keystore.sign(entry.fingerprint, CONTENT);
    await keystore.import({ ...bundle, pkcs12Der: new Uint8Array(3) }).catch(() => {});
    for await (const [path, bytes] of filesOf(folder)) {
      const text = new TextDecoder("latin1").decode(bytes);
      assert(!text.includes(PASSWORD), `${path} holds the password`);
      assert(
        !text.includes(new TextDecoder("latin1").decode(pkcs8Der)),
        `${path} holds the key in the clear`,
      );
      assertEquals((await Deno.stat(path)).mode! & 0o077, 0, `${path} is open to others`);
    }
  });

  test("different keys give different signatures over the same content", async (keystore) => {
    const one = await keystore.import((await createBundle("p256")).bundle);
    const other = await keystore.import((await createBundle("p256")).bundle);
    assertNotEquals(
      (await keystore.sign(one.fingerprint, CONTENT)).toHex(),
      (await keystore.sign(other.fingerprint, CONTENT)).toHex(),
    );
  });
}

/** A bundle for a person with a Japanese name. */
export async function createBundle(algorithm: KeyAlgorithm, ca?: TestCa) {
  ca ??= await createTestCa();
  const keyPair = await generateKeyPair(algorithm);
  const certificateDer = await ca.issue({
    subjectDer: testSubject({ loginId: "hanako.yamada" }),
    spkiDer: keyPair.spkiDer,
  });
  const pkcs12Der = await createPkcs12({
    pkcs8Der: keyPair.pkcs8Der,
    certificateDer,
    chainDer: [ca.issuingDer, ca.rootDer],
    password: PASSWORD,
    friendlyName: "山田 花子: 東京厚生信用組合",
  });
  const bundle: Pkcs12Bundle = { pkcs12Der, password: PASSWORD, certificateDer, friendlyName: "山田 花子" };
  return { bundle, ca, pkcs8Der: keyPair.pkcs8Der };
}

/** Asserts that a catalogue error with this key is thrown. */
export async function rejectsWith(key: ErrorKey, work: () => Promise<unknown>): Promise<AppError> {
  const error = await assertRejects(work, AppError);
  assertEquals(error.key, key);
  return error;
}

async function opensslVerify(
  folder: string,
  { signedDer, bundle, ca }: { signedDer: Uint8Array; bundle: Pkcs12Bundle; ca: TestCa },
): Promise<Uint8Array> {
  const input = `${folder}/openssl.cms`;
  await Deno.writeFile(input, signedDer, { mode: 0o600 });
  await writePem(`${folder}/openssl.anchors`, [ca.issuingDer, ca.rootDer]);
  // Only the certificate that we name counts, not those that the message brings: so the right one has signed.
  await writePem(`${folder}/openssl.signer`, [bundle.certificateDer]);
  const output = await runProgram(findProgram("openssl")!, [
    ...["cms", "-verify", "-inform", "DER", "-in", input, "-purpose", "any", "-binary", "-nointern"],
    ...["-CAfile", `${folder}/openssl.anchors`, "-certfile", `${folder}/openssl.signer`],
  ]);
  assertEquals(output.code, 0, new TextDecoder().decode(output.stderr));
  return output.stdout;
}

async function writePem(path: string, certificatesDer: Bytes[]): Promise<void> {
  const pem = certificatesDer.map((der) => encodePem(der, "CERTIFICATE")).join("");
  await Deno.writeTextFile(path, pem, { mode: 0o600 });
}

async function* filesOf(folder: string): AsyncGenerator<[string, Uint8Array]> {
  for await (const entry of Deno.readDir(folder)) {
    const path = `${folder}/${entry.name}`;
    if (entry.isDirectory) yield* filesOf(path);
    else yield [path, await Deno.readFile(path)];
  }
}
