/**
 * Start to first page answered, and idle memory: the app beside a bare Deno server, interleaved.
 * Both are asked for `/` as soon as their port accepts a connection.
 */
import { atMost, type BenchRow, median } from "./stats.ts";
import { residentMiB } from "./process.ts";

const ROUNDS = 15;
const IDLE_MEMORY_LIMIT_MIB = 45;

const BARE_SERVER = `Deno.serve({ hostname: "127.0.0.1", port: 0, onListen: ({ port }) => console.log(port) },
  () => new Response("<!doctype html><title>bare</title>", { headers: { "content-type": "text/html" } }));`;

/** Measures both. */
export async function benchStartup(directory: string): Promise<BenchRow[]> {
  const bare = `${directory}/bare.ts`;
  await Deno.writeTextFile(bare, BARE_SERVER);
  const bareArgs = ["run", "--allow-net", bare];
  const appArgs = [
    "run",
    "-P=app",
    "main.ts",
    "--no-browser",
    "--keep-running",
    "--json",
    "--state-dir",
    `${directory}/state`,
  ];
  const app: number[] = [], reference: number[] = [], memory: number[] = [];
  for (let round = 0; round < ROUNDS + 1; round++) {
    const theirs = await firstPage(bareArgs);
    const ours = await firstPage(appArgs);
    if (round === 0) continue; // fills the caches of both
    reference.push(theirs.elapsedMs);
    app.push(ours.elapsedMs);
    memory.push(ours.residentMiB);
  }
  return [
    atMost("start to first page (bare Deno server)", median(app), median(reference), {
      most: 1.5,
      unit: "ms",
    }),
    atMost("idle memory after the first page (limit 45 MiB)", median(memory), IDLE_MEMORY_LIMIT_MIB, {
      most: 1,
      unit: "MiB",
    }),
  ];
}

async function firstPage(args: string[]): Promise<{ elapsedMs: number; residentMiB: number }> {
  const begin = performance.now();
  const child = new Deno.Command(Deno.execPath(), { args, stdout: "piped", stderr: "null", stdin: "null" })
    .spawn();
  const reader = child.stdout.pipeThrough(new TextDecoderStream()).getReader();
  const { value = "" } = await reader.read();
  const port = Number(/127\.0\.0\.1:(\d+)/.exec(value)?.[1] ?? value.trim());
  const connection = await Deno.connect({ hostname: "127.0.0.1", port });
  const request = [
    "GET / HTTP/1.1",
    `Host: 127.0.0.1:${port}`,
    "Sec-Fetch-Site: none",
    "Sec-Fetch-Mode: navigate",
    "Sec-Fetch-Dest: document",
    "\r\n",
  ].join("\r\n");
  await connection.write(new TextEncoder().encode(request));
  const answer = new Uint8Array(16);
  await connection.read(answer);
  const elapsedMs = performance.now() - begin;
  const status = new TextDecoder().decode(answer);
  if (!status.startsWith("HTTP/1.1 200")) throw new Error(`the first page was not answered: ${status}`);
  await new Promise((resolve) => setTimeout(resolve, 1_000)); // idle is a second after the answer
  const resident = residentMiB(child.pid);
  connection.close();
  child.kill("SIGKILL");
  await child.status;
  reader.releaseLock();
  await child.stdout.cancel().catch(() => {});
  return { elapsedMs, residentMiB: resident };
}
