import { assertEquals } from "@std/assert";
import { readSettings, writeSettings } from "./settings.ts";

Deno.test("writeSettings() is read back, and creates the folder", async () => {
  const folder = await Deno.makeTempDir();
  try {
    await writeSettings(`${folder}/new`, { language: "en" });
    assertEquals(readSettings(`${folder}/new`), { language: "en" });
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("readSettings() takes missing and damaged files for no choice", async () => {
  const folder = await Deno.makeTempDir();
  try {
    assertEquals(readSettings(folder), {});
    for (const text of ["", "{", "null", "[]", '{"language":"fr"}', '{"language":{}}', '"en"']) {
      Deno.writeTextFileSync(`${folder}/settings.json`, text);
      assertEquals(readSettings(folder), {}, text);
    }
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
