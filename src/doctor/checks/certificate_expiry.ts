import { daysLeft, formatDateTime } from "../../i18n/format.ts";
import { both, type Check, failed, ok, trueTime, warning } from "../check.ts";

/** Is the certificate valid, and for how long? By the authority's time where it is known. */
export const certificateExpiry: Check = {
  id: "certificate-expiry",
  title: { ja: "証明書の有効期限", en: "Validity of the certificate" },
  needs: ["certificate"],
  after: ["clock"],
  run: (examination) => {
    const { notBefore, notAfter, renewableFrom } = examination.facts.subject!.certificate;
    const now = trueTime(examination);
    const [from, to] = [notBefore, notAfter].map((date) =>
      both((language) => formatDateTime(date, language))
    );
    if (now > notAfter) {
      return Promise.resolve(failed(
        { ja: `証明書の有効期限が切れています(${to!.ja})。`, en: `The certificate expired on ${to!.en}` },
        {
          ja: "管理者ユーザまたはお問合せ窓口に失効を依頼し、「証明書発行」から取得してください。",
          en: "Have it revoked by an administrator user or the support desk, then issue a new one",
        },
      ));
    }
    if (now < notBefore) {
      return Promise.resolve(failed(
        { ja: `証明書は${from!.ja}から有効です。`, en: `The certificate is valid from ${from!.en} on` },
        { ja: "パソコンの日付と時刻を確認してください。", en: "Check this PC's date and time" },
      ));
    }
    const days = daysLeft(notAfter, now);
    const left = {
      ja: days === 0 ? "本日まで" : `あと${days}日`,
      en: days === 0 ? "today" : days === 1 ? "1 day left" : `${days} days left`,
    };
    if (now >= renewableFrom) {
      return Promise.resolve(warning(
        {
          ja: `更新の時期です。有効期限は${to!.ja}(${left.ja})です。`,
          en: `The certificate is due for renewal: valid until ${to!.en} (${left.en})`,
        },
        { ja: "「証明書更新」から更新してください。", en: "Renew it" },
      ));
    }
    return Promise.resolve(ok({
      ja: `有効期限は${to!.ja}(${left.ja})です。`,
      en: `The certificate is valid until ${to!.en} (${left.en})`,
    }));
  },
};
