import { assert, assertEquals, assertGreaterOrEqual, assertStringIncludes } from "@std/assert";
import { brandCss, brandIcon, contrast, legible, parse, textOn } from "./brand.ts";
import { shippedProfile } from "./testing/parts.ts";

Deno.test("brandCss() leaves an accent alone that can be read", () => {
  const { brand } = shippedProfile();
  assertStringIncludes(brandCss(brand), `--accent:${brand.accentLight};--on-accent:#ffffff`);
  assertStringIncludes(brandCss(brand), `--accent:${brand.accentDark};--on-accent:#0d1b2a`);
});

Deno.test("legible() brings any colour of the wheel to AA contrast on both grounds", () => {
  for (let hue = 0; hue < 0xffffff; hue += 0x0b0d0f) {
    const colour = `#${hue.toString(16).padStart(6, "0")}`;
    for (const [ground, towards] of [["#f4f6f8", "#000000"], ["#1b222b", "#ffffff"]] as const) {
      const accent = legible(colour, ground, towards);
      assertGreaterOrEqual(contrast(parse(accent), parse(ground)), 4.5, `${colour} on ${ground}`);
      assertGreaterOrEqual(contrast(parse(textOn(accent)), parse(accent)), 4.5, `text on ${accent}`);
    }
  }
});

Deno.test("contrast() agrees with WCAG's own extremes", () => {
  assertEquals(contrast(parse("#000000"), parse("#ffffff")), 21);
  assertEquals(contrast(parse("#1f5fa8"), parse("#1f5fa8")), 1);
});

Deno.test("brandIcon() paints the shipped icon in the institution's colour", () => {
  const svg = Deno.readTextFileSync(new URL("../../assets/icon.svg", import.meta.url));
  const painted = brandIcon(svg, { accentLight: "#aa0000", accentDark: "#ffaaaa" });
  assertStringIncludes(painted, "#aa0000");
  assert(!painted.includes("#1f5fa8"));
});
