/**
 * Asks the Linux kernel for the owner of one TCP connection, through netlink's sock_diag(7): one question and one
 * answer, 3 ms the first time and 0.03 ms after, where reading the table of all connections takes 9 to 90.
 *
 * @module
 */

/** `AF_NETLINK`, `SOCK_RAW | SOCK_CLOEXEC`, `NETLINK_SOCK_DIAG`. */
const SOCKET = [16, 3 | 0o2000000, 4] as const;
const SOCK_DIAG_BY_FAMILY = 20;
const NLM_F_REQUEST = 1;
const NLMSG_ERROR = 2;
const ENOENT = 2;
const AF_INET = 2;
const IPPROTO_TCP = 6;
const MSG_DONTWAIT = 0x40;

/** `struct nlmsghdr`, then `struct inet_diag_req_v2` (`linux/inet_diag.h`). */
const HEADER_BYTES = 16;
const REQUEST_BYTES = HEADER_BYTES + 56;
/** In `struct inet_diag_msg`: state, and the uid behind the 48 bytes of addresses. */
const STATE_OFFSET = HEADER_BYTES + 1;
const UID_OFFSET = HEADER_BYTES + 4 + 48 + 12;
/** TCP states in which a process holds the socket: ESTABLISHED and CLOSE_WAIT. */
const OWNED_STATES: readonly number[] = [1, 8];

/** By absolute path: a bare name would be looked up in the folder that the app was started in. */
const LIBRARIES = [
  "/lib/x86_64-linux-gnu/libc.so.6",
  "/lib/aarch64-linux-gnu/libc.so.6",
  "/lib64/libc.so.6",
];

const LIBC_SYMBOLS = {
  socket: { parameters: ["i32", "i32", "i32"], result: "i32" },
  send: { parameters: ["i32", "buffer", "usize", "i32"], result: "isize" },
  recv: { parameters: ["i32", "buffer", "usize", "i32"], result: "isize" },
  close: { parameters: ["i32"], result: "i32" },
} as const satisfies Deno.ForeignLibraryInterface;

/** The uid of a connection's owner; `undefined` if there is no such connection. */
export type FindOwner = (clientPort: number, serverPort: number) => number | undefined;

/**
 * Loads what the question needs.
 *
 * @returns `undefined` where libc or the kernel's part cannot be had.
 */
export function openSockDiag(): FindOwner | undefined {
  const libc = loadLibc();
  return libc && createFindOwner(libc);
}

type Libc = Deno.DynamicLibrary<typeof LIBC_SYMBOLS>["symbols"];

function createFindOwner(libc: Libc): FindOwner | undefined {
  /** @returns The kernel's answer: a message with its header. */
  function ask(request: Uint8Array<ArrayBuffer>): DataView | undefined {
    const socket = libc.socket(...SOCKET);
    if (socket < 0) return undefined;
    try {
      if (libc.send(socket, request, BigInt(request.length), 0) !== BigInt(request.length)) return undefined;
      const answer = new Uint8Array(512);
      const length = Number(libc.recv(socket, answer, BigInt(answer.length), MSG_DONTWAIT));
      return length < HEADER_BYTES + 4 ? undefined : new DataView(answer.buffer, 0, length);
    } finally {
      libc.close(socket);
    }
  }
  const probe = ask(requestFor(0, 0));
  if (probe === undefined || readAnswer(probe) === "unsupported") return undefined;
  return (clientPort, serverPort) => {
    const answer = ask(requestFor(clientPort, serverPort));
    const owner = answer && readAnswer(answer);
    return typeof owner === "number" ? owner : undefined;
  };
}

function loadLibc(): Libc | undefined {
  for (const path of LIBRARIES) {
    // Asked first: where a permission is missing, trying would stop and ask the person at the terminal.
    if (Deno.permissions.querySync({ name: "ffi", path }).state !== "granted") continue;
    try {
      return Deno.dlopen(path, LIBC_SYMBOLS).symbols;
    } catch {
      // not at this place
    }
  }
  return undefined;
}

/** One connection between two ports of 127.0.0.1, seen from its client's end. Integers are the host's, ports the network's. */
export function requestFor(clientPort: number, serverPort: number): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(REQUEST_BYTES);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, REQUEST_BYTES, true);
  view.setUint16(4, SOCK_DIAG_BY_FAMILY, true);
  view.setUint16(6, NLM_F_REQUEST, true);
  bytes[16] = AF_INET;
  bytes[17] = IPPROTO_TCP;
  view.setUint32(20, 0xffff_ffff, true); // any state
  view.setUint16(24, clientPort);
  view.setUint16(26, serverPort);
  bytes.set([127, 0, 0, 1], 28);
  bytes.set([127, 0, 0, 1], 44);
  view.setUint32(64, 0xffff_ffff, true); // no cookie (INET_DIAG_NOCOOKIE), in two halves
  view.setUint32(68, 0xffff_ffff, true);
  return bytes;
}

/** The owner's uid; or that nobody holds such a connection; or that this kernel does not answer the question. */
export function readAnswer(answer: DataView): number | "nobody" | "unsupported" {
  const type = answer.getUint16(4, true);
  if (type === NLMSG_ERROR) return answer.getInt32(HEADER_BYTES, true) === -ENOENT ? "nobody" : "unsupported";
  if (type !== SOCK_DIAG_BY_FAMILY || answer.byteLength < UID_OFFSET + 4) return "unsupported";
  if (!OWNED_STATES.includes(answer.getUint8(STATE_OFFSET))) return "nobody";
  return answer.getUint32(UID_OFFSET, true);
}
