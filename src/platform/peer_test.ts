import { assert, assertEquals } from "@std/assert";
import { createPeerCheck, peerOwners } from "./peer.ts";

const HEAD =
  "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode\n";

function row(local: string, remote: string, state: string, uid: number): string {
  return `   1: ${local} ${remote} ${state} 00000000:00000000 00:00000000 00000000  ${uid}        0 45 1 0 20 4 30 10 -1\n`;
}

// 40000 = 9C40, 8080 = 1F90
const CLIENT = "0100007F:9C40";
const SERVER = "0100007F:1F90";

Deno.test("peerOwners() finds the owner of the client's end, not the server's", () => {
  const table = HEAD + row(SERVER, CLIENT, "01", 0) + row(CLIENT, SERVER, "01", 1001);
  assertEquals(peerOwners(table, { clientPort: 40000, serverPort: 8080 }), [1001]);
});

Deno.test("peerOwners() finds clients that use IPv6 sockets for IPv4 addresses", () => {
  const mapped = (address: string) => `0000000000000000FFFF0000${address}`;
  const table = HEAD + HEAD + row(mapped(CLIENT), mapped(SERVER), "01", 33);
  assertEquals(peerOwners(table, { clientPort: 40000, serverPort: 8080 }), [33]);
});

Deno.test("peerOwners() ignores closed connections, whose uid the kernel gives as 0", () => {
  const table = HEAD + row(CLIENT, SERVER, "06", 0) + row(CLIENT, SERVER, "05", 0);
  assertEquals(peerOwners(table, { clientPort: 40000, serverPort: 8080 }), []);
});

Deno.test("peerOwners() ignores the same port towards other machines and, if told, other servers", () => {
  const table = HEAD + row(CLIENT, "0500000A:1F90", "01", 5) + row(CLIENT, "0100007F:0050", "01", 6) +
    row(CLIENT, SERVER, "01", 7);
  assertEquals(peerOwners(table, { clientPort: 40000, serverPort: 8080 }), [7]);
  assertEquals(peerOwners(table, { clientPort: 40000 }), [6, 7]);
});

Deno.test("peerOwners() makes nothing of garbage", () => {
  for (const garbage of ["", "\n\n", "x y z", HEAD, `1: ${CLIENT} ${SERVER} 01 a b c root 0`]) {
    assertEquals(peerOwners(garbage, { clientPort: 40000 }), []);
  }
});

Deno.test({
  name: "createPeerCheck() knows this user's connections and refuses ports that nobody holds",
  ignore: Deno.build.os !== "linux",
  async fn() {
    const check = createPeerCheck();
    assert(check !== undefined);
    using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
    const { port } = listener.addr;
    using client = await Deno.connect({ hostname: "127.0.0.1", port });
    using _accepted = await listener.accept();
    assert(await check((client.localAddr as Deno.NetAddr).port, port));
    assertEquals(await check(1, port), false);
  },
});

Deno.test({
  name: "createPeerCheck() refuses another user's connection",
  ignore: Deno.build.os !== "linux" || Deno.uid() !== 0,
  async fn() {
    const check = createPeerCheck();
    assert(check !== undefined);
    using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
    const { port } = listener.addr;
    // bash's own /dev/tcp: a program that surely runs as another user wherever the tests run as root.
    const other = new Deno.Command("/usr/bin/setpriv", {
      args: ["--reuid=65534", "--regid=65534", "--clear-groups", "/bin/bash", "-c"]
        .concat(`exec 3<>/dev/tcp/127.0.0.1/${port}; read -r _ <&3`),
      stdin: "null",
      stdout: "null",
      stderr: "null",
    }).spawn();
    try {
      using accepted = await listener.accept();
      assertEquals(await check((accepted.remoteAddr as Deno.NetAddr).port, port), false);
    } finally {
      await other.status;
    }
  },
});
