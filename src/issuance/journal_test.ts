import { assert, assertEquals, assertRejects } from "@std/assert";
import { createMemoryLog } from "../../tests/support/memory_log.ts";
import { AppError } from "../errors.ts";
import { type EntryIn, Journal, type JournalEntry } from "./journal.ts";

const created: EntryIn<"KEY_CREATED"> = {
  version: 1,
  journalId: "0".repeat(32),
  state: "KEY_CREATED",
  operation: "issue",
  loginId: "hanako",
  correlationId: "0123456789abcdef",
  startedAt: "2030-01-01T00:00:00.000Z",
  idempotencyKey: "a".repeat(64),
  spki: "AAAA",
  pkcs8: "c2VjcmV0",
};

async function withJournal(
  run: (
    journal: Journal,
    folder: string,
    seen: { states: string[]; log: ReturnType<typeof createMemoryLog> },
  ) => Promise<void>,
): Promise<void> {
  const parent = await Deno.makeTempDir();
  const folder = `${parent}/state/journal`;
  const states: string[] = [];
  const log = createMemoryLog();
  try {
    const onState = (state: string) => void states.push(state);
    await run(new Journal({ folder, log, onState }), folder, { states, log });
  } finally {
    await Deno.remove(parent, { recursive: true });
  }
}

Deno.test("a saved entry is private, whole, and read back", () =>
  withJournal(async (journal, folder, { states }) => {
    assertEquals(await journal.load(), []);
    await journal.save(created);
    const saved = await journal.save({ ...created, state: "CSR_SAVED", csr: "BBBB", subject: "CCCC" });
    assertEquals(await journal.load(), [saved]);
    assertEquals(states, ["KEY_CREATED", "CSR_SAVED"]);
    assertEquals((await Deno.stat(folder)).mode! & 0o777, 0o700);
    assertEquals((await Deno.stat(`${folder}/${created.journalId}.json`)).mode! & 0o777, 0o600);
  }));

Deno.test("a state is told only when it is on disk", async () => {
  const folder = await Deno.makeTempDir();
  try {
    const found: JournalEntry[][] = [];
    const journal: Journal = new Journal({
      folder,
      log: createMemoryLog(),
      onState: async () => void found.push(await journal.load()),
    });
    await journal.save(created);
    await journal.finish(created);
    assertEquals(found, [[created], []]);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("finish() and discard() leave nothing, and may be repeated", () =>
  withJournal(async (journal, folder, { states }) => {
    await journal.save(created);
    await journal.finish(created);
    await journal.discard(created);
    assertEquals([...Deno.readDirSync(folder)], []);
    assertEquals(states, ["KEY_CREATED", "CONFIRMED"]);
  }));

Deno.test("damaged files are set aside and logged, and stop nothing", () =>
  withJournal(async (journal, folder, { log }) => {
    await journal.save(created);
    const whole = JSON.stringify(created);
    const damaged = {
      "empty.json": "",
      "half.json": whole.slice(0, 100),
      "garbage.json": "\u0000\u0001\ufffd",
      "other.json": whole,
      "state.json": whole.replace("KEY_CREATED", "FINISHED"),
      "version.json": whole.replace('"version":1', '"version":2'),
      "more.json": whole.replace("{", '{"more":1,'),
      "missing.json": whole.replace("KEY_CREATED", "RECEIVED"),
    };
    for (const [name, text] of Object.entries(damaged)) await Deno.writeTextFile(`${folder}/${name}`, text);
    assertEquals(await journal.load(), [created]);
    assertEquals(
      log.records.filter(({ event }) => event === "journal.damaged").length,
      Object.keys(damaged).length,
    );
    const names = [...Deno.readDirSync(folder)].map(({ name }) => name);
    for (const name of Object.keys(damaged)) assert(names.includes(`${name}.damaged`), name);
    assertEquals(await journal.load(), [created]);
    assert(!log.text().includes(created.pkcs8));
  }));

Deno.test("sweep() removes what was being written when the process died", () =>
  withJournal(async (journal, folder) => {
    await journal.save(created);
    await Deno.writeTextFile(`${folder}/${created.journalId}.json.tmp`, '{"pkcs8":"c2Vj');
    await journal.sweep();
    assertEquals([...Deno.readDirSync(folder)].map(({ name }) => name), [`${created.journalId}.json`]);
  }));

Deno.test("a folder that cannot be written says so", async () => {
  const file = await Deno.makeTempFile();
  try {
    const journal = new Journal({ folder: `${file}/journal`, log: createMemoryLog() });
    const error = await assertRejects(() => journal.save(created), AppError);
    assertEquals(error.key, "state/not-writable");
  } finally {
    await Deno.remove(file);
  }
});

Deno.test("an entry of a renewal keeps what it renews, and one that an older app wrote is still read", () =>
  withJournal(async (journal, folder) => {
    const renews = { fingerprint: "b".repeat(64), serial: "01ab" };
    const renewal: EntryIn<"INSTALLED"> = {
      ...{ version: 1, journalId: "1".repeat(32), state: "INSTALLED", operation: "renew", loginId: "hanako" },
      ...{ correlationId: "0", startedAt: "2030-01-02T00:00:00.000Z", idempotencyKey: "a".repeat(64) },
      ...{ spki: "AAAA", csr: "AAAA", subject: "AAAA", signedCsr: "AAAA", enrolmentId: "e" },
      ...{ certificate: "AAAA", chain: ["AAAA"], serial: "02", renews, isConfirmed: true },
    };
    await journal.save(renewal);
    await Deno.writeTextFile(`${folder}/${created.journalId}.json`, JSON.stringify(created));
    assertEquals(await journal.load(), [created, renewal]);
    const wrong = { ...renewal, journalId: "2".repeat(32), renews: { ...renews, fingerprint: "../x" } };
    await Deno.writeTextFile(`${folder}/${wrong.journalId}.json`, JSON.stringify(wrong));
    assertEquals(await journal.load(), [created, renewal]);
  }));
