/**
 * Gives a child process its whole standard input, and ends it. A program that does not want to read may end first:
 * what became of it, its exit code says.
 */
export async function feedStdin(child: Deno.ChildProcess, text: string): Promise<void> {
  const writer = child.stdin.getWriter();
  await writer.write(new TextEncoder().encode(text)).then(() => writer.close()).catch(() => {});
}
