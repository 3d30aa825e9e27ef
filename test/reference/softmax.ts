/**
 * Oracles of the softmax family.
 *
 * @module
 */
import type { Random } from "../random.ts";
import type { Case, Expected, OperandValue, Reference } from "./reference.ts";

/** softmax of one row. */
export function softmax(row: ArrayLike<number>): Float64Array {
  const x = Float64Array.from(row);
  const largest = x.reduce((a, b) => Math.max(a, b), -Infinity);
  const e = x.map((v) => Math.exp(v - largest));
  const sum = e.reduce((a, b) => a + b, 0);
  return e.map((v) => v / sum);
}

export const softmax_f32: Reference = {
  *cases(random: Random): Generator<Case> {
    for (const rows of [0, 1, 2, 5]) {
      for (const columns of [1, 3, 4, 5, 31, 32, 33, 257]) {
        const x = random.floats(rows * columns, 4);
        const call = { label: `${rows}x${columns}`, params: [columns], cells: [rows] };
        yield { ...call, operands: [x, new Float32Array(x.length)] };
        yield { ...call, label: call.label + " in place", operands: [x, x], shared: [[1, 0]] };
      }
    }
    const extreme = Float32Array.of(88, -1000, 0, 1e30, -1e30, 3, 3, 3);
    yield { label: "extremes", operands: [extreme, new Float32Array(8)], params: [4], cells: [2] };
    yield {
      label: "NaN stays in its row",
      operands: [Float32Array.of(1, NaN, 2, 0, 1, 2), new Float32Array(6)],
      params: [3],
      cells: [2],
    };
  },
  oracle({ operands, params: [columns], cells: [rows] }: Case): Expected[] {
    const x = operands[0] as Float32Array;
    const values = new Float64Array(rows * columns);
    for (let r = 0; r < rows; r++) {
      const row = x.subarray(r * columns, (r + 1) * columns);
      values.set(row.some(Number.isNaN) ? new Float64Array(columns).fill(NaN) : softmax(row), r * columns);
    }
    return [{ operand: 1, values }];
  },
};

/** f of each row of the operands [R, C]. */
function byRow(
  operands: OperandValue[],
  columns: number,
  f: (...rows: Float64Array[]) => ArrayLike<number>,
): Float64Array {
  const values = new Float64Array(operands[0]!.length);
  for (let at = 0; at < values.length; at += columns) {
    values.set(f(...operands.map((x) => Float64Array.from(x!.subarray(at, at + columns)))), at);
  }
  return values;
}

const sum = (x: Float64Array): number => x.reduce((a, b) => a + b, 0);

function logSoftmax(x: Float64Array): Float64Array {
  const m = x.reduce((a, b) => Math.max(a, b), -Infinity);
  const log = Math.log(sum(x.map((v) => Math.exp(v - m))));
  return x.map((v) => v - m - log);
}

export const log_softmax_f32: Reference = {
  cases: softmax_f32.cases,
  oracle({ operands: [x], params: [columns] }: Case): Expected[] {
    return [{ operand: 1, values: byRow([x], columns, logSoftmax) }];
  },
};

/** Oracle of dx of y and dy, by row; `scale` gives the size of each element's terms. */
function backward(
  forward: (x: Float64Array) => Float64Array,
  f: (y: Float64Array, dy: Float64Array) => Float64Array,
  scale: (y: Float64Array, dy: Float64Array) => Float64Array,
): Reference {
  return {
    *cases(random: Random): Generator<Case> {
      for (const [R, C] of [[0, 3], [1, 1], [2, 3], [3, 4], [2, 5], [1, 33], [2, 257]]) {
        const y = Float32Array.from(byRow([random.floats(R * C, 3)], C, forward));
        const [dy, call] = [random.floats(R * C), { label: `${R}x${C}`, params: [C], cells: [R] }];
        yield { ...call, operands: [y, dy, new Float32Array(R * C)] };
        yield { ...call, label: `${call.label} into dy`, operands: [y, dy, dy], shared: [[2, 1]] };
        yield { ...call, label: `${call.label} into y`, operands: [y, dy, y], shared: [[2, 0]] };
      }
      const operands = [new Float32Array(4).fill(0.5), Float32Array.of(NaN, 1, 2, 3), new Float32Array(4)];
      yield { label: "NaN stays in its row", operands, params: [2], cells: [2] };
    },
    oracle({ operands: [y, dy], params: [C] }: Case): Expected[] {
      return [{ operand: 2, values: byRow([y, dy], C, f), scale: byRow([y, dy], C, scale) }];
    },
  };
}

const product = (a: Float64Array, b: Float64Array): Float64Array => a.map((v, i) => v * b[i]);
const sizes = (a: Float64Array): Float64Array => a.map(Math.abs);

export const softmax_backward_f32: Reference = backward(
  softmax,
  (y, dy) => y.map((v, c) => v * (dy[c] - sum(product(y, dy)))),
  (y, dy) => y.map((v, c) => v * (Math.abs(dy[c]) + sum(sizes(product(y, dy))))),
);

export const log_softmax_backward_f32: Reference = backward(
  logSoftmax,
  (y, dy) => y.map((v, c) => dy[c] - Math.exp(v) * sum(dy)),
  (y, dy) => y.map((v, c) => Math.abs(dy[c]) + Math.exp(v) * sum(sizes(dy))),
);
