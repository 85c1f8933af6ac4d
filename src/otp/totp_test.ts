import { assertEquals } from "@std/assert";
import { exists } from "../../scripts/packages.ts";
import { encodeBase32 } from "./base32.ts";
import type { Bytes, OtpHash } from "./hmac.ts";
import { totp, totpStep } from "./totp.ts";

const OATHTOOL = "/usr/bin/oathtool";

function secretOf(length: number): Bytes {
  return new TextEncoder().encode("1234567890".repeat(7).slice(0, length));
}

Deno.test("totp() computes what RFC 6238 appendix B has", async () => {
  const table: [number, string, string, string][] = [
    [59, "94287082", "46119246", "90693936"],
    [1111111109, "07081804", "68084774", "25091201"],
    [1111111111, "14050471", "67062674", "99943326"],
    [1234567890, "89005924", "91819424", "93441116"],
    [2000000000, "69279037", "90698825", "38618901"],
    [20000000000, "65353130", "77737706", "47863826"],
  ];
  const hashes: [OtpHash, number][] = [["SHA-1", 20], ["SHA-256", 32], ["SHA-512", 64]];
  for (const [seconds, ...passwords] of table) {
    for (const [index, [hash, length]] of hashes.entries()) {
      assertEquals(
        await totp(secretOf(length), new Date(seconds * 1000), { digits: 8, periodSeconds: 30, hash }),
        passwords[index],
        `${hash} at ${seconds}`,
      );
    }
  }
});

Deno.test("totpStep() begins a step at its first millisecond", () => {
  assertEquals(totpStep(new Date(29_999), 30), 0);
  assertEquals(totpStep(new Date(30_000), 30), 1);
  assertEquals(totpStep(new Date(60_000), 60), 1);
});

Deno.test({
  name: "totp() agrees with oathtool",
  ignore: !exists(OATHTOOL),
  fn: async () => {
    for (const periodSeconds of [30, 60]) {
      for (const digits of [6, 7, 8]) {
        for (const seconds of [0, 59, 60, 1795478400, 4102444799]) {
          const at = new Date(seconds * 1000);
          assertEquals(
            await totp(secretOf(23), at, { digits, periodSeconds }),
            await oathtool(at, { digits, periodSeconds }),
          );
        }
      }
    }
  },
});

async function oathtool(at: Date, { digits, periodSeconds }: { digits: number; periodSeconds: number }) {
  const { stdout } = await new Deno.Command(OATHTOOL, {
    args: [
      ...["--totp", "--base32", `--digits=${digits}`, `--time-step-size=${periodSeconds}s`],
      ...[`--now=${at.toISOString().replace("T", " ").replace(".000Z", " UTC")}`, encodeBase32(secretOf(23))],
    ],
  }).output();
  return new TextDecoder().decode(stdout).trim();
}
