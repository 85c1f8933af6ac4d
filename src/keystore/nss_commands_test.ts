import { assertEquals } from "@std/assert";
import * as commands from "./nss_commands.ts";

const database = { folder: "/home/x/.pki/nssdb", emptyPasswordFile: "/tmp/empty" };

Deno.test("certificateUri() escapes every byte of the key's ID", () => {
  assertEquals(
    commands.certificateUri(Uint8Array.of(0, 0x0a, 0x41, 0xff)),
    "pkcs11:id=%00%0A%41%FF;type=cert",
  );
});

Deno.test("importArgs() passes passwords by file only", () => {
  assertEquals(commands.importArgs(database, { bundleFile: "/tmp/b", bundlePasswordFile: "/tmp/p" }), [
    ...["-i", "/tmp/b", "-w", "/tmp/p", "-d", "sql:/home/x/.pki/nssdb", "-k", "/tmp/empty"],
  ]);
});

Deno.test("removeKeyArgs() names the key by its ID", () => {
  assertEquals(commands.removeKeyArgs(database, Uint8Array.of(0xab, 1)), [
    ...["-F", "-k", "ab01", "-d", "sql:/home/x/.pki/nssdb", "-f", "/tmp/empty"],
  ]);
});

Deno.test("importVerdict() tells a bad bundle from a bad database", () => {
  assertEquals([0, 13, 18, 15, 8, 255, 137].map(commands.importVerdict), [
    ...["imported", "locked", "refused", "refused", "unusable", "unusable", "unusable"] as const,
  ]);
});
