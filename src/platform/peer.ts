/**
 * Whose program is at the other end of a connection to 127.0.0.1? On a shared PC any user can connect there.
 *
 * Linux: the kernel is asked (sock_diag.ts), or where that cannot be, its table of connections is read. Deno
 * opens nothing below `/proc` without all permissions, so `cat` reads it. (Windows: `GetExtendedTcpTable`, with
 * the Windows keystore.)
 *
 * @module
 */
import { currentOs } from "./os.ts";
import { findProgram, runProgram } from "./run.ts";
import { openSockDiag } from "./sock_diag.ts";

/** Whether the program behind this port of the loopback interface belongs to the user who runs the app. */
export type PeerCheck = (clientPort: number, serverPort: number) => Promise<boolean>;

/** States in which the client's end is held by a process: ESTABLISHED and CLOSE_WAIT (`include/net/tcp_states.h`). */
const OWNED_STATES = new Set(["01", "08"]);
/** Column of the owner's uid, counted from 0 (`Documentation/networking/proc_net_tcp.rst`). */
const UID_COLUMN = 7;

/**
 * The check for this system.
 *
 * @returns `undefined` where there is no way to know; the caller says so in the log. What cannot be answered
 *   later, e.g. because the table cannot be read, counts as "somebody else".
 */
export function createPeerCheck(): PeerCheck | undefined {
  if (currentOs() !== "linux") return undefined;
  const uid = Deno.uid();
  if (uid === null) return undefined;
  const findOwner = openSockDiag();
  if (findOwner === undefined) return createTableCheck(uid);
  return (clientPort, serverPort) => Promise.resolve(findOwner(clientPort, serverPort) === uid);
}

/** The slow way, for kernels and C libraries without the quick one. */
export function createTableCheck(uid: number): PeerCheck | undefined {
  const cat = findProgram("cat");
  if (cat === undefined) return undefined;
  return async function belongsToThisUser(clientPort, serverPort) {
    try {
      // The kernel walks its whole hash table for each of the two (5 ms on a large machine), and browsers are
      // in the first one.
      for (const table of ["/proc/net/tcp", "/proc/net/tcp6"]) {
        const { stdout } = await runProgram(cat, [table], { timeoutMs: 5_000 });
        const owners = peerOwners(new TextDecoder().decode(stdout), { clientPort, serverPort });
        if (owners.length > 0) return owners.every((owner) => owner === uid);
      }
    } catch {
      // as if nobody had been found
    }
    return false;
  };
}

/**
 * Reads the owners of one connection's client end out of the kernel's table.
 *
 * @param table Content of `/proc/net/tcp` or `/proc/net/tcp6`.
 * @returns One uid per matching row: none when the client is gone, more than one when the same port talks to
 *   several servers of this machine (the caller then wants all of them to be right).
 */
export function peerOwners(
  table: string,
  { clientPort, serverPort }: { clientPort: number; serverPort?: number | undefined },
): number[] {
  const owners: number[] = [];
  for (const line of table.split("\n")) {
    const columns = line.trim().split(/\s+/);
    const [, local, remote, state] = columns;
    const uid = columns[UID_COLUMN];
    if (local === undefined || remote === undefined || state === undefined || uid === undefined) continue;
    if (!OWNED_STATES.has(state) || !/^\d+$/.test(uid)) continue;
    if (portOf(local) !== clientPort || !isLoopback(remote)) continue;
    if (serverPort !== undefined && portOf(remote) !== serverPort) continue;
    owners.push(Number(uid));
  }
  return owners;
}

function portOf(address: string): number {
  return parseInt(address.slice(address.indexOf(":") + 1), 16);
}

/** 127.0.0.0/8 as this machine's bytes print it (little-endian), or the same mapped into IPv6. */
function isLoopback(address: string): boolean {
  return /^(0000000000000000FFFF0000)?[0-9A-F]{6}7F:/.test(address);
}
