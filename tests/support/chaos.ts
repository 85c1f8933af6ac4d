/**
 * Ways for an answer to get lost after the authority has committed: between two functions, where it can be said
 * exactly what happens, and between two sockets, where it happens as it does in life.
 *
 * @module
 */
import { AppError } from "../../src/errors.ts";
import type { HttpAnswer, SendHttp } from "../../src/network/http.ts";
import { pick } from "./random.ts";

/** What may happen to an answer. */
const FAULTS = ["dropped", "cut", "repeated", "doubled"] as const;
export type Fault = (typeof FAULTS)[number];

export interface ChaosOptions {
  /** 0 to 1; see `seededRandom()`. */
  random: () => number;
  /** Which share of the answers something happens to. */
  share: number;
  /** Told what happened. */
  onFault: (fault: Fault) => void;
}

/**
 * A bad way to the authority.
 *
 * - dropped: the authority has answered, the app hears of a broken connection
 * - cut: the answer ends somewhere in the middle
 * - repeated: the request arrives twice, the app gets the second answer
 * - doubled: the request arrives twice at once, the app gets either answer
 */
export function loseAnswers(send: SendHttp, { random, share, onFault }: ChaosOptions): SendHttp {
  return async (request) => {
    if (random() >= share) return await send(request);
    const fault = pick(random, FAULTS);
    const coin = random();
    onFault(fault);
    const [answer, other] = fault === "doubled"
      ? await Promise.all([send(request), send(request)])
      : [await send(request), undefined];
    switch (fault) {
      case "dropped":
        throw new AppError("authority/busy", {}, { cause: new Error("the answer got lost") });
      case "cut":
        return cut(answer, coin);
      case "repeated":
        return await send(request);
      case "doubled":
        return coin < 0.5 ? answer : other ?? answer;
    }
  };
}

function cut(answer: HttpAnswer, where: number): HttpAnswer {
  return { ...answer, body: answer.body.slice(0, Math.floor(where * answer.body.length)) };
}

/** A TCP proxy that cuts connections; `await using` closes it. */
export interface CuttingProxy extends AsyncDisposable {
  readonly port: number;
  /** Connections cut so far. */
  readonly cuts: number;
}

/**
 * Passes bytes on to a port of this machine and cuts connections within what comes back.
 *
 * @param options `share`: of the pieces that come back, how many are cut. `spared`: pieces at the beginning of a
 * connection that are never cut, so that not all faults hit the handshake.
 */
export function openCuttingProxy(
  port: number,
  options: { random: () => number; share: number; spared: number },
): CuttingProxy {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const open = new Set<Deno.Conn>();
  let cuts = 0;

  function close(connection: Deno.Conn): void {
    if (!open.delete(connection)) return;
    connection.close();
  }

  async function serve(client: Deno.Conn): Promise<void> {
    open.add(client);
    const server = await Deno.connect({ hostname: "127.0.0.1", port });
    open.add(server);
    await Promise.all([
      pass(client, server, (piece) => piece),
      pass(server, client, cutter()),
    ]);
    close(client);
    close(server);
  }

  /** Decides for each piece: all of it, or its beginning as the last that is passed on. */
  function cutter(): (piece: Uint8Array) => Uint8Array | { last: Uint8Array } {
    let pieces = 0;
    return (piece) => {
      if (++pieces <= options.spared || options.random() >= options.share) return piece;
      cuts++;
      return { last: piece.subarray(0, Math.floor(options.random() * piece.length)) };
    };
  }

  async function pass(
    from: Deno.Conn,
    to: Deno.Conn,
    change: (piece: Uint8Array) => Uint8Array | { last: Uint8Array },
  ): Promise<void> {
    const buffer = new Uint8Array(16 * 1024);
    try {
      for (let length = await from.read(buffer); length !== null; length = await from.read(buffer)) {
        const changed = change(buffer.subarray(0, length));
        await writeAll(to, "last" in changed ? changed.last : changed);
        if ("last" in changed) break;
      }
    } catch {
      // The other direction has closed it.
    }
    close(from);
    close(to);
  }

  const serving = (async () => {
    const connections: Promise<void>[] = [];
    for await (const client of listener) connections.push(serve(client));
    await Promise.all(connections);
  })();
  return {
    port: (listener.addr as Deno.NetAddr).port,
    get cuts() {
      return cuts;
    },
    async [Symbol.asyncDispose]() {
      listener.close();
      for (const connection of open) close(connection);
      await serving;
    },
  };
}

async function writeAll(to: Deno.Conn, bytes: Uint8Array): Promise<void> {
  for (let written = 0; written < bytes.length;) written += await to.write(bytes.subarray(written));
}
