/**
 * Desktop notices by `notify-send`, which speaks to whatever shows notices on this desktop.
 *
 * @see {@link https://specifications.freedesktop.org/notification-spec/latest/ | Desktop Notifications Specification}
 * @module
 */
import type { Language } from "../errors.ts";
import type { findProgram, runProgram } from "../platform/run.ts";
import { unavailable } from "./reasons.ts";

/** What a notice says. Plain text: markup in it is shown as it is. */
export interface Notice {
  /** The app's name. */
  from: string;
  title: string;
  body: string;
  /** Stays until somebody has seen it, over full-screen windows as well. */
  isUrgent: boolean;
  /** The button's label; without one there is no button. */
  button: string | undefined;
}

/** A notice that is on the screen. */
export interface VisibleNotice {
  /** Whether its button was pressed, once it is gone. Never rejects. */
  pressed: Promise<boolean>;
}

interface NoticeParts {
  language: Language;
  run: typeof runProgram;
  find: typeof findProgram;
}

/** `notify-send` answers at once, or D-Bus gives up waiting after 25 s. */
const SHOWN_WITHIN_MS = 30_000;
/** A working day: so long a notice's button is answered. */
const ANSWERED_WITHIN_MS = 8 * 60 * 60 * 1000;
/**
 * It reads its arguments in the locale's encoding, and refuses Japanese in the plain `C` locale, which a timer
 * has on many machines.
 */
const UTF_8 = { LC_ALL: "C.UTF-8" };
/** In the icon themes of all desktops, by the Icon Naming Specification's MIME names. */
const ICON = "application-certificate";
const BUTTON = "open";

/**
 * Shows a notice. It comes without its button first, which `notify-send` shows and ends; then the same notice
 * gets the button, with a `notify-send` that waits for it. So it is known to be on the screen, and stays there
 * where buttons are unknown: to `notify-send` before version 0.7.10, and to some desktops.
 *
 * @throws {AppError} `reminder/unavailable` if nothing shows notices here.
 */
export async function showNotice(
  notice: Notice,
  { language, run, find }: NoticeParts,
): Promise<VisibleNotice> {
  const path = find("notify-send");
  if (path === undefined) throw unavailable("notifySend", { language });
  const send = (flags: readonly string[], timeoutMs = SHOWN_WITHIN_MS) =>
    run(path, [...flags, ...noticeArguments(notice)], { timeoutMs, env: UTF_8 });
  let shown = await send(["--print-id"]);
  if (shown.code !== 0) shown = await send([]);
  if (shown.code !== 0) throw unavailable("notices", { language, cause: new Error(text(shown.stderr)) });
  const id = text(shown.stdout);
  const { button } = notice;
  if (button === undefined || !/^\d+$/.test(id)) return { pressed: Promise.resolve(false) };
  const answer = send([`--replace-id=${id}`, `--action=${BUTTON}=${button}`], ANSWERED_WITHIN_MS);
  return { pressed: answer.then(({ stdout }) => text(stdout).split("\n").includes(BUTTON), () => false) };
}

/** What `notify-send` is told about the notice itself. Other processes can read it: no secrets. */
export function noticeArguments({ from, title, body, isUrgent }: Notice): string[] {
  return [
    `--app-name=${from}`,
    `--icon=${ICON}`,
    `--urgency=${isUrgent ? "critical" : "normal"}`,
    "--expire-time=0", // it stays: whoever comes back from lunch is to see it
    "--",
    title,
    bodyText(body),
  ];
}

/** The body is markup (the specification's), inside of C escapes (`notify-send`'s). */
function bodyText(plain: string): string {
  return plain
    .replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;")
    .replaceAll("\\", "\\\\");
}

function text(bytes: Uint8Array<ArrayBuffer>): string {
  return new TextDecoder().decode(bytes).trim();
}
