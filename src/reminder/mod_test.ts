import { assert, assertEquals, assertMatch, assertRejects } from "@std/assert";
import { AppError } from "../errors.ts";
import { heldCertificate, openTestDesktop, type TestDesktop } from "./testing.ts";

const DAY_MS = 86_400_000;

/** One check so many days before the end. @returns Titles of the notices that it showed. */
async function checkAt(desktop: TestDesktop, daysBefore: number): Promise<string[]> {
  const { notAfter } = desktop.certificates[0] ?? heldCertificate();
  desktop.now = new Date(notAfter.getTime() - daysBefore * DAY_MS);
  const before = desktop.titles().length;
  await desktop.restart().check(); // every day a new process
  return desktop.titles().slice(before);
}

function daysIn(titles: readonly string[]): string[] {
  return titles.map((title) => /あと(\d+)日|本日/.exec(title)?.[1] ?? "0");
}

Deno.test("check() shows each notice once on a PC that is on every day", async () => {
  await using desktop = await openTestDesktop();
  const shown: [number, string[]][] = [];
  for (let day = 45; day >= -2; day--) {
    const titles = await checkAt(desktop, day);
    if (titles.length > 0) shown.push([day, daysIn(titles)]);
  }
  assertEquals(shown, [[40, ["40"]], [14, ["14"]], [3, ["3"]], [1, ["1"]]]);
});

Deno.test("check() catches up with one notice after the PC was off", async () => {
  await using desktop = await openTestDesktop();
  assertEquals(await checkAt(desktop, 41), []);
  assertEquals(daysIn(await checkAt(desktop, 2)), ["2"]);
  assertEquals(await checkAt(desktop, 2), []);
  assertEquals(daysIn(await checkAt(desktop, 0.1)), ["0"]);
  assertEquals(await checkAt(desktop, 0.1), []);
});

Deno.test("check() returns the certificates for which a notice was shown, and notes when it ran", async () => {
  await using desktop = await openTestDesktop();
  desktop.now = new Date("2027-03-25T00:00:00Z");
  assertEquals(await desktop.reminders.check(), desktop.certificates);
  assertEquals(await desktop.reminders.check(), []);
  assertEquals((await desktop.reminders.status()).lastCheck, desktop.now);
});

Deno.test("check() keeps a notice due that could not be shown, and does not count as having run", async () => {
  await using desktop = await openTestDesktop();
  desktop.answer = ([name]) => name === "notify-send" ? { code: 1 } : {};
  const error = await assertRejects(() => checkAt(desktop, 14), AppError);
  assertEquals(error.key, "reminder/unavailable");
  assertEquals((await desktop.reminders.status()).lastCheck, undefined);
  desktop.answer = () => ({});
  assertEquals(daysIn(await checkAt(desktop, 14)), ["14"]);
});

Deno.test("check() starts again where its file is damaged", async () => {
  await using desktop = await openTestDesktop();
  await checkAt(desktop, 14);
  await Deno.writeTextFile(`${desktop.folder}/state/reminders.json`, '{"shown":');
  assertEquals(daysIn(await checkAt(desktop, 13)), ["13"]);
  assertEquals(await checkAt(desktop, 12), []);
});

Deno.test("turnOn() writes both units with the app's own command and starts the timer; again is no error", async () => {
  await using desktop = await openTestDesktop({
    env: (name) =>
      ({ HOME: desktop.folder, XDG_CONFIG_HOME: "relative", HAKKO_NSS_DB: "/nss", PATH: "/bin" })[name],
  });
  const folder = `${desktop.folder}/.config/systemd/user`;
  for (let i = 0; i < 2; i++) {
    desktop.told.splice(0);
    await desktop.reminders.turnOn();
    const service = await Deno.readTextFile(`${folder}/hakko-2224-reminder.service`);
    assertMatch(
      service,
      /^ExecStart="\/opt\/hakko\/hakko" "--state-dir" "[^"]+\/state" "--remind" "check"$/m,
    );
    assertEquals(service.match(/^Environment=.*$/gm), ['Environment="HAKKO_NSS_DB=/nss"']);
    assertMatch(await Deno.readTextFile(`${folder}/hakko-2224-reminder.timer`), /^Persistent=true$/m);
    const orders = desktop.told.map((told) => told.slice(4, 6).join(" "));
    const expected = [
      "daemon-reload",
      "enable hakko-2224-reminder.timer",
      "restart hakko-2224-reminder.timer",
    ];
    assertEquals(orders.filter((order) => expected.includes(order)), expected);
  }
});

Deno.test("turnOn() leaves nothing behind where it fails, and says why", async () => {
  await using desktop = await openTestDesktop();
  desktop.answer = (told) => told.includes("enable") ? { code: 1, stderr: "Access denied\n" } : {};
  const error = await assertRejects(() => desktop.reminders.turnOn(), AppError);
  assertEquals(error.key, "reminder/unavailable");
  assertMatch(error.values["reason"]!, /enable hakko-2224-reminder\.timer: Access denied$/);
  assertEquals([...Deno.readDirSync(`${desktop.folder}/.config/systemd/user`)], []);
});

Deno.test("turnOff() takes everything away, even without a systemd; again is no error", async () => {
  await using desktop = await openTestDesktop();
  const folder = `${desktop.folder}/.config/systemd/user`;
  await desktop.reminders.turnOn();
  await Deno.mkdir(`${folder}/timers.target.wants`);
  await Deno.symlink("../gone.timer", `${folder}/timers.target.wants/hakko-2224-reminder.timer`);
  await desktop.reminders.check();
  assert((await desktop.reminders.status()).isOn);
  desktop.missing.add("systemctl");
  for (let i = 0; i < 2; i++) {
    const status = await desktop.reminders.turnOff();
    assertEquals([status.isOn, status.lastCheck], [false, undefined]);
    assertEquals([...Deno.readDirSync(folder)].map(({ name }) => name), ["timers.target.wants"]);
  }
});

Deno.test("status() warns once the last check is older than two days", async () => {
  await using desktop = await openTestDesktop();
  const folder = `${desktop.folder}/.config/systemd/user`;
  await Deno.mkdir(`${folder}/timers.target.wants`, { recursive: true });
  await desktop.reminders.turnOn();
  const isOverdue = async (at: string) => {
    desktop.now = new Date(at);
    return (await desktop.reminders.status()).isOverdue;
  };
  assertEquals(await isOverdue("2027-01-09T00:00:00Z"), false, "it is off");
  await Deno.symlink("../x", `${folder}/timers.target.wants/hakko-2224-reminder.timer`);
  assertEquals(await isOverdue("2027-01-03T00:00:00Z"), false, "turned on two days ago");
  assertEquals(await isOverdue("2027-01-03T00:00:00.001Z"), true);
  await desktop.reminders.check();
  assertEquals(await isOverdue("2027-01-05T00:00:00Z"), false);
  assertEquals(await isOverdue("2027-01-05T00:00:01Z"), true);
  assertEquals(await isOverdue("2026-12-01T00:00:00Z"), true, "a check in the future says nothing");
});

Deno.test("status() knows the next check from systemd, and only while it is on", async () => {
  await using desktop = await openTestDesktop();
  const wants = `${desktop.folder}/.config/systemd/user/timers.target.wants`;
  await Deno.mkdir(wants, { recursive: true });
  desktop.answer = ([name]) => name === "busctl" ? { stdout: "t 1798761600000000\n" } : {}; // 2027-01-01
  desktop.now = new Date("2026-12-31T12:00:00Z");
  assertEquals((await desktop.reminders.turnOn()).nextCheck, undefined);
  await Deno.symlink("../x", `${wants}/hakko-2224-reminder.timer`);
  assertEquals((await desktop.reminders.status()).nextCheck, new Date("2027-01-01T00:00:00Z"));
  desktop.now = new Date("2027-01-01T00:00:01Z");
  assertEquals((await desktop.reminders.status()).nextCheck, undefined, "that one is running");
});

Deno.test("status() and turnOn() say what is missing and what to do", async () => {
  await using desktop = await openTestDesktop();
  const reason = async () => {
    const { isOn, unavailable } = await desktop.reminders.status();
    const error = await assertRejects(() => desktop.reminders.turnOn(), AppError);
    assertEquals([isOn, error.key, error.values], [false, "reminder/unavailable", unavailable!.values]);
    return error.values["reason"]!;
  };
  desktop.answer = ([name]) => name === "systemctl" ? { code: 1, stderr: "Failed to connect to bus" } : {};
  assertMatch(await reason(), /ユーザセッションがありません。.*デスクトップにログイン/);
  desktop.missing.add("systemctl");
  assertMatch(await reason(), /systemd がありません/);
  desktop.missing.add("notify-send");
  assertMatch(await reason(), /libnotify-bin/);
});

Deno.test("status() survives a systemctl that cannot be started", async () => {
  await using desktop = await openTestDesktop({
    run: () => Promise.reject(new Deno.errors.NotCapable("no")),
  });
  const { isOn, nextCheck, unavailable } = await desktop.reminders.status();
  assertEquals([isOn, nextCheck, unavailable?.key], [false, undefined, "reminder/unavailable"]);
});

Deno.test("without a home there are no reminders, and no crash", async () => {
  await using desktop = await openTestDesktop({ env: () => undefined });
  assertEquals(
    (await desktop.reminders.status()).unavailable?.values["reason"],
    "ホームフォルダがありません",
  );
  assertEquals((await desktop.reminders.turnOff()).isOn, false);
});

Deno.test("Windows says when reminders will come, and has the calendar file", async () => {
  await using desktop = await openTestDesktop({ os: "windows", language: () => "en" });
  const { reminders } = desktop;
  for (const act of [() => reminders.turnOn(), () => reminders.test(), () => reminders.check()]) {
    assertMatch((await assertRejects(act, AppError)).messageIn("en"), /Task Scheduler/);
  }
  assertEquals((await reminders.turnOff()).unavailable?.key, "reminder/unavailable");
  assertEquals(await reminders.answered(), false);
  assertMatch(reminders.calendar(heldCertificate()), /^BEGIN:VCALENDAR\r\n[\s\S]*END:VCALENDAR\r\n$/);
  assertEquals(desktop.told, []);
});
