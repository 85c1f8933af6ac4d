import { assertEquals, assertRejects } from "@std/assert";
import { AppError } from "../../errors.ts";
import { randomBytes } from "../testing.ts";
import { createTokenKey, createTokenVault, openTokenVault } from "./token_vault.ts";

const SECRET = Uint8Array.from({ length: 20 }, (_, at) => at);
const OWNER = { loginId: "hanako", kind: "otp" };

Deno.test("TokenVault opens what it sealed, for its owner alone", async () => {
  const vault = await createTokenVault(randomBytes(32), randomBytes);
  const sealed = await vault.seal(SECRET, OWNER);
  assertEquals(await vault.open(sealed, OWNER), SECRET);
  await assertRejects(() => vault.open(sealed, { ...OWNER, loginId: "akira" }));
  await assertRejects(() => vault.open(sealed, { ...OWNER, kind: "transaction" }));
  const other = await createTokenVault(randomBytes(32), randomBytes);
  await assertRejects(() => other.open(sealed, OWNER));
});

Deno.test("TokenVault notices every changed byte", async () => {
  const vault = await createTokenVault(randomBytes(32), randomBytes);
  const sealed = await vault.seal(SECRET, OWNER);
  for (let at = 0; at < sealed.length; at++) {
    const changed = sealed.slice();
    changed[at]! ^= 1;
    await assertRejects(() => vault.open(changed, OWNER));
  }
});

async function withKeyPath(test: (path: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    await test(`${folder}/tokens.key`);
    for (const { name } of Deno.readDirSync(folder)) assertEquals(name, "tokens.key", "nothing else is left");
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

function open(path: string, hasTokens = false) {
  return openTokenVault(path, { randomBytes, hasTokens: () => Promise.resolve(hasTokens) });
}

Deno.test("openTokenVault() makes the key once, for its owner's eyes only", () =>
  withKeyPath(async (path) => {
    const sealed = await (await open(path)).seal(SECRET, OWNER);
    assertEquals(await (await open(path, true)).open(sealed, OWNER), SECRET);
    assertEquals((await Deno.stat(path)).mode! & 0o777, 0o600);
    await assertRejects(() => createTokenKey(path, randomBytes), Deno.errors.AlreadyExists);
    assertEquals(await (await open(path, true)).open(sealed, OWNER), SECRET);
  }));

Deno.test("openTokenVault() opened many times at once has one key", () =>
  withKeyPath(async (path) => {
    const vaults = await Promise.all(Array.from({ length: 20 }, () => open(path)));
    const sealed = await vaults[0]!.seal(SECRET, OWNER);
    for (const vault of vaults) assertEquals(await vault.open(sealed, OWNER), SECRET);
  }));

Deno.test("openTokenVault() does not make another key for tokens that are sealed with a lost one", () =>
  withKeyPath(async (path) => {
    const error = await assertRejects(() => open(path, true), AppError, "H603e");
    assertEquals(error.values["problem"], "missing; restore it");
    await Deno.writeTextFile(path, "abc");
    await assertRejects(() => open(path), AppError, "H603e");
  }));
