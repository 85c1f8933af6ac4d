/**
 * What chaos has cost: of all that the authority committed, how often the answer that said so was lost, cut or
 * repeated. Both sides are asked, and neither the proxy nor anything else in between is believed.
 *
 * @module
 */
import type { AuditEntry, Store } from "../../src/authority/store/store.ts";
import type { HttpAnswer, HttpRequest, SendHttp } from "../../src/network/http.ts";
import { HEADERS } from "../../src/protocol/paths.ts";

/** What a request that is accepted leaves in the audit log, by the end of its path. */
const COMMITS: Readonly<Record<string, string>> = {
  enrolments: "enrolment.started",
  answers: "authentication.succeeded",
  csr: "certificate.signed",
  confirmation: "certificate.confirmed",
};

const PAGE = 1_000;

/** How one request ended for the app. */
interface Exchange {
  endedAt: Date;
  /** An answer came, and all of it. */
  isHeard: boolean;
  isRepeated: boolean;
}

/** Watches the requests of all apps. */
export class ChaosToll {
  readonly #exchanges = new Map<string, Exchange[]>();
  readonly #repeated = new WeakSet<HttpRequest>();

  /** The outermost part of an app's way out. */
  watch(send: SendHttp): SendHttp {
    return async (request) => {
      let answer: HttpAnswer | undefined;
      try {
        return answer = await send(request);
      } finally {
        const exchange = {
          endedAt: new Date(),
          isHeard: answer !== undefined && isWhole(answer),
          isRepeated: this.#repeated.has(request),
        };
        const key = keyOf(request);
        if (key !== undefined) this.#exchanges.set(key, [...this.#exchanges.get(key) ?? [], exchange]);
      }
    };
  }

  /** A request has arrived twice. */
  markRepeated(request: HttpRequest): void {
    this.#repeated.add(request);
  }

  /** @returns What was committed for these apps, and how much of it they were not told, or told twice. */
  async count(store: Store): Promise<{ committed: number; spoiled: number }> {
    let committed = 0;
    let spoiled = 0;
    for await (const { action, correlationId, at } of readAudit(store)) {
      const exchanges = this.#exchanges.get(`${action} ${correlationId}`);
      if (exchanges === undefined) continue;
      committed++;
      if (exchanges.some((one) => one.isRepeated || !one.isHeard && one.endedAt >= at)) spoiled++;
    }
    return { committed, spoiled };
  }
}

function keyOf({ url, headers, method }: HttpRequest): string | undefined {
  const action = COMMITS[url.slice(url.lastIndexOf("/") + 1)];
  return action === undefined || method !== "POST"
    ? undefined
    : `${action} ${headers[HEADERS.correlationId]}`;
}

function isWhole({ body }: HttpAnswer): boolean {
  try {
    JSON.parse(new TextDecoder().decode(body));
    return true;
  } catch {
    return false;
  }
}

async function* readAudit(store: Store): AsyncGenerator<AuditEntry> {
  for (let seq = 1;;) {
    const page = await store.readAudit(seq, PAGE);
    if (page.length === 0) return;
    yield* page;
    seq += page.length;
  }
}
