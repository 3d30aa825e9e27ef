/**
 * Logits, greedy text and likelihoods against an independent float64 forward over the dequantized weights, and,
 * for 8-bit activations, against the error that llama.cpp makes on the same prompts.
 */
import { deepEqual, equal, ok } from "node:assert/strict";
import { type LanguageModel, load } from "../../mod.ts";
import { modelPath, repositoryPath, sharedPath } from "../shared.ts";

interface Golden {
  cases: {
    name: string;
    prompt: string;
    token_ids: number[];
    reference_f32: {
      last_logits_top20: { ids: number[]; logits: number[] };
      greedy: { ids: number[]; top1_minus_top2: number[] };
      llama_cpp_diff: { rms: number };
    };
  }[];
  perplexity: { token_ids: number[]; reference_f32: { mean_nll: number } };
  perplexity_long?: { token_ids?: number[]; n_tokens: number; reference_f32: { mean_nll: number } };
}

const models = [
  {
    name: "wick-stories (embedded)",
    file: repositoryPath("models/wick-stories.gguf"),
    golden: repositoryPath("test/golden/generation/wick-stories.json"),
    quantized: true,
  },
  {
    name: "wick-stories Q4_0",
    file: repositoryPath("models/wick-stories.gguf"),
    golden: sharedPath("golden/generation/wick-stories-q4_0.json"),
    quantized: true,
  },
  {
    name: "stories260K F32",
    file: sharedPath("models/stories260K.gguf"),
    golden: sharedPath("golden/generation/stories260k-f32.json"),
    quantized: false,
  },
  {
    name: "SmolLM2-135M-Instruct Q4_1",
    file: modelPath("SmolLM2-135M-Instruct.Q4_1.gguf"),
    golden: sharedPath("golden/generation/smollm2-135m-instruct-q4_1.json"),
    quantized: true,
  },
];

for (const { name, file, golden: goldenFile, quantized } of models) {
  if (!file || !goldenFile) {
    const missing = file ? "its golden" : "the model file";
    Deno.test({ name: `${name}: generation goldens (skipped: ${missing} is absent)`, ignore: true, fn() {} });
    continue;
  }
  const golden: Golden = JSON.parse(Deno.readTextFileSync(goldenFile));
  // the empty prompt of a model without BOS was run as BOS alone
  const inputs = (model: LanguageModel, ids: number[]) => ids.length > 0 ? ids : [model.tokenizer.bosId!];

  Deno.test(`${name}: float activations give the float64 forward`, async (t) => {
    using model = await load(file, { activations: "f32", contextLength: 1024, allowLongContext: true });
    for (const { name, prompt: text, token_ids, reference_f32 } of golden.cases) {
      await t.step(name, async () => {
        deepEqual(model.tokenizer.encode(text, { special: true }), token_ids);
        const { ids, logits } = reference_f32.last_logits_top20;
        const got = await logitsAfter(model, inputs(model, token_ids));
        const error = Math.max(...ids.map((id, i) => Math.abs(got[id] - logits[i])));
        ok(error <= 1e-3, `top-20 logits differ by ${error}`);
        const prompt = inputs(model, token_ids);
        const greedy = await model.generate(prompt, { temperature: 0, maxTokens: 48, ignoreEos: true })
          .result();
        deepEqual(greedy.ids, reference_f32.greedy.ids);
      });
    }
    await t.step("likelihood of a text", () => likelihood(model, golden, 1e-4));
  });

  if (!quantized) continue;
  Deno.test(`${name}: 8-bit activations err no more than llama.cpp's`, async (t) => {
    using exact = await load(file, { activations: "f32", contextLength: 1024, allowLongContext: true });
    using model = await load(file, { contextLength: 1024, allowLongContext: true });
    let own = 0;
    let theirs = 0;
    for (const { name, token_ids, reference_f32 } of golden.cases) {
      await t.step(name, async () => {
        const { ids, logits } = reference_f32.last_logits_top20;
        const truth = await logitsAfter(exact, inputs(exact, token_ids));
        const got = await logitsAfter(model, inputs(model, token_ids));
        const error = Math.max(...ids.map((id, i) => Math.abs(got[id] - logits[i])));
        ok(error <= 1, `top-20 logits differ by ${error}`);
        const best = got.indexOf(got.reduce((a, b) => Math.max(a, b)));
        if (reference_f32.greedy.top1_minus_top2[0] > 0.3) equal(best, reference_f32.greedy.ids[0]);
        own += meanSquare(got, truth);
        theirs += reference_f32.llama_cpp_diff.rms ** 2;
      });
    }
    const ratio = Math.sqrt(own / theirs);
    console.log(`${name}: rms error ${ratio.toFixed(3)} times llama.cpp's`);
    ok(ratio <= 1.15, `the rms error is ${ratio} times llama.cpp's`);
    await t.step("likelihood of a text", () => likelihood(model, golden, 0.02));
  });
}

async function logitsAfter(model: LanguageModel, ids: readonly number[]): Promise<Float32Array> {
  using session = model.session();
  return await session.logits(ids);
}

async function likelihood(model: LanguageModel, golden: Golden, tolerance: number): Promise<void> {
  const texts = [golden.perplexity, ...(golden.perplexity_long?.token_ids ? [golden.perplexity_long] : [])];
  for (const { token_ids, reference_f32 } of texts) {
    const nll = await model.nll(token_ids!);
    equal(nll.length, token_ids!.length - 1);
    const mean = nll.reduce((a, b) => a + b, 0) / nll.length;
    const error = Math.abs(mean - reference_f32.mean_nll);
    ok(
      error <= tolerance,
      `mean NLL of ${token_ids!.length} tokens is ${mean}, expected ${reference_f32.mean_nll}`,
    );
  }
}

function meanSquare(a: Float32Array, b: Float32Array): number {
  return a.reduce((sum, v, i) => sum + (v - b[i]) ** 2, 0) / a.length;
}
