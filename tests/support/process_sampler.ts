/**
 * Watches all processes of this machine, as any other user could: their arguments, and for this user's the
 * environment too. Says what it has seen when its input ends. Linux only.
 *
 * @module
 */
import { TextLineStream } from "../../scripts/text_lines.ts";

const PAUSE_MS = 1;

if (import.meta.main) {
  let isOver = false;
  const seen = new Set<string>();
  const end = Deno.stdin.readable.pipeTo(new WritableStream()).then(() => isOver = true);
  console.log("watching");
  while (!isOver) {
    for (const { name } of Deno.readDirSync("/proc")) {
      if (!/^\d+$/.test(name) || name === String(Deno.pid)) continue;
      for (const file of ["cmdline", "environ"]) {
        try {
          seen.add(Deno.readTextFileSync(`/proc/${name}/${file}`));
        } catch {
          // It has ended, or is somebody else's.
        }
      }
    }
    await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
  }
  await end;
  console.log(JSON.stringify([...seen]));
}

/**
 * Watches while some work is done.
 *
 * @returns All arguments and environments that were seen, NUL between their parts.
 */
export async function watchProcesses(work: () => Promise<void>): Promise<string[]> {
  const child = new Deno.Command(Deno.execPath(), {
    args: ["run", "--allow-all", "--no-check", import.meta.url],
    stdin: "piped",
    stdout: "piped",
  }).spawn();
  const lines = child.stdout.pipeThrough(new TextDecoderStream()).pipeThrough(new TextLineStream())
    .getReader();
  await lines.read();
  try {
    await work();
  } finally {
    await child.stdin.close();
  }
  const { value } = await lines.read();
  await lines.cancel();
  await child.status;
  return JSON.parse(value ?? "[]");
}
