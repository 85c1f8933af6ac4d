/**
 * The runtime's HTTP clients: one for each way out and each set of credentials, because neither can be changed
 * once a client is there.
 *
 * @module
 */
import { RUNTIME_PROXY_VARIABLES } from "./settings.ts";
import type { UsedCredentials } from "./authentication.ts";
import type { ProxyRoute } from "./types.ts";

interface Entry {
  readonly client: Deno.HttpClient;
  readonly generation: number;
  users: number;
  isRetired: boolean;
}

/** Makes clients when they are needed and closes them when nobody needs them any more. */
export class Clients {
  readonly #trustAnchorsPem: readonly string[];
  readonly #entries = new Map<string, Entry>();

  constructor(trustAnchorsPem: readonly string[]) {
    this.#trustAnchorsPem = trustAnchorsPem;
  }

  /** Does something with the client for a route. Older credentials' clients end with their last request. */
  async use<T>(
    route: ProxyRoute,
    used: UsedCredentials,
    work: (client: Deno.HttpClient) => Promise<T>,
  ): Promise<T> {
    const entry = this.#entryFor(route, used);
    entry.users++;
    try {
      return await work(entry.client);
    } finally {
      entry.users--;
      if (entry.isRetired) closeUnused(entry);
    }
  }

  /** Closes idle connections; what is under way goes on. */
  close(): void {
    for (const entry of this.#entries.values()) retire(entry);
    this.#entries.clear();
  }

  #entryFor(route: ProxyRoute, used: UsedCredentials): Entry {
    const key = route.kind === "direct" ? "direct" : route.url;
    const known = this.#entries.get(key);
    if (known?.generation === used.generation) return known;
    if (known !== undefined) retire(known);
    const entry: Entry = {
      client: createClient(this.#trustAnchorsPem, route, used),
      generation: used.generation,
      users: 0,
      isRetired: false,
    };
    this.#entries.set(key, entry);
    return entry;
  }
}

function retire(entry: Entry): void {
  entry.isRetired = true;
  closeUnused(entry);
}

function closeUnused({ client, users }: Entry): void {
  if (users === 0) client.close();
}

function createClient(
  trustAnchorsPem: readonly string[],
  route: ProxyRoute,
  { credentials }: UsedCredentials,
): Deno.HttpClient {
  return withoutProxyVariables(() =>
    Deno.createHttpClient({
      caCerts: [...trustAnchorsPem],
      poolIdleTimeout: 15_000,
      ...(route.kind === "direct" ? {} : {
        proxy: {
          url: route.url,
          ...(credentials === undefined ? {} : { basicAuth: { ...credentials } }),
        },
      }),
    })
  );
}

/**
 * Makes our decision count alone. `Deno.createHttpClient()` reads the environment's proxies at that moment, and
 * `NO_PROXY` even comes before a proxy that it is given; it offers no way to turn that off. So the variables are
 * gone for that moment, in which nothing else of this process can run.
 */
function withoutProxyVariables<T>(work: () => T): T {
  const hidden: [string, string][] = [];
  try {
    for (const name of RUNTIME_PROXY_VARIABLES) hide(name, hidden);
    return work();
  } finally {
    for (const [name, value] of hidden) Deno.env.set(name, value);
  }
}

function hide(name: string, hidden: [string, string][]): void {
  try {
    const value = Deno.env.get(name);
    if (value === undefined) return;
    Deno.env.delete(name);
    hidden.push([name, value]);
  } catch {
    // Not allowed to look: see the permissions in deno.json.
  }
}
