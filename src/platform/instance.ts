/**
 * One running app per user and state folder. A second start asks the first one for a fresh launch URL.
 *
 * A lock that the OS frees when its holder ends, however it ends, says who runs; `instance.json` says where.
 * A file without a lock holder is a leftover and is never believed: its port may be somebody else's by now.
 *
 * @module
 */
import { inFolder } from "./folders.ts";

/** How long a second start waits for a first one that has only just begun, or that is busy. */
const PATIENCE_MS = 5_000;
const POLL_MS = 50;
const ADDRESS_FILE = "instance.json";

/** This process is the one that runs. */
export interface OwnInstance {
  isFirst: true;
  /** What a second start proves itself with: 32 random bytes, hex. */
  secret: string;
  /** Tells later starts where this one listens. */
  announce(port: number): void;
  /** Ends the claim. The OS does so too when the process dies. */
  release(): void;
}

/** Another process of this user runs already. */
export interface OtherInstance {
  isFirst: false;
  /**
   * A fresh launch URL from the one that runs.
   *
   * @returns `undefined` if it does not answer in time.
   */
  launchUrl(): Promise<string | undefined>;
}

/**
 * Claims a state folder, which is created if it is not there.
 *
 * @throws what the file system throws if the folder cannot be written.
 */
export function claimInstance(
  stateFolder: string,
  parts: { randomBytes: (length: number) => Uint8Array<ArrayBuffer>; patienceMs?: number },
): OwnInstance | OtherInstance {
  Deno.mkdirSync(stateFolder, { recursive: true, mode: 0o700 });
  const addressPath = inFolder(stateFolder, ADDRESS_FILE);
  const lock = Deno.openSync(inFolder(stateFolder, "instance.lock"), {
    write: true,
    create: true,
    mode: 0o600,
  });
  if (!lock.tryLockSync(true)) {
    lock.close();
    return {
      isFirst: false,
      launchUrl: () => askForLaunchUrl(addressPath, parts.patienceMs ?? PATIENCE_MS),
    };
  }
  removeQuietly(addressPath); // of an app that was killed
  const secret = parts.randomBytes(32).toHex();
  return {
    isFirst: true,
    secret,
    announce(port) {
      writeForThisUser(addressPath, `${JSON.stringify({ port, secret, pid: Deno.pid })}\n`);
    },
    release() {
      removeQuietly(addressPath);
      lock.unlockSync(); // a program that is being started has the file too, until its exec
      lock.close();
    },
  };
}

async function askForLaunchUrl(addressPath: string, patienceMs: number): Promise<string | undefined> {
  const until = Date.now() + patienceMs;
  do {
    const address = readAddress(addressPath);
    const url = address && await request(address, Math.max(1, until - Date.now()));
    if (url !== undefined) return url;
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  } while (Date.now() < until);
  return undefined;
}

interface Address {
  port: number;
  secret: string;
}

/** @returns `undefined` while the file is missing or is not what {@link OwnInstance.announce} writes. */
export function readAddress(path: string): Address | undefined {
  try {
    const { port, secret } = JSON.parse(Deno.readTextFileSync(path));
    const isSound = Number.isInteger(port) && port > 0 && port < 65_536 &&
      typeof secret === "string" && /^[0-9a-f]{64}$/.test(secret);
    return isSound ? { port, secret } : undefined;
  } catch {
    return undefined;
  }
}

/** In one step: a reader sees all of it or the old one. Not flushed to disk: after a crash it is worthless. */
function writeForThisUser(path: string, text: string): void {
  const draft = `${path}.tmp`;
  removeQuietly(draft); // a leftover would keep its own permissions
  Deno.writeTextFileSync(draft, text, { mode: 0o600, createNew: true });
  Deno.renameSync(draft, path);
}

function removeQuietly(path: string): void {
  try {
    Deno.removeSync(path);
  } catch {
    // Not there, or not ours to remove: the lock decides, not this file.
  }
}

/**
 * `POST /launch` of the local web UI.
 *
 * Over a plain connection: `fetch` would hand the secret to a proxy that `HTTP_PROXY` names.
 */
async function request({ port, secret }: Address, timeoutMs: number): Promise<string | undefined> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  try {
    using connection = await Deno.connect({ hostname: "127.0.0.1", port });
    timer = setTimeout(() => connection.close(), timeoutMs);
    const head = [
      "POST /launch HTTP/1.1",
      `host: 127.0.0.1:${port}`,
      "content-type: application/json",
      "content-length: 2",
      `x-app-instance: ${secret}`,
      "connection: close",
    ];
    await connection.write(new TextEncoder().encode(`${head.join("\r\n")}\r\n\r\n{}`));
    const answer = await new Response(connection.readable).text();
    const [status = "", ...body] = answer.split("\r\n\r\n");
    if (!status.startsWith("HTTP/1.1 200 ")) return undefined;
    const { url } = JSON.parse(body.join("\r\n\r\n"));
    // Only ever a page of that very app: this URL goes to the browser.
    return typeof url === "string" && url.startsWith(`http://127.0.0.1:${port}/#`) ? url : undefined;
  } catch {
    return undefined; // not listening yet, or no longer
  } finally {
    clearTimeout(timer);
  }
}
