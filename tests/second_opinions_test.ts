/**
 * Second opinions on what the running product sends, packs and stores in one issue: OpenSSL and NSS read and verify
 * each of it. What single functions write is judged beside them, in src/pki and src/authority/ca.
 */
import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { revoke } from "../src/authority/revocation.ts";
import { startEngineTest } from "../src/issuance/testing.ts";
import type { Keystore, Pkcs12Bundle } from "../src/keystore/keystore.ts";
import { hasNssTools } from "../src/keystore/nss.ts";
import { encodePem } from "../src/pki/pem.ts";
import { findProgram } from "../src/platform/run.ts";
import type { KeyAlgorithm } from "../src/protocol/messages.ts";

const PASSWORD = "correct horse 電池";
const SUBJECT = "C=JP,O=東京厚生信用組合,OU=厚生商事株式会社,CN=山田 花子,serialNumber=hanako.yamada";

/** Everything that one issue leaves behind, as files. */
interface Traces extends AsyncDisposable {
  /** `csr.der`, `proof.der`, `bundle.p12`, `bundle.password`, `root.pem`, `issuing.pem`. */
  readonly folder: string;
  readonly nssFolder: string;
  readonly serial: string;
  readonly urls: { api: string; certificateLogin: string };
  /** Writes `crls.pem`: what is published now. */
  fetchCrls(): Promise<void>;
  revoke(): Promise<void>;
}

/** Issues once with the real engine, and keeps what passes by. */
async function issueOnce(algorithm: KeyAlgorithm): Promise<Traces> {
  await using made = new AsyncDisposableStack();
  const test = made.use(await startEngineTest({ algorithm, authority: { algorithm }, keystore: "nss" }));
  const loginId = await test.addUser({ password: PASSWORD });
  const folder = `${test.folder}/traces`;
  await Deno.mkdir(folder);
  const { authority } = test.authority;
  for (const name of ["root.pem", "issuing.pem"]) {
    await Deno.copyFile(`${test.authority.directory}/pki/${name}`, `${folder}/${name}`);
  }
  test.setNetwork(async (request, send) => {
    const kept = { "/csr": "csr", "/confirmation": "proof" };
    for (const [path, field] of Object.entries(kept)) {
      if (!request.url.endsWith(path)) continue;
      await Deno.writeFile(`${folder}/${field}.der`, Uint8Array.fromBase64(JSON.parse(request.body!)[field]));
    }
    return await send(request);
  });
  async function keep(bundle: Pkcs12Bundle): Promise<void> {
    await Deno.writeFile(`${folder}/bundle.p12`, bundle.pkcs12Der);
    await Deno.writeTextFile(`${folder}/bundle.password`, bundle.password);
  }
  const { keystore } = test;
  const watched: Keystore = {
    check: () => keystore.check(),
    list: () => keystore.list(),
    listWithoutKey: () => keystore.listWithoutKey(),
    sign: (fingerprint, content) => keystore.sign(fingerprint, content),
    remove: (fingerprint) => keystore.remove(fingerprint),
    import: async (bundle) => {
      await keep(bundle);
      return await keystore.import(bundle);
    },
  };
  const attempt = await test.open({ keystore: watched }).begin({ operation: "issue", loginId });
  await attempt.answer({ password: PASSWORD });
  const { serial } = await attempt.acquire();
  const parts = made.move();
  return {
    folder,
    nssFolder: `${test.folder}/nssdb`,
    serial,
    urls: authority.urls,
    async fetchCrls() {
      let pem = "";
      for (const name of ["issuing.crl", "root.crl"]) {
        const response = await fetch(`${authority.urls.publication}/${name}`);
        pem += encodePem(await response.bytes(), "X509 CRL");
      }
      await Deno.writeTextFile(`${folder}/crls.pem`, pem);
    },
    async revoke() {
      const { store } = authority;
      const at = test.authority.clock.now();
      await revoke(store, {
        target: { serial },
        reason: "superseded",
        actor: "operator",
        at,
        correlationId: "-",
      });
    },
    [Symbol.asyncDispose]: () => parts.disposeAsync(),
  };
}

interface Said {
  code: number;
  text: string;
}

/** @param stdin What the program reads; nothing when left out. */
async function run(cwd: string, program: string, options: { args: string[]; stdin?: string }): Promise<Said> {
  const child = new Deno.Command(program, {
    args: options.args,
    cwd,
    stdin: "piped",
    stdout: "piped",
    stderr: "piped",
    env: { LC_ALL: "C.UTF-8" },
  }).spawn();
  const writer = child.stdin.getWriter();
  // It may end without reading.
  await writer.write(new TextEncoder().encode(options.stdin ?? "")).then(() => writer.close()).catch(
    () => {},
  );
  const { code, stdout, stderr } = await child.output();
  return { code, text: new TextDecoder().decode(stdout) + new TextDecoder().decode(stderr) };
}

async function succeeds(cwd: string, program: string, args: string[]): Promise<string> {
  const { code, text } = await run(cwd, program, { args });
  assertEquals(code, 0, `${program} ${args.join(" ")}: ${text}`);
  return text;
}

/** Key and certificate as another program takes them out of the bundle. */
async function unpack(folder: string, bundle: string): Promise<void> {
  const common = ["pkcs12", "-in", bundle, "-passin", "file:bundle.password"];
  await succeeds(folder, "openssl", [...common, "-nocerts", "-nodes", "-out", "key.pem"]);
  await succeeds(folder, "openssl", [...common, "-nokeys", "-clcerts", "-out", "leaf.pem"]);
  await succeeds(folder, "openssl", [...common, "-nokeys", "-cacerts", "-out", "chain.pem"]);
}

const STRICTLY = [
  ...["verify", "-x509_strict", "-purpose", "sslclient", "-crl_check_all", "-CRLfile", "crls.pem"],
  ...["-CAfile", "root.pem", "-untrusted", "issuing.pem"],
];

const ignore = !hasNssTools() || findProgram("openssl") === undefined;

for (const algorithm of ["rsa-2048", "p256"] as const) {
  Deno.test({
    name: `OpenSSL and NSS agree with everything that one issue makes (${algorithm})`,
    ignore,
    fn: async (t) => {
      await using traces = await issueOnce(algorithm);
      const { folder, nssFolder, serial, urls } = traces;
      const openssl = (...args: string[]) => succeeds(folder, "openssl", args);

      await t.step("the CSR that was sent: its own signature, the right subject and key", async () => {
        const text = await openssl(
          ...["req", "-inform", "DER", "-in", "csr.der", "-verify", "-noout", "-text"],
          ...["-nameopt", "utf8,sep_comma_plus,-esc_msb"],
        );
        assertStringIncludes(text, "verify OK");
        assertStringIncludes(text, SUBJECT);
        assertStringIncludes(text, algorithm === "p256" ? "NIST CURVE: P-256" : "Public-Key: (2048 bit)");
      });

      await t.step("the PKCS#12 bundle: AES and SHA-256, key and certificate of one pair", async () => {
        const info = await openssl(
          ...["pkcs12", "-in", "bundle.p12", "-passin", "file:bundle.password", "-info", "-noout"],
        );
        assertMatch(info, /MAC: sha256, Iteration \d+/);
        assertEquals(info.match(/PBES2, PBKDF2, AES-256-CBC, Iteration \d+, PRF hmacWithSHA256/g)?.length, 2);
        await unpack(folder, "bundle.p12");
        const ofKey = await openssl("pkey", "-in", "key.pem", "-pubout");
        assertEquals(await openssl("x509", "-in", "leaf.pem", "-noout", "-pubkey"), ofKey);
        assertEquals(
          await openssl("req", "-inform", "DER", "-in", "csr.der", "-noout", "-pubkey"),
          ofKey,
        );
        const wrong = { args: ["pkcs12", "-in", "bundle.p12", "-passin", "pass:wrong", "-noout"] };
        assert((await run(folder, "openssl", wrong)).code !== 0);
      });

      await t.step("the chain, as strictly as it can be, with the CRLs that are published", async () => {
        await traces.fetchCrls();
        assertStringIncludes(await openssl(...STRICTLY, "leaf.pem"), "leaf.pem: OK");
        const number = await openssl("x509", "-in", "leaf.pem", "-noout", "-serial");
        assertEquals(number.trim().toLowerCase(), `serial=${serial}`);
        const crl = await openssl("crl", "-in", "crls.pem", "-noout", "-CAfile", "issuing.pem", "-verify");
        assertStringIncludes(crl, "verify OK");
        // Not for servers, whatever else is in it.
        const asServer = STRICTLY.map((word) => word === "sslclient" ? "sslserver" : word);
        assert((await run(folder, "openssl", { args: [...asServer, "leaf.pem"] })).code !== 0);
      });

      await t.step(
        "the confirmation that was sent: signed with that key over that serial number",
        async () => {
          const verified = await openssl(
            ...["cms", "-verify", "-inform", "DER", "-in", "proof.der", "-purpose", "any"],
            ...["-CAfile", "root.pem", "-certfile", "issuing.pem", "-signer", "signer.pem"],
          );
          assertMatch(verified, new RegExp(`^hakko confirmation v1\\r?\\n[\\w-]+\\r?\\n${serial}\\r?\\n`));
          const [signer, leaf] = await Promise.all(
            ["signer.pem", "leaf.pem"].map((file) =>
              openssl("x509", "-in", file, "-noout", "-fingerprint", "-sha256")
            ),
          );
          assertEquals(signer, leaf);
        },
      );

      await t.step(
        "the NSS database: the certificate for clients, and a key that comes out the same",
        async () => {
          const database = ["-d", `sql:${nssFolder}`];
          await Deno.writeTextFile(`${folder}/empty`, "\n");
          const keys = await succeeds(folder, "certutil", ["-K", ...database, "-f", "empty"]);
          assertEquals(keys.match(/^<\s*\d+>/gm)?.length, 1, keys);
          const name = /^<\s*\d+>\s+\w+\s+[0-9a-f]+\s+(.*)$/m.exec(keys)?.[1];
          assert(name !== undefined, keys);
          // The database trusts nobody's clients by itself; here it shall.
          await succeeds(folder, "certutil", [
            ...["-A", "-n", "root", "-t", "T,,", "-i", "root.pem", "-a", "-f", "empty"],
            ...database,
          ]);
          const nickname = name.replace(/^.*?:/, "");
          const valid = await succeeds(folder, "certutil", [
            ...["-V", "-u", "C", "-e", "-n", nickname, "-f", "empty", ...database],
          ]);
          assertStringIncludes(valid, "certificate is valid");
          await succeeds(folder, "pk12util", [
            ...["-o", "exported.p12", "-n", nickname, "-w", "bundle.password", "-k", "empty", ...database],
          ]);
          const keyOf = () => succeeds(folder, "openssl", ["pkey", "-in", "key.pem"]);
          const ours = await keyOf();
          await unpack(folder, "exported.p12");
          assertEquals(await keyOf(), ours);
        },
      );

      await t.step("the TLS servers: OpenSSL trusts them by the root alone, and logs in", async () => {
        const { host } = new URL(urls.certificateLogin);
        const connect = ["s_client", "-connect", host, "-CAfile", "root.pem", "-verify_return_error"];
        const strictly = ["-verify_ip", "127.0.0.1", "-x509_strict", "-quiet"];
        const request = `GET /login HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`;
        const mine = ["-cert", "leaf.pem", "-key", "key.pem", "-cert_chain", "issuing.pem"];
        const withIt = await run(folder, "openssl", {
          args: [...connect, ...strictly, ...mine],
          stdin: request,
        });
        assertMatch(withIt.text, /HTTP\/1\.1 303 .*\r\n(.*\r\n)*location: .*\/top/);
        const without = await run(folder, "openssl", { args: [...connect, ...strictly], stdin: request });
        assertMatch(without.text, /HTTP\/1\.1 40[13] /);
      });

      await t.step("revoked: OpenSSL sees it with the next CRL", async () => {
        await traces.revoke();
        await traces.fetchCrls();
        const { code, text } = await run(folder, "openssl", { args: [...STRICTLY, "leaf.pem"] });
        assert(code !== 0);
        assertStringIncludes(text, "certificate revoked");
      });
    },
  });
}
