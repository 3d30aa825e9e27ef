/** The public sampler draws what the language models draw, and says what it refuses. */
import { deepEqual, equal, notDeepEqual, rejects, throws } from "node:assert/strict";
import {
  defaultDevice,
  type GenerateOptions,
  load,
  Sampler,
  type SamplerOptions,
  tensor,
} from "../../mod.ts";
import { resolveOptions } from "../../src/generate/options.ts";
import { TokenSampler } from "../../src/generate/token_sampler.ts";
import { Random, testSeed } from "../random.ts";
import { repositoryPath } from "../shared.ts";

const chains: SamplerOptions[] = [
  { seed: 7 },
  { seed: 2 ** 53 - 1, temperature: 1.3, topK: 0, topP: 0.8 },
  { seed: 3, temperature: 1, topK: 0, topP: 1, minP: 0.1, typicalP: 0.9 },
  { seed: 11, repeatPenalty: 1.4, repeatLastN: 16, presencePenalty: 0.5, frequencyPenalty: 0.3 },
  { seed: 5, logitBias: { 13: -Infinity, 20: 2 }, temperature: 2 },
  { temperature: 0, repeatPenalty: 1.2 },
];

Deno.test("Sampler draws the tokens of a language model's generation from its logits", async () => {
  using model = await load(repositoryPath("models/wick-stories.gguf"));
  const prompt = model.promptIds("Once upon a time, a fox named Tom");
  for (const options of chains) {
    const { ids } = await model.generate(prompt, { ...options, maxTokens: 12, ignoreEos: true }).result();
    using session = model.session();
    const first = await session.logits(prompt);
    const sampler = new Sampler(first.length, options);
    for (const id of prompt) sampler.accept(id);
    const drawn: number[] = [];
    while (drawn.length < ids.length) drawn.push(sampler.sample(await session.logits([...prompt, ...drawn])));
    deepEqual(drawn, ids, JSON.stringify(options));
  }
});

Deno.test("Sampler draws from tensors as from arrays, in every float dtype and with dimensions of extent 1", async () => {
  const random = new Random(testSeed());
  for (const options of chains) {
    for (const dtype of ["f32", "f64", "f16", "bf16"] as const) {
      const samplers = [new Sampler(50, options), new Sampler(50, options)];
      for (let n = 0; n < 8; n++) {
        using x = tensor(random.floats(50, 3));
        using converted = x.to(dtype);
        using logits = converted.reshape(1, 1, 50);
        using rounded = converted.to("f32");
        const fromTensor = await samplers[1].sample(logits);
        equal(fromTensor, samplers[0].sample(await rounded.data<Float32Array>()), `${dtype} ${n}`);
      }
    }
  }
});

Deno.test("Sampler counts what it draws and what is accepted for its penalties", () => {
  const random = new Random(testSeed());
  const given: GenerateOptions = { seed: 1, repeatPenalty: 1.5, repeatLastN: -1, frequencyPenalty: 1 };
  const chain = new TokenSampler(resolveOptions(given, { vocabulary: 30, contextLength: 65536 }), 30);
  const sampler = new Sampler(30, given);
  for (const id of [1, 2, 2, 3]) {
    chain.accept(id);
    sampler.accept(id);
  }
  for (let n = 0; n < 100; n++) {
    const logits = random.floats(30, 3);
    const wanted = chain.sample(logits);
    chain.accept(wanted);
    equal(sampler.sample(logits), wanted);
  }
  const greedy = new Sampler(2, { temperature: 0, presencePenalty: 2 });
  const logits = Float32Array.of(1, 0);
  deepEqual([greedy.sample(logits), greedy.sample(logits)], [0, 1]);
});

Deno.test("Sampler takes a random seed, which repeats the draws", () => {
  const random = new Random(1);
  const logits = Array.from({ length: 20 }, () => random.floats(100, 1));
  const draws = (sampler: Sampler) => logits.map((l) => sampler.sample(l));
  const first = new Sampler(100), other = new Sampler(100);
  const drawn = draws(first);
  deepEqual(draws(new Sampler(100, { seed: first.seed })), drawn);
  notDeepEqual(draws(other), drawn);
});

Deno.test("Sampler refuses other options, logits and tokens, by name", async () => {
  throws(() => new Sampler(3, { temprature: 1 } as SamplerOptions), {
    code: "INVALID_ARGUMENT",
    param: "temprature",
  });
  throws(() => new Sampler(3, { maxTokens: 1 } as SamplerOptions), {
    code: "INVALID_ARGUMENT",
    param: "maxTokens",
  });
  throws(() => new Sampler(3, { topP: 0 }), { code: "INVALID_ARGUMENT", param: "topP" });
  throws(() => new Sampler(3, { logitBias: { 3: 1 } }), { code: "INVALID_ARGUMENT", param: "logitBias" });
  for (const vocabulary of [0, -1, 1.5, NaN, "3" as unknown as number]) {
    throws(() => new Sampler(vocabulary), { code: "INVALID_ARGUMENT", param: "vocabulary" });
  }
  const sampler = new Sampler(3);
  throws(() => sampler.sample(new Float32Array(4)), { code: "SHAPE_MISMATCH" });
  throws(() => sampler.sample([1, 2, 3] as unknown as Float32Array), { code: "INVALID_ARGUMENT" });
  throws(() => sampler.sample(Float32Array.of(1, NaN, 0)), { code: "INVALID_STATE" });
  throws(() => sampler.accept(3), { code: "INDEX_OUT_OF_RANGE" });
  let before = defaultDevice().live();
  for (let round = 0; round < 3; round++) {
    if (round === 1) before = defaultDevice().live(); // the device's own constants come with the first
    using two = tensor([[1, 2, 3], [4, 5, 6]]);
    await rejects(sampler.sample(two), { code: "SHAPE_MISMATCH", message: /expected 3 logits/ });
    using floats = tensor([1, NaN, 3]);
    using halves = floats.to("f16");
    await rejects(sampler.sample(halves), { code: "INVALID_STATE" });
  }
  deepEqual(defaultDevice().live(), before);
});
