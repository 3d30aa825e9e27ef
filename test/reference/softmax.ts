/**
 * Oracles of the softmax family.
 *
 * @module
 */
import type { Random } from "../random.ts";
import type { Case, Expected, Reference } from "./reference.ts";

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
