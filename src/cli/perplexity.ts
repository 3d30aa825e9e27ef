/**
 * `wick perplexity`: how well a model foretells a text.
 *
 * @module
 */
import type { Command } from "./deps.ts";
import { type Context, interruptible } from "./context.ts";
import { openModel } from "./model.ts";
import { addModelOptions, examples, type ModelFlags } from "./options.ts";
import { writeJson } from "./output.ts";
import { withProgress } from "./progress.ts";
import type { LanguageModel } from "../generate/contract.ts";
import { WickError } from "../error.ts";

/** What `perplexity --json` prints. */
export interface PerplexityReport {
  /** The tokens that were predicted. */
  tokens: number;
  /** Their mean negative log-likelihood in nats. */
  nll: number;
  /** exp(nll). */
  perplexity: number;
}

/** Declares the command. */
export function definePerplexity(command: Command, context: Context): void {
  command.description(
    "Measure the perplexity of a text: exp of the mean negative log-likelihood of its tokens.",
  )
    .argument("<file>", "the text; - reads stdin");
  addModelOptions(command).addHelpText("after", help)
    .action((file: string, flags: ModelFlags) => perplexity(context, file, flags));
}

const help =
  "\nThe text is cut into windows of --context tokens; the first token of each is given, the others are\n" +
  "predicted. It gets the model's BOS, and special tokens written in it are plain text.\n" + examples(
    ["wick perplexity novel.txt --context 512", "nll and perplexity over windows of 512 tokens"],
    ["wick perplexity novel.txt -m smollm2.gguf --activations f32 --json", "with float activations, as JSON"],
  );

async function perplexity(context: Context, file: string, flags: ModelFlags): Promise<void> {
  const text = file === "-" ? await context.stdin.text() : await context.readText(file);
  await interruptible(context, async (signal) => {
    using model = await openModel(context, flags, signal);
    const report = await measure(context, model, text, flags, signal);
    if (flags.json) return writeJson(context, report);
    const { tokens, nll } = report;
    context.stdout.write(
      `perplexity ${report.perplexity.toFixed(4)} · nll ${nll.toFixed(5)} · ${tokens} tokens\n`,
    );
  });
}

async function measure(
  context: Context,
  model: LanguageModel,
  text: string,
  flags: ModelFlags,
  signal: AbortSignal,
): Promise<PerplexityReport> {
  const ids = model.tokenizer.encode(text);
  if (ids.length < 2) {
    throw new WickError(
      "INVALID_ARGUMENT",
      `Cannot measure perplexity: the text needs 2 tokens, got ${ids.length}`,
    );
  }
  const window = Math.min(flags.context ?? model.contextLength, model.contextLength);
  const bar = { title: "Measuring", unit: "tokens", quiet: flags.json } as const;
  const losses = await withProgress(
    context,
    bar,
    (onProgress) =>
      model.nll(ids, { window, signal, onProgress: onProgress && ((done) => onProgress(done, ids.length)) }),
  );
  const nll = losses.reduce((sum, loss) => sum + loss, 0) / losses.length;
  return { tokens: losses.length, nll, perplexity: Math.exp(nll) };
}
