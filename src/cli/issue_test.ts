import { assertEquals, assertRejects } from "@std/assert";
import type { App } from "../app.ts";
import { AppError } from "../errors.ts";
import type { Issuance, PendingSummary } from "../issuance/mod.ts";
import { heldCertificate } from "../reminder/testing.ts";
import { issue } from "./issue.ts";
import { Output } from "./output.ts";

/** Which error ends it, where a certificate is here and this is left of an earlier run. Nobody gives a password. */
async function issueBeside(operation?: PendingSummary["operation"]): Promise<string> {
  const held = heldCertificate();
  const { loginId } = held;
  const pending = operation === undefined ? [] : [{ operation, loginId } as PendingSummary];
  const issuance = {
    resume: () => Promise.resolve([]),
    list: () => Promise.resolve([held]),
    pending: () => Promise.resolve(pending),
  } as Partial<Issuance>;
  const app = {
    config: { loginId, again: false },
    issuance: () => Promise.resolve(issuance),
  } as unknown as App;
  const output = new Output({ json: true, language: "en", newCorrelationId: () => "c0ffee" });
  return (await assertRejects(() => issue(app, output), AppError)).key;
}

Deno.test("--issue beside a certificate goes on with an issuance that was left, and with nothing else", async () => {
  assertEquals(await issueBeside(), "issuance/already-held");
  assertEquals(await issueBeside("renew"), "issuance/already-held");
  assertEquals(await issueBeside("issue"), "usage/terminal-required");
});
