/**
 * Oracles of the norm family.
 *
 * @module
 */
import type { Random } from "../random.ts";
import type { Case, Expected, Reference } from "./reference.ts";

const mean = (row: Float64Array) => row.reduce((a, b) => a + b, 0) / row.length;

/** One row divided by its root mean square, times w. */
export function rmsNorm(row: Float64Array, w: ArrayLike<number>, eps: number): Float64Array {
  const root = Math.sqrt(mean(row.map((v) => v * v)) + eps);
  return row.map((v, c) => v / root * w[c]);
}

/** One row with mean 0 and variance 1, times w plus b. */
export function layerNorm(
  row: Float64Array,
  w: ArrayLike<number>,
  b: ArrayLike<number> | null,
  eps: number,
): Float64Array {
  const m = mean(row);
  const root = Math.sqrt(mean(row.map((v) => (v - m) * (v - m))) + eps);
  return row.map((v, c) => (v - m) / root * w[c] + (b ? b[c] : 0));
}

const EPS = 1e-5;
const shapes = [[0, 4], [1, 1], [3, 3], [2, 4], [5, 7], [1, 8], [3, 9], [2, 64], [2, 575]];

/** A function of one row over every row of [R, C]. */
function rows(x: ArrayLike<number>, columns: number, f: (row: Float64Array) => Float64Array): Float64Array {
  const y = new Float64Array(x.length);
  for (let at = 0; at < x.length; at += columns) {
    y.set(f(Float64Array.from({ length: columns }, (_, c) => x[at + c])), at);
  }
  return y;
}

export const rms_norm_f32: Reference = {
  *cases(random: Random): Generator<Case> {
    for (const [R, C] of shapes) {
      const x = random.floats(R * C, 3);
      const call = { label: `${R}x${C}`, params: [C, EPS], cells: [R] };
      yield { ...call, operands: [x, random.floats(C), new Float32Array(R * C)] };
      yield {
        ...call,
        label: `${call.label} in place`,
        operands: [x, random.floats(C), x],
        shared: [[2, 0]],
      };
    }
    const rows = Float32Array.of(0, 0, 0, NaN, 1, 2, 1e15, -1e15, 1e15);
    const operands = [rows, Float32Array.of(1, 2, 3), new Float32Array(9)];
    yield { label: "zeros, NaN stays in its row, large", operands, params: [3, EPS], cells: [3] };
  },
  oracle({ operands: [x, w], params: [C, eps] }: Case): Expected[] {
    return [{ operand: 2, values: rows(x!, C, (row) => rmsNorm(row, w!, eps)) }];
  },
};

export const add_rms_norm_f32: Reference = {
  *cases(random: Random): Generator<Case> {
    for (const [R, C] of shapes) {
      const [x, delta] = [random.floats(R * C, 3), random.floats(R * C)];
      const call = { label: `${R}x${C}`, params: [C, EPS], cells: [R] };
      const [sum, y] = [new Float32Array(R * C), new Float32Array(R * C)];
      yield { ...call, operands: [x, delta, random.floats(C), sum, y] };
      const shared = [[3, 0]] as const;
      yield { ...call, label: `${call.label} onto x`, operands: [x, delta, random.floats(C), x, y], shared };
    }
  },
  oracle({ operands: [x, delta, w], params: [C, eps] }: Case): Expected[] {
    const sum = Float32Array.from(x!, (v, i) => v + delta![i]);
    return [
      { operand: 3, values: sum },
      { operand: 4, values: rows(sum, C, (row) => rmsNorm(row, w!, eps)) },
    ];
  },
};

export const layer_norm_f32: Reference = {
  *cases(random: Random): Generator<Case> {
    for (const [R, C] of shapes) {
      const x = random.floats(R * C, 3).map((v) => v + 5);
      const [w, b] = [random.floats(C), random.floats(C)];
      const call = { label: `${R}x${C}`, params: [C, EPS], cells: [R] };
      yield { ...call, operands: [x, w, b, new Float32Array(R * C)] };
      yield { ...call, label: `${call.label} without b`, operands: [x, w, null, new Float32Array(R * C)] };
      yield { ...call, label: `${call.label} in place`, operands: [x, w, b, x], shared: [[3, 0]] };
    }
  },
  oracle({ operands: [x, w, b], params: [C, eps] }: Case): Expected[] {
    return [{ operand: 3, values: rows(x!, C, (row) => layerNorm(row, w!, b, eps)) }];
  },
};
