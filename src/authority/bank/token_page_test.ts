import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { DEMO_TOKENS } from "../../../tests/support/bank_pages.ts";
import { createPortalApp } from "./portal.tsx";
import { createTestBank, PORTAL } from "./testing/parts.ts";

async function openPortal() {
  return createPortalApp((await createTestBank({ demoTokens: DEMO_TOKENS })).parts);
}

Deno.test("token page: its policy allows its own scripts and the camera, and only on this page", async () => {
  const app = await openPortal();
  const { headers } = await app.request(`${PORTAL}/token`);
  const policy = headers.get("content-security-policy")!;
  assertMatch(policy, /(^|; )script-src 'self'(;|$)/);
  assert(!/unsafe|https?:|\*|blob:|data:|connect-src/.test(policy), policy);
  assertMatch(headers.get("permissions-policy")!, /^camera=\(self\), /);
  for (const path of ["/", "/certificate", "/nowhere"]) {
    const other = (await app.request(PORTAL + path)).headers;
    assert(!other.get("content-security-policy")!.includes("script-src"), path);
    assertStringIncludes(other.get("permissions-policy")!, "camera=()");
  }
});

Deno.test("token page: no script, style or handler stands in the page itself", async () => {
  const page = await (await (await openPortal()).request(`${PORTAL}/token`)).text();
  const scripts = [...page.matchAll(/<script([^>]*)>(.*?)<\/script>/gs)];
  assertEquals(scripts.length, 2);
  for (const [, attributes, text] of scripts) {
    assertMatch(attributes!, / src="\/token\/files\//);
    assertEquals(text, "");
  }
  assert(!/<style| style="| on[a-z]+="/.test(page));
});

Deno.test("token page: everything that its scripts import is served, as JavaScript", async () => {
  const app = await openPortal();
  const page = await (await app.request(`${PORTAL}/token`)).text();
  const waiting = [...page.matchAll(/<script[^>]* src="([^"]+)"/g)].map(([, path]) => path!);
  const seen = new Set<string>();
  for (let path = waiting.pop(); path !== undefined; path = waiting.pop()) {
    if (seen.has(path)) continue;
    seen.add(path);
    const answer = await app.request(PORTAL + path);
    assertEquals([path, answer.status], [path, 200]);
    assertEquals(answer.headers.get("content-type"), "text/javascript; charset=utf-8");
    const text = await answer.text();
    const imports = text.matchAll(/^\s*(?:import|export)\b[^;]*? from "(\.[^"]+)"/gm);
    waiting.push(...[...imports].map(([, file]) => new URL(file!, `${PORTAL}${path}`).pathname));
  }
  assertEquals(seen.size, 17);
});

Deno.test("token page: hostile texts in a token stay texts", async () => {
  const hostile = `"><script>alert(1)</script>'&`;
  const tokens = DEMO_TOKENS.tokens.map((token) => ({ ...token, name: hostile, loginId: hostile }));
  const { parts } = await createTestBank({ demoTokens: { ...DEMO_TOKENS, tokens } });
  const page = await (await createPortalApp(parts).request(`${PORTAL}/token`)).text();
  assert(!page.includes("<script>"));
});

Deno.test("token page: there is none without the demo, and no link to it", async () => {
  const app = createPortalApp((await createTestBank()).parts);
  assertEquals((await app.request(`${PORTAL}/token`)).status, 404);
  assertEquals((await app.request(`${PORTAL}/token/files/otp/totp.ts`)).status, 404);
  assert(!(await (await app.request(`${PORTAL}/`)).text()).includes("/token"));
  assertStringIncludes(await (await (await openPortal()).request(`${PORTAL}/`)).text(), 'href="/token"');
});
