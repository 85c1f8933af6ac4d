import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { generateKeyPair, signatureAlgorithmFor } from "../../pki/keys.ts";
import { verifySignature } from "../../pki/signature.ts";
import { utf8 } from "../../pki/bytes.ts";
import type { KeyAlgorithm } from "../../protocol/messages.ts";
import { openLibcrypto } from "./libcrypto.ts";
import { openSigner } from "./signer.ts";

const RUNS = Number(Deno.env.get("HAKKO_FUZZ_RUNS") ?? 300);
const libcrypto = openLibcrypto();
const ALGORITHMS: readonly KeyAlgorithm[] = ["rsa-2048", "p256"];

for (const algorithm of ALGORITHMS) {
  Deno.test({
    name: `libcrypto: signs ${algorithm} so that WebCrypto verifies it, and the other way round`,
    ignore: !libcrypto,
    async fn() {
      const keyPair = await generateKeyPair(algorithm);
      const data = utf8("to be signed");
      const signer = await openSigner(keyPair.pkcs8Der);
      assertEquals(signer.name, "libcrypto");
      const { spkiDer, signatureAlgorithmDer } = signer;
      const signature = await signer.sign(data);
      assert(await verifySignature({ spkiDer, signatureAlgorithmDer, signature, data }));
      const portable = await (await openSigner(keyPair.pkcs8Der, "webcrypto")).sign(data);
      assert(libcrypto!.verify({ spkiDer, signatureAlgorithmDer, signature: portable, data }));
      assert(
        !libcrypto!.verify({ spkiDer, signatureAlgorithmDer, signature: portable, data: utf8("other") }),
      );
    },
  });

  Deno.test({
    name: `libcrypto: agrees with WebCrypto about damaged ${algorithm} signatures and keys`,
    ignore: !libcrypto,
    async fn() {
      const keyPair = await generateKeyPair(algorithm);
      const { spkiDer } = keyPair;
      const data = utf8("to be signed");
      const signature = await keyPair.sign(data);
      const signatureAlgorithmDer = signatureAlgorithmFor(spkiDer);
      const whole = { spkiDer, signatureAlgorithmDer, signature };
      const part = fc.constantFrom(
        "spkiDer" as const,
        "signatureAlgorithmDer" as const,
        "signature" as const,
      );
      await fc.assert(
        fc.asyncProperty(part, fc.nat(), fc.integer({ min: 1, max: 255 }), async (name, position, flip) => {
          const damaged = whole[name].slice();
          damaged[position % damaged.length]! ^= flip;
          const request = { ...whole, [name]: damaged, data };
          assertEquals(libcrypto!.verify(request), await verifySignature(request));
        }),
        { numRuns: RUNS },
      );
    },
  });
}

Deno.test({
  name: "libcrypto: does not verify with keys that are none",
  ignore: !libcrypto,
  fn() {
    fc.assert(fc.property(fc.uint8Array(), fc.uint8Array(), (spki, signature) => {
      const request = {
        spkiDer: new Uint8Array(spki),
        signatureAlgorithmDer: Uint8Array.fromHex("300a06082a8648ce3d040302"),
        signature: new Uint8Array(signature),
        data: utf8("x"),
      };
      assertEquals(libcrypto!.verify(request), false);
    }));
  },
});
