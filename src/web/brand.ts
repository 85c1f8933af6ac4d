/**
 * The institution's accent colour as a style sheet: no inline style is allowed, and none is needed.
 *
 * @module
 */
import type { Profile } from "../profile.ts";

type Brand = Profile["brand"];
type Rgb = readonly [number, number, number];

/** Contrast of text, WCAG 2.2 SC 1.4.3 (AA). */
const TEXT_CONTRAST = 4.5;
/** The lightest and the darkest ground in style.css that accent-coloured text stands on. */
const LIGHT_GROUND = "#f4f6f8";
const DARK_GROUND = "#1b222b";
const ON_LIGHT = "#ffffff";
const ON_DARK = "#0d1b2a";
/** The accent in assets/icon.svg. */
const ICON_ACCENT = "#1f5fa8";

/** `/brand.css`: sets the accent and the text colour on it, in both themes. */
export function brandCss(brand: Brand): string {
  const light = legible(brand.accentLight, LIGHT_GROUND, "#000000");
  const dark = legible(brand.accentDark, DARK_GROUND, "#ffffff");
  return `:root{--accent:${light};--on-accent:${textOn(light)}}\n` +
    `@media (prefers-color-scheme: dark){:root{--accent:${dark};--on-accent:${textOn(dark)}}}\n`;
}

/** The icon in the institution's colour. */
export function brandIcon(svg: string, brand: Brand): string {
  return svg.replaceAll(ICON_ACCENT, brand.accentLight);
}

/** The accent itself, or as little as needed nearer to black or white until it can be read as text. */
export function legible(accent: string, ground: string, towards: string): string {
  for (let step = 0; step <= 20; step++) {
    const colour = mix(parse(accent), parse(towards), step / 20);
    if (contrast(colour, parse(ground)) >= TEXT_CONTRAST) return format(colour);
  }
  return towards;
}

/** White or near-black, whichever is read better on a colour. */
export function textOn(colour: string): string {
  const ground = parse(colour);
  return contrast(parse(ON_LIGHT), ground) >= contrast(parse(ON_DARK), ground) ? ON_LIGHT : ON_DARK;
}

/** Contrast ratio of two colours, 1 to 21 (WCAG 2.2). */
export function contrast(a: Rgb, b: Rgb): number {
  const [low, high] = [luminance(a), luminance(b)].sort((x, y) => x - y) as [number, number];
  return (high + 0.05) / (low + 0.05);
}

/** `#rrggbb` as three numbers. */
export function parse(colour: string): Rgb {
  const value = parseInt(colour.slice(1), 16);
  return [value >> 16, (value >> 8) & 255, value & 255];
}

function format(colour: Rgb): string {
  return "#" + colour.map((part) => Math.round(part).toString(16).padStart(2, "0")).join("");
}

function mix(from: Rgb, to: Rgb, share: number): Rgb {
  return from.map((part, i) => part + (to[i]! - part) * share) as unknown as Rgb;
}

function luminance(colour: Rgb): number {
  const [r, g, b] = colour.map((part) => {
    const value = part / 255;
    return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
  }) as unknown as Rgb;
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}
