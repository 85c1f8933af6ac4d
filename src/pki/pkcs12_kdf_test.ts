import { assertEquals } from "@std/assert";
import { fromHex } from "./bytes.ts";
import { derivePkcs12Key } from "./pkcs12_kdf.ts";

Deno.test("derivePkcs12Key() gives the widely used test values for SHA-1", () => {
  const cases = [
    ["smeg", "0a58cf64530d823f", 1, 1, "8aaae6297b6cb04642ab5b077851284eb7128f1a2a7fbca3"],
    ["smeg", "0a58cf64530d823f", 2, 1, "79993dfe048d3b76"],
    ["smeg", "642b99ab44fb4b1f", 1, 1, "f3a95fec48d7711e985cfe67908c5ab79fa3d7c5caa5d966"],
    ["queeg", "05dec959acff72f7", 1, 1000, "ed2034e36328830ff09df1e1a07dd357185dac0d4f9eb3d4"],
    ["queeg", "05dec959acff72f7", 2, 1000, "11dedad7758d4860"],
    ["queeg", "263216fcc2fab31c", 3, 1000, "5ec4c7a80df652294c3925b6489a7ab857c83476"],
  ] as const;
  for (const [password, salt, purpose, iterations, expected] of cases) {
    const length = expected.length / 2;
    const key = derivePkcs12Key(password, {
      hash: "SHA-1",
      salt: fromHex(salt),
      purpose,
      iterations,
      length,
    });
    assertEquals(key.toHex(), expected);
  }
});

Deno.test("derivePkcs12Key() gives as many bytes as asked for, the first ones of a longer answer", () => {
  const derivation = { hash: "SHA-256", salt: new Uint8Array(16), purpose: 3, iterations: 3 } as const;
  const long = derivePkcs12Key("", { ...derivation, length: 100 });
  for (const length of [0, 1, 32, 33, 64, 99]) {
    assertEquals(derivePkcs12Key("", { ...derivation, length }), long.slice(0, length));
  }
});
