/**
 * Oracles of the norms' gradients.
 *
 * @module
 */
import type { Random } from "../random.ts";
import type { Case, Expected, OperandValue, Reference } from "./reference.ts";

const EPS = 1e-5;
const shapes = [[0, 4], [1, 1], [3, 3], [2, 4], [5, 7], [1, 8], [3, 9], [2, 64], [2, 275]];
const mean = (x: Float64Array): number => x.reduce((a, b) => a + b, 0) / x.length;
const times = (a: Float64Array, b: ArrayLike<number>): Float64Array => a.map((v, i) => v * b[i]);
const row = (x: OperandValue, r: number, C: number): Float64Array =>
  Float64Array.from(x!.subarray(r * C, (r + 1) * C));

/** Mean (0 for rms) and 1 / deviation of a row. */
function statistics(x: Float64Array, eps: number, centred: boolean): [mean: number, scale: number] {
  const m = centred ? mean(x) : 0;
  return [m, 1 / Math.sqrt(mean(x.map((v) => (v - m) ** 2)) + eps)];
}

/** Gradient of x; `outputs` are the operands of dx, mean (layer norm alone) and scale. */
function gradient(centred: boolean): Reference {
  const outputs = centred ? 3 : 2;
  return {
    *cases(random: Random): Generator<Case> {
      for (const [R, C] of shapes) {
        const [x, w, dy] = [
          random.floats(R * C, 3).map((v) => v + 1),
          random.floats(C),
          random.floats(R * C),
        ];
        const found = Array.from({ length: outputs - 1 }, () => new Float32Array(R));
        const call = { label: `${R}x${C}`, params: [C, EPS], cells: [R] };
        yield { ...call, operands: [x, w, dy, new Float32Array(R * C), ...found] };
        yield {
          ...call,
          label: `${call.label} into dy`,
          operands: [x, w, dy, dy, ...found],
          shared: [[3, 2]],
        };
        yield { ...call, label: `${call.label} into x`, operands: [x, w, dy, x, ...found], shared: [[3, 0]] };
      }
      const operands = [Float32Array.of(0, 0, NaN, 1), Float32Array.of(1, 2), Float32Array.of(1, 2, 3, 4)];
      const found = Array.from({ length: outputs - 1 }, () => new Float32Array(2));
      const label = "zeros, NaN stays in its row";
      yield { label, operands: [...operands, new Float32Array(4), ...found], params: [2, EPS], cells: [2] };
    },
    oracle({ operands: [x, w, dy], params: [C, eps], cells: [R] }: Case): Expected[] {
      const [values, scale] = [new Float64Array(R * C), new Float64Array(R * C)];
      const [means, scales] = [new Float64Array(R), new Float64Array(R)];
      for (let r = 0; r < R; r++) {
        [means[r], scales[r]] = statistics(row(x, r, C), eps, centred);
        const normal = row(x, r, C).map((v) => (v - means[r]) * scales[r]);
        const g = times(row(dy, r, C), w!);
        const [level, along] = [centred ? mean(g) : 0, mean(times(g, normal))];
        values.set(g.map((v, c) => scales[r] * (v - level - normal[c] * along)), r * C);
        const size = mean(g.map(Math.abs)), bend = mean(times(g, normal).map(Math.abs));
        scale.set(g.map((v, c) => scales[r] * (Math.abs(v) + size + Math.abs(normal[c]) * bend)), r * C);
      }
      const found = centred ? [means, scales] : [scales];
      return [{ operand: 3, values, scale }, ...found.map((v, i) => ({ operand: 4 + i, values: v }))];
    },
  };
}

/** Gradients of w and, with `centred`, b. */
function weightGradient(centred: boolean): Reference {
  return {
    *cases(random: Random): Generator<Case> {
      for (const [R, C] of [...shapes, [17, 5]]) {
        const call = { label: `${R}x${C}`, params: [C], cells: [R] };
        const inputs = [random.floats(R * C), random.floats(R * C)];
        const found = Array.from({ length: centred ? 2 : 1 }, () => random.floats(R));
        const operands = [...inputs, ...found, new Float32Array(C)];
        yield { ...call, operands: centred ? [...operands, new Float32Array(C)] : operands };
        if (centred) yield { ...call, label: `${call.label} without db`, operands: [...operands, null] };
      }
    },
    oracle({ operands, params: [C], cells: [R] }: Case): Expected[] {
      const [x, dy, first, second] = operands;
      const [dw, dwScale, db, dbScale] = Array.from({ length: 4 }, () => new Float64Array(C));
      for (let i = 0; i < R * C; i++) {
        const [r, c] = [Math.floor(i / C), i % C];
        const normal = centred ? (x![i] - first![r]) * second![r] : x![i] * first![r];
        dw[c] += dy![i] * normal;
        dwScale[c] += Math.abs(dy![i] * normal);
        db[c] += dy![i];
        dbScale[c] += Math.abs(dy![i]);
      }
      const weight = { operand: centred ? 4 : 3, values: dw, scale: dwScale };
      return operands[5] ? [weight, { operand: 5, values: db, scale: dbScale }] : [weight];
    },
  };
}

export const rms_norm_backward_f32: Reference = gradient(false);
export const layer_norm_backward_f32: Reference = gradient(true);
export const rms_norm_weight_backward_f32: Reference = weightGradient(false);
export const layer_norm_weight_backward_f32: Reference = weightGradient(true);
