/**
 * The command line's entry: `deno run -A src/cli/main.ts <command>`.
 *
 * @module
 */
import { processContext } from "./process.ts";
import { main } from "./program.ts";

Deno.exit(await main(Deno.args, processContext()));
