/**
 * Oracles of the activations' gradients.
 *
 * @module
 */
import type { Random } from "../random.ts";
import { erf } from "./elementwise.ts";
import { siluSlope } from "./gated.ts";
import type { Case, Expected, Reference } from "./reference.ts";

/** Oracle of dx = dy slope(a); `draw` brings a number into the domain of a. */
function activation(slope: (a: number) => number, draw = (v: number) => v): Reference {
  return {
    *cases(random: Random): Generator<Case> {
      for (const [T, C] of [[0, 3], [1, 1], [1, 3], [2, 2], [1, 5], [3, 67]]) {
        const [a, dy] = [random.floats(T * C, 3).map(draw), random.floats(T * C)];
        const call = { label: `${T}x${C}`, params: [C], cells: [T] };
        yield { ...call, operands: [a, dy, new Float32Array(T * C)] };
        yield { ...call, label: `${call.label} into dy`, operands: [a, dy, dy], shared: [[2, 1]] };
        yield { ...call, label: `${call.label} into a`, operands: [a, dy, a], shared: [[2, 0]] };
      }
      const a = Float32Array.of(0, -0, NaN, 1e-40, -1e-40, 30, -30, 100, -100, 0.29, 0.31).map(draw);
      const operands = [a, new Float32Array(11).fill(2), new Float32Array(11)];
      yield { label: "special values", operands, params: [11], cells: [1] };
    },
    oracle({ operands: [a, dy] }: Case): Expected[] {
      const values = Float64Array.from(a!, (v, i) => dy![i] * slope(v));
      return [{ operand: 2, values, scale: values.map((_, i) => Math.abs(dy![i]) * (1 + Math.abs(a![i]))) }];
    },
  };
}

function geluSlope(x: number): number {
  const root = Math.sqrt(2 / Math.PI);
  const t = Math.tanh(root * (x + 0.044715 * x ** 3));
  return (1 + t) / 2 + x / 2 * (1 - t * t) * root * (1 + 3 * 0.044715 * x * x);
}

const geluErfSlope = (x: number): number =>
  (1 + erf(x / Math.SQRT2)) / 2 + x * Math.exp(-x * x / 2) / Math.sqrt(2 * Math.PI);

export const silu_backward_f32: Reference = activation(siluSlope);
export const gelu_backward_f32: Reference = activation(geluSlope);
export const gelu_erf_backward_f32: Reference = activation(geluErfSlope);
export const relu_backward_f32: Reference = activation((x) => x <= 0 ? 0 : 1);
export const sigmoid_backward_f32: Reference = activation((y) => y * (1 - y), (x) => 1 / (1 + Math.exp(-x)));
export const tanh_backward_f32: Reference = activation((y) => 1 - y * y, Math.tanh);
