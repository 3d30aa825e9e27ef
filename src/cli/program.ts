/**
 * The program: its commands, and one way in which all of them end.
 *
 * @module
 */
import config from "../../deno.json" with { type: "json" };
import { Command } from "./deps.ts";
import type { Context } from "./context.ts";
import { defineBench } from "./bench.ts";
import { defineChat } from "./chat.ts";
import { reportError } from "./output.ts";
import { defineInspect } from "./inspect.ts";
import { definePerplexity } from "./perplexity.ts";
import { defineRun } from "./run.ts";
import { defineServe } from "./serve.ts";
import { defineTokenize } from "./tokenize.ts";

const commands: Record<string, (command: Command, context: Context) => void> = {
  run: defineRun,
  chat: defineChat,
  serve: defineServe,
  inspect: defineInspect,
  tokenize: defineTokenize,
  perplexity: definePerplexity,
  bench: defineBench,
};

/** Runs one command line and gives the exit code: 0, 1 (failed), 2 (wrong usage) or 130 (interrupted). */
export async function main(args: readonly string[], context: Context): Promise<number> {
  try {
    await program(context).parseAsync(args, { from: "user" });
    return 0;
  } catch (error) {
    return reportError(context, error, asksForJson(args));
  }
}

/** Whether `--json` stands among the options, also where the rest of the line can't be read. */
function asksForJson(args: readonly string[]): boolean {
  const end = args.indexOf("--");
  return args.slice(0, end < 0 ? args.length : end).includes("--json");
}

function program(context: Context): Command {
  const wick = new Command("wick").description("Small language models, wherever JavaScript runs.")
    .version(config.version)
    .exitOverride()
    .configureOutput({
      writeOut: (text) => context.stdout.write(text),
      writeErr: (text) => context.stderr.write(text),
      outputError: () => {}, // told once, with every other error
      getOutHelpWidth: () => context.stdout.columns,
      getErrHelpWidth: () => context.stderr.columns,
      getOutHasColors: () => context.stdout.isTerminal,
      getErrHasColors: () => context.stderr.isTerminal,
    });
  for (const [name, define] of Object.entries(commands)) define(wick.command(name), context);
  return wick;
}
