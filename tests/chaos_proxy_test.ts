/** The chaos proxy itself: each trouble does what its name says, and the app's transport comes back from each of them. */
import { assert, assertEquals, assertGreater, assertRejects } from "@std/assert";
import { AppError } from "../src/errors.ts";
import { type HttpAnswer, type HttpLimits, openHttp } from "../src/network/http.ts";
import { concatBytes } from "../src/pki/bytes.ts";
import {
  type ChaosProxy,
  type ChaosProxyOptions,
  openChaosProxy,
  type Trouble,
} from "./support/chaos_proxy.ts";
import { createTestCa } from "./support/test_ca.ts";
import { startTlsServer } from "./support/tls_server.ts";
import { untilItIs } from "./support/until.ts";

const REQUEST = crypto.getRandomValues(new Uint8Array(3_000));
const ANSWER = crypto.getRandomValues(new Uint8Array(5_000));
const SHORT: Partial<HttpLimits> = { answerMs: 300, idleMs: 150, totalMs: 600 };

const OPTIONS = { seed: 1, share: 1, delayMs: 20, cutWithinBytes: 2_500, drip: { bytes: 700, pauseMs: 1 } };

function openProxy(port: number, trouble: Trouble, options: Partial<ChaosProxyOptions> = {}): ChaosProxy {
  return openChaosProxy(port, { ...OPTIONS, ...options, troubles: [trouble] });
}

/** Waits for a whole request on each connection, and answers it. */
class PlainServer implements AsyncDisposable {
  readonly #listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  readonly #serving: Promise<unknown>;
  /** What came, by connection. */
  readonly requests: Uint8Array[] = [];
  /** Connections over which all of the answer was sent. */
  answered = 0;

  constructor() {
    this.#serving = this.#serve();
  }

  get port(): number {
    return this.#listener.addr.port;
  }

  async #serve(): Promise<void> {
    const connections: Promise<void>[] = [];
    for await (const connection of this.#listener) connections.push(this.#answer(connection));
    await Promise.all(connections);
  }

  async #answer(connection: Deno.TcpConn): Promise<void> {
    const number = this.requests.push(new Uint8Array()) - 1;
    try {
      for await (const piece of connection.readable) {
        this.requests[number] = concatBytes([this.requests[number]!, piece]);
        if (this.requests[number].length < REQUEST.length) continue;
        const writer = connection.writable.getWriter();
        await writer.write(ANSWER);
        this.answered++;
        writer.releaseLock();
      }
    } catch {
      // Cut.
    }
    try {
      connection.close();
    } catch {
      // Closed with its stream.
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#listener.close();
    await this.#serving;
  }
}

/** Somebody who sends a request through the proxy. */
class PlainClient implements Disposable {
  readonly #connection: Deno.TcpConn;
  readonly pieces: Uint8Array[] = [];
  readonly end: Promise<void>;

  constructor(connection: Deno.TcpConn) {
    this.#connection = connection;
    this.end = this.#read();
  }

  static async ask(proxy: ChaosProxy): Promise<PlainClient> {
    const connection = await Deno.connect({ hostname: "127.0.0.1", port: proxy.port });
    const client = new PlainClient(connection);
    await connection.write(REQUEST);
    return client;
  }

  get bytes(): Uint8Array {
    return concatBytes(this.pieces.map((piece) => new Uint8Array(piece)));
  }

  async hasAnswer(): Promise<void> {
    await untilItIs(() => Promise.resolve(this.bytes.length === ANSWER.length));
    assertEquals(this.bytes, ANSWER);
  }

  async #read(): Promise<void> {
    const buffer = new Uint8Array(16 * 1024);
    try {
      for (let length; (length = await this.#connection.read(buffer)) !== null;) {
        this.pieces.push(buffer.slice(0, length));
      }
    } catch {
      // Reset, or closed by the test.
    }
  }

  [Symbol.dispose](): void {
    this.#connection.close();
  }
}

async function withPlainServer(
  trouble: Trouble,
  run: (server: PlainServer, proxy: ChaosProxy, client: PlainClient) => Promise<void>,
  options: Partial<ChaosProxyOptions> = {},
): Promise<void> {
  await using server = new PlainServer();
  await using proxy = openProxy(server.port, trouble, options);
  using client = await PlainClient.ask(proxy);
  await run(server, proxy, client);
}

function isStart(bytes: Uint8Array, whole: Uint8Array): boolean {
  return bytes.length < whole.length && bytes.every((byte, at) => byte === whole[at]);
}

Deno.test("a calm line passes everything on", () =>
  withPlainServer("dropped", async (server, proxy, client) => {
    await client.hasAnswer();
    assertEquals(server.requests, [REQUEST]);
    assertEquals(proxy.struck.size, 0);
  }, { share: 0 }));

Deno.test("a dropped line lets the request be answered and passes no byte of it back", () =>
  withPlainServer("dropped", async (server, proxy, client) => {
    await client.end;
    await untilItIs(() => Promise.resolve(server.answered === 1));
    assertEquals([server.requests, client.bytes.length], [[REQUEST], 0]);
    assertEquals(proxy.struck, new Map([["dropped", 1]]));
  }));

Deno.test("a cut request arrives in part, and there is no answer", () =>
  withPlainServer("request-cut", async (server, proxy, client) => {
    await client.end;
    await untilItIs(() => Promise.resolve(server.requests.length === 1));
    assert(isStart(server.requests[0]!, REQUEST));
    assertEquals([server.answered, client.bytes.length], [0, 0]);
    assertEquals(proxy.struck, new Map([["request-cut", 1]]));
  }));

Deno.test("a cut answer arrives in part, and the server has sent all of it", () =>
  withPlainServer("answer-cut", async (server, proxy, client) => {
    await client.end;
    await untilItIs(() => Promise.resolve(server.answered === 1));
    assert(client.bytes.length > 0 && isStart(client.bytes, ANSWER));
    assertEquals(proxy.struck, new Map([["answer-cut", 1]]));
  }));

Deno.test("an unanswered line stays open and silent although the server has answered", () =>
  withPlainServer("unanswered", async (server, proxy, client) => {
    await untilItIs(() => Promise.resolve(proxy.struck.get("unanswered") === 1));
    assertEquals([server.requests, client.bytes.length], [[REQUEST], 0]);
  }));

Deno.test("an unread line stays open, and the server hears nothing", () =>
  withPlainServer("unread", async (server, proxy, client) => {
    await untilItIs(() => Promise.resolve(proxy.struck.get("unread") === 1));
    await untilItIs(() => Promise.resolve(server.requests.length === 1));
    assertEquals([server.requests[0]!.length, client.bytes.length], [0, 0]);
  }));

Deno.test("a dripping line passes the answer in many pieces", () =>
  withPlainServer("dripping", async (_server, proxy, client) => {
    await client.hasAnswer();
    assertGreater(client.pieces.length, 2);
    assertEquals(proxy.struck, new Map([["dripping", 1]]));
  }, { drip: { bytes: 700, pauseMs: 5 } }));

Deno.test("a delayed line passes the answer later", async () => {
  const startedAt = performance.now();
  // Of this seed's delays the first one is most of the longest.
  await withPlainServer("delayed", async (_server, proxy, client) => {
    await client.hasAnswer();
    assertGreater(performance.now() - startedAt, 20);
    assertEquals(proxy.struck, new Map([["delayed", 1]]));
  }, { delayMs: 200 });
});

Deno.test("a mirrored line repeats a plaintext request, byte for byte", () =>
  withPlainServer("mirrored", async (server, proxy, client) => {
    await client.hasAnswer();
    await untilItIs(() => Promise.resolve(server.answered === 2));
    assertEquals(server.requests, [REQUEST, REQUEST]);
    assertEquals(proxy.struck, new Map([["mirrored", 1]]));
  }));

Deno.test("the same seed troubles the same connections in the same ways", async () => {
  async function play(seed: number): Promise<string[]> {
    await using server = new PlainServer();
    await using proxy = openChaosProxy(server.port, { ...OPTIONS, seed, share: 0.5 });
    const played: string[] = [];
    for (let connection = 0; connection < 12; connection++) {
      const before = new Map(proxy.struck);
      using client = await PlainClient.ask(proxy);
      const answeredBefore = server.answered;
      const isOver = () =>
        Promise.resolve(client.bytes.length === ANSWER.length || !sameCounts(before, proxy.struck));
      await untilItIs(isOver);
      const trouble = [...proxy.struck].find(([name, count]) => count !== (before.get(name) ?? 0))?.[0];
      played.push(trouble ?? "calm");
      if (trouble === "mirrored") {
        await untilItIs(() => Promise.resolve(server.answered === answeredBefore + 2));
      }
    }
    return played;
  }
  const first = await play(5);
  assertEquals(await play(5), first);
  assertGreater(new Set(first).size, 3);
});

function sameCounts(a: ReadonlyMap<string, number>, b: ReadonlyMap<string, number>): boolean {
  return a.size === b.size && [...a].every(([name, count]) => b.get(name) === count);
}

/**
 * The app's own transport, through one trouble, to a real TLS server.
 *
 * @param options `earlier`: requests that go well on the same connection before the one that is looked at.
 * @returns The answer or the error, and how often the server has handled that request by then.
 */
async function sendThrough(
  trouble: Trouble,
  { earlier = 0, ...options }: Partial<ChaosProxyOptions> & { earlier?: number } = {},
): Promise<{ answer: HttpAnswer | unknown; handled: number; elapsedMs: number }> {
  const ca = await createTestCa({ purpose: "serverAuth" });
  let handled = 0;
  await using server = await startTlsServer((_request, response) => {
    handled++;
    response.end("x".repeat(3_000));
  }, { ca });
  let isOn = earlier === 0;
  await using proxy = openProxy(server.port, trouble, { isOn: () => isOn, ...options });
  const http = openHttp({ trustAnchorsPem: [ca.rootPem], limits: SHORT });
  const send = () => http.send({ method: "GET", url: `https://127.0.0.1:${proxy.port}/`, headers: {} });
  for (let number = 0; number < earlier; number++) assertEquals((await send()).status, 200);
  isOn = true;
  const startedAt = performance.now();
  const answer = await send().catch((error) => error);
  const elapsedMs = performance.now() - startedAt;
  http.close();
  return { answer, handled: handled - earlier, elapsedMs };
}

/** How often a request is handled whose connection is troubled after the handshake. */
const LOST = {
  "dropped": 1,
  "request-cut": 0,
  "answer-cut": 1,
  "unanswered": 1,
  "unread": 0,
} as const satisfies Partial<Record<Trouble, number>>;

for (const [trouble, handledOnce] of Object.entries(LOST) as [keyof typeof LOST, number][]) {
  Deno.test(`the app comes back from a connection that is ${trouble}: try again later`, async () => {
    // In the handshake, and in a request.
    for (const earlier of [0, 1]) {
      // Less than the shortest of what is cut.
      const options = { earlier, cutWithinBytes: 60 };
      const { answer, handled, elapsedMs } = await sendThrough(trouble, options);
      assert(answer instanceof AppError);
      assertEquals(answer.key, "authority/busy");
      assertEquals(handled, earlier === 0 ? 0 : handledOnce);
      // The machine may be busy, but nobody waits for the operating system's time-outs.
      assert(elapsedMs < 5_000, `${elapsedMs} ms`);
    }
  });
}

Deno.test("the app takes an answer that drips, and gives one up that drips for too long", async () => {
  const slow = await sendThrough("dripping", { drip: { bytes: 1_000, pauseMs: 1 } });
  assertEquals((slow.answer as HttpAnswer).status, 200);
  // Never idle, and never done: only the limit for all of it ends this.
  const options = { earlier: 1, drip: { bytes: 40, pauseMs: 20 } };
  const { answer, handled } = await sendThrough("dripping", options);
  assert(answer instanceof AppError);
  assertEquals([answer.key, handled], ["authority/busy", 1]);
});

Deno.test("over TLS a mirrored connection repeats nothing", async () => {
  const { answer, handled } = await sendThrough("mirrored");
  assertEquals([(answer as HttpAnswer).status, handled], [200, 1]);
});

Deno.test("a proxy in front of nobody takes no connection", async () => {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = listener.addr;
  listener.close();
  await using proxy = openProxy(port, "delayed");
  const http = openHttp({ trustAnchorsPem: [], limits: SHORT });
  const url = `https://127.0.0.1:${proxy.port}/`;
  const error = await assertRejects(() => http.send({ method: "GET", url, headers: {} }), AppError);
  assertEquals(error.key, "authority/busy");
  http.close();
});
