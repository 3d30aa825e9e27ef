/**
 * Oracles of the attention family.
 *
 * @module
 */
import type { Random } from "../random.ts";
import type { Case, Expected, OperandValue, Reference } from "./reference.ts";
import { softmax } from "./softmax.ts";

/** Row `i` of `width` columns. */
function row(x: OperandValue, i: number, width: number): Float64Array {
  return Float64Array.from({ length: width }, (_, c) => x![i * width + c]);
}

const dot = (a: Float64Array, b: Float64Array) => a.reduce((sum, v, i) => sum + v * b[i], 0);

// T, G, D, S, P
const appended = [[0, 1, 4, 2, 0], [1, 1, 1, 1, 0], [3, 2, 5, 8, 2], [2, 3, 8, 4, 3], [2, 1, 4, 4, -1]];

const append = (draw: (random: Random, length: number) => OperandValue): Reference => ({
  *cases(random: Random): Generator<Case> {
    for (const [T, G, D, S, P] of appended) {
      const operands = [draw(random, T * G * D), draw(random, G * S * D)];
      yield { label: `${T}x${G}x${D} at ${P} of ${S}`, operands, params: [G, D, S], cells: [T, P] };
    }
  },
  oracle({ operands: [x, cache], params: [G, D, S], cells: [T, P] }: Case): Expected[] {
    const values = Float64Array.from(cache!);
    for (let t = 0; t < T; t++) {
      if (P + t < 0 || P + t >= S) continue;
      for (let g = 0; g < G; g++) values.set(row(x, t * G + g, D), (g * S + P + t) * D);
    }
    return [{ operand: 1, values }];
  },
});

export const kv_append_b64: Reference = append((random, length) => Float64Array.from(random.floats(length)));
export const kv_append_b32: Reference = append((random, length) => random.floats(length));
export const kv_append_b16: Reference = append((random, length) =>
  Uint16Array.from(random.ints(length, 0, 65535))
);

/** One head of one position over the keys `from` .. `position` of its cache. */
function attend(q: Float64Array, keys: Float64Array[], values: Float64Array[], scale: number): Float64Array {
  const weights = softmax(keys.map((k) => scale * dot(q, k)));
  return q.map((_, d) => weights.reduce((sum, w, j) => sum + w * values[j][d], 0));
}

// T, H, G, D, S, P, window
const shapes = [
  [0, 1, 1, 4, 4, 0, 0],
  [1, 1, 1, 8, 1, 0, 0],
  [1, 3, 1, 8, 70, 63, 0],
  [1, 6, 2, 12, 33, 31, 0],
  [1, 7, 1, 4, 40, 32, 5],
  [1, 2, 2, 64, 100, 99, 0],
  [1, 1, 1, 7, 34, 33, 0],
  [2, 4, 2, 20, 40, 31, 0],
  [5, 2, 1, 8, 35, 29, 3],
  [7, 2, 2, 16, 80, 60, 33],
  [13, 1, 1, 9, 66, 53, 0],
  [40, 3, 3, 8, 40, 0, 0],
  [9, 2, 1, 32, 64, 55, 1],
];

export const attention_f32: Reference = {
  *cases(random: Random): Generator<Case> {
    for (const [T, H, G, D, S, P, window] of shapes) {
      const [k, v] = [random.floats(G * S * D), random.floats(G * S * D)];
      // what no row sees must not be touched: positions not yet written hold NaN
      for (const cache of [k, v]) {
        for (let g = 0; g < G; g++) cache.fill(NaN, (g * S + P + T) * D, (g + 1) * S * D);
      }
      yield {
        label: `T=${T} H=${H} G=${G} D=${D} S=${S} P=${P} window=${window}`,
        operands: [random.floats(T * H * D, 3), k, v, new Float32Array(T * H * D)],
        params: [H, G, D, S, Math.fround(1 / Math.sqrt(D)), window],
        cells: [T, P],
      };
    }
    const large = Float32Array.of(3e4, 0, 3e4, 0, -3e4, 1);
    const operands = [large.slice(0, 2), large, random.floats(6), new Float32Array(2)];
    yield { label: "large scores", operands, params: [1, 1, 2, 3, 1, 0], cells: [1, 2] };
    const beyond = [random.floats(8), random.floats(8), random.floats(8), new Float32Array(8)];
    yield { label: "beyond the cache", operands: beyond, params: [1, 1, 4, 2, 1, 0], cells: [2, 1] };
  },
  oracle({ operands: [q, k, v], params: [H, G, D, S, scale, window], cells: [T, P] }: Case): Expected[] {
    const y = new Float64Array(T * H * D);
    if (P < 0 || P + T > S) return [{ operand: 3, values: y.fill(NaN) }];
    for (let i = 0; i < T * H; i++) {
      const [p, g] = [P + Math.floor(i / H), Math.floor(i % H * G / H)];
      const from = window > 0 ? Math.max(0, p - window + 1) : 0;
      const seen = Array.from({ length: p + 1 - from }, (_, j) => g * S + from + j);
      const [keys, values] = [k, v].map((cache) => seen.map((at) => row(cache, at, D)));
      y.set(attend(row(q, i, D), keys, values, scale), i * D);
    }
    return [{ operand: 3, values: y }];
  },
};
