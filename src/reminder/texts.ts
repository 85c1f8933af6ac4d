/** What the notices say. */
import type { Language, Text } from "../errors.ts";
import { formatDateTime } from "../i18n/format.ts";
import type { Notice } from "./notice.ts";
import type { DueNotice } from "./thresholds.ts";

/** From here on a notice stays over everything else. */
const URGENT_FROM_DAYS = 3;

const BUTTON = { ja: "アプリを開く", en: "Open the app" } as const satisfies Text;

/** The frame around a notice: who shows it, in which language, and whether a button makes sense. */
export interface NoticeFrame {
  app: Text;
  language: Language;
  hasButton: boolean;
}

/** A certificate's notice. */
export function expiryNotice(due: DueNotice, frame: NoticeFrame): Notice {
  const { certificate: { holder, loginId, notAfter }, daysLeft, threshold } = due;
  const until = formatDateTime(notAfter, frame.language);
  const titles = {
    ja: daysLeft === 0
      ? "電子証明書の有効期限は本日までです"
      : `電子証明書の有効期限まで、あと${daysLeft}日です`,
    en: daysLeft === 0
      ? "Your certificate expires today"
      : `Your certificate expires in ${daysLeft} ${daysLeft === 1 ? "day" : "days"}`,
  };
  const bodies = {
    ja: `${holder}(${loginId})の電子証明書は${until}まで有効です。アプリで更新してください。`,
    en: `The certificate of ${holder} (${loginId}) is valid until ${until}. Renew it in the app.`,
  };
  return framed(frame, { titles, bodies, isUrgent: threshold <= URGENT_FROM_DAYS });
}

/** The notice that shows what notices look like. */
export function testNotice(frame: NoticeFrame): Notice {
  return framed(frame, {
    titles: { ja: "有効期限のお知らせのテスト", en: "A test of the reminders" },
    bodies: {
      ja: "電子証明書の有効期限が近づくと、このようにお知らせします。",
      en: "This is how you will be told that a certificate is about to expire.",
    },
    isUrgent: false,
  });
}

function framed(
  { app, language, hasButton }: NoticeFrame,
  { titles, bodies, isUrgent }: { titles: Text; bodies: Text; isUrgent: boolean },
): Notice {
  return {
    from: app[language],
    title: titles[language],
    body: bodies[language],
    isUrgent,
    button: hasButton ? BUTTON[language] : undefined,
  };
}
