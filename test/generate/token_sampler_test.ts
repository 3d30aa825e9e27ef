import { deepEqual, equal, ok, throws } from "node:assert/strict";
import { WickError } from "../../src/error.ts";
import { type GenerateOptions, type ResolvedOptions, resolveOptions } from "../../src/generate/options.ts";
import { TokenSampler } from "../../src/generate/token_sampler.ts";
import { philox4x32, unitFloat64 } from "../../src/tensor/philox.ts";
import { Random, testSeed } from "../random.ts";
import * as reference from "./reference.ts";

const CONTEXT = 128;
const ALL_OFF: GenerateOptions = { temperature: 1, topK: 0, topP: 1, minP: 0, repeatLastN: 0, seed: 1 };

function resolve(options: GenerateOptions, vocabulary: number): ResolvedOptions {
  return resolveOptions(options, { vocabulary, contextLength: CONTEXT });
}

function sampler(options: GenerateOptions, vocabulary: number): TokenSampler {
  return new TokenSampler(resolve(options, vocabulary), vocabulary);
}

/** The n-th uniform number of a seed, as the documentation of the draws defines it. */
function uniform(seed: number, n: number): number {
  const words = new Uint32Array(4);
  philox4x32(n, 0, 0, 0x7769636b, seed % 2 ** 32, Math.floor(seed / 2 ** 32), words);
  return unitFloat64(words[0], words[1]);
}

function randomOptions(random: Random, vocabulary: number): GenerateOptions {
  const logitBias = new Map<number, number>();
  for (let i = random.integer(0, 3); i > 0; i--) {
    const bias = random.pick([-Infinity, -100, -1.5, 0.7, 100]);
    if (vocabulary > 3) logitBias.set(random.integer(0, vocabulary - 1), bias);
  }
  return {
    temperature: random.pick([0, 1e-6, 0.8, 1, 100]),
    topK: random.pick([0, 1, 39, 40, 41]),
    topP: random.pick([1, 0.95, 0.3, 1e-6]),
    minP: random.pick([0, 0.05, 0.5]),
    typicalP: random.pick([1, 1, 0.9, 0.2]),
    repeatPenalty: random.pick([1, 1.3, 0.5]),
    repeatLastN: random.pick([-1, 0, 1, 5, 64]),
    presencePenalty: random.pick([0, 0, 0.5, -2]),
    frequencyPenalty: random.pick([0, 0, 0.3, -0.1]),
    seed: random.integer(0, 2 ** 53 - 1),
    logitBias,
  };
}

Deno.test("TokenSampler draws what the sorted float64 reference draws, over random chains and texts", () => {
  const random = new Random(testSeed());
  for (const vocabulary of [1, 2, 39, 40, 41, 512]) {
    for (let round = 0; round < 60; round++) {
      const options = resolve(randomOptions(random, vocabulary), vocabulary);
      const sampler = new TokenSampler(options, vocabulary);
      const text: number[] = [];
      for (let n = 0; n < 12; n++) {
        const logits = random.floats(vocabulary, 3);
        const left = options.temperature === 0
          ? reference.entries(reference.adjust(logits, options, text))
          : reference.chain(logits, options, text);
        const wanted = reference.draw(left, options.temperature, uniform(options.seed, n));
        const id = sampler.sample(logits);
        equal(id, wanted, `vocabulary ${vocabulary}, draw ${n}, ${JSON.stringify(options)}`);
        sampler.accept(id);
        text.push(id);
      }
    }
  }
});

Deno.test("TokenSampler draws what the reference draws from a vocabulary of 49152", () => {
  const random = new Random(testSeed());
  const vocabulary = 49152;
  for (const options of [{ seed: 5 }, { seed: 5, topK: 0 }, { ...ALL_OFF, seed: 5 }]) {
    const resolved = resolve(options, vocabulary);
    const sampler = new TokenSampler(resolved, vocabulary);
    for (let n = 0; n < 2; n++) {
      const logits = random.floats(vocabulary, 3);
      const wanted = reference.draw(
        reference.chain(logits, resolved, []),
        resolved.temperature,
        uniform(5, n),
      );
      equal(sampler.sample(logits), wanted);
    }
  }
});

Deno.test("TokenSampler takes the best token, ties by lower id, with temperature 0, top-k 1 or a tiny top-p", () => {
  const random = new Random(testSeed());
  for (const options of [{ temperature: 0 }, { topK: 1 }, { topK: 0, topP: 1e-9 }, { minP: 1, topK: 0 }]) {
    for (const vocabulary of [1, 2, 40, 41, 3000]) {
      const sampled = sampler({ ...options, temperature: options.temperature ?? 5, seed: 3 }, vocabulary);
      for (let round = 0; round < 10; round++) {
        const logits = random.floats(vocabulary, 2);
        equal(sampled.sample(logits), logits.indexOf(Math.max(...logits)), JSON.stringify(options));
      }
    }
  }
  equal(sampler({ temperature: 0 }, 4).sample(Float32Array.of(1, 7, 7, 2)), 1);
  equal(sampler({ topK: 1 }, 4).sample(Float32Array.of(1, 7, 7, 2)), 1);
});

Deno.test("TokenSampler with a top-k of the whole vocabulary or beyond draws as with none", () => {
  const random = new Random(testSeed());
  const samplers = [0, 100, 1e9].map((topK) => sampler({ topK, seed: 9 }, 100));
  for (let n = 0; n < 100; n++) {
    const logits = random.floats(100, 2);
    const ids = samplers.map((sampler) => sampler.sample(logits));
    deepEqual(ids, [ids[0], ids[0], ids[0]]);
  }
});

Deno.test("TokenSampler with everything off draws from the softmax (chi-square, 8 tokens, fixed seed)", () => {
  const logits = Float32Array.of(0, 1, -1, 2, 0.5, -2, 1.5, 0);
  const probabilities = reference.softmax(reference.entries(logits));
  // 24.32 is exceeded by chance in one of a thousand seeds (7 degrees of freedom).
  ok(chiSquare(sampler(ALL_OFF, 8), logits, probabilities, 20_000) < 24.32);
});

Deno.test("TokenSampler at temperature 2 draws from the flatter softmax (chi-square, fixed seed)", () => {
  const logits = Float32Array.of(0, 1, -1, 2, 0.5, -2, 1.5, 0);
  const flat = reference.softmax(reference.entries(logits), 2);
  const options = { ...ALL_OFF, temperature: 2 };
  ok(chiSquare(sampler(options, 8), logits, flat, 20_000) < 24.32);
  const sharp = reference.softmax(reference.entries(logits));
  ok(chiSquare(sampler(options, 8), logits, sharp, 20_000) > 100, "the test tells the two apart");
});

function chiSquare(
  sampler: TokenSampler,
  logits: Float32Array,
  probabilities: number[],
  draws: number,
): number {
  const counts = new Array(probabilities.length).fill(0);
  for (let i = 0; i < draws; i++) counts[sampler.sample(logits)]++;
  return probabilities.reduce((sum, probability, id) => {
    return sum + (counts[id] - draws * probability) ** 2 / (draws * probability);
  }, 0);
}

/** Logits from integer arithmetic alone, the same on every runtime. */
function plainLogits(vocabulary: number, step: number): Float32Array {
  return Float32Array.from({ length: vocabulary }, (_, id) => {
    return (Math.imul(id * 31 + step + 1, 0x9e3779b1) >>> 22) / 128;
  });
}

function story(options: GenerateOptions, length: number): number[] {
  const vocabulary = 300;
  const sampled = sampler(options, vocabulary);
  return Array.from({ length }, (_, step) => {
    const id = sampled.sample(plainLogits(vocabulary, step));
    sampled.accept(id);
    return id;
  });
}

Deno.test("TokenSampler gives the stored sequences for fixed seeds", () => {
  // From this sampler, first version: what a seed means may not change.
  deepEqual(story({ seed: 42 }, 12), [147, 199, 277, 173, 62, 184, 199, 75, 109, 244, 139, 60]);
  const other = story({ seed: 2 ** 53 - 1, topK: 0, repeatPenalty: 1.2 }, 12);
  deepEqual(other, [278, 4, 170, 41, 276, 247, 117, 187, 78, 269, 51, 65]);
});

Deno.test("TokenSampler gives equal sequences for equal seeds, others for others, however interleaved", () => {
  const alone = story({ seed: 7 }, 20);
  deepEqual(story({ seed: 7 }, 20), alone);
  for (const seed of [8, 7 + 2 ** 32]) ok(story({ seed }, 20).join() !== alone.join(), `seed ${seed}`);
  const pair = [sampler({ seed: 7 }, 300), sampler({ seed: 8 }, 300)];
  const together = Array.from({ length: 20 }, (_, step) => {
    pair[1].sample(plainLogits(300, step));
    return pair[0].sample(plainLogits(300, step));
  });
  deepEqual(together, alone);
});

Deno.test("TokenSampler refuses NaN and Infinity, naming the first, whatever the chain", () => {
  for (const options of [{}, { temperature: 0 }, ALL_OFF, { presencePenalty: 1 }]) {
    for (const [value, at] of [[NaN, 0], [NaN, 60], [NaN, 99], [Infinity, 60]]) {
      const logits = Float32Array.from({ length: 100 }, (_, id) => 100 - id);
      logits[at] = value;
      if (at < 90) logits[at + 5] = value;
      throws(() => sampler(options, 100).sample(logits), (error) => {
        ok(error instanceof WickError);
        equal(error.code, "INVALID_STATE");
        ok(error.message.endsWith(`got ${value} at token ${at}`), error.message);
        return true;
      });
    }
  }
});

Deno.test("TokenSampler refuses logits or biases that leave nothing to draw", () => {
  const nothing = new Float32Array(50).fill(-Infinity);
  for (const options of [{}, { temperature: 0 }, ALL_OFF]) {
    throws(() => sampler(options, 50).sample(nothing), { name: "WickError", code: "INVALID_STATE" });
  }
  const forbidden = sampler({ logitBias: { 0: -Infinity, 1: -Infinity } }, 2);
  throws(() => forbidden.sample(new Float32Array(2)), { name: "WickError", code: "INVALID_STATE" });
  equal(sampler({ logitBias: { 0: -Infinity } }, 2).sample(new Float32Array(2)), 1);
});

Deno.test("TokenSampler refuses logits of another vocabulary and tokens outside its own", () => {
  const sampled = sampler({}, 4);
  throws(() => sampled.sample(new Float32Array(5)), { code: "SHAPE_MISMATCH" });
  throws(() => sampled.logprobs(new Float32Array(3), 0, 1), { code: "SHAPE_MISMATCH" });
  for (const id of [-1, 4, NaN]) throws(() => sampled.accept(id), { code: "INDEX_OUT_OF_RANGE" });
});

Deno.test("TokenSampler leaves the logits that it reads as they are", () => {
  const logits = plainLogits(300, 0), before = logits.slice();
  const sampled = sampler({ logitBias: { 3: 5 }, repeatPenalty: 2, typicalP: 0.9 }, 300);
  for (let i = 0; i < 5; i++) sampled.accept(sampled.sample(logits));
  deepEqual(logits, before);
});

Deno.test("TokenSampler makes no array or view after its construction", () => {
  const chains: GenerateOptions[] = [
    {},
    { temperature: 0, logitBias: { 1: 2 } },
    { topK: 0, typicalP: 0.9, repeatPenalty: 1.1, repeatLastN: 3 },
    { ...ALL_OFF, presencePenalty: 1, repeatLastN: -1 },
  ];
  const logits = plainLogits(300, 0);
  for (const options of chains) {
    const sampled = sampler(options, 300);
    const made = countingArrays(() => {
      for (let i = 0; i < 50; i++) sampled.accept(sampled.sample(logits));
    });
    equal(made, 0, JSON.stringify(options));
  }
  ok(countingArrays(() => sampler({}, 300)) > 0, "the count sees a construction");
  ok(countingArrays(() => logits.subarray(1)) > 0, "the count sees a view");
});

/** The number of typed arrays and views that a function makes, counted through their constructors. */
function countingArrays(run: () => void): number {
  const scope = globalThis as unknown as Record<string, { new (...args: unknown[]): object }>;
  const names = ["Float32Array", "Float64Array", "Int32Array", "Uint32Array", "ArrayBuffer", "Map", "Set"];
  const originals = names.map((name) => scope[name]);
  const copying = ["slice", "subarray", "map", "filter"] as const;
  const typed = Object.getPrototypeOf(Float32Array.prototype) as Record<string, unknown>;
  const methods = copying.map((name) => typed[name]);
  let made = 0;
  const counted = (target: { new (...args: unknown[]): object }) =>
    new Proxy(target, {
      construct: (target, args, newTarget) => (made++, Reflect.construct(target, args, newTarget)),
    });
  try {
    names.forEach((name, i) => scope[name] = counted(originals[i]));
    copying.forEach((name, i) => {
      typed[name] = function (this: unknown, ...args: unknown[]): unknown {
        made++;
        return (methods[i] as (...args: unknown[]) => unknown).apply(this, args);
      };
    });
    run();
  } finally {
    names.forEach((name, i) => scope[name] = originals[i]);
    copying.forEach((name, i) => typed[name] = methods[i]);
  }
  return made;
}
