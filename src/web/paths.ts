/** Every path of the local web UI. There is no other, and none takes a query or a parameter. */

/** The one address a person opens. */
export const SHELL_PATH = "/";

/** What the shell loads besides itself. */
export const ASSET_PATHS = {
  script: "/page.js",
  style: "/style.css",
  brand: "/brand.css",
  icon: "/icon.svg",
} as const;

/** Page with launch key ⇄ session; page ⇄ app: still there? */
export const SESSION_PATH = "/session";
export const ALIVE_PATH = "/alive";
/** For a second start of the app, not for browsers. */
export const LAUNCH_PATH = "/launch";

/** Pages: GET, answered with an HTML fragment. */
export const PAGE_PATHS = {
  certificates: "/pages/certificates",
  confirm: "/pages/confirm",
  issue: "/pages/issue",
  question: "/pages/question",
  acquiring: "/pages/acquiring",
  proxy: "/pages/proxy",
  result: "/pages/result",
  error: "/pages/error",
  help: "/pages/help",
  support: "/pages/support",
} as const;

/** What a page is called in the page script and in the history. */
export type PageName = keyof typeof PAGE_PATHS;

/** State of a running acquisition: GET, answered with JSON. */
export const PROGRESS_PATH = "/progress";

/** State of the checks of this PC, and of the file for the support desk: GET, answered with JSON. */
export const HELP_PROGRESS_PATH = "/help-progress";

/** Actions: POST of a flat JSON object of texts. */
export const ACTION_PATHS = {
  issue: "/issue",
  issueAnyway: "/issue-anyway",
  renew: "/renew",
  answer: "/answer",
  cancel: "/cancel",
  retry: "/retry",
  proxyAuthenticate: "/proxy-authenticate",
  proxyCancel: "/proxy-cancel",
  calendar: "/calendar",
  remindersOn: "/reminders-on",
  remindersOff: "/reminders-off",
  help: "/help",
  helpSearch: "/help-search",
  check: "/check",
  support: "/support",
  supportFile: "/support-file",
  language: "/language",
} as const;
