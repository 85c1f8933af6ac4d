/**
 * What the tests of renewals share. Only tests import it.
 *
 * @module
 */
import { assert, assertEquals, assertRejects } from "@std/assert";
import { AppError } from "../errors.ts";
import type { Keystore } from "../keystore/mod.ts";
import type { AcquiredCertificate, HeldCertificate, Issuance } from "./mod.ts";
import { type EngineTest, type EngineTestOptions, startEngineTest } from "./testing.ts";

export const PASSWORD = "correct horse 電池";
export const HANAKO = "hanako.yamada";
/** Days that the test's certificate is still valid: renewal is open from the first day. */
export const DUE = 30;

/** Runs a test with a person whose certificate is due. */
export async function withDueCertificate(
  run: (test: EngineTest, old: HeldCertificate) => Promise<void>,
  { validityDays = DUE, ...options }: EngineTestOptions & { validityDays?: number } = {},
): Promise<void> {
  await using test = await startEngineTest(options);
  await test.addUser({ password: PASSWORD, validityDays });
  const { storedAt: _storedAt, ...old } = await issue(test.open());
  await run(test, old);
}

export async function issue(engine: Issuance): Promise<AcquiredCertificate> {
  const attempt = await engine.begin({ operation: "issue", loginId: HANAKO });
  await attempt.answer({ password: PASSWORD });
  return await attempt.acquire();
}

export async function renew(
  engine: Issuance,
  { fingerprint }: Pick<HeldCertificate, "fingerprint">,
): Promise<AcquiredCertificate> {
  const attempt = await engine.begin({ operation: "renew", fingerprint });
  await attempt.answer({ password: PASSWORD });
  return await attempt.acquire();
}

/** A keystore of which a test does some calls itself. */
export function wrapKeystore(keystore: Keystore, changed: Partial<Keystore>): Keystore {
  return {
    check: () => keystore.check(),
    import: (bundle) => keystore.import(bundle),
    list: () => keystore.list(),
    listWithoutKey: () => keystore.listWithoutKey(),
    sign: (fingerprint, content) => keystore.sign(fingerprint, content),
    remove: (fingerprint) => keystore.remove(fingerprint),
    ...changed,
  };
}

/** How every renewal ends: the new certificate logs in, the old one does not, and nothing is left over. */
export async function assertRenewed(
  test: EngineTest,
  { old, renewed }: { old: HeldCertificate; renewed?: Pick<HeldCertificate, "serial"> },
): Promise<void> {
  const engine = test.open();
  const [held, ...others] = await engine.list();
  assert(held !== undefined && others.length === 0, "exactly one certificate is listed");
  if (renewed !== undefined) assertEquals(held.serial, renewed.serial);
  assertEquals([await engine.unlisted(), await engine.pending(), test.journalFiles()], [[], [], []]);
  const [entry, ...more] = await test.keystore.list();
  assertEquals([entry?.fingerprint, more], [held.fingerprint, []]);
  await test.keystore.sign(held.fingerprint, new Uint8Array([1]));
  const { store, login } = test.authority.authority;
  assertEquals((await login.check(entry?.certificateDer, "-")).user.loginId, HANAKO);
  const live = await store.findLiveCertificates(HANAKO);
  assertEquals(live.map(({ serial, state, renews }) => [serial, state, renews]), [
    [held.serial, "confirmed", old.serial],
  ]);
  const { certificateDer } = (await store.findCertificate(old.serial))!;
  const refusal = await assertRejects(() => login.check(certificateDer ?? undefined, "-"), AppError);
  assertEquals(refusal.key, "login/certificate-superseded");
}
