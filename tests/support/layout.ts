import type { Page } from "playwright-core";

const FAULTS = `
  [...document.querySelectorAll("body *")].filter((element) => {
    const box = element.getBoundingClientRect();
    if (box.width <= 1 || box.height <= 1 || getComputedStyle(element).visibility === "hidden") return false;
    const isCut = element.scrollWidth > element.clientWidth + 1 && element.clientWidth > 1 &&
      getComputedStyle(element).overflowX !== "visible" && !(element instanceof HTMLInputElement);
    return isCut || box.right > innerWidth + 1;
  }).map((element) => (element.id || element.className || element.tagName) + ": " + element.textContent.trim().slice(0, 40))
`;

/**
 * Looks for what is cut off or sticks out to the right, so that a person would have to scroll sideways.
 *
 * @returns One line per element; none is what a test wants.
 */
export async function findCutOff(page: Page): Promise<string[]> {
  const overhang = await page.evaluate<number>("document.documentElement.scrollWidth - innerWidth");
  const faults = await page.evaluate<string[]>(FAULTS);
  return overhang > 0 ? [`the page is ${overhang} px too wide`, ...faults] : faults;
}

/** Runs something at a width, in CSS pixels, that a phone or a page zoomed to 400 % has; then the old one is back. */
export async function atWidth<T>(page: Page, width: number, work: () => Promise<T>): Promise<T> {
  const before = page.viewportSize();
  await page.setViewportSize({ width, height: 640 });
  try {
    return await work();
  } finally {
    if (before !== null) await page.setViewportSize(before);
  }
}

/** Runs something with letters twice as large as usual, as people set it in their browser. */
export async function withLargeText<T>(page: Page, work: () => Promise<T>): Promise<T> {
  const session = await page.context().newCDPSession(page);
  try {
    await session.send("Page.setFontSizes", { fontSizes: { standard: 32, fixed: 26 } });
    return await work();
  } finally {
    await session.send("Page.setFontSizes", { fontSizes: { standard: 16, fixed: 13 } });
    await session.detach();
  }
}
