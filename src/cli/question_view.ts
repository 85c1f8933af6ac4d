/** What a terminal shows of a question before its fields are asked for. */
import type { Text } from "../errors.ts";
import type { Question } from "../issuance/mod.ts";
import type { Output } from "./output.ts";

/** Modules of light border around a 2D code that readers need (ISO/IEC 18004 §6.3.8). */
const QUIET_ZONE = 4;

const TEXTS = {
  codeText: {
    ja: "読み取れないときは、次の文字列をトークンに貼り付けてください:",
    en: "If the token cannot read it, paste this text into it:",
  },
  tooNarrow: {
    ja: "端末の幅が{columns}桁以上あれば、2次元コードを表示できます。",
    en: "A terminal of {columns} columns or more could show the 2D code.",
  },
} as const satisfies Record<string, Text>;

/** The question's lead, its words, and its 2D code with the code's text for those who cannot read it. */
export async function showQuestion({ title, lead, prompt, code }: Question, output: Output): Promise<void> {
  const { language } = output;
  if (lead !== undefined || prompt !== undefined || code !== undefined) output.show(`\n${title[language]}`);
  if (lead !== undefined) output.show(lead[language]);
  if (prompt !== undefined) output.show(prompt);
  if (code === undefined) return;
  const drawing = await drawCode(code);
  const columns = drawing[0]?.length ?? 0;
  if (columns <= terminalColumns()) output.draw(drawing);
  else output.show(TEXTS.tooNarrow[language].replace("{columns}", String(columns)));
  output.show(`${TEXTS.codeText[language]}\n${code}`);
}

/** A 2D code in half-block characters, light on dark: one line per two rows of modules. */
export async function drawCode(code: string): Promise<string[]> {
  const { renderUnicodeCompact } = await import("uqr");
  return renderUnicodeCompact(code, { border: QUIET_ZONE }).split("\n");
}

/** Where nobody knows the width, it is wide enough. */
function terminalColumns(): number {
  try {
    return Deno.consoleSize().columns || Infinity;
  } catch {
    return Infinity;
  }
}
