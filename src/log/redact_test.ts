import { assert, assertEquals, assertNotMatch } from "@std/assert";
import { isSecretName, redactFields, redactText, toLogLine } from "./redact.ts";

Deno.test("isSecretName() recognises secrets however they are spelt", () => {
  const secrets = [
    ...["password", "loginPassword", "LOGIN_PASSWORD", "x-app-token", "accessToken", "clientSecret"],
    ...[
      "otp",
      "oneTimeOtp",
      "key",
      "privateKey",
      "launch-key",
      "keyPem",
      "pin",
      "Authorization",
      "Set-Cookie",
    ],
    ...["pkcs8", "pkcs8Der", "pkcs12Der", "passphrase"],
  ];
  for (const name of secrets) assert(isSecretName(name), name);
  const harmless = [
    "keystore",
    "keyAlgorithm",
    "event",
    "code",
    "loginId",
    "monkey",
    "pinned",
    "opinion",
    "serial",
  ];
  for (const name of harmless) assertEquals(isSecretName(name), false, name);
});

Deno.test("redactFields() removes values by name but keeps whether there was one", () => {
  assertEquals(
    redactFields({ password: "hunter2", pin: 1234, passwordStdin: true, token: null, otp: undefined, a: 1 }),
    { password: "[redacted]", pin: "[redacted]", passwordStdin: true, token: null, a: 1 },
  );
});

Deno.test("redactText() removes secrets that stand inside other text", () => {
  const canary = "c4n4ry";
  const texts = [
    `-----BEGIN PRIVATE KEY-----\n${canary}\n-----END PRIVATE KEY-----`,
    `x -----BEGIN EC PRIVATE KEY-----\n${canary} (cut off`,
    `authorization: Bearer ${canary}`,
    `Basic ${canary}==`,
    `http://user:${canary}@proxy:3128/`,
    `http://127.0.0.1:4711/#k=${canary}`,
    `{"password":"${canary}"}`,
    `password=${canary}&x=1`,
    `Cookie: ${canary}`,
  ];
  for (const text of texts) assertNotMatch(redactText(text), /c4n4ry/, text);
});

Deno.test("redactText() leaves ordinary text alone and cuts what is far too long", () => {
  const text = "証明書を取得しました (https://127.0.0.1:22241/api/v1/enrolments)";
  assertEquals(redactText(text), text);
  assertEquals(redactText("あ".repeat(100_000)).length, 4_097);
});

Deno.test("toLogLine() is one line of JSON, whatever controls are in it", () => {
  const value = "a\r\nb\u2028c\u0085d\u007fe\u202ef\u0000g\u001b[2J";
  const line = toLogLine({ value });
  assertEquals(JSON.parse(line).value, value);
  assertNotMatch(line.slice(0, -1), /[^\x20-\x7e]/);
  assert(line.endsWith("}\n"));
});
