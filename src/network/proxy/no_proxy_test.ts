import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { formatIpAddress } from "../../pki/ip_address.ts";
import { bypassesProxy } from "./no_proxy.ts";

const RUNS = Number(Deno.env.get("HAKKO_FUZZ_RUNS") ?? 1_000);

function bypasses(url: string, list: string): boolean {
  return bypassesProxy(new URL(url), list);
}

Deno.test("bypassesProxy() knows every form of an entry", () => {
  const cases: [list: string, url: string, bypasses: boolean][] = [
    ["*", "https://ra.example.co.jp", true],
    ["", "https://ra.example.co.jp", false],
    ["example.co.jp", "https://example.co.jp", true],
    ["example.co.jp", "https://ra.example.co.jp", true],
    [".example.co.jp", "https://ra.example.co.jp", true],
    [".example.co.jp", "https://example.co.jp", true],
    ["*.example.co.jp", "https://ra.example.co.jp", true],
    ["example.co.jp", "https://badexample.co.jp", false],
    ["ra.example.co.jp", "https://example.co.jp", false],
    ["EXAMPLE.CO.JP.", "https://ra.example.co.jp", true],
    ["example.co.jp", "https://ra.example.co.jp.", true],
    ["other.test, \t example.co.jp", "https://example.co.jp", true],
    ["other.test example.co.jp", "https://example.co.jp", true],
    ["example.co.jp:8443", "https://ra.example.co.jp:8443", true],
    ["example.co.jp:8443", "https://ra.example.co.jp", false],
    ["example.co.jp:443", "https://ra.example.co.jp", true],
    ["192.0.2.1", "https://192.0.2.1", true],
    ["192.0.2.1:443", "https://192.0.2.1", true],
    ["192.0.2.1", "https://192.0.2.10", false],
    ["0.2.1", "https://192.0.2.1", false],
    ["192.0.2.0/24", "https://192.0.2.200", true],
    ["192.0.2.99/24", "https://192.0.2.200", true],
    ["192.0.2.0/25", "https://192.0.2.200", false],
    ["0.0.0.0/0", "https://192.0.2.200", true],
    ["0.0.0.0/0", "https://ra.example.co.jp", false],
    ["0.0.0.0/0", "https://[2001:db8::1]", false],
    ["192.0.2.0/33", "https://192.0.2.1", false],
    ["192.0.2.0/", "https://192.0.2.0", false],
    ["2001:db8::/32", "https://[2001:db8:1::1]", true],
    ["[2001:db8::]/32", "https://[2001:db8:1::1]", true],
    ["2001:db8::/32", "https://[2001:db9::1]", false],
    ["2001:DB8:0::1", "https://[2001:db8::1]", true],
    ["[2001:db8::1]", "https://[2001:db8::1]", true],
    ["[2001:db8::1]:8443", "https://[2001:db8::1]:8443", true],
    ["[2001:db8::1]:8443", "https://[2001:db8::1]", false],
    ["192.0.2.0/24", "https://[::ffff:192.0.2.1]", true],
    ["localhost", "https://127.0.0.1", false],
    [".", "https://example.co.jp", false],
    ["*.", "https://example.co.jp", false],
    ["jp", "https://example.co.jp", true],
  ];
  for (const [list, url, expected] of cases) assertEquals(bypasses(url, list), expected, `${list} ← ${url}`);
});

Deno.test("bypassesProxy() is not moved by what stands beside the right entry, nor by any text", () => {
  const label = fc.stringMatching(/^[a-z][a-z0-9]{0,8}$/);
  const name = fc.array(label, { minLength: 2, maxLength: 4 }).map((labels) => labels.join("."));
  const text = fc.string({ unit: "binary", maxLength: 20 }).filter((it) => !it.includes("*"));
  fc.assert(
    fc.property(name, label, text, text, (domain, host, before, after) => {
      assertEquals(bypasses(`https://${host}.${domain}`, `${before},.${domain},${after}`), true);
      assertEquals(bypasses(`https://${host}${domain}`, `.${domain}`), false, "a label is a whole one");
      assertEquals(typeof bypasses(`https://${domain}`, before + after), "boolean");
    }),
    { numRuns: RUNS },
  );
});

Deno.test("bypassesProxy() compares exactly the prefix of a network", () => {
  const octets = fc.oneof(
    fc.uint8Array({ minLength: 4, maxLength: 4 }),
    fc.uint8Array({ minLength: 16, maxLength: 16 }).filter(([first]) => first !== 0),
  );
  fc.assert(
    fc.property(octets, fc.nat(127), fc.nat(128), (address, flipped, prefix) => {
      const bits = address.length * 8;
      const [bit, length] = [flipped % bits, prefix % (bits + 1)];
      const other = address.slice();
      other[bit >> 3]! ^= 0x80 >> (bit & 7);
      const host = formatIpAddress(other)!;
      const url = `https://${bits === 32 ? host : `[${host}]`}/`;
      assertEquals(bypasses(url, `${formatIpAddress(address)}/${length}`), bit >= length);
    }),
    { numRuns: RUNS },
  );
});
