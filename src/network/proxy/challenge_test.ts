import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { parseReplyHead, parseSchemes } from "./challenge.ts";

const RUNS = Number(Deno.env.get("HAKKO_FUZZ_RUNS") ?? 1_000);

Deno.test("parseReplyHead() reads status and all challenges", () => {
  const head = [
    "HTTP/1.1 407 Proxy Authentication Required",
    "Server: squid/5.7",
    "proxy-authenticate: NTLM",
    'Proxy-Authenticate:Basic realm="x"  ',
    "X-Empty:",
  ];
  assertEquals(parseReplyHead(head.join("\r\n")), { status: 407, challenges: ["NTLM", 'Basic realm="x"'] });
  assertEquals(parseReplyHead("HTTP/1.0 200"), { status: 200, challenges: [] });
});

Deno.test("parseReplyHead() refuses what is no head", () => {
  const heads = [
    "",
    "HTTP/2 200 OK",
    "HTTP/1.1 20 OK",
    "HTTP/1.1 999 OK",
    " HTTP/1.1 200 OK",
    "HTTP/1.1 200 OK\r\nno field",
    "HTTP/1.1 200 OK\r\nSpace : x",
    "HTTP/1.1 200 OK\r\nA: b\r\n folded",
    "HTTP/1.1 200 OK\nA: b",
    "HTTP/1.1 200 OK\r\nA: b\0",
    "SSH-2.0-OpenSSH",
  ];
  for (const head of heads) assertEquals(parseReplyHead(head), undefined, JSON.stringify(head));
});

Deno.test("parseSchemes() tells schemes from parameters", () => {
  const cases: Record<string, string[]> = {
    'Basic realm="proxy"': ["Basic"],
    "Basic realm=proxy": ["Basic"],
    "basic": ["basic"],
    "NTLM": ["NTLM"],
    "Negotiate, NTLM": ["Negotiate", "NTLM"],
    "NTLM TlRMTVNTUAACAAAA==": ["NTLM"],
    'Digest realm="a, Basic realm=b", nonce="x\\"y", qop="auth", Basic realm="c"': ["Digest", "Basic"],
    'Basic realm="a", charset="UTF-8"': ["Basic"],
    'Basic realm = "a" , charset = "UTF-8" , NTLM': ["Basic", "NTLM"],
    'Basic realm="a", basic realm="b"': ["Basic"],
    ", ,Basic": ["Basic"],
    "": [],
    "=,=": [],
    'Basic realm="open': [],
    "realm=x": [],
    'Basic realm="a" NTLM': [],
    "Ba(sic": [],
  };
  for (const [field, schemes] of Object.entries(cases)) assertEquals(parseSchemes(field), schemes, field);
});

Deno.test("parseSchemes() finds all that was offered, and ends on any text", () => {
  const token = fc.stringMatching(/^[A-Za-z][A-Za-z0-9-]{0,8}$/);
  const quoted = fc.string({ unit: "binary-ascii", maxLength: 12 }).map((text) =>
    `"${text.replace(/[^\x20-\x7e]/g, "").replace(/[\\"]/g, "\\$&")}"`
  );
  const parameter = fc.tuple(token, fc.oneof(token, quoted)).map(([name, value]) => `${name}=${value}`);
  const challenge = fc.record({ scheme: token, parameters: fc.array(parameter, { maxLength: 3 }) });
  fc.assert(
    fc.property(fc.array(challenge, { minLength: 1, maxLength: 4 }), (challenges) => {
      const field = challenges.map(({ scheme, parameters }) => `${scheme} ${parameters.join(", ")}`.trim());
      const wanted = new Map(challenges.map(({ scheme }) => [scheme.toLowerCase(), scheme]));
      const found = parseSchemes(field.join(", "));
      assertEquals(found.map((scheme) => scheme.toLowerCase()), [...wanted.keys()]);
    }),
    { numRuns: RUNS },
  );
  const alphabet = fc.constantFrom(...'aB1 ,="\\\t~é\0');
  fc.assert(
    fc.property(fc.string({ unit: alphabet, maxLength: 60 }), (field) => {
      for (const scheme of parseSchemes(field)) assert(/^[\w!#$%&'*+.^`|~-]+$/.test(scheme));
    }),
    { numRuns: RUNS },
  );
  // Linear: the longest head there may be takes no time.
  for (const piece of ['a="', "a=b,", "a ", '\\"', ",", "="]) parseSchemes(`B ${piece.repeat(8_000)}`);
});
