import { assert, assertEquals } from "@std/assert";
import { createMemoryLog } from "../../tests/support/memory_log.ts";
import { findProgram, runProgram } from "../platform/run.ts";
import { createBundle, rejectsWith, testKeystore } from "./keystore_suite.ts";
import { hasNssTools, NssKeystore } from "./nss.ts";
import { removeKeyArgs } from "./nss_commands.ts";
import { readNssEntries } from "./nss_database.ts";

const ignore = !hasNssTools();

function open(folder: string, find?: (name: string) => string | undefined): NssKeystore {
  return new NssKeystore({
    folder: `${folder}/.pki/nssdb`,
    temporaryFolder: `${folder}/tmp`,
    log: createMemoryLog(),
    ...(find === undefined ? {} : { find }),
  });
}

testKeystore({
  name: "NssKeystore",
  ignore,
  open,
  async loseKey(folder) {
    const database = { folder: `${folder}/.pki/nssdb`, emptyPasswordFile: `${folder}/empty` };
    await Deno.writeTextFile(database.emptyPasswordFile, "\n", { mode: 0o600 });
    for (const { hasKey, keyId } of readNssEntries(database.folder)) {
      if (hasKey) await runProgram(findProgram("certutil")!, removeKeyArgs(database, keyId));
    }
  },
});

async function inFolder(run: (folder: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    await run(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

Deno.test("NssKeystore: the database's folder is private", { ignore }, () =>
  inFolder(async (folder) => {
    await open(folder).check();
    assertEquals((await Deno.stat(`${folder}/.pki/nssdb`)).mode! & 0o777, 0o700);
  }));

Deno.test("NssKeystore: a missing tool is named with its package", () =>
  inFolder(async (folder) => {
    for (const missing of ["certutil", "pk12util", "cmsutil"]) {
      const find = (name: string) => name === missing ? undefined : `/usr/bin/${name}`;
      const error = await rejectsWith("keystore/tool-missing", () => open(folder, find).check());
      assertEquals(error.values, { tool: missing, package: "libnss3-tools" });
    }
  }));

Deno.test(
  "NssKeystore: a primary password is noticed by every call that needs the key",
  { ignore },
  () =>
    inFolder(async (folder) => {
      const keystore = open(folder);
      const { bundle } = await createBundle("p256");
      const entry = await keystore.import(bundle);
      await Deno.writeTextFile(`${folder}/empty`, "\n");
      await Deno.writeTextFile(`${folder}/password`, "geheim-1\n");
      const args = [
        "-W",
        "-d",
        `sql:${folder}/.pki/nssdb`,
        "-f",
        `${folder}/empty`,
        "-@",
        `${folder}/password`,
      ];
      assertEquals((await runProgram(findProgram("certutil")!, args)).code, 0);

      await rejectsWith("keystore/locked", () => keystore.check());
      await rejectsWith("keystore/locked", () => keystore.import(bundle));
      await rejectsWith("keystore/locked", () => keystore.sign(entry.fingerprint, new Uint8Array([1])));
      await rejectsWith("keystore/locked", () => keystore.remove(entry.fingerprint));
      assertEquals((await keystore.list()).length, 1);
    }),
);

Deno.test(
  "NssKeystore: a damaged database is unusable, not a crash",
  { ignore },
  () =>
    inFolder(async (folder) => {
      const keystore = open(folder);
      const { bundle } = await createBundle("p256");
      await keystore.import(bundle);
      await Deno.writeFile(`${folder}/.pki/nssdb/cert9.db`, crypto.getRandomValues(new Uint8Array(30_000)));
      await rejectsWith("keystore/unusable", () => keystore.list());
      await rejectsWith("keystore/unusable", () => keystore.check());
      await rejectsWith("keystore/unusable", () => keystore.import(bundle));
    }),
);

Deno.test(
  "NssKeystore: several starts at once make one database, and none waits for the others",
  { ignore },
  () =>
    inFolder(async (folder) => {
      const keystores = Array.from({ length: 4 }, (_, number) =>
        new NssKeystore({
          folder: `${folder}/.pki/nssdb`,
          temporaryFolder: `${folder}/tmp-${number}`,
          log: createMemoryLog(),
        }));
      await Promise.all(keystores.map((keystore) => keystore.check()));
      const { bundle } = await createBundle("p256");
      const { fingerprint } = await open(folder).import(bundle);
      for (const keystore of keystores) await keystore.sign(fingerprint, new Uint8Array([1]));
    }),
);

Deno.test(
  "NssKeystore: a database that a killed tool has only begun is empty, and is completed",
  { ignore },
  () =>
    inFolder(async (folder) => {
      const keystore = open(folder);
      await Deno.mkdir(`${folder}/.pki/nssdb`, { recursive: true });
      for (const name of ["cert9.db", "key4.db"]) {
        await Deno.writeFile(`${folder}/.pki/nssdb/${name}`, new Uint8Array());
      }
      assertEquals(await keystore.list(), []);
      await keystore.check();
      assertEquals(await keystore.list(), []);
      const { fingerprint } = await keystore.import((await createBundle("p256")).bundle);
      assertEquals((await keystore.list()).map((entry) => entry.fingerprint), [fingerprint]);
    }),
);

Deno.test("NssKeystore: half a database is completed", { ignore }, () =>
  inFolder(async (folder) => {
    const keystore = open(folder);
    await keystore.check();
    await Deno.remove(`${folder}/.pki/nssdb/cert9.db`);
    assertEquals(await keystore.list(), []);
    await keystore.check();
    await keystore.import((await createBundle("p256")).bundle);
    await Deno.remove(`${folder}/.pki/nssdb/key4.db`);
    await keystore.check();
    assertEquals(await keystore.list(), []);
  }));

Deno.test(
  "NssKeystore: what a killed import or signature left is swept by the next run's check()",
  { ignore },
  () =>
    inFolder(async (folder) => {
      const left = `${folder}/tmp/keystore-killed`;
      await Deno.mkdir(left, { recursive: true });
      await Deno.writeTextFile(`${left}/bundle.password`, "secret");
      await open(folder).check();
      assertEquals([...Deno.readDirSync(`${folder}/tmp`)], []);
    }),
);

Deno.test(
  "NssKeystore: a certificate without its key is not listed",
  { ignore },
  () =>
    inFolder(async (folder) => {
      const keystore = open(folder);
      await keystore.check();
      const { bundle } = await createBundle("p256");
      await Deno.writeFile(`${folder}/certificate`, bundle.certificateDer);
      const database = `sql:${folder}/.pki/nssdb`;
      const args = ["-A", "-d", database, "-n", "alone", "-t", ",,", "-i", `${folder}/certificate`];
      assertEquals((await runProgram(findProgram("certutil")!, args)).code, 0);
      assertEquals(await keystore.list(), []);
      const alone = await keystore.listWithoutKey();
      assertEquals(alone.map(({ certificateDer }) => certificateDer), [bundle.certificateDer]);
      await keystore.import(bundle);
      assert((await keystore.list()).length === 1);
    }),
);
