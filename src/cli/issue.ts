import type { App } from "../app.ts";
import type { AcquiredCertificate, Attempt, Question } from "../issuance/mod.ts";
import { onTermination } from "../platform/signals.ts";
import { certificateJson, certificateText } from "./certificate_view.ts";
import type { ExitCode } from "./exit_codes.ts";
import type { Output } from "./output.ts";
import { ask, demandTerminal, readFirstLine } from "./prompts.ts";

const LOGIN_ID = { ja: "ログインID", en: "Login ID" };
const PASSWORD = { ja: "ログインパスワード", en: "login password" };

/** `--issue`: what the page does, without the page. What an earlier run left unfinished is finished first. */
export async function issue(app: App, output: Output): Promise<ExitCode> {
  const { config } = app;
  const loginId = config.loginId ??
    await ask({ what: LOGIN_ID, secret: false, flag: "--login-id" }, output);
  const issuance = await app.issuance();
  const finished = (await issuance.resume()).find((certificate) => certificate.loginId === loginId);
  if (finished !== undefined) return report(finished, { output, resumed: true });

  // Said before the authority is asked: what it asks for begins with the password.
  if (!config.passwordFromStdin) demandTerminal({ what: PASSWORD, flag: "--password-stdin" }, output);
  issuance.prepareKey(); // takes about as long as a person needs to type
  const attempt = await issuance.begin({ operation: "issue", loginId });
  using _signals = onTermination(() => {
    attempt.cancel().catch(() =>
      output.note({
        ja: "要求を送信済みのため、取り消せません。完了するまでお待ちください。",
        en: "The request has been sent already and cannot be cancelled; please wait",
      })
    );
  });
  try {
    for (let question = attempt.question; question !== undefined; question = attempt.question) {
      await attempt.answer(await answersTo(question, { app, output }));
    }
    output.note({ ja: "証明書を取得しています…", en: "Acquiring the certificate…" });
    const certificate = await attempt.acquire();
    return report(certificate, { output, resumed: false, correlationId: attempt.correlationId });
  } catch (error) {
    await giveUp(attempt);
    throw error;
  }
}

async function answersTo(
  question: Question,
  { app, output }: { app: App; output: Output },
): Promise<Record<string, string>> {
  const answers: Record<string, string> = {};
  for (const field of question.fields) {
    const isPassword = question.kind === "password" && field.name === "password";
    answers[field.name] = isPassword && app.config.passwordFromStdin
      ? await readFirstLine(Deno.stdin.readable)
      : await ask({
        what: field.label,
        secret: field.secret,
        flag: isPassword ? "--password-stdin" : "--help",
      }, output);
  }
  return answers;
}

/** The authority need not keep an enrolment open that nobody goes on with. */
async function giveUp(attempt: Attempt): Promise<void> {
  try {
    await attempt.cancel();
  } catch {
    // It has ended, or it cannot be reached: it forgets the enrolment by itself.
  }
}

function report(
  certificate: AcquiredCertificate,
  { output, resumed, correlationId }: { output: Output; resumed: boolean; correlationId?: string },
): ExitCode {
  const { language } = output;
  const title = {
    ja: resumed ? "前回の続きから、証明書を取得しました。" : "証明書を取得しました。",
    en: resumed ? "The certificate of the last run is complete." : "The certificate has been acquired.",
  };
  const advice = {
    ja: "開いているブラウザも全て一旦閉じてください。",
    en: "Close all browser windows once before you use it.",
  };
  output.result(
    { certificate: certificateJson(certificate), resumed, correlationId },
    [title[language], certificateText(certificate, language), advice[language]].join("\n"),
  );
  return 0;
}
