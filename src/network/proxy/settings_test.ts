import { assert, assertEquals, assertInstanceOf, assertRejects, assertThrows } from "@std/assert";
import fc from "fast-check";
import { AppError } from "../../errors.ts";
import { environmentRoute, openSystemProxy, parseProxy, resolveRoute } from "./settings.ts";

const RUNS = Number(Deno.env.get("HAKKO_FUZZ_RUNS") ?? 1_000);
const AUTHORITY = "https://ra.example.co.jp/api";

function address(route: ReturnType<typeof parseProxy>): string {
  return route.kind === "direct" ? "direct" : route.url;
}

Deno.test("parseProxy() reads HTTP proxies, with and without scheme, port and credentials", () => {
  const cases = {
    "direct": "direct",
    "http://proxy.test:8080": "http://proxy.test:8080",
    "http://proxy.test:8080/": "http://proxy.test:8080",
    "HTTP://Proxy.Test": "http://proxy.test:80",
    "https://proxy.test": "https://proxy.test:443",
    "proxy.test:3128": "http://proxy.test:3128",
    "proxy.test": "http://proxy.test:80",
    "192.0.2.1:3128": "http://192.0.2.1:3128",
    "http://[2001:db8::1]:3128": "http://[2001:db8::1]:3128",
    " http://a:b@proxy.test:1 ": "http://proxy.test:1",
  };
  for (const [setting, expected] of Object.entries(cases)) {
    assertEquals(address(parseProxy(setting, "--proxy")), expected);
  }
  assertEquals(parseProxy("http://keiri%40x:p%3Aw%20%E6%A1%9C@proxy.test:1", "--proxy"), {
    kind: "proxy",
    url: "http://proxy.test:1",
    address: "proxy.test:1",
    credentials: { username: "keiri@x", password: "p:w 桜" },
  });
  const odd = parseProxy("http://a:100%@proxy.test:1", "--proxy");
  assertEquals(odd.kind === "proxy" && odd.credentials, { username: "a", password: "100%" });
});

Deno.test("parseProxy() refuses everything else and says what it was", () => {
  const cases = {
    "socks5://proxy.test:1080": "socks5://proxy.test:1080",
    "socks5h://user:secret@proxy.test:1080": "socks5h://…@proxy.test:1080",
    "http://wpad.test/proxy.pac": "http://wpad.test/proxy.pac",
    "http://user:sec@ret@proxy test": "http://…@proxy test",
    "ftp://proxy.test": "ftp://proxy.test",
    "http://": "http://",
    "http://proxy.test:99999": "http://proxy.test:99999",
    "http://proxy.test?x": "http://proxy.test?x",
    "": "",
  };
  for (const [setting, shown] of Object.entries(cases)) {
    const error = assertThrows(() => parseProxy(setting, "HTTPS_PROXY"), AppError);
    assertEquals([error.key, error.values], ["network/proxy-unusable", {
      source: "HTTPS_PROXY",
      setting: shown,
    }]);
  }
});

Deno.test("parseProxy() takes any credentials back out of a URL, and never shows any", () => {
  const text = fc.string({ unit: "grapheme", minLength: 1, maxLength: 20 });
  fc.assert(
    fc.property(text, text, fc.constantFrom("http", "https", "socks5"), (username, password, scheme) => {
      const userinfo = `${encodeURIComponent(username)}:${encodeURIComponent(password)}`;
      try {
        const route = parseProxy(`${scheme}://${userinfo}@proxy.test:3128`, "--proxy");
        assert(route.kind === "proxy");
        assertEquals(route.credentials, { username, password });
        assertEquals(route.url, `${scheme}://proxy.test:3128`);
      } catch (error) {
        assertInstanceOf(error, AppError);
        assertEquals(error.values.setting, "socks5://…@proxy.test:3128");
      }
    }),
    { numRuns: RUNS },
  );
  fc.assert(
    fc.property(fc.string({ unit: "binary" }), (garbage) => {
      try {
        parseProxy(garbage, "--proxy");
      } catch (error) {
        assertInstanceOf(error, AppError);
        assertEquals(error.key, "network/proxy-unusable");
        assert(error.message.length < 250);
      }
    }),
    { numRuns: RUNS },
  );
});

Deno.test("environmentRoute() takes the first variable that is set, for https: only", () => {
  const order = ["HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"];
  for (const [i, name] of order.entries()) {
    const set = new Map(
      order.map((each) => [each, `http://${each.toLowerCase().replace("_", "-")}${order.indexOf(each)}`]),
    );
    for (const earlier of order.slice(0, i)) set.set(earlier, "  ");
    const route = environmentRoute(AUTHORITY, (each) => set.get(each));
    assertEquals(address(route), `${set.get(name)}:80`);
  }
  const everywhere = () => "http://proxy.test:1";
  assertEquals(
    address(environmentRoute("http://ra.example.co.jp/", (name) => /NO/i.test(name) ? "" : everywhere())),
    "direct",
  );
  assertEquals(address(environmentRoute(AUTHORITY, () => undefined)), "direct");
  const env: Record<string, string> = { ALL_PROXY: "http://proxy.test:1", no_proxy: "example.co.jp" };
  assertEquals(address(environmentRoute(AUTHORITY, (name) => env[name])), "direct");
  assertEquals(address(environmentRoute("https://ra.test/", (name) => env[name])), "http://proxy.test:1");
});

Deno.test("resolveRoute() asks flag, profile and system, in this order", async () => {
  const system = openSystemProxy((name) => name === "HTTPS_PROXY" ? "http://system:1" : undefined);
  const resolve = async (flag?: string, profile?: string) =>
    address(await resolveRoute(AUTHORITY, { flag, profile, system }));
  assertEquals(await resolve("http://flag:1", "http://profile:1"), "http://flag:1");
  assertEquals(await resolve("direct", "http://profile:1"), "direct");
  assertEquals(await resolve(undefined, "http://profile:1"), "http://profile:1");
  assertEquals(await resolve(undefined, "direct"), "direct");
  assertEquals(await resolve(undefined, "system"), "http://system:1");
  assertEquals(await resolve(), "http://system:1");
  const socks = openSystemProxy(() => "socks5://proxy.test:1080");
  const error = await assertRejects(() => resolveRoute(AUTHORITY, { system: socks }), AppError);
  assertEquals(error.key, "network/proxy-unusable");
});
