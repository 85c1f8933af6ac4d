import { assert, assertEquals, assertRejects } from "@std/assert";
import fc from "fast-check";
import { AppError } from "../errors.ts";
import { fuzzRuns, lacks, TempFolder, TestAuthority } from "./_fixtures.ts";
import { mutate, mutations, refuseOr } from "./_mutations.ts";
import { fromBer, pkijs } from "./_pkijs.ts";
import { type Bytes, utf8 } from "./bytes.ts";
import { readDer } from "./der_reader.ts";
import { Tag } from "./der_tags.ts";
import {
  contextConstructed,
  DER_NULL,
  integer,
  objectIdentifier,
  octetString,
  sequence,
} from "./der_writer.ts";
import { generateKeyPair } from "./keys.ts";
import { Oid } from "./oids.ts";
import { decodePem, encodePem } from "./pem.ts";
import { createPkcs12, openPkcs12, type Pkcs12Request } from "./pkcs12.ts";
import { derivePkcs12Key } from "./pkcs12_kdf.ts";

const PASSWORD = "AbCdEfGhIjKlMnOpQrStUvWx";
const FRIENDLY_NAME = "見本銀行 山田 太郎 𠮷";

const root = await TestAuthority.create("Root");
const issuing = await root.createBelow("Issuing");

async function request(algorithm: "rsa-2048" | "p256"): Promise<Pkcs12Request> {
  const keyPair = await generateKeyPair(algorithm);
  return {
    pkcs8Der: keyPair.pkcs8Der,
    certificateDer: await issuing.issueClient(keyPair),
    chainDer: [issuing.der, root.der],
    password: PASSWORD,
    friendlyName: FRIENDLY_NAME,
  };
}

const requests = { "rsa-2048": await request("rsa-2048"), p256: await request("p256") };

async function refusal(der: Bytes, password = PASSWORD): Promise<string | undefined> {
  const error = await assertRejects(() => openPkcs12(der, password), AppError);
  assertEquals(error.key, "pki/malformed");
  return error.values["what"];
}

/** Puts a MAC on contents that somebody tampered with who knows the password. */
async function withMac(authenticatedSafe: Bytes, iterations = 1): Promise<Bytes> {
  const salt = Uint8Array.of(1, 2, 3, 4);
  const derivation = { hash: "SHA-256", salt, purpose: 3, iterations: 1, length: 32 } as const;
  const hmac = { name: "HMAC", hash: "SHA-256" };
  const rawKey = derivePkcs12Key(PASSWORD, derivation);
  const key = await crypto.subtle.importKey("raw", rawKey, hmac, false, ["sign"]);
  const mac = new Uint8Array(await crypto.subtle.sign("HMAC", key, authenticatedSafe));
  const digestInfo = sequence(sequence(objectIdentifier(Oid.sha256), DER_NULL), octetString(mac));
  return sequence(
    integer(3),
    sequence(objectIdentifier(Oid.data), contextConstructed(0, octetString(authenticatedSafe))),
    sequence(digestInfo, octetString(salt), integer(iterations)),
  );
}

function authenticatedSafeOf(der: Bytes): Bytes {
  const pfx = readDer(der, "PFX").sequence("PFX");
  pfx.unsigned("version");
  const content = pfx.sequence("content");
  content.oid("type");
  return content.enter(Tag.CONTEXT_CONSTRUCTED, "content").octetString("content");
}

for (const [name, parts] of Object.entries(requests)) {
  const { pkcs8Der, certificateDer, chainDer } = parts;

  Deno.test(`openPkcs12() gives back what createPkcs12() packed (${name})`, async () => {
    assertEquals(await openPkcs12(await createPkcs12(parts), PASSWORD), {
      pkcs8Der,
      certificateDer,
      chainDer: [...chainDer],
    });
  });

  Deno.test(`pkijs opens our bundle (${name})`, async () => {
    const pfx = new pkijs.PFX({ schema: fromBer(await createPkcs12(parts)) });
    await pfx.parseInternalValues({ password: utf8(PASSWORD).buffer, checkIntegrity: true });
    const safe = pfx.parsedValue?.authenticatedSafe;
    assert(safe);
    const password = utf8(PASSWORD).buffer;
    await safe.parseInternalValues({ safeContents: [{ password }, {}] });
    const contents = (safe.parsedValue as { safeContents: { value: pkijs.SafeContents }[] }).safeContents;
    assertEquals(contents.map(({ value }) => value.safeBags.length), [3, 1]);
  });

  Deno.test({
    name: `openssl opens our bundles, new and legacy, with the same key and certificates (${name})`,
    ignore: lacks("openssl"),
    async fn() {
      using folder = new TempFolder();
      folder.write("password", PASSWORD);
      for (const legacy of [false, true]) {
        folder.write("bundle.p12", await createPkcs12({ ...parts, legacy }));
        const args = ["pkcs12", "-in", "bundle.p12", "-passin", "file:password", "-info"];
        const said = await folder.mustRun("openssl", ...args, "-nodes");
        assertEquals(decodePem(said, "CERTIFICATE"), [certificateDer, ...chainDer]);
        const algorithms = legacy
          ? "pbeWithSHA1And3-KeyTripleDES-CBC, Iteration 2048"
          : "PBKDF2, AES-256-CBC";
        assertEquals(said.split(algorithms).length, 3, said);
        assert(said.includes(legacy ? "MAC: sha1, Iteration 2048" : "MAC: sha256, Iteration 2048"), said);
        folder.write("key.pem", encodePem(decodePem(said, "PRIVATE KEY")[0]!, "PRIVATE KEY"));
        folder.write("ours.pem", encodePem(pkcs8Der, "PRIVATE KEY"));
        const [seen, ours] = await Promise.all(
          ["key.pem", "ours.pem"].map((file) =>
            folder.mustRun("openssl", "pkey", "-in", file, "-text", "-noout")
          ),
        );
        assertEquals(seen, ours);
      }
    },
  });

  Deno.test({
    name: `openPkcs12() opens openssl's bundle and finds the key's certificate among others (${name})`,
    ignore: lacks("openssl"),
    async fn() {
      using folder = new TempFolder();
      folder.write("password", PASSWORD);
      folder.write("key.pem", encodePem(pkcs8Der, "PRIVATE KEY"));
      const chain = chainDer.map((der) => encodePem(der, "CERTIFICATE")).join("");
      folder.write("all.pem", encodePem(certificateDer, "CERTIFICATE") + chain);
      const args = ["pkcs12", "-export", "-in", "all.pem", "-inkey", "key.pem", "-passout", "file:password"];
      await folder.mustRun("openssl", ...args, "-name", "test", "-out", "bundle.p12");
      const opened = await openPkcs12(folder.read("bundle.p12"), PASSWORD);
      assertEquals(opened.certificateDer, certificateDer);
      assertEquals(
        opened.chainDer.map((der) => der.toHex()).sort(),
        chainDer.map((der) => der.toHex()).sort(),
      );
      await folder.mustRun("openssl", ...args, "-nomac", "-out", "nomac.p12");
      assertEquals(await refusal(folder.read("nomac.p12")), "PKCS#12: MAC");
    },
  });

  Deno.test({
    name: `NSS imports our bundles, new and legacy, under their Japanese name (${name})`,
    ignore: lacks("certutil", "pk12util"),
    async fn() {
      for (const legacy of [false, true]) {
        using folder = new TempFolder();
        folder.write("bundle.p12", await createPkcs12({ ...parts, legacy }));
        folder.write("password", `${PASSWORD}\n`);
        folder.write("empty", "\n");
        const database = `sql:${folder.path}`;
        await folder.mustRun("certutil", "-N", "-d", database, "--empty-password");
        await folder.mustRun("pk12util", "-i", "bundle.p12", "-d", database, "-w", "password", "-k", "empty");
        const pem = await folder.mustRun("certutil", "-L", "-d", database, "-n", FRIENDLY_NAME, "-a");
        assertEquals(decodePem(pem, "CERTIFICATE"), [certificateDer]);
        const keys = await folder.mustRun("certutil", "-K", "-d", database, "-f", "empty");
        assert(keys.includes(FRIENDLY_NAME), keys);
      }
    },
  });

  Deno.test(`openPkcs12() gives nothing but the packed parts or AppError for a mutated bundle (${name})`, async () => {
    const der = await createPkcs12({ ...parts, iterations: 1 });
    await fc.assert(
      fc.asyncProperty(mutations(), async (changes) => {
        const opened = await refuseOr(() => openPkcs12(mutate(der, changes), PASSWORD));
        if (opened) assertEquals(opened, { pkcs8Der, certificateDer, chainDer: [...chainDer] });
      }),
      { numRuns: fuzzRuns() },
    );
  });
}

Deno.test("openPkcs12() gives nothing but AppError for contents that were mutated under a right MAC", async () => {
  const safe = authenticatedSafeOf(await createPkcs12({ ...requests.p256, iterations: 1 }));
  assertEquals((await openPkcs12(await withMac(safe), PASSWORD)).pkcs8Der, requests.p256.pkcs8Der);
  await fc.assert(
    fc.asyncProperty(mutations(), async (changes) => {
      const mutated = await withMac(mutate(safe, changes));
      await refuseOr(() => openPkcs12(mutated, PASSWORD));
    }),
    { numRuns: fuzzRuns() },
  );
});

Deno.test("createPkcs12() takes any password and name", async () => {
  const text = fc.string({ unit: "grapheme", maxLength: 30 }).filter((value) => value.isWellFormed());
  await fc.assert(
    fc.asyncProperty(text, text, fc.boolean(), async (password, friendlyName, hasChain) => {
      const chainDer = hasChain ? [issuing.der] : [];
      const parts = { ...requests.p256, password, friendlyName, chainDer, iterations: 1 };
      const opened = await openPkcs12(await createPkcs12(parts), password);
      assertEquals([opened.pkcs8Der, opened.chainDer], [parts.pkcs8Der, chainDer]);
    }),
    { numRuns: fuzzRuns(100) },
  );
});

Deno.test("createPkcs12() takes salts and IVs from the given generator and repeats none", async () => {
  const drawn: number[] = [];
  const der = await createPkcs12({
    ...requests.p256,
    randomBytes(length) {
      drawn.push(length);
      return new Uint8Array(length).fill(0xc0 + drawn.length);
    },
  });
  assertEquals(drawn, [16, 16, 16, 16, 16]);
  for (let i = 1; i <= 5; i++) assert(der.toHex().includes((0xc0 + i).toString(16).repeat(16)), `${i}`);
  assert((await createPkcs12(requests.p256)).toHex() !== (await createPkcs12(requests.p256)).toHex());
});

Deno.test("openPkcs12() refuses wrong passwords, the legacy form and needless work", async () => {
  const parts = { ...requests.p256, iterations: 1 };
  const der = await createPkcs12(parts);
  assertEquals(await refusal(der, PASSWORD.toLowerCase()), "PKCS#12: wrong password or altered");
  assertEquals(await refusal(der, ""), "PKCS#12: wrong password or altered");
  assertEquals(await refusal(await createPkcs12({ ...parts, legacy: true })), "PKCS#12: MAC algorithm");
  const safe = authenticatedSafeOf(der);
  for (const iterations of [0, 100_001, 2 ** 31]) {
    assertEquals(await refusal(await withMac(safe, iterations)), "PKCS#12: MAC");
  }
});

Deno.test("openPkcs12() refuses bundles without a key, with two or without a certificate", async () => {
  const safe = readDer(authenticatedSafeOf(await createPkcs12({ ...requests.p256, iterations: 1 })), "safe");
  const contents = safe.sequence("safe");
  const [certificates, key] = [contents.anyElement("certificates"), contents.anyElement("key")];
  assertEquals(await refusal(await withMac(sequence(certificates))), "PKCS#12: number of keys");
  assertEquals(await refusal(await withMac(sequence(certificates, key, key))), "PKCS#12: number of keys");
  assertEquals(await refusal(await withMac(sequence(key))), "PKCS#12: no certificate");
  assertEquals(await refusal(await withMac(sequence())), "PKCS#12: number of keys");
});
