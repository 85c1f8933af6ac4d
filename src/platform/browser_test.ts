import { assertEquals, assertThrows } from "@std/assert";
import { browserCommands } from "./browser.ts";

const URL_TEXT = "http://127.0.0.1:4711/#k=abc";

function linux(variables: Record<string, string>, installed: string[]) {
  return {
    os: "linux" as const,
    env: (name: string) => variables[name],
    find: (name: string) => installed.includes(name) ? `/usr/bin/${name}` : undefined,
  };
}

Deno.test("browserCommands() on Linux tries what is installed, the user's choice first", () => {
  assertEquals(browserCommands(URL_TEXT, linux({ DISPLAY: ":0" }, ["chromium", "gio", "xdg-open"])), [
    { path: "/usr/bin/xdg-open", args: [URL_TEXT] },
    { path: "/usr/bin/gio", args: ["open", URL_TEXT] },
    { path: "/usr/bin/chromium", args: [URL_TEXT] },
  ]);
  assertEquals(browserCommands(URL_TEXT, linux({ WAYLAND_DISPLAY: "wayland-0" }, ["firefox"])).length, 1);
});

Deno.test("browserCommands() has nothing to try without a screen or without a browser", () => {
  assertEquals(browserCommands(URL_TEXT, linux({}, ["xdg-open"])), []);
  assertEquals(browserCommands(URL_TEXT, linux({ DISPLAY: "" }, ["xdg-open"])), []);
  assertEquals(browserCommands(URL_TEXT, linux({ DISPLAY: ":0" }, [])), []);
});

Deno.test("browserCommands() on Windows hands the address to ShellExecute, never to a shell", () => {
  const on = {
    os: "windows" as const,
    env: (name: string) => name === "SystemRoot" ? "C:\\Windows" : undefined,
    find: () => undefined,
  };
  assertEquals(browserCommands(`${URL_TEXT}&calc`, on), [
    {
      path: "C:\\Windows\\System32\\rundll32.exe",
      args: ["url.dll,FileProtocolHandler", `${URL_TEXT}&calc`],
    },
  ]);
});

Deno.test("browserCommands() refuses what is no web page", () => {
  for (const url of ["file:///etc/passwd", "javascript:1", "-x", "mailto:a@b"]) {
    assertThrows(() => browserCommands(url, linux({ DISPLAY: ":0" }, ["xdg-open"])), TypeError);
  }
});
