/** Finding 2D codes in pictures. */

declare const jsQR: (
  pixels: Uint8ClampedArray,
  width: number,
  height: number,
  options: { inversionAttempts: "attemptBoth" | "dontInvert" },
) => { data: string } | null;

/** Larger pictures are made smaller: photographs have more pixels than the code needs, and take seconds. */
const LONGEST_SIDE = [1600, 800];

/**
 * Looks for a 2D code in an image file.
 *
 * @returns Its text, or undefined if there is none.
 * @throws {DOMException} The file is no image.
 */
export async function readImage(file: Blob): Promise<string | undefined> {
  const image = await createImageBitmap(file);
  try {
    for (const side of LONGEST_SIDE) {
      const text = findCode(image, Math.min(1, side / Math.max(image.width, image.height)));
      if (text !== undefined) return text;
    }
    return undefined;
  } finally {
    image.close();
  }
}

/** Looks for a 2D code in what a video shows at this moment. */
export function readFrame(video: HTMLVideoElement): string | undefined {
  if (video.videoWidth === 0) return undefined;
  return findCode(video, Math.min(1, 1280 / video.videoWidth));
}

function findCode(source: ImageBitmap | HTMLVideoElement, scale: number): string | undefined {
  const [fullWidth, fullHeight] = source instanceof HTMLVideoElement
    ? [source.videoWidth, source.videoHeight]
    : [source.width, source.height];
  const width = Math.max(1, Math.round(fullWidth * scale));
  const height = Math.max(1, Math.round(fullHeight * scale));
  const context = new OffscreenCanvas(width, height).getContext("2d", { willReadFrequently: true })!;
  // Transparent pictures are meant for a light page.
  context.fillStyle = "#ffffff";
  context.fillRect(0, 0, width, height);
  context.drawImage(source, 0, 0, width, height);
  const { data } = context.getImageData(0, 0, width, height);
  const found = jsQR(data, width, height, { inversionAttempts: "attemptBoth" });
  return found === null || found.data === "" ? undefined : found.data;
}
