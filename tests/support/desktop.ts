/**
 * A desktop without a person: an X server, a session bus and dunst, which shows notices and tells of each.
 *
 * @module
 */
import { TextLineStream } from "../../scripts/text_lines.ts";
import { findProgram } from "../../src/platform/run.ts";
import { untilItIs } from "./until.ts";

/** Debian packages of these: xvfb, dbus, dunst, libnotify-bin. */
const PROGRAMS = ["Xvfb", "dbus-daemon", "dbus-send", "dunst", "dunstctl", "notify-send"] as const;

/** A notice as dunst shows it. */
export interface ShownNotice {
  app: string;
  title: string;
  body: string;
  urgency: string;
  /** Labels of the buttons. */
  buttons: string[];
}

/** A running desktop; `await using` ends it. */
export interface Desktop extends AsyncDisposable {
  /** What programs on it have in their environment. */
  readonly env: Readonly<Record<"DISPLAY" | "DBUS_SESSION_BUS_ADDRESS", string>>;
  /** Waits for the next notice; one that is replaced counts again. */
  nextNotice(): Promise<ShownNotice>;
  /** Presses the button of the notice on top. */
  pressButton(): Promise<void>;
  closeAll(): Promise<void>;
}

/** Whether this machine has all that {@link startDesktop} needs. */
export function hasDesktop(): boolean {
  return PROGRAMS.every((name) => findProgram(name) !== undefined);
}

/** What a desktop starts with. */
export interface DesktopOptions {
  /** A screen that is there already, of {@link startScreen}; one of its own when left out. */
  screen?: Screen;
  /** A session bus that is there already; one of its own when left out. */
  busAddress?: string;
}

/** An X server; `await using` ends it. */
export interface Screen extends AsyncDisposable {
  /** For `DISPLAY`. */
  readonly display: string;
}

/** Starts one without a desktop on it. */
export async function startScreen(): Promise<Screen> {
  const screen = ["-screen", "0", "800x600x24", "-nolisten", "tcp"];
  const x = startTalker("Xvfb", ["-displayfd", "1", ...screen], { PATH: path() });
  return { display: `:${await x.nextLine()}`, [Symbol.asyncDispose]: () => x[Symbol.asyncDispose]() };
}

/** Starts one, and waits until it shows notices. */
export async function startDesktop({ screen, busAddress }: DesktopOptions = {}): Promise<Desktop> {
  await using made = new AsyncDisposableStack();
  const folder = await Deno.makeTempDir({ prefix: "hakko-desktop-" });
  made.defer(() => Deno.remove(folder, { recursive: true }));
  const bare = { HOME: folder, PATH: path(), LANG: "C.UTF-8" };

  const { display: DISPLAY } = screen ?? made.use(await startScreen());
  const address = busAddress ?? `unix:path=${folder}/bus`;
  if (busAddress === undefined) {
    const busArguments = ["--session", "--nofork", "--nopidfile", `--address=${address}`, "--print-address"];
    await made.use(startTalker("dbus-daemon", busArguments, bare)).nextLine();
  }
  const env = { DISPLAY, DBUS_SESSION_BUS_ADDRESS: address };
  await Deno.writeTextFile(`${folder}/dunstrc`, "[global]\n");
  const dunst = made.use(
    startTalker("dunst", ["-conf", `${folder}/dunstrc`, "-print"], { ...bare, ...env }),
  );
  await untilItIs(async () => (await askBus({ ...bare, ...env })).includes("boolean true"));
  const control = (args: string[]) => runToEnd("dunstctl", args, { ...bare, ...env });

  const parts = made.move();
  return {
    env,
    async nextNotice() {
      const lines: string[] = [];
      while (lines.at(-1) !== "}") lines.push(await dunst.nextLine());
      return parseNotice(lines.join("\n"));
    },
    pressButton: () => control(["action", "0"]),
    closeAll: () => control(["close-all"]),
    [Symbol.asyncDispose]: () => parts.disposeAsync(),
  };
}

/** Reads what `dunst -print` says of one notice. */
function parseNotice(text: string): ShownNotice {
  const value = (name: string) => new RegExp(`^\\t${name}: '?([\\s\\S]*?)'?$`, "m").exec(text)?.[1] ?? "";
  const actions = /^\tactions: \{([\s\S]*?)\}$/m.exec(text)?.[1] ?? "";
  return {
    app: value("appname"),
    title: value("summary"),
    body: value("body"),
    urgency: value("urgency"),
    buttons: [...actions.matchAll(/": "(.*)"$/gm)].map(([, label]) => label!),
  };
}

function path(): string {
  return Deno.env.get("PATH") ?? "/usr/bin:/bin";
}

interface Talker extends AsyncDisposable {
  /** @throws {Error} if it ends instead of saying something. */
  nextLine(): Promise<string>;
}

function startTalker(program: string, args: string[], env: Record<string, string>): Talker {
  const child = new Deno.Command(program, {
    args,
    env,
    clearEnv: true,
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const complaints = new Response(child.stderr).text();
  const lines = child.stdout.pipeThrough(new TextDecoderStream()).pipeThrough(new TextLineStream())
    .getReader();
  return {
    async nextLine() {
      const { value } = await lines.read();
      if (value === undefined) throw new Error(`${program} ended: ${await complaints}`);
      return value;
    },
    async [Symbol.asyncDispose]() {
      try {
        child.kill("SIGTERM");
      } catch {
        // It has ended already.
      }
      await child.status;
      await lines.cancel();
      await complaints;
    },
  };
}

/** Asks the bus itself: a question to dunst would start another one that the bus knows of. */
async function askBus(env: Record<string, string>): Promise<string> {
  const question = ["org.freedesktop.DBus.NameHasOwner", "string:org.freedesktop.Notifications"];
  const args = ["--session", "--print-reply", "--dest=org.freedesktop.DBus", "/", ...question];
  const { stdout } = await new Deno.Command("dbus-send", { args, env, clearEnv: true }).output();
  return new TextDecoder().decode(stdout);
}

async function runToEnd(program: string, args: string[], env: Record<string, string>): Promise<void> {
  const { success, stderr } = await new Deno.Command(program, { args, env, clearEnv: true }).output();
  if (!success) throw new Error(`${program} ${args.join(" ")}: ${new TextDecoder().decode(stderr)}`);
}
