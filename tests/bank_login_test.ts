/** Logging in to the bank over real TLS: curl and OpenSSL show certificates that are good, bad and forged. */
import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { type Bytes, fromHex, utf8 } from "../src/pki/bytes.ts";
import { parseCertificate } from "../src/pki/certificate.ts";
import { assembleSigned, buildTbsCertificate } from "../src/pki/certificate_builder.ts";
import { extendedKeyUsage } from "../src/pki/extensions.ts";
import { generateKeyPair, signatureAlgorithmFor } from "../src/pki/keys.ts";
import { encodePem } from "../src/pki/pem.ts";
import { type DemoAuthority, startDemoAuthority } from "./support/demo_authority.ts";
import { createTestCa, testSubject } from "./support/test_ca.ts";

interface Answer {
  status: number;
  headers: Headers;
  page: string;
}

/** A certificate and its key as files' contents. */
interface ClientCertificate {
  certificatePem: string;
  keyPem: string;
}

interface CurlOptions {
  certificate?: ClientCertificate;
  /** More arguments, e.g. a cookie. */
  args?: string[];
}

async function curl(demo: DemoAuthority, url: string, options: CurlOptions = {}): Promise<Answer> {
  const folder = await Deno.makeTempDir();
  try {
    await Deno.writeTextFile(`${folder}/root.pem`, demo.authority.rootPem);
    const args = [
      "-q",
      "-s",
      "-i",
      "--cacert",
      `${folder}/root.pem`,
      "--max-time",
      "20",
      ...options.args ?? [],
    ];
    if (options.certificate) {
      await Deno.writeTextFile(`${folder}/client.pem`, options.certificate.certificatePem);
      await Deno.writeTextFile(`${folder}/client.key`, options.certificate.keyPem);
      args.push("--cert", `${folder}/client.pem`, "--key", `${folder}/client.key`);
    }
    return parseAnswer(await run("curl", [...args, url]));
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

function parseAnswer(raw: string): Answer {
  const end = raw.indexOf("\r\n\r\n");
  const [statusLine = "", ...lines] = raw.slice(0, end).split("\r\n");
  const headers = new Headers(lines.map((line): [string, string] => {
    const colon = line.indexOf(":");
    return [line.slice(0, colon), line.slice(colon + 1).trim()];
  }));
  return { status: Number(statusLine.split(" ")[1]), headers, page: raw.slice(end + 4) };
}

async function run(program: string, args: string[], cwd?: string): Promise<string> {
  const { code, stdout, stderr } = await new Deno.Command(program, {
    args,
    ...(cwd === undefined ? {} : { cwd }),
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  }).output();
  if (code !== 0) throw new Error(`${program} ended with ${code}: ${new TextDecoder().decode(stderr)}`);
  return new TextDecoder().decode(stdout);
}

function logIn(demo: DemoAuthority, certificate?: ClientCertificate, args?: string[]): Promise<Answer> {
  return curl(demo, `${demo.authority.urls.certificateLogin}/login`, {
    ...(certificate === undefined ? {} : { certificate }),
    ...(args === undefined ? {} : { args }),
  });
}

function openTop(demo: DemoAuthority, cookie: string): Promise<Answer> {
  return curl(demo, `${demo.authority.urls.portal}/top`, { args: ["-H", `cookie: ${cookie}`] });
}

/** The session cookie of an answer, as a browser would send it back. */
function sessionOf({ headers }: Answer): string {
  const cookie = headers.get("set-cookie") ?? "";
  assertMatch(cookie, /^__Host-bank-session=[A-Za-z0-9_-]{43}; Path=\/; HttpOnly; Secure; SameSite=Strict$/);
  return cookie.split(";")[0]!;
}

function assertRefused(answer: Answer, status: number, code: string): void {
  assertEquals(answer.status, status);
  assertStringIncludes(answer.page, `[${code}]`);
  assertStringIncludes(answer.page, answer.headers.get("x-correlation-id")!);
  assertEquals(answer.headers.get("set-cookie"), null);
}

/**
 * Makes a certificate with OpenSSL for a fresh key.
 *
 * @param sign Arguments of `openssl x509` that sign `request.csr`.
 */
async function withOpenssl(
  files: Readonly<Record<string, string>>,
  sign: string[],
): Promise<ClientCertificate> {
  const folder = await Deno.makeTempDir();
  try {
    for (const [name, text] of Object.entries(files)) await Deno.writeTextFile(`${folder}/${name}`, text);
    await run("openssl", [
      "genpkey",
      "-algorithm",
      "EC",
      "-pkeyopt",
      "ec_paramgen_curve:P-256",
      "-out",
      "key",
    ], folder);
    await run(
      "openssl",
      ["req", "-new", "-key", "key", "-subj", "/C=JP/CN=forger", "-out", "request.csr"],
      folder,
    );
    await Deno.writeTextFile(`${folder}/ext`, "basicConstraints=CA:FALSE\nextendedKeyUsage=clientAuth\n");
    await run("openssl", [
      "x509",
      "-req",
      "-in",
      "request.csr",
      "-days",
      "30",
      "-extfile",
      "ext",
      "-out",
      "cert",
      ...sign,
    ], folder);
    return {
      certificatePem: await Deno.readTextFile(`${folder}/cert`),
      keyPem: await Deno.readTextFile(`${folder}/key`),
    };
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

Deno.test("bank login: a good certificate, RSA or EC, opens the top page", async () => {
  await using demo = await startDemoAuthority();
  for (const algorithm of ["p256", "rsa-2048"] as const) {
    const account = await demo.addAccount({ name: "佐藤 一郎", role: "administrator" });
    const credential = await demo.acquire(account, { algorithm });
    const answer = await logIn(demo, credential);
    assertEquals([answer.status, answer.headers.get("location")], [303, `${demo.authority.urls.portal}/top`]);
    const { status, page } = await openTop(demo, sessionOf(answer));
    assertEquals(status, 200);
    for (
      const text of [
        "佐藤 一郎",
        account.company,
        account.loginId,
        "管理者ユーザ",
        "366日",
        credential.serial,
      ]
    ) {
      assertStringIncludes(page, text);
    }
  }
});

Deno.test("bank login: the next login tells when the last one was", async () => {
  await using demo = await startDemoAuthority();
  const credential = await demo.acquire(await demo.addAccount());
  const first = await openTop(demo, sessionOf(await logIn(demo, credential)));
  assertStringIncludes(first.page, "初回のログインです");
  const second = await openTop(demo, sessionOf(await logIn(demo, credential)));
  assert(!second.page.includes("初回のログインです"));
});

Deno.test("bank login: whoever shows no certificate, a stranger's or a forged one is refused", async () => {
  await using demo = await startDemoAuthority();
  const { directory } = demo;
  const good = await demo.acquire(await demo.addAccount());
  const issuing = await Deno.readTextFile(`${directory}/pki/issuing.pem`);
  const issuingKey = await Deno.readTextFile(`${directory}/pki/issuing.key.pem`);

  assertRefused(await logIn(demo), 401, "H201e");

  const stranger = await createTestCa({ name: "Stranger" });
  const keyPair = await generateKeyPair("p256");
  const strangers = await stranger.issue({
    subjectDer: testSubject({ loginId: "user0001" }),
    spkiDer: keyPair.spkiDer,
    serial: Uint8Array.fromHex(good.serial),
  });
  assertRefused(await logIn(demo, asClient(strangers, keyPair.pkcs8Der)), 403, "H202e");

  const selfSigned = await withOpenssl({}, ["-signkey", "key"]);
  assertRefused(await logIn(demo, selfSigned), 403, "H202e");

  // Our issuer's name over somebody else's signature.
  assertRefused(await logIn(demo, await forge(good.certificateDer)), 403, "H202e");

  // Our own key signed it, but no record says so: a stolen key, or a store that lost what it had.
  const ca = { "ca.pem": issuing, "ca.key": issuingKey };
  const unrecorded = await withOpenssl(ca, [
    "-CA",
    "ca.pem",
    "-CAkey",
    "ca.key",
    "-set_serial",
    "0x0123456789abcdef",
  ]);
  assertRefused(await logIn(demo, unrecorded), 403, "H205e");
  const sameSerial = await withOpenssl(ca, [
    "-CA",
    "ca.pem",
    "-CAkey",
    "ca.key",
    "-set_serial",
    `0x${good.serial}`,
  ]);
  assertRefused(await logIn(demo, sameSerial), 403, "H205e");

  assertEquals((await logIn(demo, good)).status, 303);
});

Deno.test("bank login: an expired certificate is refused, and so is its session", async () => {
  await using demo = await startDemoAuthority();
  const credential = await demo.acquire(await demo.addAccount());
  demo.clock.moveDays(364.9);
  const session = sessionOf(await logIn(demo, credential));
  assertStringIncludes((await openTop(demo, session)).page, "残り日数");
  demo.clock.moveDays(2);
  const refused = await logIn(demo, credential);
  assertRefused(refused, 403, "H203e");
  assertMatch(refused.page, /有効期限\(\d{4}年\d{1,2}月\d{1,2}日 \d{2}:\d{2}\)/);
  assertEquals((await openTop(demo, session)).status, 401);
});

Deno.test("bank login: a revoked certificate is refused at once, at the login and in its session", async () => {
  await using demo = await startDemoAuthority();
  const credential = await demo.acquire(await demo.addAccount());
  const session = sessionOf(await logIn(demo, credential));
  assertEquals((await openTop(demo, session)).status, 200);
  await demo.revoke(credential.serial);
  const refused = await openTop(demo, session);
  assertEquals(refused.status, 403);
  assertStringIncludes(refused.page, "[H204e]");
  assertRefused(await logIn(demo, credential), 403, "H204e");
  assertEquals((await openTop(demo, session)).status, 401);
});

Deno.test("bank login: revoked on a connection that stays open, the next request on it is refused", async () => {
  await using demo = await startDemoAuthority();
  const credential = await demo.acquire(await demo.addAccount());
  const login = new URL(demo.authority.urls.certificateLogin);
  using connection = await Deno.connectTls({
    hostname: login.hostname,
    port: Number(login.port),
    caCerts: [demo.authority.rootPem],
    cert: credential.certificatePem,
    key: credential.keyPem,
  });
  const before = await ask(connection, `GET / HTTP/1.1\r\nhost: ${login.host}\r\n\r\n`);
  assertMatch(before, /^HTTP\/1\.1 303 /);
  await demo.revoke(credential.serial);
  const after = await ask(connection, `GET /login HTTP/1.1\r\nhost: ${login.host}\r\n\r\n`);
  assertMatch(after, /^HTTP\/1\.1 403 /);
  assertStringIncludes(after.toLowerCase(), "connection: close");
});

Deno.test("bank login: the first login with an unconfirmed certificate confirms it", async () => {
  await using demo = await startDemoAuthority();
  const credential = await demo.acquire(await demo.addAccount(), { isConfirmed: false });
  assertEquals((await demo.authority.store.findCertificate(credential.serial))?.state, "unconfirmed");
  assertEquals((await logIn(demo, credential)).status, 303);
  assertEquals((await demo.authority.store.findCertificate(credential.serial))?.state, "confirmed");
});

Deno.test("bank login: an unconfirmed certificate that another one replaced is refused", async () => {
  await using demo = await startDemoAuthority();
  const account = await demo.addAccount();
  const replaced = await demo.acquire(account, { isConfirmed: false });
  const latest = await demo.acquire(account);
  assertRefused(await logIn(demo, replaced), 403, "H204e");
  assertEquals((await logIn(demo, latest)).status, 303);
});

Deno.test("bank login: a disabled user is refused, also in a session", async () => {
  await using demo = await startDemoAuthority();
  const account = await demo.addAccount();
  const credential = await demo.acquire(account);
  const session = sessionOf(await logIn(demo, credential));
  await demo.authority.store.write(async (transaction) => {
    const user = await transaction.findUser(account.loginId);
    await transaction.updateUser({ ...user!, isDisabled: true });
  });
  assertRefused(await logIn(demo, credential), 403, "H208e");
  assertEquals((await openTop(demo, session)).status, 403);
});

Deno.test("bank login: logging out ends the session for everybody who holds its cookie", async () => {
  await using demo = await startDemoAuthority();
  const { portal } = demo.authority.urls;
  const session = sessionOf(await logIn(demo, await demo.acquire(await demo.addAccount())));
  const forged = await curl(demo, `${portal}/logout`, {
    args: ["-X", "POST", "-H", `cookie: ${session}`, "-H", "origin: https://evil.test"],
  });
  assertEquals(forged.status, 403);
  assertEquals((await openTop(demo, session)).status, 200);
  const own = await curl(demo, `${portal}/logout`, {
    args: ["-X", "POST", "-H", `cookie: ${session}`, "-H", `origin: ${portal}`],
  });
  assertEquals([own.status, own.headers.get("location")], [303, "/?ended=logout"]);
  assertEquals((await openTop(demo, session)).status, 401);
});

Deno.test("bank login: neither the store nor the log holds what opens a session", async () => {
  await using demo = await startDemoAuthority();
  const session = sessionOf(await logIn(demo, await demo.acquire(await demo.addAccount())));
  const token = session.split("=")[1]!;
  for await (const entry of Deno.readDir(demo.directory)) {
    if (!entry.isFile) continue;
    const bytes = await Deno.readFile(`${demo.directory}/${entry.name}`);
    assert(!new TextDecoder("latin1").decode(bytes).includes(token), entry.name);
  }
  assert(!demo.log.text().includes(token));
});

/** A certificate that says the same as another one, for another key and signed by nobody's. */
async function forge(originalDer: Bytes): Promise<ClientCertificate> {
  const original = parseCertificate(originalDer);
  const keyPair = await generateKeyPair("p256");
  const forger = await generateKeyPair("p256");
  const signatureAlgorithmDer = signatureAlgorithmFor(forger.spkiDer);
  const tbsDer = buildTbsCertificate({
    ...original,
    serial: fromHex(original.serialHex),
    signatureAlgorithmDer,
    spkiDer: keyPair.spkiDer,
    extensions: [extendedKeyUsage(["clientAuth"])],
  });
  const der = assembleSigned(tbsDer, signatureAlgorithmDer, await forger.sign(tbsDer));
  return asClient(der, keyPair.pkcs8Der);
}

function asClient(certificateDer: Bytes, pkcs8Der: Bytes): ClientCertificate {
  return {
    certificatePem: encodePem(certificateDer, "CERTIFICATE"),
    keyPem: encodePem(pkcs8Der, "PRIVATE KEY"),
  };
}

/** Sends one request on an open connection and reads one answer. */
async function ask(connection: Deno.TlsConn, request: string): Promise<string> {
  await connection.write(utf8(request));
  let text = "";
  const buffer = new Uint8Array(16 * 1024);
  for (;;) {
    const length = await connection.read(buffer);
    if (length === null) return text;
    text += new TextDecoder("latin1").decode(buffer.subarray(0, length));
    const end = text.indexOf("\r\n\r\n");
    const body = /content-length: (\d+)/i.exec(text.slice(0, end));
    if (end >= 0 && (body === null ? text.endsWith("0\r\n\r\n") : text.length >= end + 4 + Number(body[1]))) {
      return text;
    }
  }
}
