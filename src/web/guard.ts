/**
 * The door of the local web UI: accepts on 127.0.0.1, reads one strictly checked request per connection
 * within a time limit, and only then passes it on to the HTTP server inside.
 *
 * `Deno.serve` alone waits for ever for the end of a request's head (denoland/deno#3515); `node:http`, which
 * does not, costs 20 ms and 11 MiB at start.
 *
 * @module
 */
import { readHead, type RequestHead, writeHead } from "./head.ts";
import { CONNECTION_TIMES, type ConnectionTimes, MAX_CONNECTIONS, MAX_HEAD_BYTES } from "./limits.ts";
import { refusalBytes } from "./refusal.ts";

export interface GuardOptions {
  listener: Deno.TcpListener;
  /** Opens a connection to the server inside. */
  connect: () => Promise<Deno.Conn>;
  /** See `writeHead()`. */
  secret: string;
  /** Whether the process behind this remote port belongs to the same OS user. Asked before any byte is read. */
  peerCheck?: ((remotePort: number) => Promise<boolean>) | undefined;
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
  const remote = client.remoteAddr;
  if (options.peerCheck !== undefined && !(await options.peerCheck(remote.port))) {
    options.onRefused?.("peer");
    return;
  }
  // Closing the socket ends every pending read and write of it: the one way that works for all of them.
  let timer = setTimeout(() => closeQuietly(client), options.times.idleMs);
  function limit(ms: number) {
    clearTimeout(timer);
    timer = setTimeout(() => closeQuietly(client), ms);
  }
  try {
    const request = await receive(client, options, () => limit(options.times.requestMs));
    if (request === undefined) return;
    limit(options.times.answerMs);
    if (typeof request === "number") {
      options.onRefused?.(`head ${request}`);
      await writeAll(client, refusalBytes(request));
      return await drain(client, limit);
    }
    using inner = await options.connect();
    const gone = () => closeQuietly(inner);
    await writeAll(inner, new TextEncoder().encode(writeHead(request.head, options.secret)));
    await writeAll(inner, request.body);
    await copy(inner, client).catch(gone);
  } finally {
    clearTimeout(timer);
  }
}

interface Received {
  head: RequestHead;
  body: Uint8Array;
}

/** One whole request; the status of a refusal; or nothing when the client left. */
async function receive(
  client: Deno.Conn,
  options: Serving,
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
  const text = latin1(buffer.subarray(0, headEnd));
  const head = readHead(text, options.host);
  if ("refused" in head) return head.refused;
  const body = new Uint8Array(head.bodyBytes);
  let received = Math.min(length - headEnd - 4, head.bodyBytes);
  body.set(buffer.subarray(headEnd + 4, headEnd + 4 + received));
  while (received < body.length) {
    const count = await client.read(body.subarray(received));
    if (count === null) return undefined;
    received += count;
  }
  return { head, body };
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

async function copy(from: Deno.Conn, to: Deno.Conn): Promise<void> {
  const buffer = new Uint8Array(16 * 1024);
  for (let count = await from.read(buffer); count !== null; count = await from.read(buffer)) {
    await writeAll(to, buffer.subarray(0, count));
  }
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
