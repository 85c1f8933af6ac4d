import { assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import { answerBytes, type UiRequest } from "./answer.ts";
import { startServer } from "./server.ts";
import { type RawRequest, sendBytes, toBytes } from "./testing/raw_client.ts";

function setUp(peerCheck?: () => Promise<boolean>) {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const requests: UiRequest[] = [];
  const errors: unknown[] = [];
  const server = startServer({
    listener,
    answer(request) {
      requests.push(request);
      if (request.target === "/throw") return Promise.reject(new Error("no"));
      return Promise.resolve({ status: 200, body: `${request.target} ${request.body.length}` });
    },
    peerCheck,
    onRefused() {},
    onError: (error) => errors.push(error),
  });
  const { port } = listener.addr;
  const request = (method: string, target: string, body = ""): RawRequest => ({
    method,
    target,
    headers: [
      ["Host", `127.0.0.1:${port}`],
      ...(method === "POST" ? [["Content-Length", String(body.length)] as [string, string]] : []),
    ],
    body,
  });
  return { port, server, requests, errors, request, [Symbol.asyncDispose]: () => server.close() };
}

/** Reads until the text has come as often as wanted. */
async function readUntil(connection: Deno.Conn, text: string): Promise<string> {
  const buffer = new Uint8Array(4096);
  let read = "";
  while (!read.includes(text)) {
    const count = await connection.read(buffer);
    if (count === null) break;
    read += new TextDecoder().decode(buffer.subarray(0, count));
  }
  return read;
}

async function write(connection: Deno.Conn, text: string): Promise<void> {
  await connection.write(new TextEncoder().encode(text));
}

Deno.test("startServer() answers one request after the other on one connection", async () => {
  await using at = setUp();
  using connection = await Deno.connect({ hostname: "127.0.0.1", port: at.port });
  await write(connection, toBytes(at.request("GET", "/one")));
  assertStringIncludes(await readUntil(connection, "/one 0"), "connection: keep-alive");
  await write(connection, toBytes(at.request("POST", "/two", "12345")));
  await readUntil(connection, "/two 5");
  assertEquals(at.requests.length, 2);
});

Deno.test("startServer() waits for a head and a body that come in pieces", async () => {
  await using at = setUp();
  using connection = await Deno.connect({ hostname: "127.0.0.1", port: at.port });
  for (const piece of toBytes(at.request("POST", "/slow", "x".repeat(50))).match(/[^]{1,7}/g)!) {
    await write(connection, piece);
  }
  await readUntil(connection, "/slow 50");
});

Deno.test("startServer() never reads what follows a request before its answer", async () => {
  await using at = setUp();
  const both = toBytes(at.request("POST", "/first", "a")) + toBytes(at.request("GET", "/smuggled"));
  const answer = await sendBytes(at.port, both);
  assertEquals(answer.status, 200);
  assertStringIncludes(answer.raw, "connection: close");
  assertEquals(at.requests.map(({ target }) => target), ["/first"]);
});

Deno.test("startServer() turns a failure into a constant answer and goes on", async () => {
  await using at = setUp();
  using connection = await Deno.connect({ hostname: "127.0.0.1", port: at.port });
  await write(connection, toBytes(at.request("GET", "/throw")));
  assertStringIncludes(await readUntil(connection, "refused"), "HTTP/1.1 500 ");
  await write(connection, toBytes(at.request("GET", "/after")));
  await readUntil(connection, "/after 0");
  assertEquals(at.errors.length, 1);
});

Deno.test("startServer() asks whose client it is once per connection, and a failing check is a no", async () => {
  let asked = 0;
  await using welcome = setUp(() => Promise.resolve(++asked > 0));
  using connection = await Deno.connect({ hostname: "127.0.0.1", port: welcome.port });
  for (const target of ["/a", "/b"]) {
    await write(connection, toBytes(welcome.request("GET", target)));
    await readUntil(connection, `${target} 0`);
  }
  assertEquals(asked, 1);
  await using broken = setUp(() => Promise.reject(new Error("no table")));
  assertEquals((await sendBytes(broken.port, toBytes(broken.request("GET", "/")))).raw, "");
  assertEquals(broken.requests.length, 0);
});

Deno.test("close() ends idle connections and leaves nothing open", async () => {
  const at = setUp();
  using connection = await Deno.connect({ hostname: "127.0.0.1", port: at.port });
  await write(connection, toBytes(at.request("GET", "/x")));
  await readUntil(connection, "/x 0");
  assertEquals(at.server.open, 1);
  await at.server.close();
  assertEquals(await connection.read(new Uint8Array(1)), null);
  assertEquals(at.server.open, 0);
});

Deno.test("answerBytes() lets no header break out of its line", () => {
  assertThrows(
    () => answerBytes({ status: 303, headers: { location: "/a\r\nx: y" }, body: "" }, true),
    TypeError,
  );
});
