/**
 * Story: scripts that ask every day whether a certificate is due. The app's real parts with a clock that the test
 * moves; the certificates end when the test says.
 */
import { assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { type App, openApp } from "../src/app.ts";
import { needsRenewal } from "../src/cli/needs_renewal.ts";
import { Output } from "../src/cli/output.ts";
import { renew } from "../src/cli/renew.ts";
import { OWN_PROFILE_URL, readConfig, readInvocation } from "../src/config.ts";
import { AppError } from "../src/errors.ts";
import { FileKeystore } from "../src/keystore/file.ts";
import { generateKeyPair } from "../src/pki/keys.ts";
import { createPkcs12 } from "../src/pki/pkcs12.ts";
import { createTestCa, type TestCa, testSubject } from "./support/test_ca.ts";

const DAY_MS = 86_400_000;
/** There is no authority here: what is put to it cannot go on. */
const NOBODY = "https://127.0.0.1:1";
const randomBytes = (length: number) => crypto.getRandomValues(new Uint8Array(length));

/** What a run of a command gave. */
interface Ran {
  code: number;
  stdout: string;
}

/** A user's PC whose clock stands where it is put. */
class Pc implements AsyncDisposable {
  readonly #folder: string;
  readonly #ca: TestCa;
  #now = new Date(0);

  private constructor(folder: string, ca: TestCa) {
    this.#folder = folder;
    this.#ca = ca;
  }

  /** @param at About the time of the test: the CA is valid around it. */
  static async at(at: Date): Promise<Pc> {
    const folder = await Deno.makeTempDir({ prefix: "hakko-due-" });
    const ca = await createTestCa({ at });
    const shipped = JSON.parse(await Deno.readTextFile(OWN_PROFILE_URL));
    const authority = { url: NOBODY, trustAnchors: [ca.rootPem] };
    const profile = { ...shipped, authority, keystore: { kind: "file" } };
    await Deno.writeTextFile(`${folder}/profile.json`, JSON.stringify(profile));
    return new Pc(folder, ca);
  }

  /** Puts a certificate into the keystore. */
  async hold(validity: { notBefore: Date; notAfter: Date }, loginId = "hanako"): Promise<void> {
    const { pkcs8Der, spkiDer } = await generateKeyPair("p256");
    const subjectDer = testSubject({ loginId });
    const certificateDer = await this.#ca.issue({ subjectDer, spkiDer, serial: randomBytes(8), ...validity });
    const { issuingDer, rootDer } = this.#ca;
    const friendlyName = "test";
    const password = "0123456789abcdef";
    const chainDer = [issuingDer, rootDer];
    const pkcs12Der = await createPkcs12({ pkcs8Der, certificateDer, chainDer, password, friendlyName });
    const keystore = new FileKeystore({
      folder: `${this.#folder}/state/keystore`,
      now: () => this.#now,
      randomBytes,
    });
    await keystore.import({ pkcs12Der, password, certificateDer, friendlyName });
  }

  setClock(time: Date): void {
    this.#now = time;
  }

  needsRenewal(...flags: string[]): Promise<Ran> {
    return this.#run(needsRenewal, ["--needs-renewal", ...flags], { json: false });
  }

  renew(...flags: string[]): Promise<Ran> {
    // For scripts: whatever terminal the tests run in, nobody is asked.
    return this.#run(renew, ["--renew", ...flags], { json: true });
  }

  async #run(
    command: (app: App, output: Output) => Promise<number>,
    flags: string[],
    { json }: { json: boolean },
  ): Promise<Ran> {
    const { profile, state } = { profile: `${this.#folder}/profile.json`, state: `${this.#folder}/state` };
    const invocation = readInvocation([...flags, "--profile", profile, "--state-dir", state]);
    const app = openApp(await readConfig(invocation), { now: () => this.#now });
    let stdout = "";
    const output = new Output({
      json,
      language: "ja",
      newCorrelationId: () => "c0ffee",
      streams: { out: (bytes) => stdout += new TextDecoder().decode(bytes), err: () => {} },
    });
    const code = await command(app, output);
    return { code, stdout };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Deno.remove(this.#folder, { recursive: true });
  }
}

/** A PC with one certificate that ends then, 366 days after it began. */
async function withCertificate(end: string, test: (pc: Pc, notAfter: Date) => Promise<void>): Promise<void> {
  const notAfter = new Date(end);
  const notBefore = new Date(notAfter.getTime() - 366 * DAY_MS);
  await using pc = await Pc.at(notBefore);
  await pc.hold({ notBefore, notAfter });
  await test(pc, notAfter);
}

function daysBefore(end: Date, days: number, seconds = 0): Date {
  return new Date(end.getTime() - days * DAY_MS + seconds * 1_000);
}

/** It renews: the first thing that it wants is the password, which nobody has given it. */
async function assertRenews(pc: Pc): Promise<void> {
  assertEquals((await pc.needsRenewal()).code, 0);
  for (const flags of [[], ["--if-due"]]) {
    const error = await assertRejects(() => pc.renew(...flags), AppError);
    assertEquals(error.key, "usage/terminal-required");
  }
}

async function assertTooEarly(pc: Pc, from: string): Promise<void> {
  assertEquals(await pc.needsRenewal(), { code: 1, stdout: "" });
  const { code, stdout } = await pc.renew("--if-due");
  const { ok, due, certificate } = JSON.parse(stdout);
  assertEquals([code, ok, due, certificate.renewableFrom], [0, true, false, from]);
  const error = await assertRejects(() => pc.renew(), AppError);
  assertEquals([error.key, error.values["from"]], ["registration/renewal-too-early", from]);
}

/** No certificate any more by this PC's clock. Whether that is right, and whether it is too late, the authority says. */
async function assertExpired(pc: Pc): Promise<void> {
  assertEquals(await pc.needsRenewal(), { code: 2, stdout: "" });
  for (const flags of [[], ["--if-due"]]) {
    const error = await assertRejects(() => pc.renew(...flags), AppError);
    assertEquals(error.key, "authority/busy", "it is asked");
  }
}

Deno.test("a daily run renews from 40 days before the end until the last day, and says so before and after", () =>
  withCertificate("2027-04-01T02:30:00Z", async (pc, notAfter) => {
    const opens = daysBefore(notAfter, 40).toISOString();
    for (const days of [366, 100, 42, 41]) {
      pc.setClock(daysBefore(notAfter, days));
      await assertTooEarly(pc, opens);
    }
    for (const days of [40, 39, 14, 2, 1, 0.5]) {
      pc.setClock(daysBefore(notAfter, days));
      await assertRenews(pc);
    }
    for (const days of [-1, -400]) {
      pc.setClock(daysBefore(notAfter, days));
      await assertExpired(pc);
    }
  }));

Deno.test("renewal opens and ends to the second", () =>
  withCertificate("2027-04-01T02:30:00Z", async (pc, notAfter) => {
    pc.setClock(daysBefore(notAfter, 40, -1));
    await assertTooEarly(pc, daysBefore(notAfter, 40).toISOString());
    pc.setClock(daysBefore(notAfter, 40));
    await assertRenews(pc);
    pc.setClock(daysBefore(notAfter, 0, -1));
    await assertRenews(pc);
    pc.setClock(daysBefore(notAfter, 0, 1));
    await assertExpired(pc);
  }));

Deno.test("a leap day is a day: 40 days before the 9th of April 2028 is the 29th of February", () =>
  withCertificate("2028-04-09T03:00:00Z", async (pc, notAfter) => {
    pc.setClock(new Date("2028-02-29T02:59:59Z"));
    await assertTooEarly(pc, "2028-02-29T03:00:00.000Z");
    pc.setClock(new Date("2028-02-29T03:00:00Z"));
    await assertRenews(pc);
    pc.setClock(new Date("2028-03-01T00:00:00Z"));
    await assertRenews(pc);
    pc.setClock(daysBefore(notAfter, 0, 1));
    await assertExpired(pc);
  }));

Deno.test("a certificate that ends on a leap day opens 40 days before it", () =>
  withCertificate("2028-02-29T14:59:59Z", async (pc) => {
    pc.setClock(new Date("2028-01-20T14:59:58Z"));
    await assertTooEarly(pc, "2028-01-20T14:59:59.000Z");
    pc.setClock(new Date("2028-01-20T14:59:59Z"));
    await assertRenews(pc);
  }));

Deno.test("an end at midnight in Japan is the same moment whatever the PC's zone is", () =>
  withCertificate("2027-03-31T15:00:00Z", async (pc, notAfter) => {
    const opens = "2027-02-19T15:00:00.000Z"; // the 20th, 00:00 in Japan
    pc.setClock(new Date("2027-02-19T14:59:59Z"));
    await assertTooEarly(pc, opens);
    pc.setClock(new Date(opens));
    await assertRenews(pc);
    pc.setClock(new Date("2027-03-31T14:59:59Z"));
    await assertRenews(pc);
    pc.setClock(daysBefore(notAfter, 0, 1));
    await assertExpired(pc);
  }));

Deno.test("--needs-renewal is 2 where there is no certificate, and 0 if any of several is due", async () => {
  const now = new Date("2027-03-01T00:00:00Z");
  await using pc = await Pc.at(now);
  pc.setClock(now);
  assertEquals((await pc.needsRenewal()).code, 2);
  assertEquals((await assertRejects(() => pc.renew(), AppError)).key, "issuance/nothing-to-renew");
  const notBefore = daysBefore(now, 1);
  await pc.hold({ notBefore, notAfter: daysBefore(now, -365) });
  assertEquals((await pc.needsRenewal()).code, 1);
  await pc.hold({ notBefore, notAfter: daysBefore(now, -30) }, "taro");
  assertEquals((await pc.needsRenewal()).code, 0);
  assertEquals((await pc.needsRenewal("--serial", "ff")).code, 2);
  await pc.hold({ notBefore, notAfter: daysBefore(now, -20) }, "jiro");
  const error = await assertRejects(() => pc.renew(), AppError);
  assertEquals(error.key, "issuance/several-due");
  assertStringIncludes(error.detail ?? "", "jiro");
});
