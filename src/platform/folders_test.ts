import { assertEquals } from "@std/assert";
import { childEnvironment } from "./environment.ts";
import { inFolder, logFolders, stateFolder } from "./folders.ts";

function of(os: "linux" | "windows" | "darwin", variables: Record<string, string>) {
  return { os, env: (name: string) => variables[name], institutionCode: "2224" };
}

Deno.test("stateFolder() on Linux follows XDG_STATE_HOME, else ~/.local/state", () => {
  assertEquals(stateFolder(of("linux", { HOME: "/home/a", XDG_STATE_HOME: "/s/" })), "/s/2224");
  assertEquals(stateFolder(of("linux", { HOME: "/home/a" })), "/home/a/.local/state/2224");
});

Deno.test("stateFolder() ignores relative and empty variables", () => {
  assertEquals(
    stateFolder(of("linux", { HOME: "/home/a", XDG_STATE_HOME: "x" })),
    "/home/a/.local/state/2224",
  );
  assertEquals(
    stateFolder(of("linux", { HOME: "/home/a", XDG_STATE_HOME: "" })),
    "/home/a/.local/state/2224",
  );
  assertEquals(stateFolder(of("linux", {})), undefined);
  assertEquals(stateFolder(of("windows", { LOCALAPPDATA: "relative" })), undefined);
});

Deno.test("stateFolder() on Windows and macOS is the user's own data folder", () => {
  assertEquals(
    stateFolder(of("windows", { LOCALAPPDATA: "C:\\Users\\あ\\AppData\\Local" })),
    "C:\\Users\\あ\\AppData\\Local\\2224",
  );
  assertEquals(
    stateFolder(of("darwin", { HOME: "/Users/a" })),
    "/Users/a/Library/Application Support/2224",
  );
});

Deno.test("logFolders() on Windows begins with the manual's place, 32-bit or 64-bit", () => {
  const local = { LOCALAPPDATA: "C:\\L" };
  assertEquals(
    logFolders(of("windows", { ...local, ProgramFiles: "C:\\P", "ProgramFiles(x86)": "C:\\P (x86)" })),
    ["C:\\P (x86)\\2224", "C:\\L\\2224"],
  );
  assertEquals(logFolders(of("windows", { ...local, ProgramFiles: "C:\\P" })), [
    "C:\\P\\2224",
    "C:\\L\\2224",
  ]);
  assertEquals(logFolders(of("linux", { HOME: "/h" })), ["/h/.local/state/2224"]);
});

Deno.test("inFolder() joins in the way of the folder's system", () => {
  assertEquals(inFolder("/a", "b"), "/a/b");
  assertEquals(inFolder("C:\\a", "b"), "C:\\a\\b");
});

Deno.test("childEnvironment() passes on what programs need and nothing else", () => {
  const variables: Record<string, string> = { PATH: "/bin", LD_PRELOAD: "/evil.so", HAKKO_SECRET: "x" };
  assertEquals(childEnvironment((name) => variables[name]), { PATH: "/bin" });
});
