/** What the server tells the software token page, in `data-` attributes. Types alone: the browser never loads it. */
import type { DemoToken, DemoTokens } from "./parts.ts";
import type { TokenWords } from "./token_texts.ts";

/** Of the whole page, `data-settings`. */
export interface TokenPageSettings {
  otp: DemoTokens["otp"];
  timeSync: DemoTokens["timeSync"];
  ocraSuite: string;
  words: TokenWords;
}

/** One person's tokens by kind, `data-tokens` of their `<option>`. */
export type TokenSecrets = Partial<Record<DemoToken["kind"], string>>;
