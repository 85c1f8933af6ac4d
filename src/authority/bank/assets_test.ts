import { assert, assertEquals, assertNotEquals, assertStringIncludes } from "@std/assert";
import { brandStyle, loadBankAssets } from "./assets.ts";

Deno.test("brandStyle() writes on the accent colour in whichever of black and white is readable", () => {
  const style = brandStyle({ accentLight: "#1f5fa8", accentDark: "#8ab8f0" });
  assertStringIncludes(style, "--accent:#1f5fa8;--on-accent:#ffffff");
  assertStringIncludes(style, "--accent:#8ab8f0;--on-accent:#000000");
});

Deno.test("loadBankAssets() names files by their content", async () => {
  const one = await loadBankAssets({ accentLight: "#111111", accentDark: "#eeeeee" });
  const other = await loadBankAssets({ accentLight: "#222222", accentDark: "#eeeeee" });
  assertEquals(one.path("style.css"), other.path("style.css"));
  assertNotEquals(one.path("brand.css"), other.path("brand.css"));
  assert(one.byPath.has(one.path("icon.svg")));
});

Deno.test("loadBankAssets() without a brand leaves the colours of style.css", async () => {
  const assets = await loadBankAssets();
  assertEquals(assets.byPath.get(assets.path("brand.css"))?.body.length, 0);
});
