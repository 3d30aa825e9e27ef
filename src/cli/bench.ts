/**
 * `wick bench`: tokens per second for prompts (pp) and for text (tg), as llama-bench counts them.
 *
 * @module
 */
import type { Command } from "./deps.ts";
import { type Context, interruptible } from "./context.ts";
import { formatBytes, formatCount, perSecond, table } from "./format.ts";
import { openModel } from "./model.ts";
import { addModelOptions, examples, integer, type ModelFlags } from "./options.ts";
import { writeJson } from "./output.ts";
import { printable, WickError } from "../error.ts";
import type { LanguageModel, Session } from "../generate/contract.ts";

interface BenchFlags extends ModelFlags {
  prompt: number;
  gen: number;
  repeat: number;
}

/** A row of `bench --json`. */
export interface BenchRow {
  /** `pp128`: a prompt of 128 tokens; `tg128`: 128 tokens of text, one after the other. */
  test: string;
  tokensPerSecond: { median: number; min: number; max: number };
  threads: number;
  /** The kernel build. */
  build: string;
  /** Bytes, of the process so far. */
  peakRss: number | null;
}

/** Declares the command. */
export function defineBench(command: Command, context: Context): void {
  command.description("Measure prompt processing (pp) and text generation (tg) in tokens per second.")
    .option("-p, --prompt <n>", "tokens of the prompt; 0 leaves the row out", integer(0), 128)
    .option("-g, --gen <n>", "tokens to generate; 0 leaves the row out", integer(0), 128)
    .option("-r, --repeat <n>", "runs that count, after one that doesn't", integer(1), 5);
  addModelOptions(command).addHelpText("after", help).action((flags: BenchFlags) => bench(context, flags));
}

const help = examples(
  ["wick bench", "pp128 and tg128 of the embedded model, median of 5"],
  ["wick bench -m smollm2.gguf --prompt 512 --gen 64 --repeat 3 --json", "rows as JSON"],
);

async function bench(context: Context, flags: BenchFlags): Promise<void> {
  await interruptible(context, async (signal) => {
    using model = await openModel(context, flags, signal);
    checkLength("--prompt", flags.prompt, model.contextLength);
    checkLength("--gen", flags.gen, model.contextLength - 2); // behind a token that it begins with, and one that is drawn
    using session = model.session();
    const row = async (test: string, n: number, rate: Rate): Promise<BenchRow[]> => {
      if (n === 0) return [];
      const rates: number[] = [];
      for (let i = 0; i <= flags.repeat; i++) rates.push(await rate(model, session, n, signal));
      const { threads } = flags;
      const peakRss = context.peakRss() ?? null;
      return [{
        test: `${test}${n}`,
        tokensPerSecond: spread(rates.slice(1)),
        threads,
        build: model.build,
        peakRss,
      }];
    };
    const rows = [...await row("pp", flags.prompt, promptRate), ...await row("tg", flags.gen, textRate)];
    if (flags.json) writeJson(context, { rows });
    else context.stdout.write(benchTable(model, rows));
  });
}

/** Before a list of so many tokens is made. */
function checkLength(option: string, tokens: number, most: number): void {
  if (tokens <= most) return;
  const message = `Cannot use option '${option}': the context has room for ${most} tokens, got ${tokens}`;
  throw new WickError("INVALID_ARGUMENT", message, { param: option });
}

/** Tokens per second of one run over `n` tokens. */
type Rate = (model: LanguageModel, session: Session, n: number, signal: AbortSignal) => Promise<number>;

const promptRate: Rate = async (model, session, n, signal) => {
  session.reset();
  const ids = anyTokens(model, n);
  const start = performance.now();
  await session.logits(ids, { signal });
  return perSecond(n, performance.now() - start);
};

/** The first token comes with the prompt's end, so that `n + 1` tokens are `n` steps. */
const textRate: Rate = async (model, session, n, signal) => {
  session.reset();
  const options = { maxTokens: n + 1, temperature: 0, ignoreEos: true, signal };
  const { timing } = await session.generate(anyTokens(model, 1), options).result();
  return perSecond(n, timing.decodeMs);
};

/** Tokens without meaning, the same in every run; BOS first where the model has one. */
function anyTokens({ tokenizer }: LanguageModel, n: number): number[] {
  const ids = Array.from({ length: n }, (_, i) => Math.imul(i + 1, 0x9e3779b1) >>> 0).map((x) =>
    x % tokenizer.size
  );
  if (tokenizer.bosId !== undefined) ids[0] = tokenizer.bosId;
  return ids;
}

function spread(rates: number[]): BenchRow["tokensPerSecond"] {
  const sorted = rates.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  const median = sorted.length % 2 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
  return { median, min: sorted[0], max: sorted[sorted.length - 1] };
}

function benchTable(model: LanguageModel, rows: readonly BenchRow[]): string {
  const heading = ["model", "params", "build", "threads", "test", "tok/s", "min", "max", "peak RSS"];
  return table(
    heading,
    rows.map(({ test, tokensPerSecond: { median, min, max }, threads, build, peakRss }) => [
      `${printable(model.name, 40)} (${model.activations})`,
      formatCount(model.parameterCount),
      build,
      `${threads}`,
      test,
      ...[median, min, max].map((rate) => rate.toFixed(1)),
      peakRss === null ? "?" : formatBytes(peakRss),
    ]),
  );
}
