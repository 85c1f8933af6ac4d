/**
 * The only code that prints. Text for a person, or with `--json` one line of JSON on stdout, for success and
 * failure alike; notes for a person go to stderr.
 *
 * @module
 */
import { type AppError, type Language, type Text, toAppError } from "../errors.ts";
import { load } from "../lazy.ts";
import type { ExitCode } from "./exit_codes.ts";

/** Where the bytes go; tests bring their own. */
export interface Streams {
  out(bytes: Uint8Array): void;
  err(bytes: Uint8Array): void;
}

export interface OutputOptions {
  json: boolean;
  language: Language;
  /** Names one failure, in the log and on the screen. */
  newCorrelationId: () => string;
  streams?: Streams;
}

const LABELS = {
  correlationId: { ja: "お問合せ番号", en: "Reference number" },
  retryAfter: { ja: "{seconds}秒後にもう一度お試しください。", en: "Try again in {seconds} seconds" },
} as const satisfies Record<string, Text>;

const REAL_STREAMS: Streams = {
  out: (bytes) => writeAll(Deno.stdout, bytes),
  err: (bytes) => writeAll(Deno.stderr, bytes),
};

export class Output {
  readonly json: boolean;
  readonly #newCorrelationId: () => string;
  readonly #streams: Streams;
  /** Settings may know better than the environment, once they are read. */
  language: Language;

  constructor(options: OutputOptions) {
    this.json = options.json;
    this.language = options.language;
    this.#newCorrelationId = options.newCorrelationId;
    this.#streams = options.streams ?? REAL_STREAMS;
  }

  /** What a command found: the object with `--json`, the text without. */
  result(values: Record<string, unknown>, text: Text | string): void {
    if (this.json) this.#line({ ok: true, ...values });
    else this.#streams.out(encode(`${this.#pick(text)}\n`));
  }

  /** A remark beside the result; scripts do not see it. */
  note(text: Text | string): void {
    if (!this.json) this.#streams.err(encode(`${this.#pick(text)}\n`));
  }

  /** What belongs to a question, on the terminal that it is asked on. */
  show(text: string): void {
    this.#streams.out(encode(`${text}\n`));
  }

  /** The same for a drawing of light characters on dark, whatever the terminal's own colours are. */
  draw(lines: readonly string[]): void {
    const [light, plain] = ["\u001b[0;97;40m", "\u001b[0m\n"].map((text) => new TextEncoder().encode(text));
    for (const line of lines) {
      for (const part of [light!, encode(line), plain!]) this.#streams.out(part);
    }
  }

  /** An error that a person can put right at once; nothing has ended. */
  async complaint(error: AppError): Promise<void> {
    this.note((await this.describe(error)).lines.join("\n"));
  }

  /**
   * An error, as message, code, one next step and correlation ID; never as a stack.
   *
   * @param log Gets the same, with all causes.
   */
  async failure(thrown: unknown, log?: (error: AppError) => void): Promise<ExitCode> {
    const error = this.#presentable(thrown);
    log?.(error);
    const { code, correlationId, retryAfterSeconds, detail, field } = error;
    const { message, advice, lines } = await this.describe(error);
    if (this.json) {
      this.#line({
        ok: false,
        code,
        key: error.key,
        message,
        advice,
        correlationId,
        detail,
        field,
        retryAfterSeconds,
      });
    } else {
      if (retryAfterSeconds !== undefined) {
        lines.push(this.#pick(LABELS.retryAfter).replace("{seconds}", String(Math.ceil(retryAfterSeconds))));
      }
      lines.push(`${this.#pick(LABELS.correlationId)}: ${correlationId}`);
      this.#streams.err(encode(`${lines.join("\n")}\n`));
    }
    return exitCodeOf(error);
  }

  /** An error as a person reads it, in whole and in lines; for commands of which only a part failed. */
  async describe(error: AppError): Promise<{ message: string; advice: string; lines: string[] }> {
    const { localizeTimes } = await load<typeof import("../i18n/format.ts")>(
      import.meta.resolve("../i18n/format.ts"),
    );
    const message = localizeTimes(error.messageIn(this.language), this.language);
    const advice = localizeTimes(error.adviceIn(this.language), this.language);
    const gap = this.language === "ja" ? "" : " "; // 。brings its own
    const lines = [`${message}${gap}(${error.code})`];
    if (error.detail !== undefined) lines.push(error.detail);
    return { message, advice, lines: [...lines, advice] };
  }

  #presentable(thrown: unknown): AppError {
    const error = toAppError(thrown);
    const named = error.withCorrelationId(this.#newCorrelationId());
    if (error.stack !== undefined) named.stack = error.stack; // the log wants the place of the throw
    return named;
  }

  #line(value: Record<string, unknown>): void {
    this.#streams.out(encode(`${JSON.stringify(value)}\n`));
  }

  #pick(text: Text | string): string {
    return typeof text === "string" ? text : text[this.language];
  }
}

/** An error that is no success: `G007i`, say, ends with 0 in the catalogue, but only where nothing failed. */
export function exitCodeOf(error: AppError): ExitCode {
  return error.row.exit === 0 ? 1 : error.row.exit;
}

// deno-lint-ignore no-control-regex -- they are what must not reach a terminal
const UNPRINTABLE = /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/g;

/**
 * UTF-8, without what a terminal would obey: names and messages come from certificates and from the authority,
 * and an escape sequence in one of them could rewrite the screen.
 */
function encode(text: string): Uint8Array {
  return new TextEncoder().encode(text.replace(UNPRINTABLE, "\ufffd"));
}

function writeAll(to: { writeSync(bytes: Uint8Array): number }, bytes: Uint8Array): void {
  try {
    for (let written = 0; written < bytes.length;) written += to.writeSync(bytes.subarray(written));
  } catch (error) {
    // Whoever read us has gone (`hakko --list | head -1`): nobody is left to tell.
    if (!(error instanceof Deno.errors.BrokenPipe)) throw error;
  }
}
