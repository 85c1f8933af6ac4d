import type { App } from "../app.ts";
import { AppError } from "../errors.ts";
import { canOpenBrowser, openInBrowser } from "../platform/browser.ts";
import { claimInstance } from "../platform/instance.ts";
import { onTermination } from "../platform/signals.ts";
import type { ExitCode } from "./exit_codes.ts";
import type { Output } from "./output.ts";

/** A person who copies the address by hand needs longer than a browser that is started with it. */
const LAUNCH_KEY_BY_HAND_MS = 10 * 60_000;
const LAUNCH_KEY_BY_BROWSER_MS = 30_000;

/** Opens the page and serves it until it is closed; or, if the app runs already, opens the page of that one. */
export async function open(app: App, output: Output): Promise<ExitCode> {
  const { config } = app;
  const instance = claim(app);
  if (!instance.isFirst) {
    const url = await instance.launchUrl();
    if (url === undefined) throw new AppError("app/not-answering", {});
    await show(url, { app, output });
    return 0;
  }
  const byHand = config.noBrowser || !canOpenBrowser();
  const web = await app.openWeb({
    instanceSecret: instance.secret,
    launchKeyTtlMs: byHand ? LAUNCH_KEY_BY_HAND_MS : LAUNCH_KEY_BY_BROWSER_MS,
  });
  using _signals = onTermination(() => void web.close());
  try {
    instance.announce(web.port);
    app.log.info("app.started", { version: config.version, port: web.port });
    await show(web.launchUrl(), { app, output });
    if (app.log.isFallback) output.note({ ja: `ログ: ${app.log.path}`, en: `Log: ${app.log.path}` });
    await web.closed;
  } finally {
    instance.release();
    await web.close();
    app.log.info("app.ended");
  }
  return 0;
}

function claim({ config, randomBytes }: App) {
  try {
    return claimInstance(config.stateFolder, { randomBytes });
  } catch (cause) {
    throw new AppError("state/not-writable", { path: config.stateFolder }, { cause });
  }
}

/** Shows the page, or its address: only where no browser has used its one-time key already. */
async function show(url: string, { app, output }: { app: App; output: Output }): Promise<void> {
  const isOpened = !app.config.noBrowser && canOpenBrowser() && await openInBrowser(url);
  if (isOpened) {
    output.result({ app: url.slice(0, url.indexOf("#")), opened: true }, {
      ja: "ブラウザで画面を開きました。",
      en: "The page is open in your browser.",
    });
  } else {
    output.result({ app: url, opened: false }, {
      ja: `ブラウザで次のアドレスを開いてください(1回だけ使えます):\n${url}`,
      en: `Open this address in your browser (it works once):\n${url}`,
    });
  }
}
