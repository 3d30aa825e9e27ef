/**
 * Microseconds that the drawing of one token takes, by vocabulary and chain: `deno run -A bench/sampler.ts`.
 *
 * The logits are normal with a standard deviation of 3, plus a few peaks: roughly what a language model gives.
 *
 * @module
 */
import { type GenerateOptions, resolveOptions } from "../src/generate/options.ts";
import { TokenSampler } from "../src/generate/token_sampler.ts";
import { Random } from "../test/random.ts";

const CONTEXT = 2048;
/** Sets of logits, so that no branch is learnt by heart. */
const SETS = 8;

const chains: Record<string, GenerateOptions> = {
  "greedy": { temperature: 0 },
  "default (top-k 40)": {},
  "default, penalties": { repeatPenalty: 1.1, frequencyPenalty: 0.1 },
  "top-p and min-p": { topK: 0 },
  "min-p alone": { topK: 0, topP: 1 },
  "typical-p": { topK: 0, topP: 1, minP: 0, typicalP: 0.9 },
  "softmax alone": { topK: 0, topP: 1, minP: 0 },
};

function logitSets(vocabulary: number): Float32Array[] {
  const random = new Random(1);
  return Array.from({ length: SETS }, () => {
    const logits = random.floats(vocabulary, 3);
    for (let peak = 0; peak < 10; peak++) logits[random.integer(0, vocabulary - 1)] += 10 * random.next();
    return logits;
  });
}

/** The median over rounds of the mean time of a token, in microseconds. */
function measure(run: (n: number) => void, tokens: number): number {
  for (let n = 0; n < tokens; n++) run(n);
  const rounds = Array.from({ length: 7 }, () => {
    const start = performance.now();
    for (let n = 0; n < tokens; n++) run(n);
    return (performance.now() - start) * 1000 / tokens;
  });
  return rounds.sort((a, b) => a - b)[3];
}

const rows: Record<string, Record<string, number>> = {};
for (const vocabulary of [4096, 49152, 262144]) {
  const sets = logitSets(vocabulary);
  const tokens = Math.max(24, Math.round(2e6 / vocabulary));
  const row = (name: string, run: (n: number) => void) => {
    (rows[name] ??= {})[vocabulary] = Number(measure(run, tokens).toFixed(1));
  };
  for (const [name, options] of Object.entries(chains)) {
    const limits = { vocabulary, contextLength: CONTEXT };
    const sampler = new TokenSampler(resolveOptions({ ...options, seed: 1 }, limits), vocabulary);
    row(name, (n) => sampler.accept(sampler.sample(sets[n % SETS])));
  }
  const reporter = new TokenSampler(resolveOptions({}, { vocabulary, contextLength: CONTEXT }), vocabulary);
  row("logprobs of the 20 best", (n) => reporter.logprobs(sets[n % SETS], 0, 20));
}
console.log("microseconds a token");
console.table(rows);
