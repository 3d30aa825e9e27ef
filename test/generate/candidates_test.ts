import { deepEqual, equal, ok } from "node:assert/strict";
import { Candidates } from "../../src/generate/candidates.ts";
import { Random, testSeed } from "../random.ts";
import * as reference from "./reference.ts";

const VOCABULARIES = [1, 2, 3, 39, 40, 41, 512];

/** Logits of several shapes: normal, peaked, flat, full of ties, with forbidden tokens. */
function randomLogits(random: Random, vocabulary: number): Float32Array {
  const logits = random.floats(vocabulary, random.pick([0.01, 1, 4, 30]));
  const shape = random.integer(0, 3);
  if (shape === 1) { for (let i = 0; i < vocabulary; i++) logits[i] = Math.round(logits[i]); }
  if (shape === 2) { for (let i = 1; i < vocabulary; i++) if (random.next() < 0.3) logits[i] = -Infinity; }
  if (shape === 3) logits.fill(logits[0]);
  return logits;
}

function kept(candidates: Candidates): reference.Entry[] {
  return Array.from(candidates.ids.subarray(0, candidates.count), (id, i) => ({
    id,
    logit: candidates.logits[i],
  }));
}

/** Compares what a filter keeps with the reference, on 60 random cases of each vocabulary. */
function agrees(
  filter: (candidates: Candidates, value: number) => void,
  expected: (from: reference.Entry[], value: number) => reference.Entry[],
  values: readonly number[],
): void {
  const random = new Random(testSeed());
  for (const vocabulary of VOCABULARIES) {
    for (let round = 0; round < 60; round++) {
      const logits = randomLogits(random, vocabulary);
      const k = random.pick([0, 0, 1, 5, 40]);
      const value = random.pick(values);
      const candidates = new Candidates(vocabulary, k);
      candidates.take(logits);
      filter(candidates, value);
      const wanted = expected(reference.topK(reference.entries(logits), k), value);
      deepEqual(kept(candidates), wanted, `vocabulary ${vocabulary}, top-k ${k}, value ${value}`);
    }
  }
}

Deno.test("Candidates.take() keeps the k best as a sort does, ties by lower id", () => {
  const random = new Random(testSeed());
  for (const vocabulary of VOCABULARIES) {
    for (const k of [0, 1, 2, 39, 40, 41, 511, 512, 1000]) {
      const candidates = new Candidates(vocabulary, k);
      for (let round = 0; round < 8; round++) {
        const logits = randomLogits(random, vocabulary);
        candidates.take(logits);
        const wanted = reference.topK(reference.entries(logits), k);
        deepEqual(kept(candidates), wanted, `vocabulary ${vocabulary}, k ${k}`);
      }
    }
  }
});

Deno.test("Candidates.take() keeps the k best of ascending, descending and equal logits", () => {
  for (const logit of [(i: number) => i, (i: number) => -i, () => 1, (i: number) => i % 7]) {
    const logits = Float32Array.from({ length: 1000 }, (_, i) => logit(i));
    const candidates = new Candidates(1000, 40);
    candidates.take(logits);
    deepEqual(kept(candidates), reference.topK(reference.entries(logits), 40));
  }
});

Deno.test("Candidates.keepTopP() agrees with the sorted reference", () => {
  agrees((c, p) => c.keepTopP(p), reference.topP, [1e-6, 0.1, 0.31, 0.5, 0.9, 0.95, 0.999]);
});

Deno.test("Candidates.keepMinP() agrees with the reference", () => {
  agrees((c, p) => c.keepMinP(Math.fround(Math.log(p))), reference.minP, [1e-6, 0.05, 0.1, 0.31, 0.9, 1]);
});

Deno.test("Candidates.keepTopP() with a min-p depth keeps what the two keep one after the other", () => {
  const depth = Math.fround(Math.log(0.31));
  agrees(
    (c, p) => c.keepTopP(p, depth),
    (from, p) => reference.minP(reference.topP(from, p), 0.31),
    [1e-6, 0.1, 0.31, 0.5, 0.9, 0.95, 0.999],
  );
});

Deno.test("Candidates.keepTypical() agrees with the sorted reference, which uses entropies", () => {
  const random = new Random(testSeed());
  for (const vocabulary of VOCABULARIES) {
    for (let round = 0; round < 60; round++) {
      // No rounded logits here: two on either side of the entropy may tie but for the last bit.
      const logits = random.floats(vocabulary, random.pick([0.01, 1, 4]));
      const mass = random.pick([1e-6, 0.1, 0.31, 0.5, 0.9, 0.95]);
      const candidates = new Candidates(vocabulary, 0);
      candidates.take(logits);
      candidates.keepTypical(mass);
      const wanted = reference.typical(reference.entries(logits), mass);
      deepEqual(kept(candidates), wanted, `vocabulary ${vocabulary}, mass ${mass}`);
    }
  }
});

Deno.test("Candidates.keepTypical() may drop the best token and keeps ties by lower id", () => {
  const candidates = new Candidates(9, 0);
  // One token of 0.3 and eight of 0.0875: the entropy is nearer to the information of the eight.
  candidates.take(Float32Array.from([0.3, ...Array(8).fill(0.0875)], Math.log));
  candidates.keepTypical(0.2);
  deepEqual([...candidates.ids.subarray(0, candidates.count)], [1, 2, 3]);
});

Deno.test("Candidates.keepTopP() counts equal tokens by lower id", () => {
  const candidates = new Candidates(40, 0);
  candidates.take(new Float32Array(40).fill(-3));
  candidates.keepTopP(0.5);
  deepEqual([...candidates.ids.subarray(0, candidates.count)], Array.from({ length: 20 }, (_, i) => i));
});

Deno.test("Candidates.draw() splits [0, 1) by the softmax, in the order of ids", () => {
  const candidates = new Candidates(4, 0);
  candidates.take(Float32Array.from([0.1, 0.2, 0.3, 0.4], Math.log));
  const units = [0, 0.0999, 0.1001, 0.2999, 0.3001, 0.5999, 0.6001, 1 - 2 ** -53];
  deepEqual(units.map((unit) => candidates.draw(1, unit)), [0, 0, 1, 1, 2, 2, 3, 3]);
});

Deno.test("Candidates.draw() never draws a token without weight", () => {
  const candidates = new Candidates(3, 0);
  candidates.take(Float32Array.of(-3e38, 0, -3e38));
  for (const unit of [0, 0.5, 1 - 2 ** -53]) equal(candidates.draw(1, unit), 1);
});

Deno.test("Candidates agree with the reference on a vocabulary of 49152", () => {
  const random = new Random(testSeed());
  for (const k of [0, 40]) {
    const logits = random.floats(49152, 3);
    const candidates = new Candidates(49152, k);
    candidates.take(logits);
    candidates.keepTopP(0.95);
    const wanted = reference.topP(reference.topK(reference.entries(logits), k), 0.95);
    deepEqual(kept(candidates), wanted);
    ok(candidates.count > 10);
    candidates.keepMinP(Math.fround(Math.log(0.05)));
    deepEqual(kept(candidates), reference.minP(wanted, 0.05));
  }
});
