import type { App } from "../app.ts";
import { AppError, type Language, toAppError } from "../errors.ts";
import { daysLeft, formatDateTime } from "../i18n/format.ts";
import type { HeldCertificate } from "../issuance/mod.ts";
import { listedJson, oneLine } from "./certificate_view.ts";
import type { ExitCode } from "./exit_codes.ts";
import { exitCodeOf, type Output } from "./output.ts";
import { reminderJson, reminderText } from "./reminder_view.ts";

/** What it asks. */
export type StatusParts = Pick<App, "config" | "log" | "now" | "issuance" | "reminders">;

/** `--status`: all that somebody asks on the telephone. A part that fails says so and hides no other. */
export async function status(app: StatusParts, output: Output): Promise<ExitCode> {
  const { config: { version }, log } = app;
  const { language } = output;
  const now = app.now();
  const listed = await listCertificates(app);
  const [certificates, failed] = listed instanceof AppError ? [undefined, listed] : [listed, undefined];
  const problem = failed && await output.describe(failed);
  const reminders = await (await app.reminders()).status();
  output.result(
    {
      ok: failed === undefined,
      version,
      log: log.path,
      certificates: certificates?.map((certificate) => listedJson(certificate, now)) ?? null,
      problem: failed && {
        code: failed.code,
        key: failed.key,
        message: problem?.message,
        advice: problem?.advice,
        detail: failed.detail,
      },
      reminders: reminderJson(reminders, language),
    },
    [
      ...certificatesText(certificates ?? [], { language, now, problem: problem?.lines }),
      reminderText(reminders, language),
      `${language === "ja" ? "バージョン" : "Version"}: ${version}`,
      `${language === "ja" ? "ログ" : "Log"}: ${log.path}`,
    ].join("\n"),
  );
  return failed === undefined ? 0 : exitCodeOf(failed);
}

async function listCertificates(app: StatusParts): Promise<HeldCertificate[] | AppError> {
  try {
    return await (await app.issuance()).list();
  } catch (error) {
    const failed = toAppError(error);
    app.log.warn("status.no-list", { code: failed.code });
    return failed;
  }
}

function certificatesText(
  certificates: readonly HeldCertificate[],
  { language, now, problem }: { language: Language; now: Date; problem: readonly string[] | undefined },
): string[] {
  const ja = language === "ja";
  const title = ja ? "証明書" : "Certificates";
  if (problem !== undefined) {
    return problem.map((line, at) => at === 0 ? `${title}: ${line}` : `  ${line}`);
  }
  if (certificates.length === 0) return [`${title}: ${ja ? "なし" : "none"}`];
  return [
    `${title}:`,
    ...certificates.flatMap(({ serial, notAfter, renewableFrom, ...of }) => {
      const [holder, loginId] = [of.holder, of.loginId].map(oneLine);
      const days = daysLeft(notAfter, now);
      const until = formatDateTime(notAfter, language);
      const from = formatDateTime(renewableFrom, language);
      const isOpen = renewableFrom <= now;
      return ja
        ? [
          `  ${holder}(${loginId}) シリアル番号 ${serial}`,
          `    有効期限: ${until}(${days === 0 ? "本日まで" : `あと${days}日`})`,
          `    更新: ${isOpen ? "できます" : `${from}から`}`,
        ]
        : [
          `  ${holder} (${loginId}), serial number ${serial}`,
          `    Valid until ${until} (${
            days === 0 ? "today" : days === 1 ? "1 day left" : `${days} days left`
          })`,
          `    Renewal: ${isOpen ? "possible now" : `possible from ${from}`}`,
        ];
    }),
  ];
}
