import type { Text } from "../../errors.ts";
import { type Check, failed, ok, warning } from "../check.ts";

const AS_YOURSELF: Text = {
  ja: "管理者権限を使わず、普段のユーザでアプリを起動してください。",
  en: "Start the app as your usual user, without administrator rights",
};

/** Who is it? Certificates go to the user who runs the app, and that is not always the one who sits there. */
export const user: Check = {
  id: "user",
  title: { ja: "ユーザと権限", en: "User and rights" },
  async run({ parts: { os, env, uid, files } }) {
    const name = shown(env("USER") ?? env("LOGNAME") ?? env("USERNAME") ?? String(uid ?? "?"));
    if (os === "windows") {
      return ok({ ja: `ユーザ ${name} で実行しています。`, en: `The app runs as the user ${name}` });
    }
    const caller = shown(env("SUDO_USER") ?? "");
    if (uid === 0 && caller !== "" && caller !== "root") {
      return failed({
        ja: `sudo により root で実行しています。証明書は ${caller} ではなく root のものになります。`,
        en: `The app runs as root by sudo: certificates would be root's, not those of ${caller}`,
      }, AS_YOURSELF);
    }
    const home = env("HOME");
    const owner = home === undefined ? undefined : await files.owner(home);
    if (uid !== null && owner !== undefined && owner !== uid) {
      return failed({
        ja: `ユーザ ${name} のホームフォルダ ${home} は、別のユーザのものです。`,
        en: `The home folder ${home} of ${name} belongs to another user`,
      }, AS_YOURSELF);
    }
    if (uid === 0) {
      return warning({
        ja: "管理者(root)で実行しています。証明書は root だけが使えます。",
        en: "The app runs as root: only root can use its certificates",
      }, AS_YOURSELF);
    }
    if (caller !== "" && caller !== name) {
      return warning({
        ja:
          `${caller} のログイン中に、ユーザ ${name} として実行しています。証明書は ${name} のものになります。`,
        en: `${caller} runs the app as ${name}: certificates will be those of ${name}`,
      }, AS_YOURSELF);
    }
    return ok({ ja: `ユーザ ${name} で実行しています。`, en: `The app runs as the user ${name}` });
  },
};

function shown(name: string): string {
  return name.replace(/[\p{Cc}\p{Cf}\s]+/gu, " ").slice(0, 64);
}
