/** Every way out through a proxy: a real squid in between, the real TLS behind it, the real engine on top. */
import { assert, assertEquals, assertRejects } from "@std/assert";
import { AppError, type ErrorKey } from "../src/errors.ts";
import { type HttpOptions, openHttp } from "../src/network/http.ts";
import { createProxyAuthenticator } from "../src/network/proxy/authentication.ts";
import { openSystemProxy } from "../src/network/proxy/settings.ts";
import type { ProxySettings } from "../src/network/proxy/types.ts";
import { startEngineTest } from "../src/issuance/testing.ts";
import { encodePem } from "../src/pki/pem.ts";
import { createMemoryLog } from "./support/memory_log.ts";
import { freePort, hasSquid, type Squid, startSquid } from "./support/squid.ts";
import { createTestCa, type TestCa } from "./support/test_ca.ts";
import { startTlsServer, type TlsServer } from "./support/tls_server.ts";

const ignore = !hasSquid();
const RIGHT = { username: "keiri", password: "right-proxy-pass-桜" };
const WRONG = { username: "keiri", password: "wrong-proxy-pass" };
const NEW = { username: "keiri", password: "new-proxy-pass" };

/** An authority's side of things: a TLS server that counts, and its CA. */
interface Destination extends AsyncDisposable {
  ca: TestCa;
  server: TlsServer;
  /** `METHOD path` of every request that arrived. */
  arrived: string[];
}

async function startDestination({ ca: given }: { ca?: TestCa } = {}): Promise<Destination> {
  const ca = given ?? await createTestCa({ purpose: "serverAuth" });
  const arrived: string[] = [];
  const server = await startTlsServer((request, response) => {
    arrived.push(`${request.method} ${request.url}`);
    if (request.url === "/407") response.writeHead(407, { "proxy-authenticate": "Basic realm=x" });
    response.end("answer");
  }, { ca });
  return { ca, server, arrived, [Symbol.asyncDispose]: () => server[Symbol.asyncDispose]() };
}

/** Settings that name one proxy, and an empty system. */
function through(flag: string | undefined, env: Record<string, string> = {}): ProxySettings {
  return { flag, profile: "system", system: openSystemProxy((name) => env[name]) };
}

function openWay({ ca }: { ca: TestCa }, options: Partial<HttpOptions>) {
  const http = openHttp({ trustAnchorsPem: [ca.rootPem], ...options });
  return { ...http, [Symbol.dispose]: () => http.close() };
}

/** Root and issuing CA: a proxy may send its own certificate only. */
function wholeChain(ca: TestCa): string[] {
  return [ca.rootPem, encodePem(ca.issuingDer, "CERTIFICATE")];
}

function createDesk(log = createMemoryLog()) {
  return Object.assign(createProxyAuthenticator({ institution: "2224", log }), { log });
}

async function failsWith(key: ErrorKey, work: () => Promise<unknown>): Promise<AppError> {
  const error = await assertRejects(work, AppError);
  assertEquals(error.key, key, String(error.cause ?? ""));
  return error;
}

function get(server: TlsServer, path = "/") {
  return { method: "GET", url: server.url + path, headers: {} } as const;
}

function urlWith({ url }: Squid, { username, password }: { username: string; password: string }): string {
  return url.replace("://", `://${encodeURIComponent(username)}:${encodeURIComponent(password)}@`);
}

/** A listener that answers every connection in one way: for proxies that Debian has none of. */
function startFakeProxy(answer: string) {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const heard: string[] = [];
  const serving = (async () => {
    for await (const connection of listener) {
      const buffer = new Uint8Array(4096);
      const length = await connection.read(buffer).catch(() => null) ?? 0;
      heard.push(new TextDecoder().decode(buffer.subarray(0, length)));
      await connection.write(new TextEncoder().encode(answer)).catch(() => {});
      connection.close();
    }
  })();
  const address = `127.0.0.1:${(listener.addr as Deno.NetAddr).port}`;
  return {
    address,
    url: `http://${address}`,
    heard,
    async [Symbol.asyncDispose]() {
      listener.close();
      await serving;
    },
  };
}

Deno.test(
  "a request goes through the proxy that the flag, the profile or the environment names",
  { ignore },
  async (t) => {
    await using destination = await startDestination();
    await using squid = await startSquid();
    const none = openSystemProxy(() => undefined);
    const ways: Record<string, ProxySettings> = {
      "the flag": through(squid.url),
      "the profile": { profile: squid.url, system: none },
      "the environment": through(undefined, { https_proxy: squid.address }),
    };
    for (const [name, proxy] of Object.entries(ways)) {
      await t.step(name, async () => {
        const before = squid.requests().length;
        const http = openWay(destination, { proxy });
        assertEquals((await http.send(get(destination.server))).status, 200);
        http.close();
        await squid.loggedMore(before);
      });
    }
  },
);

Deno.test(
  "the environment's NO_PROXY leads past the proxy, and direct means direct",
  { ignore },
  async (t) => {
    await using destination = await startDestination();
    // Nobody listens there: whoever goes there fails.
    const nowhere = `http://127.0.0.1:${freePort()}`;
    const ways: Record<string, ProxySettings> = {
      "NO_PROXY": through(undefined, { HTTPS_PROXY: nowhere, NO_PROXY: "example.co.jp, 127.0.0.0/8" }),
      "the flag": through("direct", { HTTPS_PROXY: nowhere }),
      "the profile": { profile: "direct", system: openSystemProxy(() => nowhere) },
    };
    for (const [name, proxy] of Object.entries(ways)) {
      await t.step(name, async () => {
        using http = openWay(destination, { proxy });
        assertEquals((await http.send(get(destination.server))).status, 200);
      });
    }
  },
);

Deno.test("the runtime's own look at the environment does not count", { ignore }, async () => {
  await using destination = await startDestination();
  await using squid = await startSquid();
  const folder = await Deno.makeTempDir();
  try {
    const source = `
      import { openHttp } from ${JSON.stringify(import.meta.resolve("../src/network/http.ts"))};
      const [url, rootPem, squid] = Deno.args;
      const system = { resolve: () => Promise.resolve({ kind: "direct" }) };
      for (const flag of ["direct", squid]) {
        const http = openHttp({ trustAnchorsPem: [rootPem], proxy: { flag, system } });
        console.log(await http.send({ method: "GET", url, headers: {} }).then((answer) => answer.status, (e) => e.key));
        http.close();
      }
      console.log(Deno.env.get("HTTPS_PROXY") !== undefined && Deno.env.get("NO_PROXY") !== undefined);
      Deno.exit();`;
    await Deno.writeTextFile(`${folder}/try.ts`, source);
    const config = new URL("../deno.json", import.meta.url).pathname;
    const { stdout, stderr } = await new Deno.Command(Deno.execPath(), {
      args: ["run", "--no-check", "-A", "--config", config, `${folder}/try.ts`]
        .concat(destination.server.url, destination.ca.rootPem, squid.url),
      // Without "direct" to be direct, and past a proxy that was named: what the runtime would do.
      env: {
        HTTPS_PROXY: `http://127.0.0.1:${freePort()}`,
        NO_PROXY: new URL(squid.url).hostname,
        NO_COLOR: "1",
      },
    }).output();
    const said = new TextDecoder().decode(stdout).trim().split("\n");
    assertEquals(said, ["200", "200", "true"], new TextDecoder().decode(stderr));
    await squid.loggedMore(0);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test(
  "credentials in the proxy's address are used without a question, and appear nowhere",
  { ignore },
  async () => {
    await using destination = await startDestination();
    await using squid = await startSquid({ users: [RIGHT] });
    const authentication = createDesk();
    using http = openWay(destination, { proxy: through(urlWith(squid, RIGHT)), authentication });
    assertEquals((await http.send(get(destination.server))).status, 200);
    assertEquals(authentication.pending(), undefined);
    assertEquals(authentication.log.text(), "[]");
  },
);

Deno.test("a request waits for the proxy's credentials, wrong ones are asked again, and it arrives once", {
  ignore,
}, async () => {
  await using destination = await startDestination();
  await using squid = await startSquid({ users: [RIGHT] });
  const authentication = createDesk();
  using http = openWay(destination, { proxy: through(squid.url), authentication });
  const sending = http.send({
    method: "POST",
    url: destination.server.url + "/csr",
    headers: {},
    body: "{}",
  });

  const challenge = { proxy: squid.address, schemes: ["Basic"] };
  assertEquals(await authentication.asked(), { ...challenge, isRefused: false });
  authentication.answer(WRONG, { keep: false });
  assertEquals(authentication.pending(), undefined);
  assertEquals(await authentication.asked(), { ...challenge, isRefused: true });
  assertEquals(destination.arrived, []);
  authentication.answer(RIGHT, { keep: false });
  assertEquals(new TextDecoder().decode((await sending).body), "answer");
  assertEquals(destination.arrived, ["POST /csr"]);

  await http.send(get(destination.server, "/next"));
  assertEquals(authentication.pending(), undefined, "asked once");
  const written = authentication.log.text();
  for (const { username, password } of [RIGHT, WRONG]) {
    assert(!written.includes(username) && !written.includes(password), written);
  }
});

Deno.test("requests that wait at the same time share one question", { ignore }, async () => {
  await using destination = await startDestination();
  await using squid = await startSquid({ users: [RIGHT] });
  const authentication = createDesk();
  using http = openWay(destination, { proxy: through(squid.url), authentication });
  const sending = ["/1", "/2", "/3", "/4"].map((path) => http.send(get(destination.server, path)));
  await authentication.asked();
  authentication.answer(RIGHT, { keep: false });
  assertEquals((await Promise.all(sending)).map(({ status }) => status), [200, 200, 200, 200]);
  assertEquals(destination.arrived.toSorted(), ["GET /1", "GET /2", "GET /3", "GET /4"]);
  const asked = authentication.log.records.filter(({ event }) => event === "proxy.asks");
  assertEquals(asked.length, 1);
});

Deno.test("the time that a person takes does not count", { ignore }, async () => {
  await using destination = await startDestination();
  await using squid = await startSquid({ users: [RIGHT] });
  const authentication = createDesk();
  const limits = { answerMs: 2_000, totalMs: 2_000 };
  using http = openWay(destination, { proxy: through(squid.url), authentication, limits });
  const sending = http.send(get(destination.server));
  await authentication.asked();
  await new Promise((resolve) => setTimeout(resolve, limits.totalMs + 200));
  authentication.answer(RIGHT, { keep: false });
  assertEquals((await sending).status, 200);
});

Deno.test("without an answer the request fails, and a request that is given up withdraws its question", {
  ignore,
}, async (t) => {
  await using destination = await startDestination();
  await using squid = await startSquid({ users: [RIGHT] });
  await t.step("nobody can be asked", async () => {
    using http = openWay(destination, { proxy: through(squid.url) });
    const error = await failsWith(
      "network/proxy-credentials-needed",
      () => http.send(get(destination.server)),
    );
    assertEquals(error.values, { proxy: squid.address });
  });
  await t.step("nobody will answer", async () => {
    const authentication = createDesk();
    using http = openWay(destination, { proxy: through(squid.url), authentication });
    const sending = http.send(get(destination.server));
    sending.catch(() => {});
    await authentication.asked();
    authentication.cancel();
    await failsWith("network/proxy-credentials-needed", () => sending);
    assertEquals(authentication.pending(), undefined);
  });
  await t.step("given up", async () => {
    const authentication = createDesk();
    using http = openWay(destination, { proxy: through(squid.url), authentication });
    const controller = new AbortController();
    const sending = http.send({ ...get(destination.server), signal: controller.signal });
    sending.catch(() => {});
    await authentication.asked();
    controller.abort();
    assertEquals((await assertRejects(() => sending, DOMException)).name, "AbortError");
    assertEquals(authentication.pending(), undefined);
  });
  assertEquals(destination.arrived, []);
});

Deno.test("407 from behind the proxy is not the proxy's", { ignore }, async () => {
  await using destination = await startDestination();
  await using squid = await startSquid();
  const authentication = createDesk();
  using http = openWay(destination, { proxy: through(squid.url), authentication });
  assertEquals((await http.send(get(destination.server, "/407"))).status, 407);
  assertEquals(authentication.pending(), undefined);
});

Deno.test("a password that changes in the middle of an issue is asked for once, and nothing else twice", {
  ignore,
}, async () => {
  const password = "correct horse 電池";
  await using test = await startEngineTest();
  const loginId = await test.addUser({ password });
  await using squid = await startSquid({ users: [RIGHT] });
  const authentication = createDesk();
  const ca = { rootPem: test.authority.authority.rootPem } as TestCa;
  using http = openWay({ ca }, { proxy: through(squid.url), authentication });
  test.setNetwork((request) => http.send(request));

  async function change(users: typeof RIGHT[]): Promise<void> {
    await squid.kill();
    await squid.setUsers(users);
    await squid.start();
  }
  async function answers(credentials: typeof RIGHT, isRefused: boolean): Promise<void> {
    assertEquals((await authentication.asked()).isRefused, isRefused);
    authentication.answer(credentials, { keep: false });
  }

  const [attempt] = await Promise.all([
    test.open().begin({ operation: "issue", loginId }),
    answers(RIGHT, false),
  ]);
  await change([NEW]);
  await Promise.all([attempt.answer({ password }), answers(NEW, true)]);
  await change([RIGHT]);
  const [certificate] = await Promise.all([attempt.acquire(), answers(RIGHT, true)]);

  assertEquals(certificate.loginId, loginId);
  assertEquals(test.requests, [
    "POST /api/v1/enrolments",
    "POST /api/v1/enrolments/…/answers",
    "POST /api/v1/enrolments/…/csr",
    "POST /api/v1/enrolments/…/confirmation",
  ]);
  const [entry] = await test.keystore.list();
  const login = await test.authority.authority.login.check(entry?.certificateDer, "-");
  assertEquals(login.certificate.state, "confirmed");
  const { username } = RIGHT;
  for (const secret of [username, RIGHT.password, NEW.password, password]) {
    assert(!(test.log.text() + authentication.log.text()).includes(secret), secret);
  }
});

Deno.test(
  "a proxy that dies in the middle of an answer, is not there, or has no name",
  { ignore },
  async () => {
    const ca = await createTestCa({ purpose: "serverAuth" });
    const { promise: arrived, resolve: arrive } = Promise.withResolvers<void>();
    await using server = await startTlsServer((_request, response) => {
      response.writeHead(200, { "content-length": "1000" });
      response.write("half");
      arrive();
    }, { ca });
    await using squid = await startSquid();
    using http = openWay({ ca }, { proxy: through(squid.url) });
    const sending = http.send(get(server));
    sending.catch(() => {});
    await arrived;
    await squid.kill();
    await failsWith("authority/busy", () => sending);
    const error = await failsWith("network/proxy-unreachable", () => http.send(get(server)));
    assertEquals(error.values, { proxy: squid.address });
    using nameless = openWay({ ca }, { proxy: through("http://proxy.invalid:3128") });
    const other = await failsWith("network/proxy-unreachable", () => nameless.send(get(server)));
    assertEquals(other.values, { proxy: "proxy.invalid:3128" });
  },
);

Deno.test("a proxy that takes connections and says nothing is told from an authority that says nothing", {
  ignore,
}, async () => {
  const ca = await createTestCa({ purpose: "serverAuth" });
  await using server = await startTlsServer(() => {}, { ca });
  await using squid = await startSquid();
  const limits = { answerMs: 500 };
  using open = openWay({ ca }, { proxy: through(squid.url), limits });
  await failsWith("authority/busy", () => open.send(get(server)));
  using mute = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = mute.addr as Deno.NetAddr;
  using silent = openWay({ ca }, { proxy: through(`http://127.0.0.1:${port}`), limits, lookMs: 500 });
  await failsWith("network/proxy-unreachable", () => silent.send(get(server)));
});

Deno.test("what the proxy says of the authority: not there, or not allowed", { ignore }, async () => {
  await using destination = await startDestination();
  await using squid = await startSquid({ denies: ["127.0.0.1"] });
  await using open = await startSquid();
  using denied = openWay(destination, { proxy: through(squid.url) });
  const error = await failsWith("network/proxy-refused", () => denied.send(get(destination.server)));
  assertEquals(error.values, { proxy: squid.address, host: "127.0.0.1", status: "403" });
  using allowed = openWay(destination, { proxy: through(open.url) });
  const url = `https://127.0.0.1:${freePort()}/`;
  await failsWith("authority/busy", () => allowed.send({ method: "GET", url, headers: {} }));
});

Deno.test("a proxy that offers no Basic is named with what it offers", async (t) => {
  await using destination = await startDestination();
  const offers = {
    "NTLM": "Proxy-Authenticate: NTLM\r\n",
    "Negotiate, NTLM": "Proxy-Authenticate: Negotiate\r\nProxy-Authenticate: NTLM\r\n",
    "Digest": 'Proxy-Authenticate: Digest realm="a, Basic b", nonce="x"\r\n',
    "?": "Proxy-Authenticate: =,=\r\n",
  };
  for (const [schemes, fields] of Object.entries(offers)) {
    await t.step(schemes, async () => {
      const head = `HTTP/1.1 407 Proxy Authentication Required\r\n${fields}Content-Length: 0\r\n\r\n`;
      await using proxy = startFakeProxy(head);
      const authentication = createDesk();
      using http = openWay(destination, { proxy: through(proxy.url), authentication });
      const error = await failsWith("network/proxy-scheme", () => http.send(get(destination.server)));
      assertEquals(error.values, { proxy: proxy.address, schemes, host: "127.0.0.1" });
      assertEquals(authentication.pending(), undefined);
      assertEquals(proxy.heard.length, 2);
      for (const request of proxy.heard) assert(/^CONNECT [\d.:]+ HTTP\/1\.1\r\n/.test(request), request);
    });
  }
});

Deno.test("a proxy under TLS: with its certificate trusted, with credentials, and not without trust", {
  ignore,
}, async () => {
  await using destination = await startDestination();
  await using squid = await startSquid({ tls: destination.ca, users: [RIGHT] });
  const authentication = createDesk();
  const trustAnchorsPem = wholeChain(destination.ca);
  using http = openWay(destination, { trustAnchorsPem, proxy: through(squid.url), authentication });
  const sending = http.send(get(destination.server));
  assertEquals((await authentication.asked()).schemes, ["Basic"]);
  authentication.answer(RIGHT, { keep: false });
  assertEquals((await sending).status, 200);

  const foreign = await createTestCa({ purpose: "serverAuth", name: "Foreign" });
  await using other = await startSquid({ tls: foreign });
  using distrusting = openWay(destination, { proxy: through(other.url) });
  const error = await failsWith("network/proxy-untrusted", () => distrusting.send(get(destination.server)));
  assertEquals(error.values, { proxy: other.address });
  assertEquals(destination.arrived.length, 1);
});

Deno.test("who inspects the connection is named: straight ahead, and through either kind of proxy", {
  ignore,
}, async (t) => {
  const ca = await createTestCa({ purpose: "serverAuth" });
  const inspector = await createTestCa({ purpose: "serverAuth", name: "Kaisha Inspection" });
  await using destination = await startDestination({ ca: inspector });
  await using plain = await startSquid({ users: [RIGHT] });
  await using secure = await startSquid({ tls: ca });
  const ways = { direct: "direct", http: urlWith(plain, RIGHT), https: secure.url };
  for (const [name, flag] of Object.entries(ways)) {
    await t.step(name, async () => {
      using http = openWay({ ca }, { trustAnchorsPem: wholeChain(ca), proxy: through(flag) });
      const error = await failsWith("network/inspected", () => http.send(get(destination.server)));
      assertEquals(error.values, { issuer: "Kaisha Inspection Issuing CA", host: "127.0.0.1" });
    });
  }
  assertEquals(destination.arrived, []);
});
