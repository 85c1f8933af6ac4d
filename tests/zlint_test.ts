/** zlint, which looks at the certificates of the web's CAs, looks at ours. */
import { assert, assertEquals } from "@std/assert";
import { lintCertificates, obtainZlint } from "../scripts/zlint.ts";
import { TestClient } from "../src/authority/test_client.ts";
import { addTestUser, startTestAuthority } from "../src/authority/testing.ts";
import { encodePem } from "../src/pki/pem.ts";
import { generateKeyPair } from "../src/pki/keys.ts";
import type { KeyAlgorithm } from "../src/protocol/messages.ts";

const zlint = await obtainZlint((line) => console.log(line));
if ("missing" in zlint) console.log(`zlint: ${zlint.missing}`);

/** Certificates per CA; every fifth has an RSA key. */
const CERTIFICATES = 50;

/** Everything that a login ID may hold, in pieces of 64, and the shortest one. */
const LOGIN_IDS = [
  "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789'(",
  ")+,-./:=?)+,-./:=?)+,-./:=?)+,-./:=?)+,-./:=?)+,-./:=?)+,-./:=?)",
  "a",
  "0000000001",
  "taro.yamada",
  "keiri-01",
];
const NAMES = [
  "山田 花子",
  "寿".repeat(64),
  "\u{20BB7}野家 \u{29E3D}".padEnd(12, "\u{20BB7}"),
  "ヴァイオレット・エヴァーガーデン",
  "ﾔﾏﾀﾞ ﾊﾅｺ",
  "か\u3099き\u3099",
  'Anna-Lena O\'Connor & "Söhne", #1; <x>=\\',
];
const COMPANIES = ["厚生商事株式会社", "㈱".repeat(64), "社".repeat(63) + "Ｚ", "A"];

/** Who makes rules for public CAs and their servers; what remains are the RFCs and common sense. */
const PUBLIC_CA_RULES = ["CABF_BR", "CABF_EV", "CABF_SMIME_BR", "Apple", "Mozilla", "ETSI_ESI"];

async function inFolder(run: (folder: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir({ prefix: "hakko-zlint-test-" });
  try {
    await run(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

function pathOfZlint(): string {
  assert("path" in zlint);
  return zlint.path;
}

for (const algorithm of ["rsa-2048", "p256"] as const) {
  Deno.test({
    name: `zlint finds nothing in ${CERTIFICATES} certificates of a CA with a ${algorithm} key`,
    ignore: "missing" in zlint,
    fn: () =>
      inFolder(async (folder) => {
        await using test = await startTestAuthority({ algorithm });
        const client = new TestClient(test);
        const files: string[] = [];
        const subjects = new Set<string>();
        for (let number = 0; number < CERTIFICATES; number++) {
          const suffix = String(number);
          const id = LOGIN_IDS[number % LOGIN_IDS.length]!;
          const loginId = number < LOGIN_IDS.length ? id : `${id.slice(0, 64 - suffix.length)}${suffix}`;
          const name = NAMES[number % NAMES.length]!;
          const company = COMPANIES[number % COMPANIES.length]!;
          await addTestUser(test.authority.store, { loginId, name, company });
          const key: KeyAlgorithm = number % 5 === 0 ? "rsa-2048" : "p256";
          const { certificateDer } = await client.issue(loginId, { keyPair: await generateKeyPair(key) });
          subjects.add(loginId);
          files.push(`${folder}/${number}.pem`);
          await Deno.writeTextFile(files.at(-1)!, encodePem(certificateDer, "CERTIFICATE"));
        }
        assertEquals(subjects.size, CERTIFICATES);
        const findings = await lintCertificates(pathOfZlint(), files);
        assertEquals(findings.filter(({ level }) => level !== "info"), []);
        // Remarks are about Certificate Transparency, which is for the web's servers.
        assertEquals(
          new Set(findings.map(({ lint }) => lint)),
          new Set(["w_ct_sct_policy_count_unsatisfied"]),
        );
      }),
  });

  Deno.test({
    name: `zlint finds nothing in the CA certificates of an authority with ${algorithm} keys`,
    ignore: "missing" in zlint,
    fn: async () => {
      await using test = await startTestAuthority({ algorithm });
      const pki = `${test.directory}/pki`;
      // Those that client certificates chain to, by every rule there is.
      const findings = await lintCertificates(pathOfZlint(), [`${pki}/root.pem`, `${pki}/issuing.pem`]);
      assertEquals(findings.filter(({ level }) => level !== "info"), []);
      // Our own servers' by the standards only. The Baseline Requirements, and what browsers demand of the CAs that
      // they ship, do not apply to a private CA for 127.0.0.1 and a host name: they want public names, OCSP,
      // certificate policies and no reserved addresses, also where a name constraint permits one.
      const ours = await lintCertificates(pathOfZlint(), [`${pki}/web_ca.pem`, `${pki}/server.pem`], {
        without: PUBLIC_CA_RULES,
      });
      assertEquals(ours.filter(({ level }) => level !== "info"), []);
    },
  });
}

Deno.test({
  name: "zlint would say so if a certificate were wrong",
  ignore: "missing" in zlint,
  fn: () =>
    inFolder(async (folder) => {
      await using test = await startTestAuthority();
      await addTestUser(test.authority.store, { loginId: "abc" });
      const { certificateDer } = await new TestClient(test).issue("abc");
      // PrintableString "abc" becomes UTF8String: what X.520 does not allow. The signature is of no interest here.
      const hex = certificateDer.toHex();
      assert(hex.includes("1303616263"));
      const wrongDer = Uint8Array.fromHex(hex.replace("1303616263", "0c03616263"));
      await Deno.writeTextFile(`${folder}/wrong.pem`, encodePem(wrongDer, "CERTIFICATE"));
      const findings = await lintCertificates(pathOfZlint(), [`${folder}/wrong.pem`]);
      const errors = findings.filter(({ level }) => level === "error").map(({ lint }) => lint);
      assertEquals(errors, ["e_subject_dn_serial_number_not_printable_string"]);
    }),
});
