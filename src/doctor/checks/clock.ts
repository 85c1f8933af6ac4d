import { formatDateTime } from "../../i18n/format.ts";
import { both, type Check, failed, ok, trueTime, warning } from "../check.ts";

/** The engine refuses to work beyond this. */
const WRONG_MS = 24 * 3_600_000;
/** Beyond this, one-time passwords by time are refused. */
const INEXACT_MS = 2 * 60_000;

/** Does this PC know what time it is? The manual's 不正な日付. */
export const clock: Check = {
  id: "clock",
  title: { ja: "パソコンの日付と時刻", en: "Date and time of this PC" },
  needs: ["authority-http"],
  run(examination) {
    const { parts, facts } = examination;
    const offsetMs = facts.clockOffsetMs ?? 0;
    const size = Math.abs(offsetMs);
    const advice = {
      ja: "パソコンの日付と時刻を合わせてから、もう一度お試しください。",
      en: "Set this PC's date and time, then try again",
    };
    const [here, there] = [parts.now(), trueTime(examination)].map((date) =>
      both((language) => formatDateTime(date, language))
    );
    if (size > WRONG_MS) {
      return Promise.resolve(failed({
        ja: `パソコンの日付が正しくありません(パソコン: ${here!.ja}、認証局: ${there!.ja})。`,
        en: `This PC's date is wrong (here: ${here!.en}; at the authority: ${there!.en})`,
      }, advice));
    }
    if (size > INEXACT_MS) {
      const minutes = Math.round(size / 60_000);
      const isSlow = offsetMs > 0;
      return Promise.resolve(warning({
        ja: `パソコンの時計が${minutes}分${
          isSlow ? "遅れて" : "進んで"
        }います。ワンタイムパスワードが使えないことがあります。`,
        en: `This PC's clock is ${minutes} min ${
          isSlow ? "slow" : "fast"
        }: one-time passwords may be refused`,
      }, advice));
    }
    const seconds = Math.round(size / 1000);
    return Promise.resolve(ok({
      ja: `認証局の時刻との差は${seconds}秒です。`,
      en: `${seconds} s off the authority's time`,
    }));
  },
};
