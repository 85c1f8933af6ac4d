/**
 * The page that a launch opens: a frame without content, the same for everybody, so that it is answered before
 * anything else of the app is loaded. The page script fills it.
 *
 * What the script says when the app cannot be asked any more stands here, in both languages.
 *
 * @module
 */
import { ASSET_PATHS } from "./paths.ts";

/** Why the page is blank; `data-reason` is what the page script shows. */
const ENDINGS = {
  "expired": {
    ja: ["安全のため、画面を閉じました。", "しばらく操作がなかったため、この画面での操作を終わりました。"],
    en: ["The page was closed for your safety.", "It was not used for a while."],
  },
  "reused": {
    ja: [
      "安全のため、画面を閉じました。",
      "この画面を開いたリンクが2回使われました。心当たりがないときは、お問合せ窓口へご連絡ください。",
    ],
    en: [
      "The page was closed for your safety.",
      "The link that opened it was used twice. If that was not you, tell the support desk.",
    ],
  },
  "refused": {
    ja: ["このページからは操作できません。", "リンクの有効時間が過ぎたか、別の画面で開いています。"],
    en: ["This page cannot be used.", "Its link has expired, or it was opened elsewhere."],
  },
  "gone": {
    ja: ["アプリは終了しています。", "このタブは閉じていただけます。"],
    en: ["The application has ended.", "You can close this tab."],
  },
} as const;

const RESTART = {
  ja: "続けるには、アプリをもう一度起動してください。",
  en: "To go on, start the application again.",
};

/** `/`: a complete HTML document. */
export function renderShell(): string {
  return SHELL;
}

const SHELL = `<!doctype html>
<html lang="ja">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="referrer" content="no-referrer">
<meta name="robots" content="noindex">
<title>証明書発行・更新アプリ</title>
<link rel="icon" href="${ASSET_PATHS.icon}" type="image/svg+xml">
<link rel="stylesheet" href="${ASSET_PATHS.style}">
<link rel="stylesheet" href="${ASSET_PATHS.brand}">
<script src="${ASSET_PATHS.script}" defer></script>
</head>
<body>
<a class="skip-link" href="#main" data-skip>本文へ / Skip to content</a>
<div id="header"></div>
<main id="main" tabindex="-1"><noscript>このアプリには JavaScript が必要です。/ This application needs JavaScript.</noscript></main>
<div id="footer"></div>
<p id="status" class="visually-hidden" role="status"></p>
${Object.keys(ENDINGS).map((reason) => ending(reason as keyof typeof ENDINGS)).join("\n")}
</body>
</html>
`;

function ending(reason: keyof typeof ENDINGS): string {
  const { ja, en } = ENDINGS[reason];
  const alert = reason === "reused" ? ` role="alert"` : "";
  return `<section class="ending" data-reason="${reason}" hidden>
<div class="card stack"${alert}>
<h1 tabindex="-1">${ja[0]}</h1>
<p>${ja[1]}</p>
<p>${RESTART.ja}</p>
<div lang="en" class="stack-small note"><p>${en[0]} ${en[1]} ${RESTART.en}</p></div>
</div>
</section>`;
}
