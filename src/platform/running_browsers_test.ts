import { assert, assertEquals } from "@std/assert";
import { browsersIn, createRunningBrowsers } from "./running_browsers.ts";
import { findProgram } from "./run.ts";

Deno.test("browsersIn() names each browser once, whatever its processes are called", () => {
  const processes = [
    "firefox-esr     /usr/lib/firefox-esr/firefox-esr",
    "Isolated Web Co /usr/lib/firefox-esr/firefox-esr -contentproc",
    "Web Content     /usr/lib/firefox-esr/firefox-esr -contentproc",
    "chrome          /opt/google/chrome/chrome",
    "chrome          /opt/google/chrome/chrome --type=renderer",
    "chrome_crashpad /opt/google/chrome/chrome_crashpad_handler",
    "msedge          /opt/microsoft/msedge/msedge",
    "chromium        /usr/lib/chromium/chromium --type=gpu-process",
  ].join("\n");
  assertEquals(browsersIn(processes), ["Chromium", "Firefox", "Google Chrome", "Microsoft Edge"]);
});

Deno.test("browsersIn() takes a chrome that is not Google's for Chromium", () => {
  assertEquals(browsersIn("chrome          /snap/chromium/2900/usr/lib/chromium-browser/chrome\n"), [
    "Chromium",
  ]);
});

Deno.test("browsersIn() goes by the process alone, not by what it shows or was given", () => {
  const processes = [
    "bash            bash -c firefox",
    "vim             vim chromium",
    "python3         /opt/google/chrome/chrome",
    "firefox         [firefox] <defunct>",
    "firefoxen       /home/hanako/firefoxen",
    "constructor     /tmp/constructor",
    "",
    "firefox",
  ].join("\n");
  assertEquals(browsersIn(processes), []);
});

Deno.test({
  name: "createRunningBrowsers() sees a process of this user by its name",
  ignore: Deno.build.os !== "linux" || findProgram("ps") === undefined,
  fn: async () => {
    const folder = await Deno.makeTempDir();
    try {
      // No browser, but called like one: the kernel names a process after its file.
      await Deno.copyFile("/bin/sleep", `${folder}/vivaldi-bin`);
      await using _browser = running(`${folder}/vivaldi-bin`);
      const names = await createRunningBrowsers()!();
      assert(names.includes("Vivaldi"), names.join());
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  },
});

function running(path: string): AsyncDisposable {
  const child = new Deno.Command(path, { args: ["60"] }).spawn();
  return {
    async [Symbol.asyncDispose]() {
      child.kill("SIGKILL");
      await child.status;
    },
  };
}
