/**
 * `wick tokenize`: the tokens of a text.
 *
 * @module
 */
import type { Command } from "./deps.ts";
import { type Context, interruptible } from "./context.ts";
import { table } from "./format.ts";
import { checkDevice, embeddedModel } from "./model.ts";
import { addModelOptions, examples, type ModelFlags } from "./options.ts";
import { writeJson } from "./output.ts";

interface TokenizeFlags extends ModelFlags {
  special?: boolean;
  bos: boolean;
}

/** What `tokenize --json` prints. */
export interface TokenizeReport {
  ids: number[];
  /** The text of each token; bytes that are no whole character show as U+FFFD. */
  tokens: string[];
}

/** Declares the command. */
export function defineTokenize(command: Command, context: Context): void {
  command.description("Show the tokens of a text, with the model's BOS and EOS where it wants them.")
    .argument("<text>", "the text; - reads stdin")
    .option("--special", "parse special tokens written in the text")
    .option("--no-bos", "leave out the model's BOS and EOS");
  addModelOptions(command).addHelpText("after", help)
    .action((text: string, flags: TokenizeFlags) => tokenize(context, text, flags));
}

const help = examples(
  ['wick tokenize "Once upon a time"', "ids and tokens, one a line"],
  ["wick tokenize - --special --json < chat.txt", "special tokens parsed, as JSON: {ids, tokens}"],
);

async function tokenize(context: Context, argument: string, flags: TokenizeFlags): Promise<void> {
  checkDevice(flags);
  const text = argument === "-" ? await context.stdin.text() : argument;
  await interruptible(context, async (signal) => {
    using gguf = await context.openHeader(flags.model ?? embeddedModel, signal);
    const { tokenizerFromGguf } = await import("../tokenizers/mod.ts");
    const tokenizer = tokenizerFromGguf(gguf.metadata);
    const ids = tokenizer.encode(text, { special: flags.special, addSpecial: flags.bos });
    const tokens = ids.map((id) => tokenizer.tokenText(id));
    if (flags.json) return writeJson(context, { ids, tokens } satisfies TokenizeReport);
    context.stdout.write(table(["id", "token"], ids.map((id, i) => [`${id}`, JSON.stringify(tokens[i])])));
  });
}
