import { assertEquals, assertMatch, assertNotEquals } from "@std/assert";
import { readDeviceId } from "./device_id.ts";

const randomBytes = (length: number) => crypto.getRandomValues(new Uint8Array(length));

async function inFolder(run: (folder: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    await run(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

Deno.test("readDeviceId() makes an ID once and keeps it for this user alone", () =>
  inFolder(async (parent) => {
    const stateFolder = `${parent}/state`;
    const id = await readDeviceId({ stateFolder, randomBytes });
    assertMatch(id ?? "", /^[A-Za-z0-9_-]{22}$/);
    assertEquals(await readDeviceId({ stateFolder, randomBytes }), id);
    assertEquals((await Deno.stat(`${stateFolder}/device-id`)).mode! & 0o777, 0o600);
    assertNotEquals(await readDeviceId({ stateFolder: `${parent}/other`, randomBytes }), id);
  }));

Deno.test("readDeviceId() replaces what is no ID", () =>
  inFolder(async (stateFolder) => {
    for (
      const garbage of ["", "short", "x".repeat(23), "a b".padEnd(22, "c"), "\u0000\ufffd", "x".repeat(1e5)]
    ) {
      await Deno.writeTextFile(`${stateFolder}/device-id`, garbage);
      const id = await readDeviceId({ stateFolder, randomBytes });
      assertMatch(id ?? "", /^[A-Za-z0-9_-]{22}$/);
      assertEquals(await readDeviceId({ stateFolder, randomBytes }), id);
    }
  }));

Deno.test("readDeviceId() does without where nothing can be kept", () =>
  inFolder(async (folder) => {
    await Deno.writeTextFile(`${folder}/file`, "");
    assertEquals(await readDeviceId({ stateFolder: `${folder}/file`, randomBytes }), undefined);
    await Deno.mkdir(`${folder}/state/device-id`, { recursive: true });
    assertEquals(await readDeviceId({ stateFolder: `${folder}/state`, randomBytes }), undefined);
  }));
