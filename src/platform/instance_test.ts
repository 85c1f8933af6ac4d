import { assert, assertEquals, assertNotEquals } from "@std/assert";
import { claimInstance, readAddress } from "./instance.ts";

const parts = {
  randomBytes: (length: number) => crypto.getRandomValues(new Uint8Array(length)),
  patienceMs: 400,
};

async function withFolder(fn: (folder: string) => void | Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    await fn(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/** A stand-in for the app's own endpoint. */
function serveLaunch(answer: (request: Request) => Response) {
  return Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, answer);
}

Deno.test("claimInstance() gives the folder to the first, and its URL to the second", () =>
  withFolder(async (folder) => {
    const first = claimInstance(folder, parts);
    assert(first.isFirst);
    await using server = serveLaunch((request) => {
      const isRight = request.headers.get("x-app-instance") === first.secret;
      return Response.json({ url: isRight ? `http://127.0.0.1:${server.addr.port}/#k` : "no" });
    });
    first.announce(server.addr.port);
    const second = claimInstance(folder, parts);
    assert(!second.isFirst);
    assertEquals(await second.launchUrl(), `http://127.0.0.1:${server.addr.port}/#k`);
    first.release();
  }));

Deno.test("claimInstance() waits for a first one that has not announced itself yet", () =>
  withFolder(async (folder) => {
    const first = claimInstance(folder, parts);
    assert(first.isFirst);
    const second = claimInstance(folder, { ...parts, patienceMs: 5_000 });
    assert(!second.isFirst);
    const asked = second.launchUrl();
    await using server = serveLaunch(() => Response.json({ url: `http://127.0.0.1:${server.addr.port}/#k` }));
    first.announce(server.addr.port);
    assertEquals(await asked, `http://127.0.0.1:${server.addr.port}/#k`);
    first.release();
  }));

Deno.test("claimInstance() never opens an address of anybody else", () =>
  withFolder(async (folder) => {
    const first = claimInstance(folder, parts);
    assert(first.isFirst);
    let answers = 0;
    await using server = serveLaunch(() => {
      answers++;
      return Response.json({ url: "https://evil.test/" });
    });
    first.announce(server.addr.port);
    const second = claimInstance(folder, parts);
    assert(!second.isFirst);
    assertEquals(await second.launchUrl(), undefined);
    assert(answers > 0);
    first.release();
  }));

Deno.test("claimInstance() does not believe what a killed app left, and makes a new secret", () =>
  withFolder((folder) => {
    const first = claimInstance(folder, parts);
    assert(first.isFirst);
    first.announce(1);
    const left = Deno.readTextFileSync(`${folder}/instance.json`);
    first.release();
    Deno.writeTextFileSync(`${folder}/instance.json`, left);
    const next = claimInstance(folder, parts);
    assert(next.isFirst);
    assertEquals(readAddress(`${folder}/instance.json`), undefined);
    assertNotEquals(next.secret, first.secret);
    next.release();
  }));

Deno.test("claimInstance() is free again after its holder was killed", () =>
  withFolder(async (folder) => {
    const module = import.meta.resolve("./instance.ts");
    const child = new Deno.Command(Deno.execPath(), {
      args: [
        "eval",
        "--no-config",
        `const { claimInstance } = await import(${JSON.stringify(module)});
         claimInstance(${JSON.stringify(folder)}, { randomBytes: (n) => new Uint8Array(n) }).announce(1);
         console.log("held"); setInterval(() => {}, 1e6);`,
      ],
      stdout: "piped",
      stderr: "null",
    }).spawn();
    const reader = child.stdout.getReader();
    assert(!(await reader.read()).done);
    assertEquals(claimInstance(folder, parts).isFirst, false);
    child.kill("SIGKILL");
    await child.status;
    await reader.cancel();
    const next = claimInstance(folder, parts);
    assert(next.isFirst);
    next.release();
  }));

Deno.test({
  name: "announce() writes the secret for this user only",
  ignore: Deno.build.os === "windows",
  fn: () =>
    withFolder((folder) => {
      const first = claimInstance(folder, parts);
      assert(first.isFirst);
      first.announce(4711);
      assertEquals(Deno.statSync(`${folder}/instance.json`).mode! & 0o777, 0o600);
      assertEquals(readAddress(`${folder}/instance.json`)?.port, 4711);
      first.release();
      assertEquals(readAddress(`${folder}/instance.json`), undefined);
    }),
});

Deno.test("readAddress() makes nothing of damaged files", () =>
  withFolder((folder) => {
    const path = `${folder}/instance.json`;
    for (const text of ["", "{", "null", "[]", '{"port":"1"}', '{"port":70000,"secret":"x"}', '{"port":1}']) {
      Deno.writeTextFileSync(path, text);
      assertEquals(readAddress(path), undefined, text);
    }
  }));
