/** Second opinions: OpenSSL reads and verifies what this CA writes. */
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { join } from "node:path";
import { encodePem } from "../../pki/pem.ts";
import { revoke } from "../revocation.ts";
import { type Issued, TestClient } from "../test_client.ts";
import { addTestUser, createTestClock, startTestAuthority, type TestAuthority } from "../testing.ts";

async function openssl(...args: string[]): Promise<{ code: number; text: string }> {
  const { code, stdout, stderr } = await new Deno.Command("openssl", { args }).output();
  return { code, text: new TextDecoder().decode(stdout) + new TextDecoder().decode(stderr) };
}

const hasOpenssl = await openssl("version").then(({ code }) => code === 0, () => false);
if (!hasOpenssl) console.warn("skipped: OpenSSL's second opinion, because there is no openssl");

/** Writes one certificate and the current CRL beside the CAs; verifies as strictly as OpenSSL can. */
async function verify(
  test: TestAuthority,
  certificateDer: Uint8Array,
): Promise<{ code: number; text: string }> {
  const { directory, authority } = test;
  const leaf = join(directory, "leaf.pem"), crl = join(directory, "crl.pem");
  await Deno.writeTextFile(leaf, encodePem(certificateDer, "CERTIFICATE"));
  let crls = "";
  for (const name of ["issuing.crl", "root.crl"]) {
    const response = await fetch(`${authority.urls.publication}/${name}`);
    assertEquals(response.headers.get("content-type"), "application/pkix-crl");
    crls += encodePem(new Uint8Array(await response.arrayBuffer()), "X509 CRL");
  }
  await Deno.writeTextFile(crl, crls);
  const root = join(directory, "pki/root.pem"), issuing = join(directory, "pki/issuing.pem");
  return await openssl(
    ...["verify", "-x509_strict", "-purpose", "sslclient", "-crl_check_all", "-CRLfile", crl],
    ...["-CAfile", root, "-untrusted", issuing, leaf],
  );
}

for (const algorithm of ["rsa-2048", "p256"] as const) {
  Deno.test({
    name: `OpenSSL verifies chain and CRL of a ${algorithm} CA, and sees a revocation at once`,
    ignore: !hasOpenssl,
    async fn() {
      await using test = await startTestAuthority({ algorithm });
      const client = new TestClient(test);
      const issued: Issued[] = [];
      for (const loginId of ["hanako", "taro"]) {
        await addTestUser(test.authority.store, { loginId });
        issued.push(await client.issue(loginId));
      }
      for (const { certificateDer } of issued) {
        const { code, text } = await verify(test, certificateDer);
        assertEquals(code, 0, text);
      }
      await revoke(test.authority.store, {
        target: { loginId: "hanako" },
        reason: "key-compromise",
        actor: "operator",
        at: test.clock.now(),
        correlationId: "-",
      });
      const revoked = await verify(test, issued[0]!.certificateDer);
      assert(revoked.code !== 0);
      assertStringIncludes(revoked.text, "certificate revoked");
      assertEquals((await verify(test, issued[1]!.certificateDer)).code, 0);

      const crl = await openssl("crl", "-in", join(test.directory, "crl.pem"), "-noout", "-text");
      assertStringIncludes(crl.text.replaceAll("\n", " "), "Key Compromise");
      assertStringIncludes(crl.text, issued[0]!.issued.serial.toUpperCase());
    },
  });
}

Deno.test({
  name: "OpenSSL shows the profile as it was meant",
  ignore: !hasOpenssl,
  async fn() {
    await using test = await startTestAuthority();
    await addTestUser(test.authority.store, { loginId: "hanako" });
    const { certificateDer } = await new TestClient(test).issue("hanako");
    await verify(test, certificateDer);
    const options = ["-noout", "-text", "-nameopt", "utf8,sep_comma_plus,-esc_msb"];
    const { text } = await openssl("x509", "-in", join(test.directory, "leaf.pem"), ...options);
    for (
      const part of [
        "C=JP,O=東京厚生信用組合,OU=厚生商事株式会社,CN=山田 花子,serialNumber=hanako",
        "X509v3 Basic Constraints: critical\n                CA:FALSE",
        "X509v3 Key Usage: critical\n                Digital Signature\n",
        "X509v3 Extended Key Usage: \n                TLS Web Client Authentication\n",
        `URI:${test.authority.urls.publication}/issuing.crl`,
        "X509v3 Subject Key Identifier",
        "X509v3 Authority Key Identifier",
      ]
    ) assertStringIncludes(text, part);
  },
});

Deno.test({
  name: "OpenSSL verifies the server's certificate by name, and no other name from the same web CA",
  ignore: !hasOpenssl,
  async fn() {
    await using test = await startTestAuthority();
    const pki = join(test.directory, "pki");
    const chain = ["-CAfile", join(pki, "root.pem"), "-untrusted", join(pki, "web_ca.pem")];
    const server = join(pki, "server.pem");
    for (const name of [["-verify_ip", "127.0.0.1"], ["-verify_hostname", "localhost"]]) {
      const { code, text } = await openssl(
        ...["verify", "-x509_strict", "-purpose", "sslserver", ...name, ...chain, server],
      );
      assertEquals(code, 0, text);
    }
    const { code } = await openssl("verify", "-verify_hostname", "example.test", ...chain, server);
    assert(code !== 0);
  },
});

Deno.test({
  name: "OpenSSL finds that the web CA cannot certify other servers",
  ignore: !hasOpenssl,
  async fn() {
    await using test = await startTestAuthority();
    const pki = join(test.directory, "pki");
    const { createServerCertificate } = await import("./hierarchy.ts");
    const { readKeyFile, readPemFile } = await import("./key_files.ts");
    const { importKeyPair } = await import("../../pki/keys.ts");
    const { parseCertificate } = await import("../../pki/certificate.ts");
    const { randomBytes } = await import("../testing.ts");
    const webDer = await readPemFile(join(pki, "web_ca.pem"));
    const issuer = {
      nameDer: parseCertificate(webDer).subjectDer,
      keyPair: await importKeyPair(await readKeyFile(join(pki, "web_ca.key.pem"))),
    };
    const { certificateDer } = await createServerCertificate(issuer, {
      institutionName: { ja: "偽", en: "Fake" },
      algorithm: "p256",
      hosts: ["bank.example.test"],
      now: new Date(),
      randomBytes,
    });
    const path = join(test.directory, "fake.pem");
    await Deno.writeTextFile(path, encodePem(certificateDer, "CERTIFICATE"));
    const chain = ["-CAfile", join(pki, "root.pem"), "-untrusted", join(pki, "web_ca.pem")];
    const { code, text } = await openssl("verify", ...chain, path);
    assert(code !== 0);
    assertStringIncludes(text, "permitted subtree violation");
  },
});

Deno.test("the CRL is renewed when half of its time is over, with a higher number", async () => {
  const { parseCrl } = await import("../../pki/crl.ts");
  await using test = await startTestAuthority();
  async function current() {
    const response = await fetch(`${test.authority.urls.publication}/issuing.crl`);
    return parseCrl(new Uint8Array(await response.arrayBuffer()));
  }
  const first = await current();
  assertEquals((await current()).crlNumber, first.crlNumber);
  assertEquals(first.nextUpdate.getTime() - first.thisUpdate.getTime(), 24 * 3_600_000);
  test.clock.advance({ hours: 13 });
  await test.authority.sweep();
  const second = await current();
  assertEquals(second.crlNumber, first.crlNumber! + 1n);
  assert(second.thisUpdate > first.thisUpdate);
});

Deno.test("the server's certificate is renewed before it runs out, without a restart", async () => {
  // Made so long ago that today the old one is still good, for TLS goes by the real clock.
  const clock = createTestClock();
  clock.advance({ days: -370 });
  await using test = await startTestAuthority({ clock });
  const path = join(test.directory, "pki/server.pem");
  const before = await Deno.readTextFile(path);
  clock.advance({ days: 360 });
  await test.authority.sweep();
  assertEquals(await Deno.readTextFile(path), before);
  clock.advance({ days: 10 });
  await test.authority.sweep();
  assert(await Deno.readTextFile(path) !== before);
  const answer = await fetch(`${test.authority.urls.api}/healthz`, { client: test.client });
  assertEquals(await answer.json(), { ok: true });
});

Deno.test("publication gives the CAs' certificates and nothing else", async () => {
  await using test = await startTestAuthority();
  const { publication } = test.authority.urls;
  for (const name of ["issuing.cer", "root.cer"]) {
    const response = await fetch(`${publication}/${name}`);
    assertEquals(response.headers.get("content-type"), "application/pkix-cert");
    await response.body?.cancel();
  }
  for (const [path, method, status] of [["/", "GET", 404], ["/issuing.crl", "POST", 405]] as const) {
    const response = await fetch(publication + path, { method });
    assertEquals(response.status, status);
    await response.body?.cancel();
  }
});
