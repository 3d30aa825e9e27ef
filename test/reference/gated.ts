/**
 * Oracles of the gated feed-forward family.
 *
 * @module
 */
import type { Random } from "../random.ts";
import type { Case, Expected, Reference } from "./reference.ts";

/** x / (1 + e^-x). */
export const silu = (x: number): number => x / (1 + Math.exp(-x));

/** silu's derivative. */
export function siluSlope(x: number): number {
  const s = 1 / (1 + Math.exp(-x));
  return s * (1 + x * (1 - s));
}

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

export const swiglu_backward_f32: Reference = {
  *cases(random: Random): Generator<Case> {
    for (const [T, C] of [[0, 3], [1, 1], [2, 3], [1, 4], [3, 5], [2, 64]]) {
      const [gate, up, dy] = [random.floats(T * C, 4), random.floats(T * C), random.floats(T * C)];
      const call = { label: `${T}x${C}`, params: [C], cells: [T] };
      yield { ...call, operands: [gate, up, dy, new Float32Array(T * C), new Float32Array(T * C)] };
      const shared = [[3, 0], [4, 2]] as const;
      yield { ...call, label: `${call.label} in place`, operands: [gate, up, dy, gate, dy], shared };
    }
    const gate = Float32Array.of(0, -0, 100, -100, NaN, 30, -30);
    const [ones, y] = [new Float32Array(7).fill(1), new Float32Array(7)];
    yield { label: "extremes", operands: [gate, ones, ones, y, y.slice()], params: [7], cells: [1] };
  },
  oracle({ operands: [gate, up, dy] }: Case): Expected[] {
    const terms = Float64Array.from(gate!, (g, i) => Math.abs(dy![i]) * (1 + Math.abs(g)));
    return [
      {
        operand: 3,
        values: Float64Array.from(gate!, (g, i) => dy![i] * up![i] * siluSlope(g)),
        scale: terms.map((t, i) => t * Math.abs(up![i])),
      },
      { operand: 4, values: Float64Array.from(gate!, (g, i) => dy![i] * silu(g)), scale: terms },
    ];
  },
};
