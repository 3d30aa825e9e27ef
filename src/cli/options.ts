/**
 * The options that commands share, declared once: what commander calls them is what the library calls them
 * (`--max-tokens` is `maxTokens`).
 *
 * @module
 */
import { type Command, InvalidArgumentError, Option } from "./deps.ts";
import { WickError } from "../error.ts";
import type { GenerateOptions } from "../generate/options.ts";
import { resolveOptions } from "../generate/resolve.ts";

/** Flags that say which model runs, and how. */
export interface ModelFlags {
  model?: string;
  activations: "int8" | "f32";
  threads: number;
  device: string;
  context?: number;
  allowLongContext?: boolean;
  json?: boolean;
}

/** Adds `--model`, `--activations`, `--threads`, `--device`, `--context`, `--allow-long-context` and `--json`. */
export function addModelOptions(command: Command): Command {
  return command.optionsGroup("Model:")
    .option(
      "-m, --model <source>",
      "PATH, URL or hf:owner/repo/file.gguf (default: wick:stories, the embedded model)",
    )
    .addOption(
      new Option("--activations <type>", "precision between layers").choices(["int8", "f32"]).default("int8"),
    )
    .option("--threads <n>", "threads that compute", integer(1), 1)
    .option("--device <name>", "what computes", "wasm")
    .option(
      "--context <n>",
      "tokens that the model sees at most (default: what it was trained for, 2048 at most)",
      integer(2),
    )
    .option("--allow-long-context", "let --context pass what the model was trained for")
    .option("--json", "print one JSON object on stdout and nothing else");
}

/** The flags of {@linkcode addSamplingOptions}: options of a generation under their own names. */
export type SamplingFlags = Pick<GenerateOptions, typeof samplingNames[number]>;

const samplingNames = [
  "maxTokens",
  "temperature",
  "topK",
  "topP",
  "minP",
  "typicalP",
  "repeatPenalty",
  "repeatLastN",
  "presencePenalty",
  "frequencyPenalty",
  "seed",
  "stop",
  "ignoreEos",
  "logprobs",
  "overflow",
] as const satisfies readonly (keyof GenerateOptions)[];

/** Adds the options that say how text is drawn. The library checks their ranges. */
export function addSamplingOptions(
  command: Command,
  whereFull = "fail, or forget the oldest half",
): Command {
  return command.optionsGroup("Sampling:")
    .option(
      "-n, --max-tokens <n>",
      "tokens to write at most (default: to the end of the context)",
      integer(1),
    )
    .option("--temperature <t>", "spread of the draws; 0 takes the best token always (default: 0.8)", number)
    .option("--top-k <k>", "keep the k best tokens; 0 keeps all (default: 40)", integer())
    .option("--top-p <p>", "keep the best tokens up to this probability (default: 0.95)", number)
    .option(
      "--min-p <p>",
      "drop tokens below this share of the best one's probability (default: 0.05)",
      number,
    )
    .option("--typical-p <p>", "locally typical sampling (default: 1, off)", number)
    .option("--repeat-penalty <x>", "divides the logits of recent tokens (default: 1, off)", number)
    .option("--repeat-last-n <n>", "recent tokens that penalties see; -1 is all (default: 64)", integer())
    .option("--presence-penalty <x>", "taken from the logit of tokens that occurred (default: 0)", number)
    .option("--frequency-penalty <x>", "the same, times their count (default: 0)", number)
    .option("--seed <n>", "equal seeds give equal text (default: a random one)", integer(0))
    .option("--stop <text>", "ends the text before this; repeatable", collect)
    .option("--ignore-eos", "go on after the model's end of text")
    .addOption(
      new Option("--overflow <action>", `where the context is full: ${whereFull}`)
        .choices(["error", "slide"]).default("error"),
    );
}

/** The sampling flags among all flags of a command, as options of a generation; throws INVALID_ARGUMENT. */
export function samplingOptions(flags: SamplingFlags): GenerateOptions {
  const options: GenerateOptions = Object.fromEntries(
    samplingNames.filter((name) => flags[name] !== undefined).map((name) => [name, flags[name]]),
  );
  try {
    resolveOptions(options, { vocabulary: Infinity, contextLength: Infinity });
  } catch (error) {
    throw nameOption(error);
  }
  return options;
}

/** The library's complaint about `topP`, told of `--top-p`. */
function nameOption(error: unknown): unknown {
  if (!(error instanceof WickError && error.param)) return error;
  const option = `--${error.param.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
  const message = error.message.replace(/^[^:]*/, `Cannot use option '${option}'`);
  return new WickError(error.code, message, { param: option, cause: error });
}

/** Throws INVALID_ARGUMENT for an option that would do nothing. */
export function refuseOption(option: string, requirement: string): never {
  const message = `Cannot use option '${option}': ${requirement}, got it alone`;
  throw new WickError("INVALID_ARGUMENT", message, { param: option });
}

/** Reads a finite number. */
export function number(text: string): number {
  const value = Number(text);
  if (text.trim() === "" || !Number.isFinite(value)) {
    throw new InvalidArgumentError("It must be a number.");
  }
  return value;
}

/** A reader of integers within limits. */
export function integer(
  from = -Number.MAX_SAFE_INTEGER,
  to = Number.MAX_SAFE_INTEGER,
): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (text.trim() !== "" && Number.isSafeInteger(value) && value >= from && value <= to) return value;
    const bounded = to < Number.MAX_SAFE_INTEGER || Math.abs(value) > Number.MAX_SAFE_INTEGER;
    const range = bounded ? ` from ${from} to ${to}` : from > 0 - to ? ` of at least ${from}` : "";
    throw new InvalidArgumentError(`It must be an integer${range}.`);
  };
}

/** Gathers the values of an option that may be repeated. */
export function collect(text: string, gathered: string[] = []): string[] {
  return [...gathered, text];
}

/** Help text with examples: `[command line, what it does]`. */
export function examples(...lines: readonly (readonly [string, string])[]): string {
  return "\nExamples:\n" + lines.map(([line, effect]) => `  $ ${line}\n      ${effect}`).join("\n");
}
