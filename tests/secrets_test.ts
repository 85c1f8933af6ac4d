/**
 * What must stay secret in an issue, looked for afterwards wherever it could have been left: state folder, log,
 * journal, keystore, the authority's database and log, and the arguments and environments of all programs.
 */
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { AppError } from "../src/errors.ts";
import { authorityArguments } from "../scripts/demo/paths.ts";
import { TextLineStream } from "../scripts/text_lines.ts";
import { DEFAULT_CONFIG } from "../src/authority/config.ts";
import type { RunningAuthority } from "../src/authority/authority.ts";
import { startEngineTest } from "../src/issuance/testing.ts";
import type { Keystore } from "../src/keystore/keystore.ts";
import { hasNssTools, NssKeystore } from "../src/keystore/nss.ts";
import { ApplicationLog } from "../src/log/application_log.ts";
import { findProgram } from "../src/platform/run.ts";
import type { KeyAlgorithm } from "../src/protocol/messages.ts";
import { createAppUser, type Ended } from "./support/app.ts";
import { watchProcesses } from "./support/process_sampler.ts";
import { findSecrets, findSecretsIn, type Secret, secretKey, secretText } from "./support/secrets.ts";

const PASSWORD = "kanariya-7Q!電池&ホチキス%20";
const WRONG_PASSWORD = "mistyped-kanariya-9X\"'\\";
const HANAKO = "hanako.yamada";

/** A tool that writes down how it was called, and does its work. */
async function spyOn(folder: string, tool: string): Promise<string> {
  const path = `${folder}/${tool}`;
  await Deno.writeTextFile(
    path,
    `#!/bin/sh\n{ printf '%s\\n' "${tool}" "$@"; env; } >> '${folder}/calls'\nexec '${
      findProgram(tool)
    }' "$@"\n`,
    { mode: 0o700 },
  );
  return path;
}

async function collectSecrets(journalFolder: string): Promise<Secret[]> {
  const secrets: Secret[] = [];
  for (const { name } of Deno.readDirSync(journalFolder)) {
    const { pkcs8, token } = JSON.parse(await Deno.readTextFile(`${journalFolder}/${name}`));
    if (pkcs8 !== undefined) secrets.push(...await secretKey("private key", Uint8Array.fromBase64(pkcs8)));
    if (token !== undefined) secrets.push(secretText("token in the journal", token));
  }
  return secrets;
}

for (const algorithm of ["p256", "rsa-2048"] satisfies KeyAlgorithm[]) {
  Deno.test({
    name: `an issue leaves no secret in any file, and shows none to a program (${algorithm})`,
    ignore: !hasNssTools(),
    fn: async () => {
      const authorityLog = await Deno.makeTempDir({ prefix: "hakko-secrets-" });
      await using test = await startEngineTest({
        algorithm,
        keystore: "nss",
        authority: {
          start: {
            log: new ApplicationLog({ paths: [`${authorityLog}/authority.log`], now: () => new Date() }),
          },
        },
      });
      await test.addUser({ password: PASSWORD });
      const { folder, stateFolder } = test;
      const spies = `${folder}/spies`;
      await Deno.mkdir(spies);
      const tools = new Map<string, string>();
      for (const tool of ["certutil", "pk12util", "cmsutil"]) tools.set(tool, await spyOn(spies, tool));
      const log = new ApplicationLog({
        paths: [`${stateFolder}/ApplicationLog.log`],
        now: () => new Date(),
      });
      const nss = new NssKeystore({
        folder: `${folder}/nssdb`,
        temporaryFolder: `${stateFolder}/tmp`,
        log,
        find: (tool) => tools.get(tool),
      });
      const secrets = [
        secretText("password", PASSWORD),
        secretText("wrong password", WRONG_PASSWORD),
      ];
      const keystore: Keystore = {
        check: () => nss.check(),
        list: () => nss.list(),
        listWithoutKey: () => nss.listWithoutKey(),
        sign: (fingerprint, content) => nss.sign(fingerprint, content),
        remove: (fingerprint) => nss.remove(fingerprint),
        import: (bundle) => {
          secrets.push(secretText("PKCS#12 password", bundle.password));
          return nss.import(bundle);
        },
      };
      test.setNetwork(async (request, send) => {
        const token = request.headers.authorization?.replace("Bearer ", "");
        if (token !== undefined) secrets.push(secretText("token", token));
        return await send(request);
      });
      let isSeenInJournal = false;
      const engine = test.open({
        log,
        keystore,
        onState: async (state) => {
          if (state === "CONFIRMED") return;
          const found = await collectSecrets(`${stateFolder}/journal`);
          secrets.push(...found);
          // The journal holds them by design, and so shows that they would be found.
          const inJournal = await findSecrets([`${stateFolder}/journal`], found);
          isSeenInJournal ||= state === "RECEIVED" && inJournal.length >= 2;
          assertEquals(
            await findSecrets([`${folder}/nssdb`, authorityLog, test.authority.directory], found),
            [],
          );
        },
      });
      const attempt = await engine.begin({ operation: "issue", loginId: HANAKO });
      try {
        await attempt.answer({ password: WRONG_PASSWORD });
      } catch (error) {
        assert(error instanceof AppError && error.key === "registration/wrong-credentials");
      }
      await attempt.answer({ password: PASSWORD });
      await attempt.acquire();

      const names = new Set(secrets.map(({ name }) => name.replace(/ \(.*/, "")));
      assertEquals([...names].sort(), [
        ...["PKCS#12 password", "password", "private key", "token", "token in the journal", "wrong password"],
      ]);
      assert(isSeenInJournal);
      const everything = [folder, authorityLog, test.authority.directory];
      assertEquals(await findSecrets(everything, secrets), []);
      const calls = await Deno.readTextFile(`${spies}/calls`);
      for (const tool of ["pk12util", "cmsutil"]) assertStringIncludes(calls, tool);
      const said = await Deno.readTextFile(`${stateFolder}/ApplicationLog.log`);
      assertStringIncludes(said, "issuance.acquired");
      assertStringIncludes(await Deno.readTextFile(`${authorityLog}/authority.log`), "authority/started");
      // What was in the write-ahead log goes into the database when it is closed.
      await test.authority.restart();
      assertEquals(await findSecrets(everything, secrets), []);
      await Deno.remove(authorityLog, { recursive: true });
    },
  });
}

/** The authority's command line, run to its end. */
async function runAuthority(directory: string, args: string[], stdin = ""): Promise<Ended> {
  const child = startAuthorityCommand(directory, args);
  const writer = child.stdin.getWriter();
  await writer.write(new TextEncoder().encode(stdin)).then(() => writer.close()).catch(() => {});
  const { code, stdout, stderr } = await child.output();
  return { code, stdout: new TextDecoder().decode(stdout), stderr: new TextDecoder().decode(stderr) };
}

function startAuthorityCommand(directory: string, args: string[]): Deno.ChildProcess {
  return new Deno.Command(Deno.execPath(), {
    args: [...authorityArguments(), ...args, "--directory", directory, "--json"],
    stdin: "piped",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
}

/** Takes the only private key out of an NSS database. */
async function takeKey(database: string): Promise<Uint8Array<ArrayBuffer>> {
  const folder = await Deno.makeTempDir({ prefix: "hakko-secrets-" });
  try {
    await Deno.writeTextFile(`${folder}/empty`, "\n");
    const common = ["-d", `sql:${database}`, "-k", "empty", "-w", "empty"];
    const listed = await new Deno.Command("certutil", {
      args: ["-K", "-d", `sql:${database}`, "-f", "empty"],
      cwd: folder,
    }).output();
    const line = /^<\s*\d+>\s+\w+\s+[0-9a-f]+\s+(?:[^:\n]*:)?(.+)$/m;
    const nickname = line.exec(new TextDecoder().decode(listed.stdout))?.[1] ?? "";
    const steps: [string, string[]][] = [
      ["pk12util", ["-o", "key.p12", "-n", nickname, ...common]],
      ["openssl", ["pkcs12", "-in", "key.p12", "-passin", "pass:", "-nocerts", "-nodes", "-out", "key.pem"]],
      ["openssl", ["pkcs8", "-topk8", "-nocrypt", "-in", "key.pem", "-outform", "DER", "-out", "key.der"]],
    ];
    for (const [program, args] of steps) {
      const { success, stderr } = await new Deno.Command(program, { args, cwd: folder }).output();
      assert(success, `${program}: ${new TextDecoder().decode(stderr)}`);
    }
    return await Deno.readFile(`${folder}/key.der`);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

Deno.test({
  name: "an issue by the command lines shows no secret to whoever watches processes, output or files",
  ignore: !hasNssTools() || findProgram("openssl") === undefined || Deno.build.os !== "linux",
  fn: async () => {
    const directory = await Deno.makeTempDir({ prefix: "hakko-secrets-authority-" });
    const outputs: string[] = [];
    await using opened = new AsyncDisposableStack();
    opened.defer(() => Deno.remove(directory, { recursive: true }));
    function succeeded({ code, stdout, stderr }: Ended): void {
      assertEquals(code, 0, stderr + stdout);
      outputs.push(stdout, stderr);
    }

    let home = "", database = "";
    const seen = await watchProcesses(async () => {
      const port = { port: 0 };
      const endpoints = { api: port, portal: port, certificateLogin: port, publication: port };
      await Deno.writeTextFile(`${directory}/wanted.json`, JSON.stringify({ ...DEFAULT_CONFIG, endpoints }));
      const config = ["--config", `${directory}/wanted.json`, "--key-algorithm", "p256"];
      succeeded(await runAuthority(`${directory}/authority`, ["init", ...config]));
      succeeded(
        await runAuthority(`${directory}/authority`, [
          ...["user", "add", "--login-id", HANAKO, "--name", "山田 花子", "--company", "厚生商事株式会社"],
          "--password-stdin",
        ], `${PASSWORD}\n`),
      );
      const serving = startAuthorityCommand(`${directory}/authority`, ["serve"]);
      const lines = serving.stdout.pipeThrough(new TextDecoderStream()).pipeThrough(new TextLineStream())
        .getReader();
      const complaints = new Response(serving.stderr).text();
      const { value } = await lines.read();
      assert(value !== undefined, "the authority did not start");
      const { urls } = JSON.parse(value);
      const rootPem = await Deno.readTextFile(`${directory}/authority/pki/root.pem`);
      const user = opened.use(await createAppUser({ authority: { urls, rootPem } as RunningAuthority }));
      home = user.home;
      database = user.nssDatabase;
      const issue = ["--issue", "--login-id", HANAKO, "--password-stdin"];
      const refused = await user.run(issue, { stdin: `${WRONG_PASSWORD}\n` });
      assertEquals(refused.code, 3, refused.stderr);
      outputs.push(refused.stdout, refused.stderr);
      succeeded(await user.run([...issue, "--json"], { stdin: `${PASSWORD}\n` }));
      serving.kill("SIGTERM");
      await serving.status;
      await serving.stdin.close().catch(() => {});
      await lines.cancel();
      outputs.push(await complaints);
    });

    const secrets = [
      secretText("password", PASSWORD),
      secretText("wrong password", WRONG_PASSWORD),
      ...await secretKey("private key", await takeKey(database)),
    ];
    assertEquals(await findSecrets([directory, home], secrets), []);
    assertEquals(findSecretsIn(new TextEncoder().encode(outputs.join("\n")), secrets), []);
    assertEquals(seen.flatMap((text) => findSecretsIn(new TextEncoder().encode(text), secrets)), []);
    // The watcher was awake: it saw the app, the authority and the keystore's tools at work.
    for (const program of ["--issue", "serve", "pk12util"]) {
      assert(seen.some((text) => text.includes(program)), program);
    }
  },
});
