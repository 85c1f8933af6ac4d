/** How often a fault is repeated, and side by side. */

/** Rounds per kill point: `HAKKO_KILL_ROUNDS`, or 20. */
export function killRounds(): number {
  const rounds = Number(Deno.env.get("HAKKO_KILL_ROUNDS") ?? "20");
  if (!Number.isInteger(rounds) || rounds < 1) throw new Error("HAKKO_KILL_ROUNDS must be a whole number");
  return rounds;
}

/**
 * Does all jobs, a few side by side. The first failure ends it, after what is under way has ended.
 *
 * @param lane What a lane keeps between its jobs; made once per lane, disposed of at the end.
 */
export async function inLanes<J, L extends AsyncDisposable>(
  jobs: readonly J[],
  options: { lanes: number; open: () => L; work: (job: J, lane: L) => Promise<void> },
): Promise<void> {
  const queue = [...jobs];
  async function run(): Promise<void> {
    await using lane = options.open();
    for (let job = queue.shift(); job !== undefined; job = queue.shift()) {
      try {
        await options.work(job, lane);
      } catch (error) {
        queue.length = 0;
        throw error;
      }
    }
  }
  const ends = await Promise.allSettled(Array.from({ length: options.lanes }, run));
  const failure = ends.find((end) => end.status === "rejected");
  if (failure !== undefined) throw failure.reason;
}
