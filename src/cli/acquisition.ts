/** What a first certificate and a renewal have in common once it is clear what is asked for. */
import type { App } from "../app.ts";
import { AppError, type ErrorKey, type Text } from "../errors.ts";
import type { AcquiredCertificate, AcquisitionRequest, Attempt } from "../issuance/mod.ts";
import { onTermination } from "../platform/signals.ts";
import type { Answers } from "./answers.ts";
import { certificateJson, certificateText } from "./certificate_view.ts";
import type { ExitCode } from "./exit_codes.ts";
import type { Output } from "./output.ts";

/** After these the attempt goes on: whoever sits there can try again, and the authority counts. */
const WORTH_ASKING_AGAIN: readonly ErrorKey[] = [
  "registration/wrong-credentials",
  "registration/wrong-answer",
  "registration/code-used",
  "input/invalid",
];

const TITLES = {
  issue: { ja: "証明書を取得しました。", en: "The certificate has been acquired." },
  renew: { ja: "証明書を更新しました。", en: "The certificate has been renewed." },
  resumed: {
    ja: "前回の続きから、証明書を取得しました。",
    en: "The certificate of the last run is complete.",
  },
} as const satisfies Record<string, Text>;

const TEXTS = {
  acquiring: { ja: "証明書を取得しています…", en: "Acquiring the certificate…" },
  tooLate: {
    ja: "要求を送信済みのため、取り消せません。完了するまでお待ちください。",
    en: "The request has been sent already and cannot be cancelled; please wait",
  },
  closeBrowsers: {
    ja: "開いているブラウザも全て一旦閉じてください。",
    en: "Close all browser windows once before you use it.",
  },
  running: { ja: "起動中のブラウザ: {names}", en: "Running now: {names}" },
} as const satisfies Record<string, Text>;

/**
 * Asks the authority, answers its questions and puts the certificate into the keystore.
 *
 * @throws {AppError} those of the engine and of {@link Answers.to}; the enrolment is given up then.
 */
export async function acquire(
  request: AcquisitionRequest,
  { app, answers, output }: { app: App; answers: Answers; output: Output },
): Promise<ExitCode> {
  const issuance = await app.issuance();
  issuance.prepareKey(); // takes about as long as a person needs to type
  const attempt = await issuance.begin(request);
  const stop = new AbortController();
  using _signals = onTermination(() => {
    stop.abort();
    attempt.cancel().catch(() => output.note(TEXTS.tooLate));
  });
  try {
    await answerAll(attempt, { answers, output, signal: stop.signal });
    output.note(TEXTS.acquiring);
    const certificate = await attempt.acquire();
    const { correlationId, renews } = attempt;
    const title = TITLES[request.operation];
    return await report(certificate, { app, output, title, correlationId, renews });
  } catch (error) {
    await giveUp(attempt);
    throw error;
  }
}

/** Reports what an earlier run had left, now that it is finished. */
export function reportResumed(
  certificate: AcquiredCertificate,
  { app, output }: { app: App; output: Output },
): Promise<ExitCode> {
  return report(certificate, { app, output, title: TITLES.resumed });
}

async function answerAll(
  attempt: Attempt,
  { answers, output, signal }: { answers: Answers; output: Output; signal: AbortSignal },
): Promise<void> {
  for (let question = attempt.question; question !== undefined; question = attempt.question) {
    const asking = answers.to(question, { loginId: attempt.loginId, signal });
    const { values, isFromPerson } = await unlessStopped(asking, signal);
    try {
      await attempt.answer(values);
    } catch (error) {
      const isWorthIt = error instanceof AppError && WORTH_ASKING_AGAIN.includes(error.key);
      if (!isFromPerson || !isWorthIt) throw error;
      await output.complaint(error);
    }
  }
}

/** A line that never comes must not keep a process that was told to end. */
async function unlessStopped<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  const { promise: stopped, reject } = Promise.withResolvers<never>();
  const onAbort = () => reject(new AppError("issuance/cancelled", {}));
  signal.addEventListener("abort", onAbort);
  if (signal.aborted) onAbort();
  try {
    return await Promise.race([work, stopped]);
  } finally {
    signal.removeEventListener("abort", onAbort);
  }
}

/** The authority need not keep an enrolment open that nobody goes on with. */
async function giveUp(attempt: Attempt): Promise<void> {
  try {
    await attempt.cancel();
  } catch {
    // It has ended, or it cannot be reached: it forgets the enrolment by itself.
  }
}

async function report(
  certificate: AcquiredCertificate,
  { app, output, title, correlationId, renews }: {
    app: App;
    output: Output;
    title: Text;
    correlationId?: string;
    renews?: Attempt["renews"];
  },
): Promise<ExitCode> {
  const { language } = output;
  // The certificate is there: no remark about it may make a failure of it.
  const browsers = await app.runningBrowsers().catch(() => []);
  const lines = [title[language], certificateText(certificate, language), TEXTS.closeBrowsers[language]];
  if (browsers.length > 0) lines.push(TEXTS.running[language].replace("{names}", browsers.join(", ")));
  output.result(
    {
      certificate: certificateJson(certificate),
      renewed: renews?.serial,
      resumed: title === TITLES.resumed,
      runningBrowsers: browsers,
      correlationId,
    },
    lines.join("\n"),
  );
  return 0;
}
