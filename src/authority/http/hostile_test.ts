/** Bad input of every shape: refused with a code of the catalogue, and nothing else happens. */
import { assert, assertEquals, assertMatch } from "@std/assert";
import { connect as connectTcp } from "node:net";
import { connect as connectTls } from "node:tls";
import fc from "fast-check";
import { createCsr } from "../../pki/csr.ts";
import { generateKeyPair } from "../../pki/keys.ts";
import { HEADERS, MAX_BODY_BYTES, MEDIA_TYPES, PATHS } from "../../protocol/paths.ts";
import { type Answer, bearer, idempotencyKeyOf, proofOf, TestClient } from "../test_client.ts";
import { addTestUser, startTestAuthority, type TestAuthority } from "../testing.ts";

const RUNS = Number(Deno.env.get("HAKKO_FUZZ_RUNS") ?? 150);
const LOGIN_ID = "hanako";

async function startWithUser(headSeconds = 10): Promise<{ test: TestAuthority; client: TestClient }> {
  const unlimited = { perMinute: 1_000_000, burst: 1_000_000 };
  const test = await startTestAuthority({
    config: (config) => ({
      ...config,
      http: { ...config.http, headSeconds, bodySeconds: headSeconds },
      registration: {
        ...config.registration,
        throttle: { account: unlimited, address: unlimited, everybody: unlimited },
      },
    }),
  });
  await addTestUser(test.authority.store, { loginId: LOGIN_ID });
  return { test, client: new TestClient(test) };
}

/** Refused by the catalogue, and not with a failure of ours. */
function assertRefused(answer: Answer, what: unknown): void {
  assert(answer.status >= 400 && answer.status < 500, `${answer.status} for ${JSON.stringify(what)}`);
  assertEquals(answer.headers.get("content-type"), MEDIA_TYPES.problem);
  assertMatch(answer.body.code, /^[GH]\d{3}e$/);
}

/** Bytes with some of them changed, left out, doubled or added. */
function damaged(original: Uint8Array): fc.Arbitrary<Uint8Array<ArrayBuffer>> {
  const edit = fc.record({
    at: fc.nat(original.length - 1),
    kind: fc.constantFrom("flip", "cut", "drop", "double", "insert", "length"),
    value: fc.integer({ min: 1, max: 255 }),
  });
  return fc.array(edit, { minLength: 1, maxLength: 4 }).map((edits) => {
    let bytes = [...original];
    for (const { at, kind, value } of edits) {
      const i = Math.min(at, Math.max(0, bytes.length - 1));
      if (kind === "flip") bytes[i] = (bytes[i] ?? 0) ^ value;
      else if (kind === "cut") bytes = bytes.slice(0, i);
      else if (kind === "drop") bytes.splice(i, value % 16 + 1);
      else if (kind === "double") bytes.splice(i, 0, ...bytes.slice(i, i + value));
      else if (kind === "insert") bytes.splice(i, 0, value);
      else bytes.splice(i, 1, 0x84, value, value, value, value);
    }
    return new Uint8Array(bytes);
  }).filter((bytes) => !(bytes.length === original.length && bytes.every((byte, i) => byte === original[i])));
}

Deno.test("hostile input: damaged CSRs are refused", async () => {
  const { test, client } = await startWithUser();
  await using _ = test;
  const { enrolment, subjectDer } = await client.authenticate(LOGIN_ID);
  for (const algorithm of ["p256", "rsa-2048"] as const) {
    const keyPair = await generateKeyPair(algorithm);
    const csrDer = await createCsr({ subjectDer, keyPair });
    const key = idempotencyKeyOf(keyPair);
    await fc.assert(
      fc.asyncProperty(damaged(csrDer), async (der) => {
        assertRefused(await client.submit(enrolment, der, key), der.toHex());
      }),
      { numRuns: RUNS },
    );
  }
  assertEquals(await test.authority.store.listCertificates(LOGIN_ID), []);
});

Deno.test("hostile input: damaged confirmations are refused", async () => {
  const { test, client } = await startWithUser();
  await using _ = test;
  const issued = await client.issue(LOGIN_ID, { isConfirmed: false });
  const proofDer = await proofOf(issued);
  const { store } = test.authority;
  await fc.assert(
    fc.asyncProperty(damaged(proofDer), async (der) => {
      const answer = await client.confirm(issued.enrolment, der);
      // What is neither signed nor looked at (the certificate that travels along) may be damaged.
      if (answer.status === 200) {
        assertEquals((await store.findCertificate(issued.issued.serial))?.state, "confirmed");
      } else assertRefused(answer, der.toHex());
    }),
    { numRuns: RUNS },
  );
  assertEquals((await client.confirm(issued.enrolment, proofDer)).status, 200);
});

const ROUTES = [
  PATHS.enrolments,
  PATHS.answers("A".repeat(22)),
  PATHS.csr("A".repeat(22)),
  PATHS.confirmation("A".repeat(22)),
];

Deno.test("hostile input: bodies that are not what the schemas say are refused", async () => {
  const { test, client } = await startWithUser();
  await using _ = test;
  const { body: enrolment } = await client.start(LOGIN_ID);
  const text = fc.oneof(
    fc.json(),
    fc.string({ unit: "binary" }),
    fc.jsonValue().map((value) =>
      JSON.stringify({ institution: "2224", loginId: value, csr: value, proof: value })
    ),
  );
  await fc.assert(
    fc.asyncProperty(fc.constantFrom(...ROUTES), text, async (path, body) => {
      const headers = { ...bearer(enrolment), "content-type": MEDIA_TYPES.json };
      assertRefused(await client.request("POST", path, { body, headers }), body);
    }),
    { numRuns: RUNS },
  );
});

Deno.test("hostile input: any bytes under any content type are refused", async () => {
  const { test, client } = await startWithUser();
  await using _ = test;
  const type = fc.constantFrom(
    MEDIA_TYPES.json,
    "text/plain",
    "application/json; charset=shift_jis",
    "multipart/form-data",
  );
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom(...ROUTES),
      fc.uint8Array({ maxLength: 2_000 }),
      type,
      async (path, bytes, type) => {
        const answer = await client.request("POST", path, {
          body: new Uint8Array(bytes),
          headers: { "content-type": type },
        });
        assertRefused(answer, bytes);
      },
    ),
    { numRuns: RUNS },
  );
});

const BODIES: readonly [what: string, body: string, code: string][] = [
  ["nothing", "", "H110e"],
  ["a name twice", '{"csr":"AAAA","csr":"AAAA"}', "H110e"],
  ["deep nesting", `${"[".repeat(30_000)}${"]".repeat(30_000)}`, "H110e"],
  ["__proto__", '{"__proto__":{"csr":"AAAA"}}', "H110e"],
  ["a lone surrogate", '{"csr":"\\ud800"}', "H110e"],
  ["base64 that is not canonical", '{"csr":"AAB="}', "H110e"],
  ["a field too many", '{"csr":"AAAA","x":1}', "H110e"],
  ["a number", "1e999", "H110e"],
  ["too much", JSON.stringify({ csr: "A".repeat(MAX_BODY_BYTES) }), "H111e"],
];

for (const [what, body, code] of BODIES) {
  Deno.test(`hostile input: ${what} instead of a CSR is ${code}`, async () => {
    const { test, client } = await startWithUser();
    await using _ = test;
    const { enrolment } = await client.authenticate(LOGIN_ID);
    const headers = {
      ...bearer(enrolment),
      "content-type": MEDIA_TYPES.json,
      [HEADERS.idempotencyKey]: "0".repeat(64),
    };
    const answer = await client.request("POST", PATHS.csr(enrolment.enrolmentId), { body, headers });
    assertRefused(answer, what);
    assertEquals(answer.body.code, code);
    assertEquals((await client.request("GET", "/healthz")).status, 200);
  });
}

Deno.test("hostile input: what a person typed wrongly is told as such, with the field", async () => {
  const { test, client } = await startWithUser();
  await using _ = test;
  for (const loginId of ["", "x".repeat(65), "全角", "a b", "\u0000"]) {
    const answer = await client.start(loginId);
    assertEquals([answer.status, answer.body.code, answer.body.field], [400, "G006e", "loginId"]);
  }
  const { body: enrolment } = await client.start(LOGIN_ID);
  for (const password of ["", "x".repeat(129), "x".repeat(300)]) {
    const answer = await client.answer(enrolment, password);
    assertEquals([answer.status, answer.body.code, answer.body.field], [400, "G006e", "password"]);
  }
  assertEquals((await client.answer(enrolment, "password")).status, 200, "none of these was an attempt");
});

Deno.test("hostile input: tokens, keys and IDs that cannot be are refused", async () => {
  const { test, client } = await startWithUser();
  await using _ = test;
  const { enrolment, subjectDer } = await client.authenticate(LOGIN_ID);
  const csrDer = await createCsr({ subjectDer, keyPair: await generateKeyPair("p256") });
  for (const key of ["", "x", "A".repeat(64), "0".repeat(63), "0".repeat(65)]) {
    assertRefused(await client.submit(enrolment, csrDer, key), key);
  }
  for (const token of ["", "x", "ü", `${enrolment.token}x`, "a".repeat(5_000)]) {
    const headers = { authorization: `Bearer ${encodeURI(token)}` };
    assertRefused(await client.request("DELETE", PATHS.enrolment(enrolment.enrolmentId), { headers }), token);
  }
  for (const id of ["..%2f..%2fetc%2fpasswd", "%00", "'%20OR%201=1", "a".repeat(3_000), "%ff"]) {
    assertRefused(await client.request("DELETE", PATHS.enrolment(id), { headers: bearer(enrolment) }), id);
  }
});

/** Sends raw bytes over TLS, or over TCP; gives what came back until the other side closed. */
function exchange(test: TestAuthority, bytes: string, { isTls = true } = {}): Promise<string> {
  const port = Number(new URL(test.authority.urls.api).port);
  const host = "127.0.0.1";
  const socket = isTls ? connectTls({ host, port, ca: test.authority.rootPem }) : connectTcp({ host, port });
  return new Promise((resolve) => {
    let received = "";
    socket.setEncoding("latin1");
    socket.on("data", (chunk: string) => received += chunk);
    socket.on("error", () => {});
    socket.on("close", () => resolve(received));
    socket.on(isTls ? "secureConnect" : "connect", () => {
      if (bytes !== "") socket.write(bytes);
    });
  });
}

const RAW: readonly [what: string, bytes: string][] = [
  ["no HTTP", "\x16\x03\x01garbage\r\n\r\n"],
  ["two lengths", "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\nContent-Length: 4\r\n\r\nabc"],
  [
    "length and chunks",
    "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
  ],
  [
    "a broken chunk",
    "POST /api/v1/enrolments HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n" +
    "Transfer-Encoding: chunked\r\nConnection: close\r\n\r\nzz\r\n",
  ],
  ["a head of 100 KB", `GET / HTTP/1.1\r\nHost: a\r\nX: ${"a".repeat(100_000)}\r\n\r\n`],
  ["no host", "GET / HTTP/1.1\r\nConnection: close\r\n\r\n"],
  ["an odd host", "GET / HTTP/1.1\r\nHost: a b<>\r\nConnection: close\r\n\r\n"],
  ["an odd target", "GET http://[ HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"],
  ["CONNECT", "CONNECT a:1 HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"],
  ["TRACE", "TRACE / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"],
  ["OPTIONS *", "OPTIONS * HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"],
];

for (const [what, bytes] of RAW) {
  Deno.test(`hostile input: ${what} ends in a refusal or a closed connection`, async () => {
    const { test, client } = await startWithUser(2);
    await using _ = test;
    const received = await exchange(test, bytes);
    assert(received === "" || /^HTTP\/1\.1 4\d\d /.test(received), received.slice(0, 200));
    assertEquals((await client.request("GET", "/healthz")).status, 200);
  });
}

Deno.test("hostile input: who sends half a head, half a body or nothing at all is not waited for", async () => {
  const { test, client } = await startWithUser(1);
  await using _ = test;
  const halves = [
    "GET /healthz HTTP/1.1\r\nHost",
    "POST /api/v1/enrolments HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: 9\r\n\r\n{",
    "",
  ];
  // Each resolves only because the authority closes the connection.
  await Promise.all(halves.map((bytes) => exchange(test, bytes)));
  await exchange(test, "", { isTls: false });
  await exchange(test, "GET / HTTP/1.1\r\nHost: a\r\n\r\n", { isTls: false });
  assertEquals((await client.request("GET", "/healthz")).status, 200);
});

Deno.test("hostile input: a request that breaks off harms nobody", async () => {
  const { test, client } = await startWithUser();
  await using _ = test;
  const port = Number(new URL(test.authority.urls.api).port);
  for (let i = 0; i < 20; i++) {
    await new Promise<void>((resolve) => {
      const socket = connectTls({ host: "127.0.0.1", port, ca: test.authority.rootPem });
      socket.on("error", () => {});
      socket.on("secureConnect", () => {
        socket.write("POST /api/v1/enrolments HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n");
        socket.write(`Content-Length: 900\r\n\r\n${"{".repeat(i)}`, () => {
          socket.destroy();
          resolve();
        });
      });
    });
  }
  assertEquals((await client.start(LOGIN_ID)).status, 201);
});
