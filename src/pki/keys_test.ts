import { assert, assertEquals, assertRejects } from "@std/assert";
import fc from "fast-check";
import { AppError } from "../errors.ts";
import { fuzzRuns, lacks, TempFolder } from "./_fixtures.ts";
import { mutate, mutations, refuseOr } from "./_mutations.ts";
import { utf8 } from "./bytes.ts";
import { decodePem, encodePem } from "./pem.ts";
import { generateKeyPair, importKeyPair, signatureAlgorithmFor } from "./keys.ts";
import { verifySignature } from "./signature.ts";

const ALGORITHMS = ["rsa-2048", "p256"] as const;
const data = utf8("data");
const keyPairs = { "rsa-2048": await generateKeyPair("rsa-2048"), p256: await generateKeyPair("p256") };

for (const algorithm of ALGORITHMS) {
  const keyPair = keyPairs[algorithm];

  Deno.test(`importKeyPair() gives back the pair that generateKeyPair() made (${algorithm})`, async () => {
    const again = await importKeyPair(keyPair.pkcs8Der);
    assertEquals(again.algorithm, algorithm);
    assertEquals(again.spkiDer, keyPair.spkiDer);
    const signature = await again.sign(data);
    const { spkiDer } = keyPair;
    const signatureAlgorithmDer = signatureAlgorithmFor(spkiDer);
    assert(await verifySignature({ spkiDer, signatureAlgorithmDer, signature, data }));
  });

  Deno.test(`importKeyPair() refuses mutated keys with nothing but AppError (${algorithm})`, async () => {
    await fc.assert(
      fc.asyncProperty(mutations(), async (changes) => {
        const mutated = mutate(keyPair.pkcs8Der, changes);
        const taken = await refuseOr(() => importKeyPair(mutated));
        if (!taken) return;
        const signature = await taken.sign(data);
        const { spkiDer } = taken;
        const signatureAlgorithmDer = signatureAlgorithmFor(spkiDer);
        assert(await verifySignature({ spkiDer, signatureAlgorithmDer, signature, data }));
      }),
      { numRuns: fuzzRuns(algorithm === "p256" ? 2000 : 500) },
    );
  });

  Deno.test(`importKeyPair() refuses every key with one bit flipped, or it works (${algorithm})`, async () => {
    const { pkcs8Der } = keyPair;
    for (let at = 0; at < pkcs8Der.length; at += algorithm === "p256" ? 1 : 7) {
      const flipped = pkcs8Der.slice();
      flipped[at]! ^= 1;
      const taken = await refuseOr(() => importKeyPair(flipped));
      if (taken) await taken.sign(data);
    }
  });

  Deno.test({
    name: `openssl reads our private key and verifies its signature (${algorithm})`,
    ignore: lacks("openssl"),
    async fn() {
      using folder = new TempFolder();
      folder.write("data", data);
      folder.write("key.pem", encodePem(keyPair.pkcs8Der, "PRIVATE KEY"));
      folder.write("signature", await keyPair.sign(data));
      await folder.mustRun("openssl", "pkey", "-in", "key.pem", "-check", "-pubout", "-out", "public.pem");
      assertEquals(
        decodePem(await Deno.readTextFile(`${folder.path}/public.pem`), "PUBLIC KEY")[0],
        keyPair.spkiDer,
      );
      await folder.mustRun(
        "openssl",
        ...["dgst", "-sha256", "-verify", "public.pem", "-signature", "signature", "data"],
      );
    },
  });
}

Deno.test({
  name: "importKeyPair() takes openssl's keys and refuses other sizes and curves",
  ignore: lacks("openssl"),
  async fn() {
    using folder = new TempFolder();
    async function make(...options: string[]): Promise<Uint8Array<ArrayBuffer>> {
      const pem = await folder.mustRun("openssl", "genpkey", "-quiet", ...options).catch(() =>
        folder.mustRun("openssl", "genpkey", ...options)
      );
      return decodePem(pem, "PRIVATE KEY")[0]!;
    }
    const ec = ["-algorithm", "EC", "-pkeyopt", "ec_param_enc:named_curve", "-pkeyopt"];
    const rsa = ["-algorithm", "RSA", "-pkeyopt"];
    assertEquals((await importKeyPair(await make(...ec, "ec_paramgen_curve:P-256"))).algorithm, "p256");
    assertEquals((await importKeyPair(await make(...rsa, "rsa_keygen_bits:2048"))).algorithm, "rsa-2048");
    const refused = [
      await make(...ec, "ec_paramgen_curve:P-384"),
      await make(...rsa, "rsa_keygen_bits:1024"),
      await make("-algorithm", "ED25519"),
    ];
    for (const pkcs8Der of refused) {
      assertEquals((await assertRejects(() => importKeyPair(pkcs8Der), AppError)).key, "pki/malformed");
    }
  },
});
