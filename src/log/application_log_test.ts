import { assert, assertEquals, assertMatch } from "@std/assert";
import { AppError } from "../errors.ts";
import { ApplicationLog } from "./application_log.ts";
import { errorFields } from "./error_fields.ts";
import { appendLine, MAX_LOG_BYTES, olderLog } from "./rotation.ts";

const now = () => new Date("2026-04-01T00:00:00Z");

async function withFolder(fn: (folder: string) => void | Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    await fn(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

function records(path: string): Record<string, unknown>[] {
  return Deno.readTextFileSync(path).trimEnd().split("\n").map((line) => JSON.parse(line));
}

Deno.test("ApplicationLog writes one JSON object per record, readable by its owner only", () =>
  withFolder((folder) => {
    const path = `${folder}/ApplicationLog.log`;
    const log = new ApplicationLog({ paths: [path], now });
    log.info("app/started", { version: "0.1.0" });
    log.with({ correlationId: "abc" }).error("issue/failed", { code: "H101e", password: "hunter2" });
    assertEquals(records(path), [
      { time: "2026-04-01T00:00:00.000Z", level: "info", event: "app/started", version: "0.1.0" },
      {
        ...{ time: "2026-04-01T00:00:00.000Z", level: "error", event: "issue/failed" },
        ...{ correlationId: "abc", code: "H101e", password: "[redacted]" },
      },
    ]);
    if (Deno.build.os !== "windows") assertEquals(Deno.statSync(path).mode! & 0o777, 0o600);
  }));

Deno.test("ApplicationLog cannot be made to forge a record", () =>
  withFolder((folder) => {
    const path = `${folder}/x.log`;
    new ApplicationLog({ paths: [path], now }).warn('a"}\n{"level":"info', { note: "x\r\n{}\u2028" });
    assertEquals(records(path).length, 1);
  }));

Deno.test("ApplicationLog falls back to the next place and says so", () =>
  withFolder((folder) => {
    const paths = [`${folder}/missing/x.log`, `${folder}/x.log`];
    const log = new ApplicationLog({ paths, now });
    log.info("one");
    assertEquals([log.path, log.isFallback], [paths[1], true]);
    log.with({ a: 1 }).info("two");
    assertEquals(records(paths[1]!).length, 2);
  }));

Deno.test("ApplicationLog creates the folder of its last place only", () =>
  withFolder((folder) => {
    new ApplicationLog({ paths: [`${folder}/a/x.log`, `${folder}/b/c/x.log`], now }).info("one");
    assertEquals([...Deno.readDirSync(folder)].map((entry) => entry.name), ["b"]);
    assertEquals(records(`${folder}/b/c/x.log`).length, 1);
  }));

Deno.test("ApplicationLog never throws, and counts what it lost meanwhile", () =>
  withFolder((folder) => {
    const path = `${folder}/later/x.log`;
    Deno.writeTextFileSync(`${folder}/later`, "a file where the folder should be");
    const log = new ApplicationLog({ paths: [path], now });
    log.info("one");
    log.error("two", errorFields(new Error("x")));
    Deno.removeSync(`${folder}/later`);
    log.info("three");
    assertEquals(records(path).map((record) => [record.event, record.lostRecords]), [["three", 2]]);
  }));

Deno.test({
  name: "ApplicationLog survives a full disk",
  ignore: Deno.build.os !== "linux",
  fn() {
    new ApplicationLog({ paths: ["/dev/full"], now }).info("one");
  },
});

Deno.test("appendLine() keeps five files and throws the oldest away", () =>
  withFolder((folder) => {
    const path = `${folder}/x.log`;
    const limits = { bytes: 10, files: 5 };
    for (let n = 0; n < 9; n++) appendLine(path, `line ${n} ....\n`, limits);
    const texts = [path, ...[1, 2, 3, 4].map((n) => olderLog(path, n))].map((p) =>
      Deno.readTextFileSync(p)[5]
    );
    assertEquals(texts, ["8", "7", "6", "5", "4"]);
    assertEquals([...Deno.readDirSync(folder)].filter((e) => e.name.endsWith(".log")).length, 5);
  }));

Deno.test("appendLine() loses no record when processes write and rotate at the same time", () =>
  withFolder(async (folder) => {
    const path = `${folder}/x.log`;
    const module = import.meta.resolve("./rotation.ts");
    const code = `const { appendLine } = await import(${JSON.stringify(module)});
      for (let n = 0; n < 400; n++) {
        appendLine(${JSON.stringify(path)}, Deno.args[0] + " " + n + "\\n", { bytes: 2000, files: 1000 });
      }`;
    const writers = ["a", "b", "c"].map((name) =>
      new Deno.Command(Deno.execPath(), {
        args: ["eval", "--no-config", code, name],
        stderr: "piped",
      }).output()
    );
    for (const { success, stderr } of await Promise.all(writers)) {
      assert(success, new TextDecoder().decode(stderr));
    }
    const lines = [...Deno.readDirSync(folder)].filter((entry) => entry.name.endsWith(".log"))
      .flatMap((entry) => Deno.readTextFileSync(`${folder}/${entry.name}`).trimEnd().split("\n"));
    assertEquals(new Set(lines).size, 1200);
    assertEquals(lines.length, 1200);
  }));

Deno.test("rotation keeps the log below five MiB", () => assertEquals(MAX_LOG_BYTES * 5, 5 * 1024 * 1024));

Deno.test("olderLog() numbers the file before its extension", () => {
  assertEquals(olderLog("/a.b/ApplicationLog.log", 2), "/a.b/ApplicationLog.2.log");
  assertEquals(olderLog("/a.b/log", 1), "/a.b/log.1");
});

Deno.test("errorFields() keeps code, causes and stack", () => {
  const error = new AppError("authority/busy", {}, {
    correlationId: "c1",
    cause: new TypeError("connection refused", { cause: "ECONNREFUSED" }),
  });
  const fields = errorFields(error);
  assertEquals([fields.code, fields.correlationId], ["G008e", "c1"]);
  assertMatch(String(fields.error), /G008e.* ← TypeError: connection refused ← ECONNREFUSED$/);
  assertMatch(String(fields.stack), /application_log_test/);
});
