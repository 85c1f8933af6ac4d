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
  result: "/pages/result",
  error: "/pages/error",
} as const;

/** What a page is called in the page script and in the history. */
export type PageName = keyof typeof PAGE_PATHS;

/** State of a running acquisition: GET, answered with JSON. */
export const PROGRESS_PATH = "/progress";

/** Actions: POST of a flat JSON object of texts. */
export const ACTION_PATHS = {
  issue: "/issue",
  issueAnyway: "/issue-anyway",
  renew: "/renew",
  answer: "/answer",
  cancel: "/cancel",
  calendar: "/calendar",
  remindersOn: "/reminders-on",
  remindersOff: "/reminders-off",
  language: "/language",
} as const;
