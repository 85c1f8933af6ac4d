/** What a camera sees when a 2D code is held in front of it: a film of one picture, for the browser's fake camera. */
import { encode } from "uqr";

const WIDTH = 640;
const HEIGHT = 480;
const DARK = 16;
const LIGHT = 235;
/** Of both colour planes: grey. */
const NEUTRAL = 128;

/** A YUV4MPEG2 film that shows a code on a grey table. */
export function filmOf(text: string): Uint8Array {
  const luminance = new Uint8Array(WIDTH * HEIGHT).fill(180);
  const { data, size } = encode(text, { ecc: "M", border: 4 });
  const scale = Math.floor(HEIGHT / size);
  const left = Math.floor((WIDTH - size * scale) / 2), top = Math.floor((HEIGHT - size * scale) / 2);
  for (let y = 0; y < size * scale; y++) {
    for (let x = 0; x < size * scale; x++) {
      const isDark = data[Math.floor(y / scale)]![Math.floor(x / scale)];
      luminance[(top + y) * WIDTH + left + x] = isDark ? DARK : LIGHT;
    }
  }
  const colours = new Uint8Array(WIDTH * HEIGHT / 2).fill(NEUTRAL);
  const encoder = new TextEncoder();
  const parts = [encoder.encode(`YUV4MPEG2 W${WIDTH} H${HEIGHT} F10:1 Ip A1:1 C420jpeg\n`)];
  for (let frame = 0; frame < 2; frame++) parts.push(encoder.encode("FRAME\n"), luminance, colours);
  const film = new Uint8Array(parts.reduce((length, part) => length + part.length, 0));
  let at = 0;
  for (const part of parts) {
    film.set(part, at);
    at += part.length;
  }
  return film;
}
