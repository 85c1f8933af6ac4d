import type { Page } from "playwright-core";
import { findBarriers } from "./chromium.ts";
import { atWidth, findCutOff, withLargeText } from "./layout.ts";

/**
 * Looks at one state of a page in every way: axe-core in both themes and at 320 px, nothing cut off there and with
 * letters of twice the size.
 *
 * @returns One line per fault, with where it was; none is what a test wants.
 */
export async function lookAt(page: Page, where: string): Promise<string[]> {
  const found: string[] = [];
  function note(how: string, faults: string[]): void {
    found.push(...faults.map((fault) => `${where}, ${how}: ${fault}`));
  }
  for (const colorScheme of ["dark", "light"] as const) {
    await page.emulateMedia({ colorScheme });
    note(colorScheme, await findBarriers(page));
  }
  await atWidth(page, 320, async () => {
    note("320 px", await findCutOff(page));
    note("320 px", await findBarriers(page));
  });
  await withLargeText(page, async () => note("200 %", await findCutOff(page)));
  return found;
}
