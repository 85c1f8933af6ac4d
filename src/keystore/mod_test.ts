import { assertEquals, assertInstanceOf } from "@std/assert";
import { createMemoryLog } from "../../tests/support/memory_log.ts";
import type { Os } from "../platform/os.ts";
import { FileKeystore } from "./file.ts";
import { rejectsWith } from "./keystore_suite.ts";
import { type KeystoreParts, openKeystore } from "./mod.ts";
import { NssKeystore } from "./nss.ts";
import { WindowsKeystore } from "./windows.ts";

function open(os: Os, kind: KeystoreParts["kind"], { tools = true } = {}) {
  return openKeystore({
    os,
    kind,
    nssFolder: "/nowhere/nssdb",
    fileFolder: "/nowhere/keystore",
    temporaryFolder: "/nowhere/tmp",
    log: createMemoryLog(),
    now: () => new Date(),
    randomBytes: (length) => new Uint8Array(length),
    find: (name) => tools ? `/usr/bin/${name}` : undefined,
  });
}

Deno.test("openKeystore() takes the OS's keystore, and files only where the profile says so", () => {
  assertInstanceOf(open("linux", "os"), NssKeystore);
  assertInstanceOf(open("linux", "auto"), NssKeystore);
  assertInstanceOf(open("linux", "auto", { tools: false }), FileKeystore);
  assertInstanceOf(open("linux", "os", { tools: false }), NssKeystore);
  assertInstanceOf(open("linux", "file"), FileKeystore);
  assertInstanceOf(open("windows", "os"), WindowsKeystore);
  assertInstanceOf(open("windows", "file"), FileKeystore);
  assertInstanceOf(open("darwin", "auto"), FileKeystore);
});

Deno.test("a keystore that is not there says so at every call", async () => {
  for (const os of ["windows", "darwin"] as const) {
    const keystore = open(os, "os");
    const bundle = {
      pkcs12Der: new Uint8Array(),
      password: "",
      certificateDer: new Uint8Array(),
      friendlyName: "",
    };
    const calls = [
      () => keystore.check(),
      () => keystore.import(bundle),
      () => keystore.list(),
      () => keystore.sign("", new Uint8Array()),
      () => keystore.remove(""),
    ];
    for (const call of calls) {
      const error = await rejectsWith("keystore/unsupported", call);
      assertEquals(error.row.exit, 5);
    }
  }
});
