/** Why reminders are unavailable, and what to do about it. */
import { AppError, type Language, type Text } from "../errors.ts";

export const REASONS = {
  windows: {
    ja: "Windows版では、タスク スケジューラに対応するまでご利用いただけません",
    en: "on Windows they will come with the Task Scheduler",
  },
  system: { ja: "このOSではご利用いただけません", en: "this system is not supported" },
  systemd: { ja: "このパソコンには systemd がありません", en: "this machine has no systemd" },
  session: {
    ja:
      "systemd のユーザセッションがありません。su や sudo ではなく、デスクトップにログインして実行してください",
    en: "no systemd user session answers; log in to the desktop itself, not with su or sudo",
  },
  home: { ja: "ホームフォルダがありません", en: "this user has no home folder" },
  notifySend: {
    ja: "notify-send がありません。libnotify-bin をインストールしてください",
    en: "notify-send is missing; install libnotify-bin",
  },
  notices: {
    ja: "通知を表示するデスクトップがありません",
    en: "no desktop shows notices here",
  },
} as const satisfies Record<string, Text>;

/** `reminder/unavailable` for one of the reasons, or in a program's own words. */
export function unavailable(
  reason: keyof typeof REASONS | { program: string; says: string },
  { language, cause }: { language: Language; cause?: unknown },
): AppError {
  const text = typeof reason === "string" ? REASONS[reason][language] : `${reason.program}: ${reason.says}`;
  return new AppError("reminder/unavailable", { reason: text }, { cause });
}
