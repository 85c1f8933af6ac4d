import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { FileKeystore } from "./file.ts";
import { createBundle, rejectsWith, testKeystore } from "./keystore_suite.ts";
import { openSealedKey, sealKey } from "./sealed_key.ts";

const randomBytes = (length: number) => crypto.getRandomValues(new Uint8Array(length));

function open(folder: string): FileKeystore {
  return new FileKeystore({ folder: `${folder}/keystore`, now: () => new Date(), randomBytes });
}

testKeystore({
  name: "FileKeystore",
  open,
  async loseKey(folder) {
    for await (const { name } of Deno.readDir(`${folder}/keystore`)) {
      if (/^[0-9a-f]{64}\.key$/.test(name)) await Deno.remove(`${folder}/keystore/${name}`);
    }
  },
});

Deno.test("FileKeystore: the folder says what it is", async () => {
  const folder = await Deno.makeTempDir();
  try {
    await open(folder).check();
    assertStringIncludes(
      await Deno.readTextFile(`${folder}/keystore/README.txt`),
      "demonstrations and servers",
    );
    assertEquals((await Deno.stat(`${folder}/keystore`)).mode! & 0o777, 0o700);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("FileKeystore: a sealed key put beside another certificate does not sign", async () => {
  const folder = await Deno.makeTempDir();
  try {
    const keystore = open(folder);
    const one = await keystore.import((await createBundle("p256")).bundle);
    const other = await keystore.import((await createBundle("p256")).bundle);
    await Deno.copyFile(
      `${folder}/keystore/${one.fingerprint}.key`,
      `${folder}/keystore/${other.fingerprint}.key`,
    );
    await rejectsWith("keystore/unusable", () => keystore.sign(other.fingerprint, new Uint8Array(1)));
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("FileKeystore: a damaged master key makes the keystore unusable", async () => {
  const folder = await Deno.makeTempDir();
  try {
    const keystore = open(folder);
    const entry = await keystore.import((await createBundle("p256")).bundle);
    await Deno.writeFile(`${folder}/keystore/master.key`, new Uint8Array(5));
    await rejectsWith("keystore/unusable", () => keystore.check());
    await rejectsWith("keystore/unusable", () => keystore.sign(entry.fingerprint, new Uint8Array(1)));
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("FileKeystore: remove() never leaves its folder", async () => {
  const folder = await Deno.makeTempDir();
  try {
    await open(folder).check();
    await Deno.writeTextFile(`${folder}/other.pem`, "not ours");
    await open(folder).remove("../other");
    assertEquals(await Deno.readTextFile(`${folder}/other.pem`), "not ours");
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("openSealedKey() refuses every changed byte", async () => {
  const masterKey = randomBytes(32);
  const fingerprint = "a".repeat(64);
  const secret = randomBytes(48);
  const sealed = await sealKey(secret, { masterKey, fingerprint, randomBytes });
  assertEquals(await openSealedKey(sealed, { masterKey, fingerprint }), secret);
  for (let i = 0; i < sealed.length; i += 1) {
    const changed = sealed.slice();
    changed[i]! ^= 1;
    await assertRejects(() => openSealedKey(changed, { masterKey, fingerprint }));
  }
  await assertRejects(() => openSealedKey(sealed, { masterKey, fingerprint: "b".repeat(64) }));
  await assertRejects(() => openSealedKey(sealed, { masterKey: randomBytes(32), fingerprint }));
  assert(!sealed.toHex().includes(secret.toHex()));
});
