/** Entry of the authority: hands the arguments to its command line and does nothing else. */
import { run } from "./cli/mod.ts";

if (import.meta.main) Deno.exit(await run(Deno.args));
