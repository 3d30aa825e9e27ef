/**
 * Cuts the embedded model's generation golden down to what the tests of this repository compare.
 *
 * `deno run -A test/golden/make/generation.ts FULL.json > test/golden/generation/wick-stories.json`, where the
 * full file is made with llama.cpp and a float64 forward in numpy over the dequantized weights.
 *
 * @module
 */

const full = JSON.parse(Deno.readTextFileSync(Deno.args[0]));
const { model, reference } = full;
const cut = {
  model,
  reference: { llama_cpp: reference.llama_cpp, numpy: reference.numpy, what: full.conventions.reference_f32 },
  // deno-lint-ignore no-explicit-any
  cases: full.cases.map((c: any) => ({
    name: c.name,
    prompt: c.prompt,
    token_ids: c.token_ids,
    reference_f32: {
      last_logits_top20: c.reference_f32.last_logits_top20,
      greedy: { ids: c.reference_f32.greedy.ids, top1_minus_top2: c.reference_f32.greedy.top1_minus_top2 },
      llama_cpp_diff: c.reference_f32.llama_cpp_diff,
    },
  })),
  perplexity: {
    token_ids: full.perplexity.token_ids,
    reference_f32: { mean_nll: full.perplexity.reference_f32.mean_nll },
  },
};
console.log(JSON.stringify(cut));
