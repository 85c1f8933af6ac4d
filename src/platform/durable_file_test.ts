import { assertEquals } from "@std/assert";
import { ensurePrivateFolder, removeDurably, writeDurably } from "./durable_file.ts";

Deno.test("writeDurably() leaves one private file with the last content", async () => {
  const folder = await Deno.makeTempDir();
  try {
    await ensurePrivateFolder(`${folder}/a/b`);
    const path = `${folder}/a/b/file`;
    await writeDurably(path, new TextEncoder().encode("long first content"));
    await writeDurably(path, new TextEncoder().encode("second"));
    assertEquals(await Deno.readTextFile(path), "second");
    assertEquals([...Deno.readDirSync(`${folder}/a/b`)].map((entry) => entry.name), ["file"]);
    if (Deno.build.os !== "windows") {
      assertEquals((await Deno.stat(path)).mode! & 0o777, 0o600);
      assertEquals((await Deno.stat(`${folder}/a/b`)).mode! & 0o777, 0o700);
      assertEquals((await Deno.stat(`${folder}/a`)).mode! & 0o777, 0o700);
    }
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("writeDurably() replaces what a killed run left beside the file", async () => {
  const folder = await Deno.makeTempDir();
  try {
    await Deno.writeTextFile(`${folder}/file.tmp`, "half of something much longer than the new content");
    await writeDurably(`${folder}/file`, new TextEncoder().encode("whole"));
    assertEquals(await Deno.readTextFile(`${folder}/file`), "whole");
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("removeDurably() succeeds when there is nothing to remove", async () => {
  const folder = await Deno.makeTempDir();
  try {
    await removeDurably(`${folder}/missing`);
    await writeDurably(`${folder}/file`, new Uint8Array(1));
    await removeDurably(`${folder}/file`);
    assertEquals([...Deno.readDirSync(folder)].length, 0);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
