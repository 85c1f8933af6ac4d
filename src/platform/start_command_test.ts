import { assertEquals } from "@std/assert";
import { startCommand } from "./start_command.ts";

Deno.test("startCommand() starts this very app, with its own permissions", async () => {
  const [program, ...args] = startCommand(["--version", "--json"]);
  const { code, stdout } = await new Deno.Command(program!, { args }).output();
  assertEquals([code, JSON.parse(new TextDecoder().decode(stdout)).ok], [0, true]);
});
