/**
 * A bad line between app and authority: a TCP proxy that delays, drops, cuts, drips, falls silent and repeats, each
 * connection in its own way, and after one seed always in the same ways.
 *
 * It sees bytes, not requests: what is encrypted is passed on encrypted. A turn is all that one side says until the
 * other one speaks; the first turn of a TLS connection is its handshake, and every later one a request or an answer.
 *
 * @module
 */
import { wait } from "../../src/network/retry.ts";
import { pick, seededRandom } from "./random.ts";

/**
 * What may befall a connection.
 *
 * | Trouble | Does the request arrive? | What the app sees |
 * | --- | --- | --- |
 * | delayed | yes | the answer, late or too late |
 * | dropped | yes, and is answered | the connection closed, without a byte of the answer |
 * | request-cut | its first bytes | the connection closed |
 * | answer-cut | yes, and is answered | the answer's first bytes, then the connection closed |
 * | unanswered | yes, and is answered | a connection that stays open, and nothing else |
 * | unread | no | the same: nobody reads what it sends |
 * | dripping | yes | the answer, a few bytes at a time |
 * | mirrored | on a second connection as well, from the first byte on | the first one's answer |
 *
 * `mirrored` repeats a request only where bytes mean the same a second time. TLS sees to it that they do not: there
 * the second connection comes to nothing, and requests are repeated where they are known, by `loseAnswers()`.
 */
export const TROUBLES = [
  "delayed",
  "dropped",
  "request-cut",
  "answer-cut",
  "unanswered",
  "unread",
  "dripping",
  "mirrored",
] as const;
export type Trouble = (typeof TROUBLES)[number];

/** With these a connection lives on, to meet another one. */
const PASSING: ReadonlySet<Trouble> = new Set<Trouble>(["delayed", "dripping", "mirrored"]);

export interface ChaosProxyOptions {
  /** Whole number; the same one makes the same troubles, connection by connection. */
  seed: number;
  /** 0 to 1: which share of the turns is troubled. */
  share: number;
  /** Whether a turn that begins now may be troubled. Default: any may. */
  isOn?: () => boolean;
  /** Which troubles there are. Default: all of them. */
  troubles?: readonly [Trouble, ...Trouble[]];
  /** Longest delay. */
  delayMs: number;
  /** A request or an answer is cut after fewer bytes than this, counted from the troubled turn on. */
  cutWithinBytes: number;
  /** So many bytes at a time, with so long a pause after each. */
  drip: { bytes: number; pauseMs: number };
}

/** `await using` closes it, with all its connections. */
export interface ChaosProxy extends AsyncDisposable {
  readonly port: number;
  /** Connections that were troubled so far. */
  readonly struck: ReadonlyMap<Trouble, number>;
}

/** Takes connections on a free port of this machine and passes them on to another one. */
export function openChaosProxy(port: number, options: ChaosProxyOptions): ChaosProxy {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const struck = new Map<Trouble, number>();
  const lines = new Set<Line>();

  async function serve(client: Deno.TcpConn, number: number): Promise<void> {
    const line = new Line(client, {
      ...options,
      port,
      random: seededRandom(options.seed + number * 7_919),
      onTrouble: (trouble) => struck.set(trouble, (struck.get(trouble) ?? 0) + 1),
    });
    lines.add(line);
    await line.run();
    lines.delete(line);
  }

  const serving = (async () => {
    const connections: Promise<void>[] = [];
    for await (const client of listener) connections.push(serve(client, connections.length));
    await Promise.all(connections);
  })();
  return {
    port: listener.addr.port,
    struck,
    async [Symbol.asyncDispose]() {
      listener.close();
      for (const line of lines) line.close();
      await serving;
    },
  };
}

type LineOptions = ChaosProxyOptions & {
  port: number;
  random: () => number;
  onTrouble: (trouble: Trouble) => void;
};

/** What a troubled line still does with what one side says. */
type Verdict = "goes-on" | "stops-reading" | "ends";

/** One connection, with the one behind it. */
class Line {
  readonly #options: LineOptions;
  readonly #client: Deno.TcpConn;
  readonly #closing = new AbortController();
  readonly #open = new Set<Deno.TcpConn>();
  #server: Deno.TcpConn | undefined;
  #mirror: Deno.TcpConn | undefined;
  #isAnswering = false;
  /** What is wrong with this turn, and whether it has been noticed. */
  #trouble: Trouble | undefined;
  #isStruck = false;
  /** Bytes until the cut. */
  #bytesLeft: number;

  constructor(client: Deno.TcpConn, options: LineOptions) {
    this.#client = client;
    this.#open.add(client);
    this.#options = options;
    this.#trouble = this.#draw();
    this.#bytesLeft = Math.floor(options.random() * options.cutWithinBytes);
  }

  async run(): Promise<void> {
    try {
      this.#server = await this.#connect();
      if (this.#trouble === "mirrored") {
        this.#mirror = await this.#connect();
        this.#strike();
      }
      await Promise.all([
        this.#read(this.#client, (piece) => this.#passRequest(piece)).then((end) => {
          if (end === "ends" && !this.#isDropped) this.close();
        }),
        this.#read(this.#server, (piece) => this.#passAnswer(piece)).then(() => this.close()),
        // Its answers are nobody's.
        this.#mirror && this.#read(this.#mirror, () => Promise.resolve("goes-on" as const)),
      ]);
    } catch {
      // The authority takes no connection: neither does the proxy.
    }
    this.close();
  }

  close(): void {
    this.#closing.abort();
    for (const connection of this.#open) this.#hangUp(connection);
  }

  async #connect(): Promise<Deno.TcpConn> {
    const connection = await Deno.connect({ hostname: "127.0.0.1", port: this.#options.port });
    this.#open.add(connection);
    // The test may have ended meanwhile.
    if (this.#closing.signal.aborted) this.#hangUp(connection);
    return connection;
  }

  #hangUp(connection: Deno.TcpConn): void {
    if (this.#open.delete(connection)) connection.close();
  }

  /** The app has been left alone; what the authority still says is read to its end, so that it is not disturbed. */
  get #isDropped(): boolean {
    return !this.#open.has(this.#client);
  }

  async #read(
    from: Deno.TcpConn,
    pass: (piece: Uint8Array) => Promise<Verdict>,
  ): Promise<Verdict> {
    const buffer = new Uint8Array(16 * 1024);
    try {
      for (let length = await from.read(buffer); length !== null; length = await from.read(buffer)) {
        const verdict = await pass(buffer.subarray(0, length));
        if (verdict !== "goes-on") return verdict;
      }
    } catch {
      // One side has gone, or the line was closed.
    }
    return "ends";
  }

  async #passRequest(piece: Uint8Array): Promise<Verdict> {
    if (this.#isAnswering) this.#beginTurn();
    switch (this.#trouble) {
      case "unread":
        this.#strike();
        return "stops-reading";
      case "request-cut": {
        if (piece.length < this.#bytesLeft) break;
        this.#strike();
        await writeAll(this.#server!, piece.subarray(0, this.#bytesLeft));
        return "ends";
      }
    }
    this.#bytesLeft -= this.#trouble === "request-cut" ? piece.length : 0;
    await writeAll(this.#server!, piece);
    if (this.#mirror !== undefined) await this.#passToMirror(this.#mirror, piece);
    return "goes-on";
  }

  async #passToMirror(mirror: Deno.TcpConn, piece: Uint8Array): Promise<void> {
    try {
      await writeAll(mirror, piece);
    } catch {
      this.#mirror = undefined; // it has had enough of it
    }
  }

  async #passAnswer(piece: Uint8Array): Promise<Verdict> {
    this.#isAnswering = true;
    if (this.#isDropped) return "goes-on";
    switch (this.#trouble) {
      case "dropped":
        this.#strike();
        this.#hangUp(this.#client);
        return "goes-on";
      case "answer-cut":
        return await this.#passUntilCut(piece);
      case "unanswered":
        this.#strike();
        return "goes-on";
      case "delayed":
        this.#strike();
        await wait(this.#options.random() * this.#options.delayMs, this.#closing.signal);
        break;
      case "dripping":
        this.#strike();
        return await this.#drip(piece);
    }
    await writeAll(this.#client, piece);
    return "goes-on";
  }

  async #passUntilCut(piece: Uint8Array): Promise<Verdict> {
    const passed = piece.subarray(0, this.#bytesLeft);
    this.#bytesLeft -= passed.length;
    await writeAll(this.#client, passed);
    if (this.#bytesLeft === 0) {
      this.#strike();
      this.#hangUp(this.#client);
    }
    return "goes-on";
  }

  async #drip(piece: Uint8Array): Promise<Verdict> {
    const { bytes, pauseMs } = this.#options.drip;
    for (let at = 0; at < piece.length; at += bytes) {
      await writeAll(this.#client, piece.subarray(at, at + bytes));
      await wait(pauseMs, this.#closing.signal);
    }
    return "goes-on";
  }

  #beginTurn(): void {
    this.#isAnswering = false;
    if (this.#trouble !== undefined && !PASSING.has(this.#trouble)) return;
    const trouble = this.#draw();
    // A mirror shows all of a connection or nothing.
    this.#trouble = trouble === "mirrored" ? undefined : trouble;
    this.#isStruck = false;
  }

  #strike(): void {
    if (this.#isStruck) return;
    this.#isStruck = true;
    this.#options.onTrouble(this.#trouble!);
  }

  #draw(): Trouble | undefined {
    const { random, share, troubles = TROUBLES, isOn = () => true } = this.#options;
    return random() < share && isOn() ? pick(random, troubles) : undefined;
  }
}

async function writeAll(to: Deno.TcpConn, bytes: Uint8Array): Promise<void> {
  for (let written = 0; written < bytes.length;) written += await to.write(bytes.subarray(written));
}
