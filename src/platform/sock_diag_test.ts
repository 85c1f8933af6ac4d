import { assert, assertEquals } from "@std/assert";
import { openSockDiag, readAnswer, requestFor } from "./sock_diag.ts";

const isLinux = Deno.build.os === "linux";

Deno.test({
  name: "openSockDiag() names the owner of an open connection, and nobody for one that is not there",
  ignore: !isLinux,
  async fn() {
    const findOwner = openSockDiag();
    assert(findOwner !== undefined);
    using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
    const client = await Deno.connect({ hostname: "127.0.0.1", port: listener.addr.port });
    using _accepted = await listener.accept();
    const clientPort = (client.localAddr as Deno.NetAddr).port;
    assertEquals(findOwner(clientPort, listener.addr.port), Deno.uid()!);
    assertEquals(findOwner(clientPort, listener.addr.port === 1 ? 2 : 1), undefined);
    client.close();
    assertEquals(findOwner(clientPort, listener.addr.port), undefined);
  },
});

Deno.test("requestFor() asks for one connection of the loopback interface", () => {
  assertEquals(
    requestFor(40_000, 8_080).toHex(),
    "480000001400010000000000" + "00000000" + "02060000" + "ffffffff" + "9c40" + "1f90" +
      "7f000001".padEnd(32, "0") + "7f000001".padEnd(32, "0") + "00000000" + "ffffffffffffffff",
  );
});

Deno.test("readAnswer() tells a missing connection from a kernel that does not know the question", () => {
  const error = (code: number) => {
    const view = new DataView(new ArrayBuffer(36));
    view.setUint16(4, 2, true);
    view.setInt32(16, code, true);
    return view;
  };
  assertEquals(readAnswer(error(-2)), "nobody");
  assertEquals(readAnswer(error(-95)), "unsupported");
  assertEquals(readAnswer(new DataView(new ArrayBuffer(20))), "unsupported");
});
