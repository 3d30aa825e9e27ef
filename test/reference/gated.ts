/**
 * Oracles of the gated feed-forward family.
 *
 * @module
 */
import type { Random } from "../random.ts";
import type { Case, Expected, Reference } from "./reference.ts";

/** x / (1 + e^-x). */
export const silu = (x: number): number => x / (1 + Math.exp(-x));

export const swiglu_f32: Reference = {
  *cases(random: Random): Generator<Case> {
    for (const [T, C] of [[0, 3], [1, 1], [2, 3], [1, 4], [3, 5], [2, 64]]) {
      const [gate, up] = [random.floats(T * C, 4), random.floats(T * C)];
      const call = { label: `${T}x${C}`, params: [C], cells: [T] };
      yield { ...call, operands: [gate, up, new Float32Array(T * C)] };
      yield { ...call, label: `${call.label} in place`, operands: [gate, up, gate], shared: [[2, 0]] };
    }
    const gate = Float32Array.of(0, -0, 100, -100, NaN, Infinity, 1);
    const operands = [gate, new Float32Array(7).fill(2), new Float32Array(7)];
    yield { label: "extremes", operands, params: [7], cells: [1] };
  },
  oracle({ operands: [gate, up] }: Case): Expected[] {
    return [{ operand: 2, values: Float64Array.from(gate!, (g, i) => silu(g) * up![i]) }];
  },
};
