import type { HelpValues } from "./types.ts";

/** Puts an institution's own words into a text of the help. */
export function fillHelp(text: string, values: HelpValues): string {
  return text.replace(/\{(\w+)\}/g, (whole, name: string) => values[name as keyof HelpValues] ?? whole);
}
