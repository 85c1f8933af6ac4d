/**
 * A CONNECT of our own: what the runtime's `fetch` does not tell of a proxy, this learns. Also the way to a look at
 * the certificate behind the proxy. Small, bounded, and nothing of the request is in it.
 *
 * @module
 */
import type { Socket } from "node:net";
import { MAX_HEAD_BYTES, parseReplyHead, parseSchemes } from "./challenge.ts";
import type { ProxyCredentials, ProxyRoute } from "./types.ts";

/** Where the tunnel should lead. */
export interface TunnelTarget {
  /** A name, or an address; IPv6 in brackets. */
  host: string;
  port: number;
}

/** What became of the CONNECT. */
export type ProxyAnswer =
  | { kind: "opened" }
  | { kind: "authentication"; /** As offered; empty if unreadable. */ schemes: readonly string[] }
  | { kind: "refused"; status: number }
  | { kind: "untrusted"; cause: unknown }
  | { kind: "unreachable"; cause: unknown };

export interface ConnectOptions {
  trustAnchorsPem: readonly string[];
  /** For all of it. */
  timeoutMs: number;
  credentials?: ProxyCredentials | undefined;
  signal?: AbortSignal | undefined;
}

/** A proxy's route. */
export type Proxy = Extract<ProxyRoute, { kind: "proxy" }>;

/** Asks the proxy for a tunnel and gives it up at once: only the answer matters. Rejects only by its signal. */
export async function askProxy(
  proxy: Proxy,
  target: TunnelTarget,
  options: ConnectOptions,
): Promise<ProxyAnswer> {
  const { answer, socket } = await openTunnel(proxy, target, options);
  socket?.destroy();
  return answer;
}

/** Asks the proxy for a tunnel. @returns Its answer, and the socket if it is `opened`: the caller's to destroy. */
export async function openTunnel(
  proxy: Proxy,
  { host, port }: TunnelTarget,
  { trustAnchorsPem, timeoutMs, credentials, signal }: ConnectOptions,
): Promise<{ answer: ProxyAnswer; socket?: Socket }> {
  signal?.throwIfAborted();
  const limit = AbortSignal.any([AbortSignal.timeout(timeoutMs), ...(signal === undefined ? [] : [signal])]);
  let socket: Socket;
  try {
    socket = await connect(proxy, { trustAnchorsPem, signal: limit });
  } catch (cause) {
    signal?.throwIfAborted();
    return { answer: { kind: isDistrust(cause) ? "untrusted" : "unreachable", cause } };
  }
  let answer: ProxyAnswer;
  try {
    const authorization = credentials === undefined ? "" : `Proxy-Authorization: ${basic(credentials)}\r\n`;
    socket.write(`CONNECT ${host}:${port} HTTP/1.1\r\nHost: ${host}:${port}\r\n${authorization}\r\n`);
    answer = understand(await readHead(socket, limit));
  } catch (cause) {
    answer = { kind: "unreachable", cause };
  }
  if (answer.kind === "opened") return { answer, socket };
  socket.destroy();
  signal?.throwIfAborted();
  return { answer };
}

function understand(head: string): ProxyAnswer {
  const reply = parseReplyHead(head);
  if (reply === undefined) return { kind: "unreachable", cause: new Error("no HTTP answer to CONNECT") };
  if (reply.status >= 200 && reply.status <= 299) return { kind: "opened" };
  if (reply.status !== 407) return { kind: "refused", status: reply.status };
  return { kind: "authentication", schemes: reply.challenges.flatMap(parseSchemes) };
}

function basic({ username, password }: ProxyCredentials): string {
  return `Basic ${new TextEncoder().encode(`${username}:${password}`).toBase64()}`;
}

async function connect(
  proxy: Proxy,
  { trustAnchorsPem, signal }: { trustAnchorsPem: readonly string[]; signal: AbortSignal },
): Promise<Socket> {
  const url = new URL(proxy.url);
  const port = Number(url.port === "" ? (url.protocol === "https:" ? 443 : 80) : url.port);
  const host = url.hostname.replace(/^\[(.*)\]$/, "$1");
  // node:tls, not Deno.connectTls(): only it can put one TLS connection into another.
  if (url.protocol === "http:") {
    const { connect } = await import("node:net");
    return await opened(connect({ host, port }), { event: "connect", signal });
  }
  const { connect } = await import("node:tls");
  return await opened(connect({ host, port, ca: [...trustAnchorsPem] }), { event: "secureConnect", signal });
}

/** Waits for a socket's event; destroys it if something else comes first. */
export async function opened<S extends Socket>(
  socket: S,
  { event, signal }: { event: "connect" | "secureConnect"; signal: AbortSignal },
): Promise<S> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const stop = () => reject(signal.reason);
  const ended = () => reject(new Error("the connection was closed"));
  socket.once(event, () => resolve());
  // Stays: an error without a listener would end the process.
  socket.on("error", reject);
  socket.once("close", ended);
  signal.addEventListener("abort", stop);
  try {
    if (signal.aborted) stop();
    await promise;
    return socket;
  } catch (error) {
    socket.destroy();
    throw error;
  } finally {
    signal.removeEventListener("abort", stop);
    socket.off("close", ended);
  }
}

/** Reads up to and without the empty line; what follows is put back. */
function readHead(socket: Socket, signal: AbortSignal): Promise<string> {
  return new Promise((resolve, reject) => {
    let head = "";
    const end = (settle: () => void) => {
      socket.off("data", onData);
      socket.off("close", onClose);
      signal.removeEventListener("abort", onAbort);
      socket.pause();
      settle();
    };
    function onData(piece: Uint8Array): void {
      // Latin-1: one character per byte, whatever it is.
      for (const octet of piece) head += String.fromCharCode(octet);
      const length = head.indexOf("\r\n\r\n");
      if (length >= 0) return end(() => resolve(head.slice(0, length)));
      if (head.length > MAX_HEAD_BYTES) end(() => reject(new Error("the answer to CONNECT is too long")));
    }
    const onClose = () => end(() => reject(new Error("closed before an answer to CONNECT")));
    const onAbort = () => end(() => reject(signal.reason));
    socket.on("data", onData);
    socket.once("close", onClose);
    signal.addEventListener("abort", onAbort);
    if (signal.aborted) onAbort();
  });
}

/** Whether TLS to the proxy failed because of what its certificate says, and not because nobody was there. */
function isDistrust(thrown: unknown): boolean {
  const code = thrown instanceof Error && "code" in thrown ? String(thrown.code) : "";
  const said = `${code} ${thrown instanceof Error ? thrown.message : ""}`;
  return /CERT|SELF_SIGNED|ALTNAME|certificate|corrupt message|InvalidContentType|ERR_SSL/i.test(said);
}
