/**
 * Where the answers to the authority's questions come from: the password from stdin, the environment or a person;
 * everything else from a command or a person.
 *
 * @module
 */
import type { App } from "../app.ts";
import { AppError, type Text } from "../errors.ts";
import type { Question, QuestionField } from "../issuance/mod.ts";
import { readNumber } from "../issuance/steps/number.ts";
import { takeSecret } from "../platform/environment.ts";
import { askCommand } from "./answer_command.ts";
import type { Output } from "./output.ts";
import { ask, type Asked, demandTerminal, readFirstLine } from "./prompts.ts";
import { showQuestion } from "./question_view.ts";

/** The variable that a service's secret store fills. */
const PASSWORD_VARIABLE = "HAKKO_PASSWORD";
const PASSWORD: Text = { ja: "ログインパスワード", en: "login password" };

/** An answer, and who gave it. */
export interface Answer {
  values: Record<string, string>;
  /** Somebody at the terminal, who can be asked again. */
  isFromPerson: boolean;
}

/** The answers of one run. */
export class Answers {
  readonly #config: App["config"];
  readonly #output: Output;
  /** Taken at once: whatever is started from now on does not inherit it. */
  readonly #password: string | undefined;
  #shown: Question | undefined;

  constructor({ config }: App, output: Output) {
    this.#config = config;
    this.#output = output;
    this.#password = takeSecret(PASSWORD_VARIABLE);
  }

  /**
   * Makes sure that there will be a password, before the authority is asked: what it asks for begins with it.
   *
   * @throws {AppError} `usage/terminal-required`.
   */
  demandPassword(): void {
    if (this.#config.passwordFromStdin || this.#password !== undefined) return;
    demandTerminal({ what: PASSWORD, flag: "--password-stdin" }, this.#output);
  }

  /**
   * Answers one question.
   *
   * @throws {AppError} `usage/terminal-required` if nobody can, `usage/answer-command-failed`, `input/invalid`,
   *   `issuance/cancelled`.
   */
  async to(question: Question, of: { loginId: string; signal: AbortSignal }): Promise<Answer> {
    const { passwordFromStdin, otpCommand } = this.#config;
    const [field] = question.fields;
    if (question.kind === "password" && field !== undefined) {
      const given = passwordFromStdin ? await readFirstLine(Deno.stdin.readable) : this.#password;
      if (given !== undefined) return { values: { [field.name]: given }, isFromPerson: false };
    } else if (otpCommand !== undefined) {
      const values = await askCommand(question, { command: otpCommand, ...of }, this.#output);
      return { values, isFromPerson: false };
    }
    return { values: await this.#ask(question, of.signal), isFromPerson: true };
  }

  async #ask(question: Question, signal: AbortSignal): Promise<Record<string, string>> {
    const flag = question.kind === "password" ? "--password-stdin" : "--otp-command";
    const fields = question.fields.map((field) => toAsked(field, { flag, signal }));
    // Stdin has been read for the password: whoever comes now does not come from a keyboard.
    if (this.#config.passwordFromStdin) {
      const what = question.fields[0]?.label ?? question.title;
      throw new AppError("usage/terminal-required", { what: what[this.#output.language], flag });
    }
    for (const field of fields) demandTerminal(field, this.#output);
    if (this.#shown !== question) await showQuestion(question, this.#output);
    this.#shown = question;
    const values: Record<string, string> = {};
    for (const [at, { name, digits }] of question.fields.entries()) {
      const typed = await ask(fields[at]!, this.#output);
      values[name] = (digits === undefined ? undefined : readNumber(typed, digits)) ?? typed;
    }
    return values;
  }
}

function toAsked(
  { label, secret, ...limits }: QuestionField,
  { flag, signal }: { flag: string; signal: AbortSignal },
): Asked {
  return {
    what: label,
    secret,
    flag,
    signal,
    problem: (value) => typingProblem(value, { secret, ...limits }),
  };
}

/** What is wrong with what was typed; said at once, and nothing is sent. */
export function typingProblem(
  value: string,
  { digits, maxLength, secret }: Pick<QuestionField, "digits" | "maxLength" | "secret">,
): Text | undefined {
  if (digits !== undefined) {
    if (readNumber(value, digits) !== undefined) return undefined;
    return { ja: `${digits}桁の数字を入力してください`, en: `Enter ${digits} digits` };
  }
  if ((secret ? value : value.trim()) === "") return { ja: "入力してください", en: "Enter something" };
  if (value.length > maxLength) {
    return { ja: `${maxLength}文字までで入力してください`, en: `Enter ${maxLength} characters at most` };
  }
  return undefined;
}
