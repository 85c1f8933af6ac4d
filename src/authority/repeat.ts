/**
 * Runs work every so often, never twice at once.
 *
 * @param options `intervalMs` 0: never.
 * @returns Stops it and waits for what runs.
 */
export function repeat(
  work: () => Promise<void>,
  { intervalMs, onError }: { intervalMs: number; onError: (error: unknown) => void },
): () => Promise<void> {
  if (intervalMs === 0) return () => Promise.resolve();
  let running: Promise<void> | undefined;
  const timer = setInterval(() => {
    running ??= work().catch(onError).finally(() => running = undefined);
  }, intervalMs);
  return async () => {
    clearInterval(timer);
    await running;
  };
}
