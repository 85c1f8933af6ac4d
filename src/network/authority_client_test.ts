import { assert, assertEquals, assertRejects } from "@std/assert";
import * as v from "valibot";
import { AppError, type ErrorKey } from "../errors.ts";
import { StartEnrolment } from "../protocol/messages.ts";
import { AuthorityClient } from "./authority_client.ts";
import type { HttpAnswer, HttpRequest } from "./http.ts";

const call = { correlationId: "c-1" };
const access = { enrolmentId: "e".repeat(22), token: "t".repeat(43) };
const started = {
  ...access,
  step: { kind: "password" },
  expiresAt: "2030-01-01T00:10:00Z",
  time: "2030-01-01T00:00:00Z",
};

/** A client whose exchanges are answered from a list: what is under test here is what is sent and believed. */
function client(...answers: (Partial<HttpAnswer> | { json: unknown } | AppError)[]) {
  const requests: HttpRequest[] = [];
  const authority = new AuthorityClient({
    url: "https://ra.test:8443",
    institution: "2224",
    client: { version: "0.1.0", platform: "linux" },
    now: () => new Date("2030-01-01T00:00:00Z"),
    randomBytes: (length) => new Uint8Array(length),
    wait: () => Promise.resolve(),
    send: (request) => {
      requests.push(request);
      const answer = answers.shift() ?? new AppError("authority/busy", {});
      if (answer instanceof AppError) return Promise.reject(answer);
      const body = new TextEncoder().encode("json" in answer ? JSON.stringify(answer.json) : "");
      return Promise.resolve({ status: 200, headers: new Headers(), body, ...answer });
    },
  });
  return { authority, requests };
}

async function failsWith(key: ErrorKey, work: () => Promise<unknown>): Promise<AppError> {
  const error = await assertRejects(work, AppError);
  assertEquals(error.key, key);
  assertEquals(error.correlationId, "c-1");
  return error;
}

Deno.test("start() names institution, client and person, and carries the correlation ID", async () => {
  const { authority, requests } = client({ json: started });
  assertEquals(await authority.start({ operation: "issue", loginId: "hanako" }, call), started);
  assertEquals(requests[0]?.url, "https://ra.test:8443/api/v1/enrolments");
  assertEquals(requests[0]?.headers["x-correlation-id"], "c-1");
  assertEquals(JSON.parse(requests[0]?.body ?? ""), {
    institution: "2224",
    operation: "issue",
    loginId: "hanako",
    client: { version: "0.1.0", platform: "linux" },
  });
});

Deno.test("start() of a renewal names the certificate, and the installation where it has an ID", async () => {
  const { authority, requests } = client({ json: started });
  const device = "d".repeat(22);
  await authority.start({ operation: "renew", loginId: "hanako", serial: "01ab", device }, call);
  const message = JSON.parse(requests[0]?.body ?? "");
  assertEquals(message, {
    institution: "2224",
    operation: "renew",
    loginId: "hanako",
    serial: "01ab",
    client: { version: "0.1.0", platform: "linux", device },
  });
  assert(v.is(StartEnrolment, message));
});

Deno.test("submitCsr() sends a renewal's message as what it is", async () => {
  const issued = { certificate: "AAAA", chain: ["AAAA"], serial: "01", state: "unconfirmed" };
  const { authority, requests } = client({ json: issued }, { json: issued });
  const idempotencyKey = "a".repeat(64);
  await authority.submitCsr(access, { signedCsrDer: Uint8Array.of(1, 2, 3), idempotencyKey }, call);
  await authority.submitCsr(access, { csrDer: Uint8Array.of(1, 2, 3), idempotencyKey }, call);
  assertEquals(requests.map(({ body }) => JSON.parse(body ?? "")), [{ signedCsr: "AQID" }, { csr: "AQID" }]);
});

Deno.test("the token travels in a header, never in the address", async () => {
  const { authority, requests } = client({ json: { step: { kind: "password" } } });
  await authority.answer(access, { kind: "password", answer: { password: "x" } }, call);
  assertEquals(requests[0]?.headers.authorization, `Bearer ${access.token}`);
  assert(!requests[0]?.url.includes(access.token));
});

Deno.test("start() and answer() are sent once: a password must not count twice", async () => {
  for (const key of ["authority/busy", "network/unreadable-answer"] as const) {
    const { authority, requests } = client(new AppError(key, {}), { json: { half: true } });
    await failsWith(key, () => authority.start({ operation: "issue", loginId: "hanako" }, call));
    await failsWith(
      "network/unreadable-answer",
      () => authority.answer(access, { kind: "password", answer: { password: "x" } }, call),
    );
    assertEquals(requests.length, 2);
  }
});

Deno.test("submitCsr() comes through lost answers with the same request", async () => {
  const issued = { certificate: "AAAA", chain: ["AAAA"], serial: "01", state: "unconfirmed" };
  const { authority, requests } = client(new AppError("authority/busy", {}), { json: { half: true } }, {
    json: issued,
  });
  const request = { csrDer: Uint8Array.of(1, 2, 3), idempotencyKey: "a".repeat(64) };
  assertEquals(await authority.submitCsr(access, request, call), issued as never);
  assertEquals(requests.length, 3);
  assertEquals(requests[0]?.headers["idempotency-key"], "a".repeat(64));
  assertEquals(requests[0], requests[2]);
});

Deno.test("submitCsr() never goes out without its key, whatever fails, and confirm() repeats its own bytes", async () => {
  const passing = ["authority/busy", "network/unreadable-answer"] as const;
  const failures = [
    ...passing.map((key) => new AppError(key, {})),
    new AppError("network/proxy-unreachable", { proxy: "proxy.test:3128" }),
  ];
  const idempotencyKey = "a".repeat(64);
  for (const failure of failures) {
    const { authority, requests } = client(failure, failure, failure);
    const submit = { csrDer: Uint8Array.of(1, 2, 3), idempotencyKey };
    await failsWith(failure.key, () => authority.submitCsr(access, submit, call));
    assertEquals(requests.map(({ headers }) => headers["idempotency-key"]), Array(3).fill(idempotencyKey));
    assertEquals(new Set(requests.map(({ body }) => body)).size, 1);
    const again = client(failure, failure, failure);
    await failsWith(failure.key, () => again.authority.confirm(access, Uint8Array.of(4), call));
    assertEquals(again.requests[0], again.requests[2]);
  }
});

Deno.test("what a proxy refuses is not tried again", async () => {
  const proxy = "proxy.test:3128";
  const refusals = [
    new AppError("network/proxy-credentials-needed", { proxy }),
    new AppError("network/proxy-scheme", { proxy, schemes: "NTLM", host: "ra.test" }),
    new AppError("network/proxy-refused", { proxy, host: "ra.test", status: "403" }),
    new AppError("network/proxy-untrusted", { proxy }),
    new AppError("network/inspected", { issuer: "Inspector", host: "ra.test" }),
  ];
  for (const refusal of refusals) {
    const { authority, requests } = client(refusal);
    await failsWith(refusal.key, () => authority.status(call));
    assertEquals(requests.length, 1);
  }
});

Deno.test("a caller learns when to try again, from every call", async () => {
  const busy = { status: 503, headers: new Headers({ "retry-after": "90" }) };
  const calls: Record<string, (authority: AuthorityClient) => Promise<unknown>> = {
    start: (authority) => authority.start({ operation: "issue", loginId: "hanako" }, call),
    answer: (authority) => authority.answer(access, { kind: "password", answer: { password: "x" } }, call),
    submitCsr: (authority) =>
      authority.submitCsr(access, { csrDer: Uint8Array.of(1), idempotencyKey: "a".repeat(64) }, call),
    confirm: (authority) => authority.confirm(access, Uint8Array.of(1), call),
    abandon: (authority) => authority.abandon(access, call),
    status: (authority) => authority.status(call),
  };
  for (const [name, work] of Object.entries(calls)) {
    const { authority, requests } = client(busy);
    const error = await failsWith("authority/busy", () => work(authority));
    assertEquals([error.code, error.retryAfterSeconds, requests.length], ["G008e", 90, 1], name);
  }
});

Deno.test("407 is no answer of the authority's", async () => {
  const { authority, requests } = client({
    status: 407,
    headers: new Headers({ "proxy-authenticate": "Basic" }),
  });
  const work = () => authority.answer(access, { kind: "password", answer: { password: "x" } }, call);
  await failsWith("network/unreadable-answer", work);
  assertEquals(requests.length, 1);
});

Deno.test("an answer of another shape is unreadable, and its content stays out of the error", async () => {
  const odd = [{}, null, [], { ...started, token: "secret!" }, { ...started, step: {} }, {
    ...started,
    expiresAt: "soon",
  }, { ...started, time: undefined }];
  for (const json of odd) {
    const { authority } = client({ json });
    const error = await failsWith(
      "network/unreadable-answer",
      () => authority.start({ operation: "issue", loginId: "hanako" }, call),
    );
    assert(!String(error.cause).includes("secret!"));
  }
  const { authority } = client({ body: new Uint8Array([0xff, 0xff]) });
  await failsWith(
    "network/unreadable-answer",
    () => authority.start({ operation: "issue", loginId: "x" }, call),
  );
});

Deno.test("a refusal is the authority's own error", async () => {
  const problem = {
    type: "about:blank",
    title: "Cannot authenticate",
    status: 401,
    code: "H101e",
    key: "registration/wrong-credentials",
    correlationId: "c-1",
  };
  const { authority } = client({
    status: 401,
    headers: new Headers({ "content-type": "application/problem+json" }),
    json: problem,
  });
  await failsWith(
    "registration/wrong-credentials",
    () => authority.answer(access, { kind: "password", answer: { password: "x" } }, call),
  );
});

Deno.test("abandon() is content with no content", async () => {
  const { authority, requests } = client({ status: 204 });
  await authority.abandon(access, call);
  assertEquals(requests[0]?.method, "DELETE");
});
