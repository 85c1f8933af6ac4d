import { assertEquals, assertRejects, assertThrows } from "@std/assert";
import type { Bytes } from "./hmac.ts";
import { ocra, type OcraInput, parseOcraSuite } from "./ocra.ts";

/** The keys of RFC 6287 appendix C, by their length in bytes. */
function keyOf(length: 20 | 32 | 64): Bytes {
  return new TextEncoder().encode("1234567890".repeat(7).slice(0, length));
}

const PIN_HASH = new Uint8Array(
  await crypto.subtle.digest("SHA-1", new TextEncoder().encode("1234")),
);
/** 0x132d0b6 minutes, as the appendix has it: 25 March 2008, 12:06:30 UTC. */
const AT = new Date(0x132d0b6 * 60_000 + 30_000);

async function answers(suite: string, length: 20 | 32 | 64, inputs: readonly OcraInput[]): Promise<string[]> {
  const parsed = parseOcraSuite(suite);
  return await Promise.all(inputs.map((input) => ocra(keyOf(length), parsed, input)));
}

/** 00000000, 11111111 … */
function repdigits(count: number): string[] {
  return Array.from({ length: count }, (_, digit) => String(digit).repeat(8));
}

Deno.test("ocra() answers one-way challenges as RFC 6287 appendix C.1: HOTP-SHA1-6:QN08", async () => {
  assertEquals(
    await answers("OCRA-1:HOTP-SHA1-6:QN08", 20, repdigits(10).map((question) => ({ question }))),
    [
      ...["237653", "243178", "653583", "740991", "608993"],
      ...["388898", "816933", "224598", "750600", "294470"],
    ],
  );
});

Deno.test("ocra() answers one-way challenges as RFC 6287 appendix C.1: HOTP-SHA256-8:C-QN08-PSHA1", async () => {
  const inputs = Array.from({ length: 10 }, (_, counter) => ({
    question: "12345678",
    counter,
    pinHash: PIN_HASH,
  }));
  assertEquals(await answers("OCRA-1:HOTP-SHA256-8:C-QN08-PSHA1", 32, inputs), [
    ...["65347737", "86775851", "78192410", "71565254", "10104329"],
    ...["65983500", "70069104", "91771096", "75011558", "08522129"],
  ]);
});

Deno.test("ocra() answers one-way challenges as RFC 6287 appendix C.1: HOTP-SHA256-8:QN08-PSHA1", async () => {
  const inputs = repdigits(5).map((question) => ({ question, pinHash: PIN_HASH }));
  assertEquals(
    await answers("OCRA-1:HOTP-SHA256-8:QN08-PSHA1", 32, inputs),
    ["83238735", "01501458", "17957585", "86776967", "86807031"],
  );
});

Deno.test("ocra() answers one-way challenges as RFC 6287 appendix C.1: HOTP-SHA512-8:C-QN08", async () => {
  const inputs = repdigits(10).map((question, counter) => ({ question, counter }));
  assertEquals(await answers("OCRA-1:HOTP-SHA512-8:C-QN08", 64, inputs), [
    ...["07016083", "63947962", "70123924", "25341727", "33203315"],
    ...["34205738", "44343969", "51946085", "20403879", "31409299"],
  ]);
});

Deno.test("ocra() answers one-way challenges as RFC 6287 appendix C.1: HOTP-SHA512-8:QN08-T1M", async () => {
  const inputs = repdigits(5).map((question) => ({ question, at: AT }));
  assertEquals(
    await answers("OCRA-1:HOTP-SHA512-8:QN08-T1M", 64, inputs),
    ["95209754", "55907591", "22048402", "24218844", "36209546"],
  );
});

/** CLI2222nSRV1111n, or the other way round. */
function mutual(first: "CLI2222" | "SRV1111", second: "CLI2222" | "SRV1111", rest: Partial<OcraInput> = {}) {
  return Array.from({ length: 5 }, (_, n) => ({ question: `${first}${n}${second}${n}`, ...rest }));
}

Deno.test("ocra() answers mutual challenges as RFC 6287 appendix C.2: HOTP-SHA256-8:QA08", async () => {
  const suite = "OCRA-1:HOTP-SHA256-8:QA08";
  assertEquals(
    await answers(suite, 32, mutual("CLI2222", "SRV1111")),
    ["28247970", "01984843", "65387857", "03351211", "83412541"],
  );
  assertEquals(
    await answers(suite, 32, mutual("SRV1111", "CLI2222")),
    ["15510767", "90175646", "33777207", "95285278", "28934924"],
  );
});

Deno.test("ocra() answers mutual challenges as RFC 6287 appendix C.2: HOTP-SHA512-8:QA08, with a PIN", async () => {
  assertEquals(
    await answers("OCRA-1:HOTP-SHA512-8:QA08", 64, mutual("CLI2222", "SRV1111")),
    ["79496648", "76831980", "12250499", "90856481", "12761449"],
  );
  assertEquals(
    await answers(
      "OCRA-1:HOTP-SHA512-8:QA08-PSHA1",
      64,
      mutual("SRV1111", "CLI2222", { pinHash: PIN_HASH }),
    ),
    ["18806276", "70020315", "01600026", "18951020", "32528969"],
  );
});

Deno.test("ocra() signs as RFC 6287 appendix C.3", async () => {
  const plain = Array.from({ length: 5 }, (_, n) => ({ question: `SIG1${n}000` }));
  assertEquals(
    await answers("OCRA-1:HOTP-SHA256-8:QA08", 32, plain),
    ["53095496", "04110475", "31331128", "76028668", "46554205"],
  );
  const timed = Array.from({ length: 5 }, (_, n) => ({ question: `SIG1${n}00000`, at: AT }));
  assertEquals(
    await answers("OCRA-1:HOTP-SHA512-8:QA10-T1M", 64, timed),
    ["77537423", "31970405", "10235557", "95213541", "65360607"],
  );
});

Deno.test("parseOcraSuite() reads every part", () => {
  assertEquals(parseOcraSuite("OCRA-1:HOTP-SHA512-8:C-QH64-PSHA256-S064-T2H"), {
    text: "OCRA-1:HOTP-SHA512-8:C-QH64-PSHA256-S064-T2H",
    hash: "SHA-512",
    digits: 8,
    question: { format: "H", length: 64 },
    counter: true,
    pin: "SHA-256",
    session: 64,
    time: 7200,
  });
});

Deno.test("parseOcraSuite() refuses what RFC 6287 §6 does not have", () => {
  for (
    const suite of [
      "",
      "OCRA-2:HOTP-SHA1-6:QN08",
      "OCRA-1:HOTP-MD5-6:QN08",
      "OCRA-1:HOTP-SHA1-0:QN08",
      "OCRA-1:HOTP-SHA1-3:QN08",
      "OCRA-1:HOTP-SHA1-11:QN08",
      "OCRA-1:HOTP-SHA1-6:QX08",
      "OCRA-1:HOTP-SHA1-6:QN03",
      "OCRA-1:HOTP-SHA1-6:QN65",
      "OCRA-1:HOTP-SHA1-6:QN8",
      "OCRA-1:HOTP-SHA1-6:C",
      "OCRA-1:HOTP-SHA1-6:QN08-T60S",
      "OCRA-1:HOTP-SHA1-6:QN08-T0M",
      "OCRA-1:HOTP-SHA1-6:QN08-T49H",
      "OCRA-1:HOTP-SHA1-6:QN08-T1M-PSHA1",
      "OCRA-1:HOTP-SHA1-6:QN08\n",
    ]
  ) {
    assertThrows(() => parseOcraSuite(suite), RangeError, "", suite);
  }
});

Deno.test("ocra() refuses a question of another shape than the suite's", async () => {
  const wrong = { N: ["", "12a", "１２", "12345678901234567"], A: ["", "é", "a b"], H: ["", "xy", "0x1"] };
  for (const [format, questions] of Object.entries(wrong)) {
    const suite = parseOcraSuite(`OCRA-1:HOTP-SHA1-6:Q${format}08`);
    for (const question of questions) {
      await assertRejects(() => ocra(keyOf(20), suite, { question }), RangeError, "", question);
    }
  }
});

Deno.test("ocra() wants exactly the parts that the suite names", async () => {
  const bare = parseOcraSuite("OCRA-1:HOTP-SHA1-6:QN08");
  const full = parseOcraSuite("OCRA-1:HOTP-SHA1-6:C-QN08-PSHA1-S004-T1M");
  const input = { question: "1", counter: 1, pinHash: PIN_HASH, session: Uint8Array.of(7), at: AT };
  assertEquals((await ocra(keyOf(20), full, input)).length, 6);
  for (const name of ["counter", "pinHash", "session", "at"] as const) {
    const { [name]: value, ...others } = input;
    await assertRejects(() => ocra(keyOf(20), full, others), RangeError);
    await assertRejects(() => ocra(keyOf(20), bare, { question: "1", [name]: value }), RangeError);
  }
  await assertRejects(() => ocra(keyOf(20), full, { ...input, pinHash: new Uint8Array(32) }), RangeError);
  await assertRejects(() => ocra(keyOf(20), full, { ...input, session: new Uint8Array(5) }), RangeError);
});
