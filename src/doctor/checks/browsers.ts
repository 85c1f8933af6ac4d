import type { Text } from "../../errors.ts";
import { type Check, type Examination, failed, ok, warning } from "../check.ts";

interface Kind {
  readonly name: string;
  readonly programs: readonly string[];
  readonly flatpak: string;
  readonly readsOwnProfile?: true;
}

/** By what they are called on PATH, and as flatpaks. */
const KINDS: readonly Kind[] = [
  { name: "Chromium", programs: ["chromium", "chromium-browser"], flatpak: "org.chromium.Chromium" },
  {
    name: "Google Chrome",
    programs: ["google-chrome", "google-chrome-stable"],
    flatpak: "com.google.Chrome",
  },
  {
    name: "Microsoft Edge",
    programs: ["microsoft-edge", "microsoft-edge-stable"],
    flatpak: "com.microsoft.Edge",
  },
  { name: "Brave", programs: ["brave-browser", "brave"], flatpak: "com.brave.Browser" },
  {
    name: "Firefox",
    programs: ["firefox", "firefox-esr"],
    flatpak: "org.mozilla.firefox",
    readsOwnProfile: true,
  },
];

/** What keeps a browser from the certificates. */
type Obstacle = "snap" | "flatpak" | "own-profile" | "other-database" | "file-keystore";

const OBSTACLES: Readonly<Record<Obstacle, { finding: Text; advice: Text }>> = {
  "snap": {
    finding: { ja: "snap版は別のホームフォルダを使います", en: "as a snap it has another home folder" },
    advice: {
      ja: "snapではない版(公式サイトのdebやrpm)のブラウザをお使いください。",
      en: "Use a browser that is no snap, e.g. the vendor's deb or rpm package",
    },
  },
  "flatpak": {
    finding: { ja: "flatpak版は別のホームフォルダを使います", en: "as a flatpak it has another home folder" },
    advice: {
      ja: "flatpakではない版(公式サイトのdebやrpm)のブラウザをお使いください。",
      en: "Use a browser that is no flatpak, e.g. the vendor's deb or rpm package",
    },
  },
  "own-profile": {
    finding: {
      ja: "自分のプロファイルの証明書だけを使い、設定 security.osclientcerts.autoload はLinuxでは効きません",
      en:
        "it uses the certificates in its own profile only; on Linux security.osclientcerts.autoload does nothing",
    },
    advice: {
      ja: "Chrome、Edge、Chromiumのいずれかをお使いください。",
      en: "Use Chrome, Edge or Chromium",
    },
  },
  "other-database": {
    finding: {
      ja: "~/.pki/nssdb の証明書だけを使います",
      en: "it uses the certificates in ~/.pki/nssdb only",
    },
    advice: {
      ja: "環境変数 HAKKO_NSS_DB を設定せずに、アプリを起動してください。",
      en: "Start the app without the variable HAKKO_NSS_DB",
    },
  },
  "file-keystore": {
    finding: {
      ja: "ファイルの証明書ストアはどのブラウザも使いません",
      en: "no browser uses the file keystore",
    },
    advice: {
      ja: "お問合せ窓口に、OSの証明書ストアを使うプロファイルをご依頼ください。",
      en: "Ask the support desk for a profile that uses the OS's keystore",
    },
  },
};

/** Which browsers are here, and do they see the certificates? */
export const browsers: Check = {
  id: "browsers",
  title: { ja: "ブラウザ", en: "Browsers" },
  async run(examination) {
    if (examination.parts.os === "windows") {
      return ok({
        ja:
          "EdgeとChromeはWindowsの証明書を使います(Firefoxは設定 security.osclientcerts.autoload が true のとき)。",
        en:
          "Edge and Chrome use the certificates of Windows; Firefox does with security.osclientcerts.autoload = true",
      });
    }
    const found = await findBrowsers(examination);
    if (found.length === 0) {
      return warning(
        { ja: "ブラウザが見つかりません。", en: "There is no browser" },
        {
          ja: "Chrome、EdgeまたはChromiumをインストールしてください。",
          en: "Install Chrome, Edge or Chromium",
        },
      );
    }
    const fine = found.filter(({ obstacle }) => obstacle === undefined).map(({ name }) => name);
    const others = found.filter((one): one is Found & { obstacle: Obstacle } => one.obstacle !== undefined);
    const readers: Text[] = fine.length === 0 ? [] : [{
      ja: `${fine.join("、")} は証明書を使えます`,
      en: `${fine.join(", ")} can use the certificates`,
    }];
    const all = [
      ...readers,
      ...others.map(({ name, obstacle }) => {
        const { finding } = OBSTACLES[obstacle];
        return { ja: `${name} は使えません(${finding.ja})`, en: `${name} cannot (${finding.en})` };
      }),
    ];
    const finding = { ja: `${all.map(({ ja }) => ja).join("。")}。`, en: all.map(({ en }) => en).join("; ") };
    const [first] = others;
    if (first === undefined) return ok(finding);
    const { advice } = OBSTACLES[first.obstacle];
    return fine.length === 0 ? failed(finding, advice) : warning(finding, {
      ja: `${fine[0]} をお使いください。`,
      en: `Use ${fine[0]}`,
    });
  },
};

interface Found {
  name: string;
  obstacle: Obstacle | undefined;
}

async function findBrowsers({ parts }: Examination): Promise<Found[]> {
  const home = parts.env("HOME") ?? "";
  const general = parts.keystore.kind === "file"
    ? "file-keystore"
    : parts.keystore.folder === `${home}/.pki/nssdb`
    ? undefined
    : "other-database";
  const found: Found[] = [];
  for (const { name, programs, flatpak, readsOwnProfile } of KINDS) {
    const own = readsOwnProfile ? "own-profile" : general;
    const path = programs.map(parts.find).find((path) => path !== undefined);
    if (path !== undefined) {
      const isSnap = [path, await parts.files.realPath(path) ?? ""].some((place) =>
        place.startsWith("/snap/") || place.startsWith("/var/lib/snapd/") || place.endsWith("/bin/snap")
      );
      found.push({ name, obstacle: isSnap ? "snap" : own });
      continue;
    }
    const places = ["/var/lib/flatpak", `${home}/.local/share/flatpak`];
    for (const place of places) {
      if (await parts.files.realPath(`${place}/exports/bin/${flatpak}`) === undefined) continue;
      found.push({ name, obstacle: "flatpak" });
      break;
    }
  }
  return found;
}
