import { assert, assertEquals } from "@std/assert";
import { takeLock } from "./lock.ts";

Deno.test("takeLock() gives the lock to one at a time", async () => {
  const folder = await Deno.makeTempDir();
  try {
    const path = `${folder}/state/issuance.lock`;
    const tries = await Promise.all(Array.from({ length: 30 }, () => takeLock(path)));
    const [lock, ...more] = tries.filter((lock) => lock !== undefined);
    assert(lock !== undefined);
    assertEquals(more, []);
    lock.release();
    const next = await takeLock(path);
    assert(next !== undefined);
    next.release();
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("a released lock is free at once, although a program is being started that still has the file", async () => {
  const folder = await Deno.makeTempDir();
  try {
    const path = `${folder}/issuance.lock`;
    for (let round = 0; round < 300; round++) {
      const lock = await takeLock(path);
      assert(lock !== undefined, `round ${round}`);
      const program = new Deno.Command("/bin/true", { stdout: "null", stderr: "null" }).output();
      lock.release();
      const next = await takeLock(path);
      assert(next !== undefined, `round ${round}`);
      next.release();
      await program;
    }
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("takeLock() finds the lock of another process, and takes it when that process was killed", async () => {
  const folder = await Deno.makeTempDir();
  try {
    const path = `${folder}/issuance.lock`;
    const source = `import { takeLock } from ${JSON.stringify(import.meta.resolve("./lock.ts"))};
      await takeLock(${JSON.stringify(path)});
      console.log("locked");
      setInterval(() => {}, 60_000);`;
    await Deno.writeTextFile(`${folder}/holder.ts`, source);
    const holder = new Deno.Command(Deno.execPath(), {
      args: ["run", "--no-config", "-A", `${folder}/holder.ts`],
      stdout: "piped",
      stderr: "null",
    }).spawn();
    const reader = holder.stdout.getReader();
    await reader.read();
    assertEquals(await takeLock(path), undefined);
    holder.kill("SIGKILL");
    await holder.status;
    await reader.cancel();
    const lock = await takeLock(path);
    assert(lock !== undefined);
    lock.release();
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
