import { deepEqual, equal, ok, throws } from "node:assert/strict";
import { tokenLogprobs } from "../../src/generate/logprobs.ts";
import { resolveOptions } from "../../src/generate/options.ts";
import { TokenSampler } from "../../src/generate/token_sampler.ts";
import { Random, testSeed } from "../random.ts";
import * as reference from "./reference.ts";

Deno.test("tokenLogprobs() agrees with the log of the float64 softmax", () => {
  const random = new Random(testSeed());
  for (const vocabulary of [1, 2, 40, 512, 49152]) {
    for (const scale of [0.1, 3, 30]) {
      const logits = random.floats(vocabulary, scale);
      const probabilities = reference.softmax(reference.entries(logits));
      const id = random.integer(0, vocabulary - 1);
      const { logprob, top } = tokenLogprobs(logits, id, 20);
      const sorted = probabilities.map((_, id) => id).sort((a, b) => logits[b] - logits[a] || a - b);
      deepEqual(top.map(({ id }) => id), sorted.slice(0, 20));
      for (const entry of [{ id, logprob }, ...top]) {
        const error = Math.abs(entry.logprob - Math.log(probabilities[entry.id]));
        if (!(error <= 1e-12 * (1 + Math.abs(entry.logprob)))) {
          throw new Error(`${entry.id}: off by ${error}`);
        }
      }
    }
  }
});

Deno.test("tokenLogprobs() of all tokens are those of a distribution", () => {
  const logits = new Random(testSeed()).floats(100, 5);
  const { top } = tokenLogprobs(logits, 0, 100);
  const total = top.reduce((sum, { logprob }) => sum + Math.exp(logprob), 0);
  ok(Math.abs(total - 1) < 1e-12, `${total}`);
});

Deno.test("tokenLogprobs() orders ties by id and leaves out what is impossible", () => {
  const half = Math.log(0.5);
  deepEqual(tokenLogprobs(Float32Array.of(-Infinity, 2, -Infinity, 2), 3, 4), {
    id: 3,
    logprob: half,
    top: [{ id: 1, logprob: half }, { id: 3, logprob: half }],
  });
  deepEqual(tokenLogprobs(Float32Array.of(0), 0, 0), { id: 0, logprob: 0, top: [] });
});

Deno.test("tokenLogprobs() refuses tokens outside the vocabulary and logits that are no numbers", () => {
  for (const id of [-1, 2, NaN]) {
    throws(() => tokenLogprobs(new Float32Array(2), id, 1), { code: "INDEX_OUT_OF_RANGE" });
  }
  throws(() => tokenLogprobs(Float32Array.of(0, NaN), 0, 1), { code: "INVALID_STATE", message: /token 1$/ });
});

Deno.test("TokenSampler.logprobs() ignores biases, penalties and temperature", () => {
  const logits = Float32Array.of(1, 2, 3);
  const options = resolveOptions(
    { temperature: 0.1, logitBias: { 0: 50 }, presencePenalty: 2 },
    { vocabulary: 3, contextLength: 8 },
  );
  const sampler = new TokenSampler(options, 3);
  sampler.accept(2);
  sampler.sample(logits);
  deepEqual(sampler.logprobs(logits, 0, 3), tokenLogprobs(logits, 0, 3));
  equal(sampler.logprobs(logits, 2, 1).top[0].id, 2);
});
