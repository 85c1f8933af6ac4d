/**
 * The text of the systemd units: pure. What a path may contain, a unit file gives a meaning to.
 *
 * @see {@link https://www.freedesktop.org/software/systemd/man/latest/systemd.syntax.html | systemd.syntax(7)}
 * @module
 */

/** What the units are about. */
export interface UnitsOf {
  /** The app's name, for `systemctl status`. */
  description: string;
  /** Absolute path of the program, then its arguments. */
  command: readonly string[];
  /** Variables besides those that the user's systemd has. */
  environment: Readonly<Record<string, string>>;
}

/** The units' names of one institution: several institutions' apps live side by side. */
export function unitNames(institutionCode: string): { service: string; timer: string } {
  const name = `hakko-${institutionCode}-reminder`;
  return { service: `${name}.service`, timer: `${name}.timer` };
}

/**
 * The service, which checks once.
 *
 * - `Restart`: right after a login the check may be earlier than the desktop that is to show its notice.
 * - `KillMode`: what a notice's button opened, the browser above all, lives on when the check has ended.
 * - `Type=simple` although it runs once: older systemds (RHEL 8) restart no `oneshot`.
 */
export function serviceUnit({ description, command, environment }: UnitsOf): string {
  const [program = "", ...args] = command;
  return [
    "[Unit]",
    `Description=${descriptionValue(description)}`,
    "After=graphical-session.target",
    "StartLimitIntervalSec=1h",
    "StartLimitBurst=5",
    "",
    "[Service]",
    "Type=simple",
    // Only in the arguments a dollar begins a variable; in the program's path it is a dollar.
    `ExecStart=${[quote(program), ...args.map((arg) => quote(arg).replaceAll("$", "$$$$"))].join(" ")}`,
    ...Object.entries(environment).map(([name, value]) => `Environment=${quote(`${name}=${value}`)}`),
    "Restart=on-failure",
    "RestartSec=60",
    "KillMode=process",
    "",
  ].join("\n");
}

/**
 * The timer. `Persistent` catches up after the machine was off; the delay keeps that out of the rush of a login.
 */
export function timerUnit({ description }: Pick<UnitsOf, "description">): string {
  return [
    "[Unit]",
    `Description=${descriptionValue(description)}`,
    "",
    "[Timer]",
    "OnCalendar=daily",
    "RandomizedDelaySec=5min",
    "Persistent=true",
    "",
    "[Install]",
    "WantedBy=timers.target",
    "",
  ].join("\n");
}

/** One word, whatever it contains; `%` would begin a specifier. */
function quote(word: string): string {
  const escaped = word
    .replace(/[\\"]/g, "\\$&")
    // deno-lint-ignore no-control-regex -- a path may contain them, a line may not
    .replace(/[\u0000-\u001f\u007f]/g, (c) => `\\x${c.charCodeAt(0).toString(16).padStart(2, "0")}`)
    .replaceAll("%", "%%");
  return `"${escaped}"`;
}

/** Free text on one line: a backslash at its end would swallow the next one. */
function descriptionValue(text: string): string {
  // deno-lint-ignore no-control-regex -- they are what must not be there
  return text.replace(/[\u0000-\u001f\u007f\\]/g, " ").replaceAll("%", "%%").trim();
}
