import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import { findProgram, runProgram, searchProgram } from "./run.ts";

const deno = Deno.execPath();

function evaluate(code: string): string[] {
  return ["eval", "--no-config", code];
}

Deno.test("runProgram() returns exit code and both outputs as bytes", async () => {
  const done = await runProgram(
    deno,
    evaluate(
      "Deno.stdout.writeSync(new Uint8Array([0,255])); Deno.stderr.writeSync(new Uint8Array([7])); Deno.exit(3)",
    ),
  );
  assertEquals(done.code, 3);
  assertEquals([...done.stdout], [0, 255]);
  assertEquals([...done.stderr], [7]);
  assertEquals(done.timedOut, false);
});

Deno.test("runProgram() feeds stdin, and gives none when there is nothing to feed", async () => {
  const echo = evaluate("await Deno.stdin.readable.pipeTo(Deno.stdout.writable)");
  const fed = await runProgram(deno, echo, { stdin: new TextEncoder().encode("こんにちは") });
  assertEquals(new TextDecoder().decode(fed.stdout), "こんにちは");
  assertEquals((await runProgram(deno, echo)).stdout.length, 0);
});

Deno.test("runProgram() survives a program that does not read its input", async () => {
  const done = await runProgram(deno, evaluate("Deno.exit(4)"), { stdin: new Uint8Array(4_000_000) });
  assertEquals(done.code, 4);
});

Deno.test("runProgram() hands arguments over as they are, whatever a shell would make of them", async () => {
  const odd = ["$(id)", "a b", "'\"", ";ls", "--", "*"];
  const done = await runProgram(deno, [
    ...evaluate("Deno.stdout.writeSync(new TextEncoder().encode(JSON.stringify(Deno.args)))"),
    ...odd,
  ]);
  assertEquals(JSON.parse(new TextDecoder().decode(done.stdout)), odd);
});

Deno.test("runProgram() kills what takes longer than its time-out", async () => {
  const done = await runProgram(deno, evaluate("await new Promise(() => setInterval(() => {}, 1e6))"), {
    timeoutMs: 300,
  });
  assert(done.timedOut);
  assert(done.code !== 0);
});

Deno.test("runProgram() refuses relative paths and reports programs that are not there", async () => {
  await assertRejects(() => runProgram("deno", []), TypeError);
  await assertRejects(() => runProgram("/nowhere/at/all", []), Deno.errors.NotFound);
});

Deno.test("findProgram() finds an installed program and says undefined for one that is not", () => {
  assert(findProgram("sh")?.endsWith("/sh"));
  assertEquals(findProgram("hakko-no-such-program"), undefined);
});

Deno.test("searchProgram() takes the first absolute folder and skips empty and relative ones", () => {
  const files = new Set(["./tool", "/b/tool", "/c/tool", "tool"]);
  const path = searchProgram("tool", { os: "linux", path: ":.:rel:/a:/b/:/c", isFile: (f) => files.has(f) });
  assertEquals(path, "/b/tool");
});

Deno.test("searchProgram() on Windows adds .exe and never picks a batch file", () => {
  const files = new Set(["C:\\a\\tool.bat", "C:\\b\\tool.exe"]);
  const where = { os: "windows" as const, path: "rel;C:\\a;C:\\b\\", isFile: (f: string) => files.has(f) };
  assertEquals(searchProgram("tool", where), "C:\\b\\tool.exe");
});

Deno.test("searchProgram() refuses names that are paths", () => {
  const where = { os: "linux" as const, path: "/a", isFile: () => true };
  for (const name of ["../x", "/bin/sh", "a b", ""]) {
    assertThrows(() => searchProgram(name, where), TypeError);
  }
});
