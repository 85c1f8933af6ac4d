/**
 * The HTTP server of the local web UI: it accepts on 127.0.0.1 and reads one strictly checked request at a time,
 * within a time limit.
 *
 * Small, because it serves one page to one browser, and its own, because the others do not do: `Deno.serve` lets
 * HTTP/1.0, absolute-form targets, bare line feeds and cleartext HTTP/2 through and waits for ever for the rest
 * of a head (denoland/deno#3515); as a server behind a guarding one it costs 13 ms at start, two thirds of a
 * bare server's whole start; `node:http` costs 20 ms and 11 MiB.
 *
 * @module
 */
import { type Answer, answerBytes, refuse, type UiRequest } from "./answer.ts";
import { readHead } from "./head.ts";
import { CONNECTION_TIMES, type ConnectionTimes, MAX_CONNECTIONS, MAX_HEAD_BYTES } from "./limits.ts";

/** Whose process is at the client's end? See `src/platform/peer.ts`. */
export type PeerCheck = (clientPort: number, serverPort: number) => Promise<boolean>;

export interface ServerOptions {
  listener: Deno.TcpListener;
  answer: (request: UiRequest) => Promise<Answer>;
  /** Whether the client's process belongs to the same OS user. Asked once per connection, before any answer. */
  peerCheck?: PeerCheck | undefined;
  times?: Partial<ConnectionTimes> | undefined;
  /** Told of every refusal; nothing of the request's content is passed. */
  onRefused: (reason: string) => void;
  /** Told what `answer` threw. */
  onError: (error: unknown) => void;
}

export interface Server {
  /** Connections open now. */
  readonly open: number;
  /** Closes connections whose time is up. To be called regularly: one timer for all is enough. */
  sweep(): void;
  /** Stops accepting, closes all connections, and waits for them. */
  close(): Promise<void>;
}

/** Starts accepting. */
export function startServer(options: ServerOptions): Server {
  const connections = new Set<Connection>();
  const { addr } = options.listener;
  const settings: Settings = {
    ...options,
    times: { ...CONNECTION_TIMES, ...options.times },
    host: `127.0.0.1:${addr.port}`,
    port: addr.port,
  };
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
        options.onRefused("connections");
        closeQuietly(client);
        continue;
      }
      const connection = new Connection(client, settings);
      connections.add(connection);
      void connection.ended.finally(() => connections.delete(connection));
    }
  })();
  return {
    get open() {
      return connections.size;
    },
    sweep() {
      for (const connection of connections) connection.closeIfLate();
    },
    async close() {
      closeQuietly(options.listener);
      for (const connection of connections) connection.close();
      await Promise.all([accepting, ...[...connections].map((connection) => connection.ended)]);
    },
  };
}

interface Settings extends ServerOptions {
  times: ConnectionTimes;
  host: string;
  port: number;
}

class Connection {
  readonly ended: Promise<void>;
  readonly #client: Deno.TcpConn;
  readonly #settings: Settings;
  /** For one head, used again for the next. */
  readonly #buffer = new Uint8Array(MAX_HEAD_BYTES);
  #closeAt = 0;

  constructor(client: Deno.TcpConn, settings: Settings) {
    this.#client = client;
    this.#settings = settings;
    this.ended = this.#serve().catch(() => {}).finally(() => this.close()); // a broken connection is nobody's fault
  }

  /** Ends every pending read and write as well. */
  close(): void {
    closeQuietly(this.#client);
  }

  closeIfLate(): void {
    if (performance.now() > this.#closeAt) this.close();
  }

  #allow(ms: number): void {
    this.#closeAt = performance.now() + ms;
  }

  async #serve(): Promise<void> {
    const { times, peerCheck, port, onRefused, onError } = this.#settings;
    this.#allow(times.idleMs);
    // Asked while the request comes in; nothing is answered before it is.
    const isWelcome = peerCheck?.(this.#client.remoteAddr.port, port) ?? Promise.resolve(true);
    isWelcome.catch(() => {});
    for (;;) {
      this.#allow(times.idleMs);
      const received = await this.#receive();
      this.#allow(times.answerMs);
      if (!(await isWelcome)) return onRefused("peer");
      if (received === undefined) return;
      if (typeof received === "number") {
        onRefused(`head ${received}`);
        await this.#write(answerBytes(refuse(received), true));
        return await this.#drain();
      }
      const { request, isLast } = received;
      const answer = await this.#settings.answer(request).then(
        (answer) => answerBytes(answer, isLast),
      ).catch((error) => {
        onError(error);
        return answerBytes(refuse(500), isLast);
      });
      await this.#write(answer);
      if (isLast) return;
    }
  }

  /** One whole request; the status of a refusal; or nothing when the client left. */
  async #receive(): Promise<{ request: UiRequest; isLast: boolean } | number | undefined> {
    const buffer = this.#buffer;
    let length = 0;
    let headEnd = -1;
    while (headEnd < 0) {
      if (length === buffer.length) return 431;
      const count = await this.#client.read(buffer.subarray(length));
      if (count === null) return undefined;
      if (length === 0) this.#allow(this.#settings.times.requestMs);
      // What is no HTTP/1.1 request is refused at its first bytes, not after a time-out.
      if (!/^[A-Za-z]+$/.test(latin1(buffer.subarray(0, Math.min(3, length + count))))) return 400;
      const end = endOfHead(buffer, length, length + count);
      if (end === "broken") return 400;
      headEnd = end;
      length += count;
    }
    const head = readHead(latin1(buffer.subarray(0, headEnd)), this.#settings.host);
    if ("refused" in head) return head.refused;
    const { method, target, headers, bodyBytes } = head;
    const body = new Uint8Array(bodyBytes);
    const after = buffer.subarray(headEnd + 4, length);
    body.set(after.subarray(0, bodyBytes));
    for (let received = Math.min(after.length, bodyBytes); received < bodyBytes;) {
      const count = await this.#client.read(body.subarray(received));
      if (count === null) return undefined;
      received += count;
    }
    // No browser sends a request before it has the answer to the last one: what follows is never read.
    const isLast = after.length > bodyBytes || headers.get("connection")?.toLowerCase() === "close";
    return { request: { method, target, headers, body }, isLast };
  }

  async #write(bytes: Uint8Array): Promise<void> {
    for (let written = 0; written < bytes.length;) {
      written += await this.#client.write(bytes.subarray(written));
    }
  }

  /**
   * Reads away a little of what is still coming: closing a socket with unread bytes resets it, and the client
   * would lose the answer.
   */
  async #drain(): Promise<void> {
    await this.#client.closeWrite();
    this.#allow(Math.min(1000, this.#settings.times.requestMs));
    for (let rest = 128 * 1024; rest > 0;) {
      const count = await this.#client.read(this.#buffer);
      if (count === null) return;
      rest -= count;
    }
  }
}

/** Index of CR LF CR LF; -1 while it is missing; "broken" at a line feed that stands alone. */
function endOfHead(bytes: Uint8Array, from: number, to: number): number | "broken" {
  for (let at = bytes.indexOf(10, from); at >= 0 && at < to; at = bytes.indexOf(10, at + 1)) {
    if (bytes[at - 1] !== 13) return "broken";
    if (bytes[at - 2] === 10 && bytes[at - 3] === 13) return at - 3;
  }
  return -1;
}

function latin1(bytes: Uint8Array): string {
  return new TextDecoder("latin1").decode(bytes);
}

function closeQuietly(resource: { close(): void }): void {
  try {
    resource.close();
  } catch {
    // closed already
  }
}
