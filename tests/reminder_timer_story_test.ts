/**
 * Story: the daily check by a real systemd of the user, from `--remind on` over a PC that was off to the page that a
 * notice's button opens.
 */
import { assert, assertEquals } from "@std/assert";
import { serviceUnit, timerUnit } from "../src/reminder/units.ts";
import { createAppUser } from "./support/app.ts";
import { startDemoAuthority } from "./support/demo_authority.ts";
import { hasDesktop, startDesktop, startScreen } from "./support/desktop.ts";
import { untilItIs } from "./support/until.ts";
import { hasUserSystemd, startUserSystemd, type UserSystemd } from "./support/user_systemd.ts";
import { addWatchedBrowser } from "./support/watched_browser.ts";

const ignore = !hasDesktop() || !await hasUserSystemd();

const DAY_MS = 86_400_000;
const SERVICE = "hakko-2224-reminder.service";
const TIMER = "hakko-2224-reminder.timer";

/** What systemd says about unit files that it has not loaded. */
async function verify(...paths: string[]): Promise<string> {
  const { stderr } = await new Deno.Command("systemd-analyze", { args: ["verify", "--user", ...paths] })
    .output();
  return new TextDecoder().decode(stderr).split("\n").filter((line) => line.includes("hakko")).join("\n");
}

/** Something that systemd has of its own, changed for the test: `[Unit]` … */
async function addDropIn(units: string, unit: string, text: string): Promise<void> {
  await Deno.mkdir(`${units}/${unit}.d`);
  await Deno.writeTextFile(`${units}/${unit}.d/test.conf`, text);
}

Deno.test({
  name: "--remind on: the check runs daily, catches up, waits for the desktop, and opens the app",
  ignore,
  async fn() {
    await using demo = await startDemoAuthority();
    await using user = await createAppUser(demo);
    const browser = await addWatchedBrowser(user);
    const units = `${user.home}/.config/systemd/user`;
    const runtime = `${user.home}/run`;
    await Deno.mkdir(runtime, { mode: 0o700 });
    await using screen = await startScreen();
    const env: Record<string, string> = {
      ...browser.user.env,
      XDG_RUNTIME_DIR: runtime,
      DISPLAY: screen.display,
    };
    async function hakko(systemd: UserSystemd, ...args: string[]) {
      return JSON.parse(await systemd.run(Deno.execPath(), user.command([...args, "--json"])));
    }
    // What the desktop tells the user's systemd at a login; it has a PATH of its own otherwise.
    await Deno.mkdir(`${user.home}/.config/environment.d`, { recursive: true });
    await Deno.writeTextFile(`${user.home}/.config/environment.d/login.conf`, `PATH=${env["PATH"]}\n`);
    const { loginId, password } = await demo.addAccount({ validityDays: 14 });
    const issue = ["--issue", "--login-id", loginId, "--password-stdin"];
    assertEquals((await user.run(issue, { stdin: `${password}\n` })).code, 0);

    { // The first day.
      await using systemd = await startUserSystemd(env);
      await hakko(systemd, "--remind", "on");
      const { reminders } = await hakko(systemd, "--remind", "on");
      assertEquals([reminders.isOn, reminders.lastCheck, reminders.isOverdue], [true, null, false]);
      const untilNext = Date.parse(reminders.nextCheck) - Date.now();
      assert(untilNext > 0 && untilNext <= DAY_MS + 5 * 60_000, reminders.nextCheck);
      assertEquals(await verify(`${units}/${TIMER}`, `${units}/${SERVICE}`), "");
      assertEquals(await systemd.systemctl("is-enabled", TIMER), "enabled");
    }

    // Three days off; then a login at which the check, undelayed for this test, is quicker than the desktop.
    const stamp = `${user.home}/.local/share/systemd/timers/stamp-${TIMER}`;
    await Deno.utime(stamp, new Date(), new Date(Date.now() - 3 * DAY_MS));
    await addDropIn(units, TIMER, "[Timer]\nRandomizedDelaySec=0\n");
    await addDropIn(units, SERVICE, "[Unit]\nStartLimitIntervalSec=0\n[Service]\nRestartSec=1\n");
    await Deno.symlink("/dev/null", `${units}/dunst.service`); // the bus would start a second one
    await using systemd = await startUserSystemd(env);
    await untilItIs(async () => Number(await systemd.systemctl("show", "-P", "NRestarts", SERVICE)) > 0);
    await using desktop = await startDesktop({ screen, busAddress: systemd.busAddress });
    assertEquals((await desktop.nextNotice()).title, "電子証明書の有効期限まで、あと14日です");
    assertEquals((await desktop.nextNotice()).buttons, ["アプリを開く"]);
    await desktop.pressButton();
    const { origin } = new URL(await browser.opened());
    assertEquals(new URL((await hakko(systemd, "--no-browser")).app).origin, origin);

    const { reminders } = await hakko(systemd, "--status");
    assert(Date.now() - Date.parse(reminders.lastCheck) < 600_000, reminders.lastCheck);
    assertEquals((await hakko(systemd, "--remind", "off")).reminders.isOn, false);
    const left = [...Deno.readDirSync(units)].map(({ name }) => name);
    assertEquals(left.filter((name) => !name.endsWith(".d")), ["dunst.service"], "only the test's own");
    assertEquals([...Deno.readDirSync(`${user.home}/.local/share/systemd/timers`)], []);
  },
});

Deno.test({
  name: "serviceUnit() starts what it was given, whatever its path and its arguments contain",
  ignore,
  async fn() {
    const home = await Deno.makeTempDir({ prefix: "hakko user 100% $HOME 髙橋-" });
    await using made = new AsyncDisposableStack();
    made.defer(() => Deno.remove(home, { recursive: true }));
    const units = `${home}/.config/systemd/user`;
    await Deno.mkdir(units, { recursive: true });
    await Deno.mkdir(`${home}/run`, { mode: 0o700 });
    const program = `${home}/the app`;
    const script = '#!/bin/sh\n{ printf "%s\\0" "$@" "$HAKKO_NSS_DB"; } > "$(dirname "$0")/told"\n';
    await Deno.writeTextFile(program, script, { mode: 0o755 });
    const args = [
      "--profile",
      `/a b/"q" 'x' \\n %h $HOME $\{HOME}/プロファイル.json`,
      "",
      ";",
      "-x\ty\nz",
      "~",
      "*",
    ];
    const unitsOf = {
      description: '100% "app" \\',
      command: [program, ...args],
      environment: { HAKKO_NSS_DB: '/n s/%h $HOME "q" \\' },
    };
    await Deno.writeTextFile(`${units}/${SERVICE}`, serviceUnit(unitsOf));
    await Deno.writeTextFile(`${units}/${TIMER}`, timerUnit(unitsOf));
    assertEquals(await verify(`${units}/${TIMER}`, `${units}/${SERVICE}`), "");

    const systemd = made.use(
      await startUserSystemd({ HOME: home, XDG_RUNTIME_DIR: `${home}/run`, PATH: "/usr/bin:/bin" }),
    );
    await systemd.systemctl("start", "--wait", SERVICE);
    const told = (await Deno.readTextFile(`${home}/told`)).split("\0");
    assertEquals(told, [...args, unitsOf.environment.HAKKO_NSS_DB, ""]);
    assertEquals(await systemd.systemctl("show", "-P", "Description", TIMER), '100% "app"');
  },
});
