/**
 * `wick run`: completes a prompt.
 *
 * @module
 */
import type { Command } from "./deps.ts";
import { type Context, interruptible } from "./context.ts";
import { needsTemplate, openModel, systemMessage } from "./model.ts";
import { addModelOptions, addSamplingOptions, examples, integer, refuseOption } from "./options.ts";
import { type ModelFlags, type SamplingFlags, samplingOptions } from "./options.ts";
import { note, streamText, writeJson } from "./output.ts";
import { figures, runReport } from "./report.ts";
import type { LanguageModel, Prompt } from "../generate/contract.ts";

interface RunFlags extends ModelFlags, SamplingFlags {
  chat?: boolean;
  special?: boolean;
  system?: string;
}

/** Declares the command. */
export function defineRun(command: Command, context: Context): void {
  command.description("Complete a prompt; the text streams to stdout, the figures to stderr.")
    .argument("[prompt]", "text to go on from, as it stands; - reads stdin (default: nothing)")
    .option("--chat", "wrap the prompt in the model's chat template")
    .option("--system <text>", "with --chat: a system message before it")
    .option("--special", "parse special tokens written in the prompt")
    .option("--logprobs <k>", "with --json: log-probabilities of each token and the k best", integer(0));
  addSamplingOptions(addModelOptions(command));
  command.addHelpText("after", help).action((prompt: string | undefined, flags: RunFlags) =>
    run(context, prompt ?? "", flags)
  );
}

const help = examples(
  ['wick run "Once upon a time" --temperature 0.7 --seed 1', "a story from the embedded model"],
  ["wick run -m smollm2.gguf --chat 'Why is the sky blue?' -n 100", "an answer from an instructed model"],
  ["wick run - --json < prompt.txt", "text, ids, timing and memory as JSON"],
);

async function run(context: Context, argument: string, flags: RunFlags): Promise<void> {
  const options = { ...samplingOptions(flags), special: flags.special };
  if (flags.system !== undefined && !flags.chat) refuseOption("--system", "it goes with --chat");
  if (flags.logprobs !== undefined && !flags.json) refuseOption("--logprobs", "it goes with --json");
  const text = argument === "-" ? await context.stdin.text() : argument;
  await interruptible(context, async (signal) => {
    using model = await openModel(context, flags, signal);
    const generation = model.generate(prompt(model, text, flags), { ...options, signal });
    if (flags.json) return writeJson(context, runReport(context, model, await generation.result()));
    const result = await streamText(context, generation);
    note(context, figures(runReport(context, model, result)));
  });
}

function prompt(model: LanguageModel, text: string, { chat, system }: RunFlags): Prompt {
  if (!chat) return text;
  needsTemplate(model, "leave out --chat");
  return { messages: [...systemMessage(system), { role: "user", content: text }] };
}
