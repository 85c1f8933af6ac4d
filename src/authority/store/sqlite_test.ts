import { assertEquals, assertThrows } from "@std/assert";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { AppError } from "../../errors.ts";
import { MIGRATIONS } from "./schema.ts";
import { openSqliteStore } from "./sqlite.ts";
import { type StorePlace, testStore } from "./store_suite.ts";

async function openPlace(): Promise<StorePlace & { path: string }> {
  const folder = await Deno.makeTempDir({ prefix: "hakko-store-" });
  const path = join(folder, "authority.db");
  return {
    path,
    open: () => Promise.resolve(openSqliteStore(path)),
    [Symbol.asyncDispose]: () => Deno.remove(folder, { recursive: true }),
  };
}

testStore("SQLite store", openPlace);

Deno.test("SQLite store: syncs every commit and keeps others out of its files", async () => {
  await using place = await openPlace();
  const store = await place.open();
  await store.write((transaction) => transaction.saveSetting("a", "b"));
  for (const name of [place.path, `${place.path}-wal`]) {
    const { mode } = await Deno.stat(name);
    if (Deno.build.os !== "windows") assertEquals((mode ?? 0) & 0o777, 0o600, name);
  }
  const database = new DatabaseSync(place.path);
  assertEquals(database.prepare("PRAGMA journal_mode").get()?.["journal_mode"], "wal");
  database.close();
  await store.close();
});

Deno.test("SQLite store: brings a file of the first version up to date, and keeps what is in it", async () => {
  await using place = await openPlace();
  const database = new DatabaseSync(place.path);
  database.exec(MIGRATIONS[0]!);
  database.exec(`INSERT INTO users VALUES ('hanako', '山田', '厚生', 'user', 'h', '["password"]', 0, 5);
    INSERT INTO users VALUES ('akira', '鈴木', '厚生', 'user', 'h', '["password","otp"]', 0, 5);
    INSERT INTO enrolments VALUES ('waiting', 't', 'hanako', 'issue', '["password"]', 0, 'c', 5, 6, NULL);
    INSERT INTO enrolments VALUES ('issued', 't', 'hanako', 'issue', '["password"]', 1, 'c', 5, 6, '0a');
    PRAGMA user_version = 1;`);
  database.close();
  const store = await place.open();
  const user = await store.findUser("hanako");
  assertEquals([user?.name, user?.question, user?.validityDays], ["山田", null, null]);
  assertEquals(user?.steps, [], "the policy decides, as for everybody");
  assertEquals((await store.findUser("akira"))?.steps, ["password", "otp"]);
  assertEquals(await store.findEnrolment("waiting"), undefined);
  assertEquals((await store.findEnrolment("issued"))?.serial, "0a");
  assertEquals(await store.findToken("hanako", "otp"), undefined);
  await store.close();
  await (await place.open()).close(); // once more: nothing is left to do
});

Deno.test("SQLite store: does not open a file of a later version", async () => {
  await using place = await openPlace();
  const database = new DatabaseSync(place.path);
  database.exec("PRAGMA user_version = 99");
  database.close();
  assertThrows(() => openSqliteStore(place.path), AppError, "H603e");
});

Deno.test("SQLite store: says which file cannot be used", () => {
  assertThrows(() => openSqliteStore("/nowhere/at/all.db"), AppError, "H604e");
});
