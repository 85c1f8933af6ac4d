/**
 * Certificates per second and core: the real authority over keep-alive HTTPS, every answer durable, beside what
 * `openssl speed` signs on the same core in the same run. Authentication is done beforehand: a password hash is
 * meant to be slow, and its cost is not what is measured here.
 */
import { initAuthority } from "../../src/authority/init.ts";
import { authorityPaths, DEFAULT_CONFIG } from "../../src/authority/config.ts";
import { subjectOf } from "../../src/authority/registration/subject.ts";
import { openSqliteStore } from "../../src/authority/store/sqlite.ts";
import { sha256, toHex, utf8 } from "../../src/pki/bytes.ts";
import { createCsr } from "../../src/pki/csr.ts";
import { PATHS } from "../../src/protocol/paths.ts";
import type { KeyAlgorithm } from "../../src/protocol/messages.ts";
import { TextLineStream } from "../text_lines.ts";
import { keyPool } from "./key_pool.ts";
import { cpuTimeMs, peakMiB } from "./process.ts";
import { atLeast, type BenchRow, median } from "./stats.ts";

const SERVER_CORE = "0";
const LOAD_CORE = "1";
const CONNECTIONS = 8;
/** The first one warms the server up and is not counted. */
const ROUNDS = 4;
/** wrk runs its time out even when it has sent all: a rate per CPU-second does not mind. */
const LOAD_SECONDS = 5;
const REQUESTS_PER_ROUND = 4_000;

/** RSA-2048 CA: share of `openssl speed rsa2048`. P-256 CA: 1,200/s where `openssl speed` gives 33,000. */
const PROMISES: Record<KeyAlgorithm, { speed: string; least: number }> = {
  "rsa-2048": { speed: "rsa2048", least: 0.45 },
  "p256": { speed: "ecdsap256", least: 1_200 / 33_000 },
};

/** Measures one kind of CA key, with subjects of the same kind. */
export async function benchAuthority(algorithm: KeyAlgorithm, directory: string): Promise<BenchRow[]> {
  const promise = PROMISES[algorithm];
  const requestFiles = await prepare(algorithm, directory);
  await using server = await serve(directory);
  const rates: number[] = [], references: number[] = [], latencies: number[] = [];
  for (const file of requestFiles) {
    references.push(await opensslSignsPerSecond(promise.speed));
    const before = cpuTimeMs(server.pid);
    const result = await load(server.url, file);
    const cpuSeconds = (cpuTimeMs(server.pid) - before) / 1000;
    if (result.errors > 0) throw new Error(`${result.errors} of ${result.requests} requests failed`);
    if (file === requestFiles[0]) continue;
    rates.push(result.requests / cpuSeconds);
    latencies.push(result.p50Ms);
  }
  references.push(await opensslSignsPerSecond(promise.speed));
  console.error(
    `  ${algorithm}: p50 ${median(latencies).toFixed(1)} ms with ${CONNECTIONS} connections, peak ${
      peakMiB(server.pid).toFixed(0)
    } MiB`,
  );
  return [
    atLeast(
      `authority, ${algorithm} CA: certificates per CPU-second (openssl speed ${promise.speed})`,
      median(rates),
      median(references),
      {
        least: Number(promise.least.toFixed(4)),
        unit: "/s",
      },
    ),
  ];
}

/** A new authority with one authenticated enrolment for each request that will be sent. */
async function prepare(algorithm: KeyAlgorithm, directory: string): Promise<string[]> {
  const randomBytes = (length: number) => crypto.getRandomValues(new Uint8Array(length));
  const unlimited = { perMinute: 1_000_000, burst: 1_000_000 };
  const config = {
    ...DEFAULT_CONFIG,
    endpoints: {
      api: { port: 0 },
      portal: { port: 0 },
      certificateLogin: { port: 0 },
      publication: { port: 0 },
    },
    registration: {
      ...DEFAULT_CONFIG.registration,
      enrolmentMinutes: 120,
      throttle: { account: unlimited, address: unlimited, everybody: unlimited },
    },
  };
  await initAuthority({ directory, config, algorithm, now: () => new Date(), randomBytes });
  const store = openSqliteStore(authorityPaths(directory).database);
  const files: string[] = [];
  let lines: string[] = [], writes: Promise<void>[] = [];
  let number = 0;
  for await (const keyPair of keyPool(algorithm, ROUNDS * REQUESTS_PER_ROUND)) {
    const user = {
      loginId: `bench${String(number++).padStart(6, "0")}`,
      name: "計測 太郎",
      company: "計測株式会社",
    };
    const id = toHex(randomBytes(16)), token = toHex(randomBytes(32));
    const csrDer = await createCsr({ subjectDer: subjectOf(user, config.institution.name.ja), keyPair });
    lines.push(`${PATHS.csr(id)} ${token} ${toHex(sha256(keyPair.spkiDer))} ${csrDer.toBase64()}`);
    writes.push(store.write(async (transaction) => {
      const startedAt = new Date();
      await transaction.insertUser({
        ...user,
        role: "user",
        passwordHash: "-",
        steps: [],
        question: null,
        validityDays: null,
        isDisabled: false,
        createdAt: startedAt,
      });
      await transaction.insertEnrolment({
        id,
        tokenHash: toHex(sha256(utf8(token))),
        loginId: user.loginId,
        operation: "issue",
        renews: null,
        nonce: "",
        places: [],
        steps: ["password"],
        stepsDone: 1,
        correlationId: "-",
        startedAt,
        expiresAt: new Date(startedAt.getTime() + 3_600_000),
        serial: null,
      });
    }));
    if (writes.length === 500) {
      await Promise.all(writes);
      writes = [];
    }
    if (lines.length === REQUESTS_PER_ROUND) {
      const file = `${directory}/requests-${files.length}.txt`;
      await Deno.writeTextFile(file, `${lines.join("\n")}\n`);
      files.push(file);
      lines = [];
    }
  }
  await Promise.all(writes);
  await store.close();
  return files;
}

interface Server extends AsyncDisposable {
  pid: number;
  url: string;
}

async function serve(directory: string): Promise<Server> {
  const child = new Deno.Command("taskset", {
    args: [
      "-c",
      SERVER_CORE,
      Deno.execPath(),
      "run",
      "-P=authority",
      "src/authority/main.ts",
      "serve",
      "--json",
      "--directory",
      directory,
    ],
    stdin: "null",
    stdout: "piped",
    stderr: "null",
  }).spawn();
  const reader = child.stdout.pipeThrough(new TextDecoderStream()).pipeThrough(new TextLineStream())
    .getReader();
  const { value } = await reader.read();
  if (value === undefined) throw new Error("the authority ended before it was ready");
  return {
    pid: child.pid,
    url: JSON.parse(value).urls.api,
    async [Symbol.asyncDispose]() {
      child.kill("SIGTERM");
      await child.status;
      reader.releaseLock();
      await child.stdout.cancel().catch(() => {});
    },
  };
}

interface LoadResult {
  requests: number;
  errors: number;
  durationMs: number;
  p50Ms: number;
  p99Ms: number;
}

async function load(url: string, requestFile: string): Promise<LoadResult> {
  const script = new URL("requests.lua", import.meta.url).pathname;
  const { stdout } = await new Deno.Command("taskset", {
    args: ["-c", LOAD_CORE, "wrk", "-t1", `-c${CONNECTIONS}`, `-d${LOAD_SECONDS}s`, "-s", script, url],
    env: { HAKKO_BENCH_REQUESTS: requestFile },
    stderr: "inherit",
  }).output();
  const result = /^RESULT (.*)$/m.exec(new TextDecoder().decode(stdout))?.[1];
  if (result === undefined) throw new Error("wrk gave no result");
  return JSON.parse(result);
}

/** `openssl speed -mr` prints `+F2:…:bits:signs/s:verifies/s`. */
async function opensslSignsPerSecond(algorithm: string): Promise<number> {
  const { stdout } = await new Deno.Command("taskset", {
    args: ["-c", SERVER_CORE, "openssl", "speed", "-seconds", "1", "-mr", algorithm],
    stderr: "null",
  }).output();
  const rate = /^\+F\d:\d+:\d+:([\d.]+):/m.exec(new TextDecoder().decode(stdout))?.[1];
  if (rate === undefined) throw new Error("openssl speed gave no figure");
  return Number(rate);
}
