/**
 * A real squid in the foreground, with its own configuration in a temporary folder, gone at the end.
 *
 * @module
 */
import { encodePem } from "../../src/pki/pem.ts";
import type { ProxyCredentials } from "../../src/network/proxy/types.ts";
import { certify } from "./tls_server.ts";
import type { TestCa } from "./test_ca.ts";
import { untilItIs } from "./until.ts";

export interface SquidOptions {
  /** Who may use it; everybody when left out. */
  users?: readonly ProxyCredentials[];
  /** Listens with TLS, under a certificate for 127.0.0.1. Debian's squid sends no other: trust the issuing CA. */
  tls?: TestCa;
  /** Hosts that nobody may reach. */
  denies?: readonly string[];
}

/** `await using` ends it and removes its folder. */
export interface Squid extends AsyncDisposable {
  /** `host:port` */
  readonly address: string;
  /** Without credentials. */
  readonly url: string;
  /** Its access log so far: one line for each CONNECT that has ended, `200 CONNECT host:port user`. */
  requests(): string[];
  /** Waits until it has written more lines than that: it writes when a tunnel has closed, in its own time. */
  loggedMore(count: number): Promise<void>;
  /** Writes the password file anew; counts from the next {@link start} on. */
  setUsers(users: readonly ProxyCredentials[]): Promise<void>;
  /** As when its machine loses power: all connections break. */
  kill(): Promise<void>;
  /** Starts it again, on the same port. */
  start(): Promise<void>;
}

const PROGRAM = "/usr/sbin/squid";
const BASIC_HELPERS = ["/usr/lib/squid/basic_ncsa_auth", "/usr/lib64/squid/basic_ncsa_auth"];

export function hasSquid(): boolean {
  return isThere(PROGRAM) && BASIC_HELPERS.some(isThere);
}

/** Starts one on a port of its own. */
export async function startSquid(options: SquidOptions = {}): Promise<Squid> {
  await using made = new AsyncDisposableStack();
  const folder = await Deno.makeTempDir({ prefix: "hakko-squid-" });
  made.defer(() => Deno.remove(folder, { recursive: true }));
  // As root, squid becomes its own user before it opens its files.
  await Deno.chmod(folder, 0o755);
  const log = `${folder}/access.log`;
  await Deno.writeTextFile(log, "");
  await Deno.chmod(log, 0o666);
  const port = freePort();
  const address = `127.0.0.1:${port}`;
  await writeUsers(folder, options.users ?? []);
  await Deno.writeTextFile(`${folder}/squid.conf`, await configuration({ ...options, folder, address }));
  let child: Deno.ChildProcess | undefined;

  async function start(): Promise<void> {
    const started = new Deno.Command(PROGRAM, {
      args: ["-N", "-d", "1", "-f", `${folder}/squid.conf`],
      cwd: folder,
      stdin: "null",
      stdout: "null",
      stderr: "piped",
    }).spawn();
    child = started;
    let isOver = false;
    const ended = started.output().then(({ stderr }) => {
      isOver = true;
      return new TextDecoder().decode(stderr);
    });
    // It says that it accepts connections a moment before it does.
    await untilItIs(async () => isOver || await isListening(port));
    if (isOver) throw new Error(`squid ended: ${await ended}`);
  }

  async function kill(): Promise<void> {
    const ending = child;
    child = undefined;
    if (ending === undefined) return;
    ending.kill("SIGKILL");
    await ending.status;
  }

  function requests(): string[] {
    return Deno.readTextFileSync(log).split("\n").filter((line) => line !== "");
  }

  await start();
  made.defer(kill);
  const kept = made.move();
  return {
    address,
    url: `${options.tls === undefined ? "http" : "https"}://${address}`,
    requests,
    loggedMore: (count) => untilItIs(() => Promise.resolve(requests().length > count)),
    setUsers: (users) => writeUsers(folder, users),
    kill,
    start,
    [Symbol.asyncDispose]: () => kept.disposeAsync(),
  };
}

async function configuration(
  { folder, address, users, tls, denies = [] }: SquidOptions & { folder: string; address: string },
): Promise<string> {
  const helper = BASIC_HELPERS.find(isThere) ?? "";
  if (tls !== undefined) {
    const { certificateDer, keyPair } = await certify({ ca: tls, ips: ["127.0.0.1"] });
    await Deno.writeTextFile(`${folder}/certificate.pem`, encodePem(certificateDer, "CERTIFICATE"));
    await Deno.writeTextFile(`${folder}/key.pem`, encodePem(keyPair.pkcs8Der, "PRIVATE KEY"));
  }
  const lines = [
    tls === undefined
      ? `http_port ${address}`
      : `https_port ${address} tls-cert=${folder}/certificate.pem tls-key=${folder}/key.pem`,
    ...["pid_filename none", "cache_log /dev/null", "netdb_filename none", "pinger_enable off"],
    ...["cache deny all", "cache_mem 0 MB", "shutdown_lifetime 0 seconds", "visible_hostname proxy.test"],
    // One address, one try: what is refused is refused at once.
    ...["connect_retries 0", "dns_v4_first on", "connect_timeout 5 seconds"],
    "logformat brief %>Hs %rm %ru %un",
    `access_log stdio:${folder}/access.log logformat=brief`,
    "buffered_logs off",
    ...denies.map((host) => `acl denied dstdomain ${host}`),
    ...denies.length > 0 ? ["http_access deny denied"] : [],
    ...users === undefined ? ["http_access allow all"] : [
      `auth_param basic program ${helper} ${folder}/users`,
      "auth_param basic children 2 startup=1 idle=1",
      "auth_param basic realm proxy.test",
      "acl known proxy_auth REQUIRED",
      "http_access allow known",
      "http_access deny all",
    ],
  ];
  return lines.join("\n") + "\n";
}

/** As `htpasswd` does. */
async function writeUsers(folder: string, users: readonly ProxyCredentials[]): Promise<void> {
  const lines = await Promise.all(users.map(async ({ username, password }) => {
    const child = new Deno.Command("openssl", {
      args: ["passwd", "-apr1", "-stdin"],
      stdin: "piped",
      stdout: "piped",
    }).spawn();
    const writer = child.stdin.getWriter();
    await writer.write(new TextEncoder().encode(password + "\n"));
    await writer.close();
    return `${username}:${new TextDecoder().decode((await child.output()).stdout).trim()}\n`;
  }));
  await Deno.writeTextFile(`${folder}/users`, lines.join(""));
}

/** A port that is free at this moment. Ports that nobody listens on are taken from here as well. */
export function freePort(): number {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  return (listener.addr as Deno.NetAddr).port;
}

async function isListening(port: number): Promise<boolean> {
  try {
    (await Deno.connect({ hostname: "127.0.0.1", port })).close();
    return true;
  } catch {
    return false;
  }
}

function isThere(path: string): boolean {
  try {
    return Deno.statSync(path).isFile;
  } catch {
    return false;
  }
}
