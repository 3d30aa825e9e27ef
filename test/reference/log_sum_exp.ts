/**
 * Oracles of the logarithm of a sum of exponentials.
 *
 * @module
 */
import type { Random } from "../random.ts";
import type { Case, Expected, Reference } from "./reference.ts";

/** By the largest, which is taken out where it is finite. */
function logSumExp(row: readonly number[]): number {
  if (row.some(Number.isNaN)) return NaN;
  const m = Math.max(...row);
  return Number.isFinite(m) ? m + Math.log(row.reduce((s, v) => s + Math.exp(v - m), 0)) : m;
}

const rowsOf = (x: ArrayLike<number>, C: number, R: number): number[][] =>
  Array.from({ length: R }, (_, r) => Array.from({ length: C }, (_, c) => x[r * C + c]));

/** Blocks of 128 come with larger ones, smaller ones, infinite ones. */
function* inputs(random: Random): Generator<{ label: string; x: Float32Array; R: number; C: number }> {
  for (const C of [0, 1, 3, 4, 5, 31, 32, 33, 127, 128, 129, 257, 1030]) {
    for (const R of [0, 1, 3]) yield { label: `${R}x${C}`, x: random.floats(R * C, 4), R, C };
  }
  const rising = random.floats(3000).map((v, i) => v + 40 * Math.floor(i / 1000));
  yield { label: "rising", x: rising, R: 1, C: 3000 };
  yield { label: "falling", x: rising.toReversed(), R: 1, C: 3000 };
  const special = [
    ...[88, 1000, 0, 1e30, -1e30, 3, -Infinity, -Infinity, -Infinity, -Infinity, 1, 2],
    ...[Infinity, 1, -Infinity, NaN, Infinity, 1, NaN, -Infinity, -Infinity, 3e38, 3e38, -3e38],
  ];
  yield { label: "special", x: Float32Array.from(special), R: 8, C: 3 };
  const late = new Float32Array(2100).fill(-Infinity);
  late[2099] = 5;
  yield { label: "one at the end", x: late, R: 1, C: 2100 };
}

export const log_sum_exp_f32: Reference = {
  *cases(random: Random): Generator<Case> {
    for (const { label, x, R, C } of inputs(random)) {
      yield { label, operands: [x, new Float32Array(R)], params: [C], cells: [R] };
    }
  },
  oracle({ operands: [x], params: [C], cells: [R] }: Case): Expected[] {
    return [{ operand: 1, values: rowsOf(x!, C, R).map(logSumExp) }];
  },
};

export const log_sum_exp_backward_f32: Reference = {
  *cases(random: Random): Generator<Case> {
    for (const { label, x, R, C } of inputs(random)) {
      const y = Float32Array.from(rowsOf(x, C, R), logSumExp), dy = random.floats(R);
      const call = { params: [C], cells: [R] };
      yield { ...call, label, operands: [x, y, dy, new Float32Array(R * C)] };
      yield { ...call, label: `${label} into x`, operands: [x, y, dy, x], shared: [[3, 0]] };
    }
  },
  oracle({ operands: [x, y, dy], params: [C], cells: [R] }: Case): Expected[] {
    const values = rowsOf(x!, C, R).flatMap((row, r) => row.map((v) => dy![r] * Math.exp(v - y![r])));
    return [{ operand: 3, values, scale: values.map((_, i) => 1 + Math.abs(dy![Math.floor(i / C)])) }];
  },
};
