/** Ports that are free, the wanted ones first, so that bookmarks and profiles stay true between runs. */

/** Servers by name, each with the port that it would like; 0 means any. */
type Endpoints<T> = { [name in keyof T]: T[name] & { port: number } };

/** The same servers with ports that are free now: the wanted one where possible, else any. */
export function choosePorts<T>(wanted: Endpoints<T>): Endpoints<T> {
  const chosen = structuredClone(wanted);
  // All are held until the last is chosen, so that none is given out twice.
  const held: Deno.Listener[] = [];
  try {
    for (const endpoint of Object.values<{ port: number }>(chosen)) {
      const listener = listen(endpoint.port) ?? listen(0)!;
      held.push(listener);
      endpoint.port = (listener.addr as Deno.NetAddr).port;
    }
  } finally {
    for (const listener of held) listener.close();
  }
  return chosen;
}

function listen(port: number): Deno.Listener | undefined {
  try {
    return Deno.listen({ hostname: "127.0.0.1", port });
  } catch (error) {
    if (error instanceof Deno.errors.AddrInUse || error instanceof Deno.errors.PermissionDenied) {
      return undefined;
    }
    throw error;
  }
}
