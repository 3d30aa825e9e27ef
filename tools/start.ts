/**
 * A newcomer's first command: streams a story from the embedded model and ends with a line of figures. Options of
 * `wick run` may follow, as in `deno task start --seed 7`.
 *
 * @module
 */
import { processContext } from "../src/cli/process.ts";
import { main } from "../src/cli/program.ts";

/** How the stories that the model learned from begin; the sampling is what it was tried with. */
const beginning = "Once upon a time";
const sampling = ["--temperature", "0.7", "--top-p", "0.92"];

const context = processContext();
context.stdout.write(beginning);
Deno.exit(await main(["run", beginning, ...sampling, ...Deno.args], context));
