import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { readState, type ReminderState, removeState, type ShownNotice, writeState } from "./state.ts";

const NOTHING: ReminderState = { lastCheck: undefined, turnedOnAt: undefined, shown: new Map() };
const now = new Date("2027-03-01T00:00:00Z");

async function withFolder(use: (folder: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    await use(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

Deno.test("writeState() is read back, creates the folder, and forgets certificates that have ended", () =>
  withFolder(async (folder) => {
    const live = { threshold: 14, notAfter: new Date("2027-03-10T00:00:00Z") } as const;
    const ended = { threshold: 1, notAfter: now } as const;
    const shown = new Map<string, ShownNotice>([["aa", live], ["bb", ended]]);
    const state = { lastCheck: now, turnedOnAt: new Date(0), shown };
    await writeState(`${folder}/new`, state, now);
    assertEquals(await readState(`${folder}/new`), { ...state, shown: new Map([["aa", live]]) });
    await removeState(`${folder}/new`);
    await removeState(`${folder}/new`);
    assertEquals(await readState(`${folder}/new`), NOTHING);
  }));

Deno.test("readState() takes a missing or damaged file for nothing", () =>
  withFolder(async (folder) => {
    assertEquals(await readState(folder), NOTHING);
    const damaged = [
      ...["", "{", "null", "[]", "7", '"text"', '{"lastCheck":5}', '{"lastCheck":"yesterday"}'],
      ...['{"shown":[1]}', '{"shown":{"a":null}}', '{"shown":{"a":{"threshold":2,"notAfter":"2027-03-10"}}}'],
      '{"shown":{"a":{"threshold":14}}}',
    ];
    for (const text of damaged) {
      await Deno.writeTextFile(`${folder}/reminders.json`, text);
      assertEquals(await readState(folder), NOTHING, text);
    }
    await Deno.writeFile(`${folder}/reminders.json`, new Uint8Array([0xff, 0, 0x80]));
    assertEquals(await readState(folder), NOTHING);
  }));

Deno.test("readState() never throws, whatever is in the file", () =>
  withFolder(async (folder) => {
    const values = fc.object({ key: fc.constantFrom("lastCheck", "turnedOnAt", "shown", "threshold", "a") });
    await fc.assert(
      fc.asyncProperty(values, async (value) => {
        await Deno.writeTextFile(`${folder}/reminders.json`, JSON.stringify(value));
        await readState(folder);
      }),
      { numRuns: 50 },
    );
  }));
