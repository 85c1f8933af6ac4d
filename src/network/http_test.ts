import { assert, assertEquals, assertRejects } from "@std/assert";
import { createTestCa } from "../../tests/support/test_ca.ts";
import { startTlsServer, type TlsServerOptions } from "../../tests/support/tls_server.ts";
import { AppError, type ErrorKey } from "../errors.ts";
import { createSend, type HttpLimits, openHttp, type SendHttp } from "./http.ts";

const DAY_MS = 86_400_000;

async function failsWith(key: ErrorKey, work: () => Promise<unknown>): Promise<AppError> {
  const error = await assertRejects(work, AppError);
  assertEquals(error.key, key, String(error.cause));
  return error;
}

/** A plain HTTP server, for everything that TLS has no part in. */
async function withServer(
  handle: (request: Request) => Response | Promise<Response>,
  run: (send: SendHttp, url: string) => Promise<void>,
  limits: Partial<HttpLimits> = {},
): Promise<void> {
  const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, handle);
  const client = Deno.createHttpClient({});
  const send = createSend((url, init) => fetch(url, { ...init, client }), limits);
  try {
    await run(send, `http://127.0.0.1:${server.addr.port}/`);
  } finally {
    client.close();
    await server.shutdown();
  }
}

Deno.test("openHttp() talks to a server under its trust anchors", async () => {
  const ca = await createTestCa({ purpose: "serverAuth" });
  await using server = await startTlsServer((request, response) => {
    response.end(`${request.method} ${request.headers["x-one"]}`);
  }, { ca });
  const http = openHttp([ca.rootPem]);
  const answer = await http.send({ method: "POST", url: server.url, headers: { "x-one": "1" }, body: "{}" });
  http.close();
  assertEquals(answer.status, 200);
  assertEquals(new TextDecoder().decode(answer.body), "POST 1");
});

Deno.test("openHttp() refuses who is not the authority", async (t) => {
  const ca = await createTestCa({ purpose: "serverAuth" });
  const foreign = await createTestCa({ purpose: "serverAuth", name: "Foreign" });
  const cases: { name: string; options: TlsServerOptions; key: ErrorKey }[] = [
    { name: "another CA, for the authority's name", options: { ca: foreign }, key: "network/inspected" },
    {
      name: "another CA, for another name",
      options: { ca: foreign, ips: ["127.0.0.2"] },
      key: "network/untrusted-authority",
    },
    { name: "another name", options: { ca, ips: ["127.0.0.2"] }, key: "network/untrusted-authority" },
  ];
  for (const { name, options, key } of cases) {
    await t.step(name, async () => {
      let requests = 0;
      await using server = await startTlsServer((_request, response) => {
        requests++;
        response.end();
      }, options);
      const http = openHttp([ca.rootPem]);
      await failsWith(key, () => http.send({ method: "GET", url: server.url, headers: {} }));
      http.close();
      assertEquals(requests, 0);
    });
  }
});

Deno.test("openHttp() says by which time the authority's certificate is not valid", async (t) => {
  const ca = await createTestCa({ purpose: "serverAuth" });
  const cases = {
    "an expired certificate": {
      notBefore: new Date(Date.now() - 20 * DAY_MS),
      notAfter: new Date(Date.now() - DAY_MS),
    },
    "a certificate of the future": { notBefore: new Date(Date.now() + 2 * DAY_MS) },
  };
  for (const [name, dates] of Object.entries(cases)) {
    await t.step(name, async () => {
      let requests = 0;
      await using server = await startTlsServer((_request, response) => {
        requests++;
        response.end();
      }, { ca, ...dates });
      const http = openHttp([ca.rootPem]);
      const before = Math.floor(Date.now() / 1000) * 1000;
      const error = await failsWith(
        "network/certificate-dates",
        () => http.send({ method: "GET", url: server.url, headers: {} }),
      );
      http.close();
      const here = new Date(error.values["here"]!);
      assertEquals(error.values["here"], here.toISOString());
      assert(before <= here.getTime() && here.getTime() <= Date.now(), error.message);
      assertEquals(requests, 0);
    });
  }
});

Deno.test("openHttp() refuses a server that speaks no TLS", async () => {
  await withServer(() => new Response("hello"), async (_send, url) => {
    const http = openHttp([]);
    await failsWith(
      "network/untrusted-authority",
      () => http.send({ method: "GET", url: url.replace("http:", "https:"), headers: {} }),
    );
    http.close();
  });
});

Deno.test("excludePlatformRoots() leaves the profile's trust anchors alone", async () => {
  const ca = await createTestCa({ purpose: "serverAuth" });
  const other = await createTestCa({ name: "Other" });
  await using server = await startTlsServer((_request, response) => response.end(), { ca });
  const folder = await Deno.makeTempDir();
  try {
    await Deno.writeTextFile(`${folder}/roots.pem`, ca.rootPem);
    const source = `
      import { excludePlatformRoots } from ${JSON.stringify(import.meta.resolve("./trust_anchors.ts"))};
      if (Deno.args[0] === "exclude") excludePlatformRoots();
      const tries = { other: [${JSON.stringify(other.rootPem)}], right: [${JSON.stringify(ca.rootPem)}] };
      for (const [name, caCerts] of Object.entries(tries)) {
        const client = Deno.createHttpClient({ caCerts });
        const said = await fetch("${server.url}", { client }).then((answer) => answer.status, () => "refused");
        console.log(name, said);
      }
      Deno.exit();`;
    await Deno.writeTextFile(`${folder}/try.ts`, source);
    const run = async (...args: string[]) => {
      const command = new Deno.Command(Deno.execPath(), {
        args: ["run", "--no-config", "-A", `${folder}/try.ts`, ...args],
        // The server's CA is one that this machine trusts anyway.
        env: { NODE_EXTRA_CA_CERTS: `${folder}/roots.pem`, NO_COLOR: "1" },
      });
      return new TextDecoder().decode((await command.output()).stdout).trim().split("\n");
    };
    assertEquals(await run("exclude"), ["other refused", "right 200"]);
    // Without it the machine's roots count as well, which is why it is there.
    assertEquals(await run(), ["other 200", "right 200"]);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("chooseRoots() adds the system's store, and nothing else, where the profile allows it", async () => {
  const ca = await createTestCa({ purpose: "serverAuth" });
  const other = await createTestCa({ name: "Other" });
  await using server = await startTlsServer((_request, response) => response.end(), { ca });
  const folder = await Deno.makeTempDir();
  try {
    await Deno.writeTextFile(`${folder}/roots.pem`, ca.rootPem);
    const source = `
      import { chooseRoots } from ${JSON.stringify(import.meta.resolve("./trust_anchors.ts"))};
      chooseRoots({ platform: Deno.args[0] === "platform" });
      const client = Deno.createHttpClient({ caCerts: [${JSON.stringify(other.rootPem)}] });
      console.log(await fetch("${server.url}", { client }).then((answer) => answer.status, () => "refused"));
      Deno.exit();`;
    await Deno.writeTextFile(`${folder}/try.ts`, source);
    const run = async (choice: string, variable: string) => {
      const command = new Deno.Command(Deno.execPath(), {
        args: ["run", "--no-config", "-A", `${folder}/try.ts`, choice],
        env: { [variable]: `${folder}/roots.pem`, NO_COLOR: "1" },
      });
      return new TextDecoder().decode((await command.output()).stdout).trim();
    };
    assertEquals(await run("platform", "SSL_CERT_FILE"), "200");
    assertEquals(await run("platform", "NODE_EXTRA_CA_CERTS"), "refused");
    assertEquals(await run("pinned", "SSL_CERT_FILE"), "refused");
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("send() calls nobody there, no name and a connection that breaks, in the handshake too, busy", async () => {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const breaking = (async () => {
    for await (const connection of listener) {
      await connection.read(new Uint8Array(4096));
      connection.close();
    }
  })();
  const send = createSend(fetch);
  const url = `http://127.0.0.1:${listener.addr.port}/`;
  await failsWith("authority/busy", () => send({ method: "POST", url, headers: {}, body: "{}" }));
  const tlsUrl = url.replace("http:", "https:");
  await failsWith("authority/busy", () => send({ method: "POST", url: tlsUrl, headers: {}, body: "{}" }));
  listener.close();
  await breaking;
  await failsWith("authority/busy", () => send({ method: "GET", url, headers: {} }));
  await failsWith(
    "authority/busy",
    () => send({ method: "GET", url: "http://nowhere.invalid/", headers: {} }),
  );
});

Deno.test("send() follows no redirect", async () => {
  let requests = 0;
  await withServer(() => {
    requests++;
    return new Response(null, { status: 307, headers: { location: "/elsewhere" } });
  }, async (send, url) => {
    const answer = await send({
      method: "POST",
      url,
      headers: { authorization: "Bearer secret" },
      body: "{}",
    });
    assertEquals(answer.status, 307);
  });
  assertEquals(requests, 1);
});

Deno.test("send() stops reading an endless answer", async () => {
  const { promise: cancelled, resolve: cancel } = Promise.withResolvers<void>();
  const endless = () =>
    new ReadableStream({ pull: (controller) => controller.enqueue(new Uint8Array(16_384)), cancel });
  await withServer(() => new Response(endless()), async (send, url) => {
    await failsWith("network/unreadable-answer", () => send({ method: "GET", url, headers: {} }));
    await cancelled;
  });
});

Deno.test("send() gives up on an answer that does not come, stalls or drips", async (t) => {
  const limits = { answerMs: 100, idleMs: 100, totalMs: 300 };
  const stall = () => new ReadableStream({ start: (controller) => controller.enqueue(new Uint8Array(10)) });
  const drip = () => {
    let timer: ReturnType<typeof setInterval>;
    return new ReadableStream({
      start: (controller) => {
        timer = setInterval(() => controller.enqueue(new Uint8Array(1)), 20);
      },
      cancel: () => clearInterval(timer),
    });
  };
  const { promise: never, resolve } = Promise.withResolvers<Response>();
  const answers = {
    "no answer": () => never,
    stalls: () => new Response(stall()),
    drips: () => new Response(drip()),
  };
  for (const [name, answer] of Object.entries(answers)) {
    await t.step(name, () =>
      withServer(answer, async (send, url) => {
        await failsWith("authority/busy", () => send({ method: "GET", url, headers: {} }));
        resolve(new Response());
      }, limits));
  }
});

Deno.test("send() stops when its caller says so", async () => {
  const { promise: never, resolve } = Promise.withResolvers<Response>();
  const { promise: arrived, resolve: arrive } = Promise.withResolvers<void>();
  await withServer(() => {
    arrive();
    return never;
  }, async (send, url) => {
    const controller = new AbortController();
    const sending = send({ method: "GET", url, headers: {}, signal: controller.signal });
    await arrived;
    controller.abort();
    const error = await assertRejects(() => sending, DOMException);
    assertEquals(error.name, "AbortError");
    resolve(new Response());
  });
});
