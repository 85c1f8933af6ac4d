import { assertEquals } from "@std/assert";
import { refusal, retryAfterSeconds } from "./problem.ts";

const now = new Date("2030-01-01T00:00:00Z");

function read(status: number, body: unknown, headers: Record<string, string> = {}) {
  const bytes = body instanceof Uint8Array
    ? body as Uint8Array<ArrayBuffer>
    : new TextEncoder().encode(typeof body === "string" ? body : JSON.stringify(body));
  return refusal({
    status,
    body: bytes,
    headers: new Headers({ "content-type": "application/problem+json", ...headers }),
  }, { now, correlationId: "c-1" });
}

function document(key: string, code: string, more: Record<string, unknown> = {}) {
  return { type: "about:blank", title: "t", status: 400, key, code, correlationId: "c-1", ...more };
}

Deno.test("refusal() takes key, values, time and words from the document", () => {
  const values = { until: "2030-01-01T00:30:00Z" };
  const error = read(
    403,
    document("registration/locked", "H102e", {
      values,
      detail: "Maintenance\nuntil\u0000 noon",
      retryAfterSeconds: 1800,
    }),
  );
  assertEquals(error.key, "registration/locked");
  assertEquals(error.values, values);
  assertEquals(error.retryAfterSeconds, 1800);
  assertEquals(error.detail, "Maintenance until noon");
  assertEquals(error.correlationId, "c-1");
});

Deno.test("refusal() knows a renamed key by its code", () => {
  assertEquals(read(403, document("registration/renamed", "H102e")).key, "registration/locked");
});

Deno.test("refusal() answers an unknown code with the authority's words", () => {
  const error = read(403, document("registration/new-rule", "H199e", { detail: "Only on weekdays" }));
  assertEquals(error.key, "authority/unavailable");
  assertEquals(error.detail, "Only on weekdays");
});

Deno.test("refusal() lets the authority speak of itself only", () => {
  assertEquals(read(500, document("keystore/locked", "H502e")).key, "authority/unavailable");
  assertEquals(read(500, document("internal/unexpected", "H901e")).key, "authority/unavailable");
  assertEquals(read(403, document("usage/invalid", "H601e")).key, "authority/unavailable");
});

Deno.test("refusal() goes by the status where there is no document", () => {
  const html = { "content-type": "text/html" };
  assertEquals(read(429, "slow down", html).key, "authority/busy");
  assertEquals(read(503, "<h1>", { ...html, "retry-after": "120" }).retryAfterSeconds, 120);
  assertEquals(read(500, "<h1>", html).key, "authority/unavailable");
  assertEquals(read(502, "<h1>", html).key, "authority/unavailable");
  assertEquals(read(403, "<h1>captive portal", html).key, "network/unreadable-answer");
  assertEquals(read(302, "", html).key, "network/unreadable-answer");
});

Deno.test("refusal() survives every damaged document", () => {
  const bodies = [
    "",
    "{",
    "null",
    "[]",
    '"x"',
    "{}",
    '{"code":5}',
    new Uint8Array([0xff, 0xfe]),
    "[".repeat(50_000),
  ];
  for (const body of bodies) assertEquals(read(503, body).key, "authority/busy");
});

Deno.test("retryAfterSeconds() reads seconds and dates", () => {
  const read = (value: string) => retryAfterSeconds(new Headers({ "retry-after": value }), now);
  assertEquals(read("7"), 7);
  assertEquals(read("Tue, 01 Jan 2030 00:01:00 GMT"), 60);
  assertEquals(read("Mon, 31 Dec 2029 00:00:00 GMT"), 0);
  assertEquals(read("soon"), undefined);
  assertEquals(retryAfterSeconds(new Headers(), now), undefined);
});
