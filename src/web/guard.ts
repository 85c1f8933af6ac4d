/**
 * The door of the local web UI: accepts on 127.0.0.1, reads one strictly checked request at a time within a
 * time limit, and only then passes it on to the HTTP server inside.
 *
 * `Deno.serve` alone waits for ever for the end of a request's head (denoland/deno#3515); `node:http`, which
 * does not, costs 20 ms and 11 MiB at start.
 *
 * @module
 */
import { readHead, type RequestHead, writeHead } from "./head.ts";
import { CONNECTION_TIMES, type ConnectionTimes, MAX_CONNECTIONS, MAX_HEAD_BYTES } from "./limits.ts";
import { refusalBytes } from "./refusal.ts";

/** Whose process is at the client's end? See `src/platform/peer.ts`. */
export type PeerCheck = (clientPort: number, serverPort: number) => Promise<boolean>;

export interface GuardOptions {
  listener: Deno.TcpListener;
  /** Opens a connection to the server inside. */
  connect: () => Promise<Deno.Conn>;
  /** See `writeHead()`. */
  secret: string;
  /** Whether the client's process belongs to the same OS user. Asked once per connection, before
   * any of its bytes is passed on. */
  peerCheck?: PeerCheck | undefined;
  times?: Partial<ConnectionTimes> | undefined;
  /** Told of every refused connection; nothing of the request's content is passed. */
  onRefused?: ((reason: string) => void) | undefined;
}

export interface Guard {
  /** Connections open now. */
  readonly open: number;
  /** Stops accepting, closes all connections, and waits for them. */
  close(): Promise<void>;
}

/** Starts accepting. */
export function startGuard(options: GuardOptions): Guard {
  const times = { ...CONNECTION_TIMES, ...options.times };
  const host = `127.0.0.1:${options.listener.addr.port}`;
  const connections = new Map<Deno.Conn, Promise<void>>();
  const accepting = (async () => {
    for (;;) {
      let client: Deno.TcpConn;
      try {
        client = await options.listener.accept();
      } catch (error) {
        if (error instanceof Deno.errors.BadResource || error instanceof Deno.errors.Interrupted) return;
        continue; // the client was gone before it was accepted
      }
      if (connections.size >= MAX_CONNECTIONS) {
        options.onRefused?.("connections");
        closeQuietly(client);
        continue;
      }
      const served = serve(client, { ...options, times, host }).catch(() => {}).finally(() => {
        connections.delete(client);
        closeQuietly(client);
      });
      connections.set(client, served);
    }
  })();
  return {
    get open() {
      return connections.size;
    },
    async close() {
      closeQuietly(options.listener);
      for (const client of connections.keys()) closeQuietly(client);
      await Promise.all([accepting, ...connections.values()]);
    },
  };
}

interface Serving extends GuardOptions {
  times: ConnectionTimes;
  host: string;
}

async function serve(client: Deno.TcpConn, options: Serving): Promise<void> {
  const { times } = options;
  // Closing the socket ends every pending read and write of it: the one way that works for all of them.
  let timer = setTimeout(() => closeQuietly(client), times.idleMs);
  function limit(ms: number) {
    clearTimeout(timer);
    timer = setTimeout(() => closeQuietly(client), ms);
  }
  // Once per connection, while the request comes in; nothing is passed on before it is answered.
  const isWelcome = options.peerCheck?.(client.remoteAddr.port, options.listener.addr.port) ??
    Promise.resolve(true);
  isWelcome.catch(() => {});
  try {
    for (let goesOn = true; goesOn;) {
      limit(times.idleMs);
      const request = await receive(client, options.host, () => limit(times.requestMs));
      if (request === undefined) return;
      limit(times.answerMs);
      if (!(await isWelcome)) return options.onRefused?.("peer");
      if (typeof request === "number") {
        options.onRefused?.(`head ${request}`);
        await writeAll(client, refusalBytes(request));
        return await drain(client, limit);
      }
      const answer = await ask(request, options);
      goesOn = answer.isSized && !request.isLast;
      const head = goesOn ? answer.head : `${answer.head}\r\nconnection: close`;
      await writeAll(client, new TextEncoder().encode(head));
      await writeAll(client, answer.rest);
    }
  } finally {
    clearTimeout(timer);
  }
}

interface Received {
  head: RequestHead;
  body: Uint8Array;
  /** More bytes came than the request has, or the client said so: the connection ends with its answer. */
  isLast: boolean;
}

/** One whole request; the status of a refusal; or nothing when the client left. */
async function receive(
  client: Deno.Conn,
  host: string,
  started: () => void,
): Promise<Received | number | undefined> {
  const buffer = new Uint8Array(MAX_HEAD_BYTES);
  let length = 0;
  let headEnd = -1;
  while (headEnd < 0) {
    if (length === buffer.length) return 431;
    const count = await client.read(buffer.subarray(length));
    if (count === null) return undefined;
    if (length === 0) started();
    // What is no HTTP/1.1 request is refused at its first bytes, not after a time-out.
    if (!/^[A-Za-z]+$/.test(latin1(buffer.subarray(0, Math.min(3, length + count))))) return 400;
    headEnd = endOfHead(buffer, Math.max(0, length - 3), length + count);
    length += count;
  }
  const head = readHead(latin1(buffer.subarray(0, headEnd)), host);
  if ("refused" in head) return head.refused;
  const body = new Uint8Array(head.bodyBytes);
  const after = buffer.subarray(headEnd + 4, length);
  body.set(after.subarray(0, body.length));
  let received = Math.min(after.length, body.length);
  while (received < body.length) {
    const count = await client.read(body.subarray(received));
    if (count === null) return undefined;
    received += count;
  }
  const isLast = after.length > body.length ||
    head.fields.some(([name, value]) => name === "connection" && value.toLowerCase() !== "keep-alive");
  return { head, body, isLast };
}

interface Answer {
  /** Without its `connection` field. */
  head: string;
  /** The empty line and the body. */
  rest: Uint8Array;
  /** It says how long it is, so another one may follow it. */
  isSized: boolean;
}

/** Asks the server inside, over a connection of its own that ends with the answer. */
async function ask({ head, body }: Received, options: Serving): Promise<Answer> {
  using inner = await options.connect();
  await writeAll(inner, new TextEncoder().encode(writeHead(head, options.secret)));
  await writeAll(inner, body);
  const bytes = new Uint8Array(await new Response(inner.readable).arrayBuffer());
  const headEnd = endOfHead(bytes, 0, bytes.length);
  if (headEnd < 0) throw new Error("the server inside gave no answer");
  const lines = latin1(bytes.subarray(0, headEnd)).split("\r\n")
    .filter((line) => !/^connection:/i.test(line));
  const isSized = lines.some((line) => /^content-length:/i.test(line)) || /^HTTP\/1\.1 204 /.test(lines[0]!);
  return { head: lines.join("\r\n"), rest: bytes.subarray(headEnd), isSized };
}

/** Index of CR LF CR LF, or -1. */
function endOfHead(bytes: Uint8Array, from: number, to: number): number {
  for (let at = from; at + 3 < to; at++) {
    if (bytes[at] === 13 && bytes[at + 1] === 10 && bytes[at + 2] === 13 && bytes[at + 3] === 10) return at;
  }
  return -1;
}

function latin1(bytes: Uint8Array): string {
  let text = "";
  for (const byte of bytes) text += String.fromCharCode(byte);
  return text;
}

async function writeAll(to: Deno.Conn, bytes: Uint8Array): Promise<void> {
  let written = 0;
  while (written < bytes.length) written += await to.write(bytes.subarray(written));
}

/**
 * Reads away a little of what is still coming: closing a socket with unread bytes resets it, and the client
 * would lose the answer.
 */
async function drain(client: Deno.TcpConn, limit: (ms: number) => void): Promise<void> {
  await client.closeWrite();
  limit(250);
  const buffer = new Uint8Array(16 * 1024);
  for (let rest = 128 * 1024; rest > 0;) {
    const count = await client.read(buffer);
    if (count === null) return;
    rest -= count;
  }
}

function closeQuietly(resource: { close(): void }): void {
  try {
    resource.close();
  } catch {
    // closed already
  }
}
