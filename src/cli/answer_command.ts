/**
 * `--otp-command`: a person's own command that answers for them, where nobody sits at a terminal. It gets the step
 * in `HAKKO_STEP` and the login ID in `HAKKO_LOGIN_ID`, reads the 2D code's text or the question on stdin, and
 * prints one line per field.
 *
 * @module
 */
import { AppError, type Text } from "../errors.ts";
import type { Question } from "../issuance/mod.ts";
import { readNumber } from "../issuance/steps/number.ts";
import { runShell } from "../platform/shell.ts";
import type { Output } from "./output.ts";

/** Long enough to wait for a token's next number, which takes a minute, or for somebody to touch a device. */
export const ANSWER_SECONDS = 150;
/** Answers are a few dozen characters; what prints more is the wrong command. */
const MAX_BYTES = 4_096;

/** What to run, for whom. */
export interface AnswerCommand {
  command: string;
  loginId: string;
  signal: AbortSignal;
  /** Milliseconds; {@link ANSWER_SECONDS} when left out. */
  timeoutMs?: number;
}

/**
 * Asks the command for one question's answer. Its problem is told without a character of what it printed: that may
 * be an answer.
 *
 * @returns The question's fields.
 * @throws {AppError} `usage/answer-command-failed`; `issuance/cancelled` when the signal came first.
 */
export async function askCommand(
  question: Question,
  { command, loginId, signal, timeoutMs = ANSWER_SECONDS * 1_000 }: AnswerCommand,
  { language }: Pick<Output, "language">,
): Promise<Record<string, string>> {
  const failed = (problem: Text) =>
    new AppError("usage/answer-command-failed", { problem: problem[language] });
  const asked = question.code ?? question.prompt;
  const output = await runShell(command, {
    stdin: new TextEncoder().encode(asked === undefined ? "" : `${asked}\n`),
    env: { HAKKO_STEP: question.kind, HAKKO_LOGIN_ID: loginId },
    timeoutMs,
    maxBytes: MAX_BYTES,
    signal,
  });
  if (output === "no-shell") {
    throw failed({ ja: "シェルを起動できません", en: "the shell cannot be started" });
  }
  if (output === "not-permitted") {
    throw failed({
      ja: "シェルを起動する許可がありません。環境変数 LD_* と DYLD_* は設定できません",
      en: "no permission to start the shell; no variable LD_* or DYLD_* may be set",
    });
  }
  const { code, stdout, ended } = output;
  if (ended === "stopped") throw new AppError("issuance/cancelled", {});
  if (ended === "too-late") {
    const seconds = timeoutMs / 1_000;
    throw failed({ ja: `${seconds}秒たっても終わりません`, en: `no end after ${seconds} seconds` });
  }
  if (ended === "too-long") throw failed({ ja: "出力が長すぎます", en: "it prints too much" });
  if (code !== 0) throw failed({ ja: `終了コード ${code}`, en: `exit code ${code}` });
  const answer = readAnswer(question, stdout);
  if (!("problem" in answer)) return answer.values;
  throw failed(answer.problem);
}

/** The pure half of {@link askCommand}: what the printed lines say. */
export function readAnswer(
  { fields }: Question,
  stdout: Uint8Array<ArrayBuffer>,
): { values: Record<string, string> } | { problem: Text } {
  let text: string;
  try {
    text = new TextDecoder("utf-8", { fatal: true }).decode(stdout);
  } catch {
    return { problem: { ja: "出力がUTF-8ではありません", en: "it does not print UTF-8" } };
  }
  const lines = text.split("\n").map((line) => line.replace(/\r$/, ""));
  const values: Record<string, string> = {};
  for (const [at, { name, digits }] of fields.entries()) {
    const line = lines[at] ?? "";
    const nth = at + 1;
    if ((digits === undefined ? line : line.trim()) === "") {
      return { problem: { ja: `出力の${nth}行目がありません`, en: `line ${nth} of its output is missing` } };
    }
    const value = digits === undefined ? line : readNumber(line, digits);
    if (value === undefined) {
      return {
        problem: {
          ja: `出力の${nth}行目が${digits}桁の数字ではありません`,
          en: `line ${nth} of its output is no number of ${digits} digits`,
        },
      };
    }
    values[name] = value;
  }
  return { values };
}
