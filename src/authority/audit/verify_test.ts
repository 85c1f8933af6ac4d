import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { DatabaseSync } from "node:sqlite";
import { initAuthority } from "../init.ts";
import { authorityPaths } from "../config.ts";
import { openSqliteStore } from "../store/sqlite.ts";
import { randomBytes } from "../testing.ts";
import { ANCHOR_FILE, moveAnchor, readAnchor } from "./anchor.ts";
import { appendAudit, hashEntry } from "./chain.ts";
import { type AuditVerdict, verifyAudit } from "./verify.ts";

const LINES = 12;

/** An authority's directory with some lines in its log; the anchor knows them up to `anchored`. */
async function makeLog(anchored = 6) {
  const directory = await Deno.makeTempDir({ prefix: "hakko-audit-" });
  await initAuthority({ directory, algorithm: "p256", now: () => new Date(), randomBytes });
  const { database } = authorityPaths(directory);
  const store = openSqliteStore(database);
  for (let i = 2; i <= LINES; i++) {
    await store.write((transaction) =>
      appendAudit(transaction, {
        at: new Date(1e12 + i),
        actor: "operator",
        action: "test",
        subject: `line ${i}`,
        details: { number: i },
        correlationId: "-",
      })
    );
    if (i === anchored) assert(await moveAnchor(directory, store, { at: new Date() }));
  }
  await store.close();
  return {
    directory,
    tamper(sql: string) {
      const connection = new DatabaseSync(database);
      connection.exec(sql);
      connection.close();
    },
    async verify(): Promise<AuditVerdict> {
      const store = openSqliteStore(database);
      try {
        return await verifyAudit(store, await readAnchor(directory));
      } finally {
        await store.close();
      }
    },
    [Symbol.asyncDispose]: () => Deno.remove(directory, { recursive: true }),
  };
}

Deno.test("verifyAudit() finds a whole log whole", async () => {
  await using log = await makeLog();
  const verdict = await log.verify();
  assert(verdict.isWhole);
  assertEquals(verdict.lines, LINES);
});

/** Each with the last line that is still good, and what is said. */
const TAMPERINGS: readonly [what: string, sql: string, lines: number, problem: string][] = [
  ["a changed subject", "UPDATE audit SET subject = 'x' WHERE seq = 4", 3, "line 4 was changed"],
  ["a changed time", "UPDATE audit SET at = at + 1 WHERE seq = 9", 8, "line 9 was changed"],
  ["changed details", `UPDATE audit SET details = '{"number":5 }' WHERE seq = 5`, 4, "line 5 was changed"],
  ["a deleted line", "DELETE FROM audit WHERE seq = 7", 6, "line 7 is missing"],
  ["a deleted first line", "DELETE FROM audit WHERE seq = 1", 0, "line 1 is missing"],
  [
    "two lines that changed places",
    "UPDATE audit SET seq = 99 WHERE seq = 3; UPDATE audit SET seq = 3 WHERE seq = 4; UPDATE audit SET seq = 4 WHERE seq = 99",
    2,
    "line 3 does not follow line 2",
  ],
  ["an end that was cut off", "DELETE FROM audit WHERE seq > 9", 9, "lines 10 to 12 are missing at the end"],
  ["all lines deleted", "DELETE FROM audit", 0, "lines 1 to 12 are missing"],
  [
    "an end that was cut off together with the head",
    "DELETE FROM audit WHERE seq > 4; UPDATE audit_head SET seq = 4, hash = (SELECT hash FROM audit WHERE seq = 4)",
    4,
    "the anchor knows lines",
  ],
];

for (const [what, sql, lines, problem] of TAMPERINGS) {
  Deno.test(`verifyAudit() finds ${what}`, async () => {
    await using log = await makeLog();
    log.tamper(sql);
    const verdict = await log.verify();
    assert(!verdict.isWhole);
    assertEquals(verdict.lines, lines);
    assertStringIncludes(verdict.problem, problem);
  });
}

Deno.test("verifyAudit() finds a line that was forged with its own hash", async () => {
  await using log = await makeLog();
  const store = openSqliteStore(authorityPaths(log.directory).database);
  const [entry] = await store.readAudit(8, 1);
  await store.close();
  const forged = { ...entry!, subject: "forged" };
  log.tamper(`UPDATE audit SET subject = 'forged', hash = '${hashEntry(forged)}' WHERE seq = 8`);
  const verdict = await log.verify();
  assert(!verdict.isWhole);
  assertEquals(verdict.problem, "line 9 does not follow line 8");
});

Deno.test("verifyAudit() finds a whole log that is another one, an anchor that is gone, and a forged one", async () => {
  await using log = await makeLog();
  await using other = await makeLog();
  const path = `${log.directory}/${ANCHOR_FILE}`;
  const anchor = await Deno.readTextFile(path);
  await Deno.copyFile(authorityPaths(other.directory).database, authorityPaths(log.directory).database);
  const replaced = await log.verify();
  assert(!replaced.isWhole && replaced.problem === "line 6 is not the anchored one");

  await Deno.writeTextFile(path, anchor.replace('"seq":6', '"seq":5'));
  const forged = await log.verify();
  assert(!forged.isWhole && forged.problem.includes("not what the authority wrote"));

  await Deno.remove(path);
  const missing = await log.verify();
  assert(!missing.isWhole && missing.problem === "the anchor file is missing");
});

Deno.test("moveAnchor() leaves an anchor that the log contradicts as evidence", async () => {
  await using log = await makeLog();
  log.tamper(
    "DELETE FROM audit WHERE seq > 4; UPDATE audit_head SET seq = 4, hash = (SELECT hash FROM audit WHERE seq = 4)",
  );
  const before = await Deno.readTextFile(`${log.directory}/${ANCHOR_FILE}`);
  const store = openSqliteStore(authorityPaths(log.directory).database);
  assertEquals(await moveAnchor(log.directory, store, { at: new Date() }), false);
  await store.close();
  assertEquals(await Deno.readTextFile(`${log.directory}/${ANCHOR_FILE}`), before);
});
