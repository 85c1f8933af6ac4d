/**
 * A person's tokens, and what they know by heart, in software. As a program it is what `--otp-command` may name:
 * it reads its secrets from the file that its argument names.
 *
 * @module
 */
import { parseOcraSuite, totp, transactionNumber } from "../../src/otp/mod.ts";

const SUITE = parseOcraSuite("OCRA-1:HOTP-SHA256-8:QH64");
const TIME_SYNC_PERIOD_SECONDS = 60;

/** Secrets of the tokens, and the reply to the question. */
export interface TokenDevice {
  secret: Uint8Array<ArrayBuffer>;
  reply: string;
}

/** What the person types for a step, field by field. */
export async function readDevice(
  { secret, reply }: TokenDevice,
  { step, code, at = new Date() }: { step: string; code: string; at?: Date },
): Promise<string[]> {
  const periodSeconds = TIME_SYNC_PERIOD_SECONDS;
  const later = new Date(at.getTime() + periodSeconds * 1_000);
  switch (step) {
    case "transaction":
      return [await transactionNumber(secret, SUITE, code)];
    case "otp":
      return [await totp(secret, at, { digits: 6, periodSeconds: 30 })];
    case "otp-time-sync":
      return await Promise.all([at, later].map((time) => totp(secret, time, { digits: 6, periodSeconds })));
    case "question":
      return [reply];
    default:
      throw new Error(`no answer to ${step}`);
  }
}

/** Writes the device down for a program. @returns A command line for `--otp-command`. */
export async function writeDevice(path: string, { secret, reply }: TokenDevice): Promise<string> {
  await Deno.writeTextFile(path, JSON.stringify({ secret: secret.toBase64(), reply }));
  const words = [Deno.execPath(), "run", "--quiet", "-A", "--no-check", import.meta.filename!, path];
  return words.map((word) => `'${word}'`).join(" ");
}

if (import.meta.main) {
  const { secret, reply } = JSON.parse(await Deno.readTextFile(Deno.args[0]!));
  const code = (await new Response(Deno.stdin.readable).text()).trimEnd();
  const device = { secret: Uint8Array.fromBase64(secret), reply };
  const lines = await readDevice(device, { step: Deno.env.get("HAKKO_STEP") ?? "", code });
  console.log(lines.join("\n"));
}
