/** A proxy's credentials in the OS's own store: real GNOME Keyring, real squid. */
import { assert, assertEquals } from "@std/assert";
import { openHttp } from "../src/network/http.ts";
import { createProxyAuthenticator } from "../src/network/proxy/authentication.ts";
import { openSystemProxy } from "../src/network/proxy/settings.ts";
import { openSecretStore } from "../src/platform/secret_store.ts";
import { createMemoryLog } from "./support/memory_log.ts";
import { hasSecretService, startSecretService } from "./support/secret_service.ts";
import { hasSquid, startSquid } from "./support/squid.ts";
import { createTestCa } from "./support/test_ca.ts";
import { startTlsServer } from "./support/tls_server.ts";
import { untilItIs } from "./support/until.ts";

const ignore = !hasSquid() || !hasSecretService();
const OLD = { username: "keiri", password: "kept-proxy-pass-桜" };
const NEW = { username: "keiri", password: "new-proxy-pass\\\"'" };

Deno.test("kept credentials outlive the app, until the proxy refuses them", { ignore }, async () => {
  const ca = await createTestCa({ purpose: "serverAuth" });
  await using server = await startTlsServer((_request, response) => response.end(), { ca });
  await using squid = await startSquid({ users: [OLD] });
  await using service = await startSecretService();
  const log = createMemoryLog();
  const { store } = service;
  const name = { institution: "2224", proxy: squid.address };

  /** The app, started anew. */
  async function start(
    answer?: { credentials: typeof OLD; keep: boolean; isRefused: boolean },
  ): Promise<void> {
    const authentication = createProxyAuthenticator({ institution: "2224", secretStore: store, log });
    assert(await authentication.canKeep());
    const http = openHttp({
      trustAnchorsPem: [ca.rootPem],
      proxy: { flag: squid.url, system: openSystemProxy(() => undefined) },
      authentication,
    });
    const sending = http.send({ method: "GET", url: server.url, headers: {} });
    if (answer !== undefined) {
      assertEquals((await authentication.asked()).isRefused, answer.isRefused);
      authentication.answer(answer.credentials, answer);
    }
    assertEquals((await sending).status, 200);
    assertEquals(authentication.pending(), undefined);
    http.close();
  }
  const holds = async (credentials: unknown) =>
    await store.read(name) === (credentials === undefined ? undefined : JSON.stringify(credentials));

  await start({ credentials: OLD, keep: false, isRefused: false });
  assert(await holds(undefined), "kept against the person's will");
  await start({ credentials: OLD, keep: true, isRefused: false });
  await untilItIs(() => holds(OLD));
  await start();

  await squid.kill();
  await squid.setUsers([NEW]);
  await squid.start();
  await start({ credentials: NEW, keep: false, isRefused: true });
  await untilItIs(() => holds(undefined));
  await start({ credentials: NEW, keep: true, isRefused: false });
  await untilItIs(() => holds(NEW));
  await start();

  assertEquals(await store.read({ ...name, institution: "0001" }), undefined, "another institution's app");
  const visible = service.seen.join("\n") + log.text();
  for (const secret of [OLD.username, OLD.password, NEW.password, "new-proxy-pass"]) {
    assert(!visible.includes(secret), visible);
  }
});

Deno.test("without a Secret Service nothing can be kept, and nothing waits", async () => {
  const none = openSecretStore({
    find: () => undefined,
    run: () => Promise.reject(new Error("not installed")),
  });
  const stores = [
    none,
    ...ignore ? [] : [openSecretStore({
      find: (name) => `/usr/bin/${name}`,
      run: async (path, args) => {
        const { code, stdout, stderr } = await new Deno.Command(path, {
          args: [...args],
          clearEnv: true,
          env: { DBUS_SESSION_BUS_ADDRESS: "unix:path=/nonexistent" },
          stdin: "null",
        }).output();
        return { code, stdout, stderr, timedOut: false };
      },
    })],
  ];
  for (const store of stores) {
    const name = { institution: "2224", proxy: "proxy.test:3128" };
    assertEquals(await store.isAvailable(), false);
    assertEquals(await store.read(name), undefined);
    assertEquals(await store.write(name, "secret", "label"), false);
    await store.remove(name);
  }
});
