import { assert, assertEquals } from "@std/assert";
import { hmac } from "./secrets.ts";
import { Sessions } from "./session.ts";
import { TestClock } from "./testing/parts.ts";
import { proveKey } from "./testing/raw_client.ts";

function setUp(rate = { burst: 1000, perSecond: 1000 }) {
  const clock = new TestClock();
  const sessions = new Sessions({
    now: clock.now,
    randomBytes: (length) => crypto.getRandomValues(new Uint8Array(length)),
    launchKeyTtlMs: 30_000,
    idleMs: 300_000,
    rate,
  });
  async function open(key = sessions.mintLaunchKey()) {
    const { nonce, mac } = await proveKey(key);
    const opened = await sessions.open(nonce, mac);
    assert(typeof opened === "object", String(opened));
    return { ...opened, nonce, key };
  }
  return { clock, sessions, open };
}

Deno.test("open() proves to the page that the app holds the key too", async () => {
  const { open } = setUp();
  const { proof, nonce, key, token } = await open();
  assertEquals(proof, await hmac(key, `app|${nonce}`));
  assertEquals(token.length, 43);
  assertEquals(key.length, 22);
});

Deno.test("open() refuses a key that was never minted, and a proof for another purpose", async () => {
  const { sessions } = setUp();
  const { nonce, mac } = await proveKey("A".repeat(22));
  assertEquals(await sessions.open(nonce, mac), "refused");
  const key = sessions.mintLaunchKey();
  assertEquals(await sessions.open(nonce, await hmac(key, `app|${nonce}`)), "refused");
  assertEquals(await sessions.open("short", await hmac(key, "page|short")), "refused");
});

Deno.test("open() takes a key until its time is over, and not a moment longer", async () => {
  const { clock, sessions, open } = setUp();
  const key = sessions.mintLaunchKey();
  clock.advance(30_000);
  await open(key);
  const late = sessions.mintLaunchKey();
  clock.advance(30_001);
  const { nonce, mac } = await proveKey(late);
  assertEquals(await sessions.open(nonce, mac), "refused");
});

Deno.test("open() twice with one key at the same moment leaves no session", async () => {
  const { sessions } = setUp();
  const key = sessions.mintLaunchKey();
  const [a, b] = [await proveKey(key), await proveKey(key)];
  const opened = await Promise.all([sessions.open(a.nonce, a.mac), sessions.open(b.nonce, b.mac)]);
  const tokens = opened.flatMap((answer) => typeof answer === "object" ? [answer.token] : []);
  assertEquals(tokens.length, 1);
  assertEquals(sessions.find(tokens[0]).state, "reused");
});

Deno.test("open() replays are refused like a second use", async () => {
  const { sessions } = setUp();
  const { nonce, mac } = await proveKey(sessions.mintLaunchKey());
  assert(typeof await sessions.open(nonce, mac) === "object");
  assertEquals(await sessions.open(nonce, mac), "reused");
});

Deno.test("open() gives each launch a session of its own", async () => {
  const { sessions, open } = setUp();
  const [first, second] = [await open(), await open()];
  assert(first.token !== second.token);
  assertEquals(sessions.find(first.token).state, "live");
  assertEquals(sessions.find(second.token).state, "live");
});

Deno.test("open() is limited, so that keys cannot be guessed in bulk", async () => {
  const { sessions } = setUp();
  const { nonce, mac } = await proveKey("A".repeat(22));
  const answers = [];
  for (let i = 0; i < 25; i++) answers.push(await sessions.open(nonce, mac));
  assertEquals(answers.filter((answer) => answer === "slow-down").length, 5);
});

Deno.test("find() drops a session that lay untouched for five minutes", async () => {
  const { clock, sessions, open } = setUp();
  const { token } = await open();
  clock.advance(299_999);
  assertEquals(sessions.find(token).state, "live"); // being asked for is no touch
  clock.advance(1);
  assertEquals(sessions.find(token).state, "expired");
});

Deno.test("touch() starts the five minutes again, and a clock set back does not prolong them", async () => {
  const { clock, sessions, open } = setUp();
  const { token } = await open();
  clock.advance(299_000);
  const found = sessions.find(token);
  assert(found.state === "live");
  sessions.touch(found.session);
  clock.advance(-3_600_000);
  assertEquals(sessions.find(token).state, "live");
  clock.advance(300_000);
  assertEquals(sessions.find(token).state, "expired");
});

Deno.test("find() limits the requests of one session, and lets them go on later", async () => {
  const { clock, sessions, open } = setUp({ burst: 3, perSecond: 1 });
  const { token } = await open();
  const states = [1, 2, 3, 4].map(() => sessions.find(token).state);
  assertEquals(states, ["live", "live", "live", "slow-down"]);
  clock.advance(1000);
  assertEquals(sessions.find(token).state, "live");
});

Deno.test("prove() answers for its own session only", async () => {
  const { sessions, open } = setUp();
  const { token, key } = await open();
  const found = sessions.find(token);
  assert(found.state === "live");
  assertEquals(await sessions.prove(found.session, "n"), await hmac(key, "alive|n"));
});
