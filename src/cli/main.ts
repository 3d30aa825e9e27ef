/**
 * The command line's entry: `deno run -A jsr:@wick/wick/cli <command>`, or in a clone `deno task wick <command>`.
 *
 * @module
 */
import { processContext } from "./process.ts";
import { main } from "./program.ts";

Deno.exit(await main(Deno.args, processContext()));
