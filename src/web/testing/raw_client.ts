/** A client that sends exactly the bytes it is told to, as a hostile program would. */
import { base64url, hmac } from "../secrets.ts";

/** One request, to be bent by tests. */
export interface RawRequest {
  method: string;
  target: string;
  /** In this order; names as given. */
  headers: [name: string, value: string][];
  body: string;
}

/** What came back; `status` 0 means: closed without an answer. */
export interface RawAnswer {
  status: number;
  headers: Headers;
  body: string;
  raw: string;
}

/** Sends bytes over a new connection and reads until it is closed. */
export async function sendBytes(port: number, bytes: Uint8Array | string): Promise<RawAnswer> {
  const connection = await Deno.connect({ hostname: "127.0.0.1", port });
  try {
    const data = typeof bytes === "string" ? new TextEncoder().encode(bytes) : bytes;
    const sent = (async () => {
      for (let at = 0; at < data.length;) at += await connection.write(data.subarray(at));
    })().catch(() => {}); // refused half way is an answer too
    let raw = "";
    const buffer = new Uint8Array(64 * 1024);
    const decoder = new TextDecoder();
    try {
      for (let count = await connection.read(buffer); count !== null; count = await connection.read(buffer)) {
        raw += decoder.decode(buffer.subarray(0, count), { stream: true });
      }
    } catch {
      // reset: closed
    }
    await sent;
    return parseAnswer(raw);
  } finally {
    connection.close();
  }
}

/** Writes a request down; the connection ends with its answer unless the headers say otherwise. */
export function toBytes({ method, target, headers, body }: RawRequest): string {
  const lines = headers.map(([name, value]) => `${name}: ${value}\r\n`).join("");
  return `${method} ${target} HTTP/1.1\r\n${lines}\r\n${body}`;
}

export async function send(port: number, request: RawRequest): Promise<RawAnswer> {
  return await sendBytes(port, toBytes(request));
}

function parseAnswer(raw: string): RawAnswer {
  const [head = "", ...rest] = raw.split("\r\n\r\n");
  const [statusLine = "", ...lines] = head.split("\r\n");
  const headers = new Headers();
  for (const line of lines) {
    headers.append(line.slice(0, line.indexOf(":")), line.slice(line.indexOf(":") + 1));
  }
  return { status: Number(statusLine.split(" ")[1] ?? 0), headers, body: rest.join("\r\n\r\n"), raw };
}

/** A request as our own page's fetch makes it. */
export function fetchRequest(port: number, target: string, fields?: Record<string, string>): RawRequest {
  const method = fields === undefined ? "GET" : "POST";
  const body = fields === undefined ? "" : JSON.stringify(fields);
  const headers: [string, string][] = [
    ["Host", `127.0.0.1:${port}`],
    ["Connection", "close"],
    ["User-Agent", "Mozilla/5.0"],
    ["Accept", "*/*"],
    ["Sec-Fetch-Site", "same-origin"],
    ["Sec-Fetch-Mode", "same-origin"],
    ["Sec-Fetch-Dest", "empty"],
  ];
  if (fields !== undefined) {
    headers.push(["Origin", `http://127.0.0.1:${port}`], ["Content-Type", "application/json"]);
    headers.push(["Content-Length", String(new TextEncoder().encode(body).length)]);
  }
  return { method, target, headers, body };
}

/** A request as typing the address makes it. */
export function navigation(port: number): RawRequest {
  return {
    method: "GET",
    target: "/",
    headers: [
      ["Host", `127.0.0.1:${port}`],
      ["Connection", "close"],
      ["Upgrade-Insecure-Requests", "1"],
      ["Sec-Fetch-Site", "none"],
      ["Sec-Fetch-Mode", "navigate"],
      ["Sec-Fetch-User", "?1"],
      ["Sec-Fetch-Dest", "document"],
    ],
    body: "",
  };
}

/** Replaces, adds (after the others) or removes (undefined) headers. */
export function withHeaders(request: RawRequest, changes: Record<string, string | undefined>): RawRequest {
  const headers = request.headers.filter(([name]) =>
    !Object.keys(changes).some((changed) => changed.toLowerCase() === name.toLowerCase())
  );
  for (const [name, value] of Object.entries(changes)) if (value !== undefined) headers.push([name, value]);
  return { ...request, headers };
}

/** The page's half of the handshake. */
export async function proveKey(key: string): Promise<{ nonce: string; mac: string }> {
  const nonce = base64url(crypto.getRandomValues(new Uint8Array(16)));
  return { nonce, mac: await hmac(key, `page|${nonce}`) };
}

/** The key in a launch URL. */
export function keyOf(launchUrl: string): string {
  return new URL(launchUrl).hash.slice("#k=".length);
}

/** Opens a session as the page does. */
export async function openSession(port: number, launchUrl: string): Promise<string> {
  const answer = await send(port, fetchRequest(port, "/session", await proveKey(keyOf(launchUrl))));
  if (answer.status !== 200) throw new Error(`no session: ${answer.raw}`);
  return JSON.parse(answer.body).token;
}

/** A request of a live session. */
export function sessionRequest(
  port: number,
  token: string,
  { target, fields }: { target: string; fields?: Record<string, string> },
): RawRequest {
  const request = fetchRequest(port, target, fields);
  return { ...request, headers: [...request.headers, ["X-App-Session", token]] };
}
