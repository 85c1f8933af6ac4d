import { assertEquals } from "@std/assert";
import { stepsFor } from "./policy.ts";

const POLICY = {
  issue: { user: ["password", "otp"], administrator: ["password", "transaction"] },
  renew: { user: ["password"], administrator: ["password", "question", "otp"] },
  newDevice: ["otp"],
  newNetwork: ["question"],
};
const CALM = { isNewDevice: false, isNewNetwork: false };

Deno.test("stepsFor() goes by operation and role", () => {
  const user = { role: "user", steps: [] } as const;
  const administrator = { role: "administrator", steps: [] } as const;
  assertEquals(stepsFor(POLICY, user, { ...CALM, operation: "issue" }), ["password", "otp"]);
  assertEquals(stepsFor(POLICY, user, { ...CALM, operation: "renew" }), ["password"]);
  assertEquals(stepsFor(POLICY, administrator, { ...CALM, operation: "issue" }), ["password", "transaction"]);
  const renewal = stepsFor(POLICY, administrator, { ...CALM, operation: "renew" });
  assertEquals(renewal, ["password", "question", "otp"]);
});

Deno.test("stepsFor() lets a user's own list stand in for the policy's, the password first", () => {
  const user = { role: "user", steps: ["transaction"] } as const;
  assertEquals(stepsFor(POLICY, user, { ...CALM, operation: "issue" }), ["password", "transaction"]);
});

Deno.test("stepsFor() adds what a new PC or a new network asks for, each step once", () => {
  const user = { role: "user", steps: [] } as const;
  const strange = { isNewDevice: true, isNewNetwork: true };
  assertEquals(stepsFor(POLICY, user, { ...strange, operation: "renew" }), ["password", "otp", "question"]);
  assertEquals(stepsFor(POLICY, user, { ...strange, operation: "issue" }), ["password", "otp", "question"]);
  const own = { role: "user", steps: ["password", "question"] } as const;
  assertEquals(stepsFor(POLICY, own, { ...strange, operation: "renew" }), ["password", "question", "otp"]);
});

Deno.test("stepsFor() asks for a login ID that does not exist what it asks an ordinary user", () => {
  const nobody = stepsFor(POLICY, undefined, { ...CALM, operation: "issue" });
  assertEquals(nobody, stepsFor(POLICY, { role: "user", steps: [] }, { ...CALM, operation: "issue" }));
});
