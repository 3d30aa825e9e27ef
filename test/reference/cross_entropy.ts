/**
 * Oracles of cross entropy.
 *
 * @module
 */
import type { Random } from "../random.ts";
import type { Case, Expected, OperandValue, Reference } from "./reference.ts";

const IGNORE = -100;

/** log(sum of e^x). */
export function logSumExp(x: Float64Array): number {
  const m = x.reduce((a, b) => Math.max(a, b), -Infinity);
  return m + Math.log(x.reduce((sum, v) => sum + Math.exp(v - m), 0));
}

const rowOf = (x: OperandValue, t: number, V: number): Float64Array =>
  Float64Array.from(x!.subarray(t * V, (t + 1) * V));
const weightsOf = (w: OperandValue, V: number): Float64Array =>
  w ? Float64Array.from(w) : new Float64Array(V).fill(1);

/** Logits, targets and weights (or null) with params and cells. */
function* inputs(random: Random): Generator<Case> {
  for (const [T, V] of [[0, 3], [1, 1], [2, 3], [3, 4], [2, 5], [4, 33], [2, 131]]) {
    const targets = random.ints(T, 0, V - 1);
    for (const [weights, smoothing] of [[null, 0], [random.floats(V).map(Math.abs), 0.1]] as const) {
      const operands = [random.floats(T * V, 4), targets, weights];
      const label = `${T}x${V} ${weights ? "weighted, smooth" : ""}`;
      yield { label, operands, params: [V, IGNORE, smoothing], cells: [T] };
    }
  }
  const [logits, targets] = [random.floats(18), Int32Array.of(0, IGNORE, -1, 3, 2, -(2 ** 31))];
  yield { label: "outside", operands: [logits, targets, null], params: [3, IGNORE, 0], cells: [6] };
  const ignored = Int32Array.of(1, 0, 1);
  const nan = Float32Array.of(NaN, 1, 1000, -1000, -Infinity, 0);
  yield { label: "NaN, large, class ignored", operands: [nan, ignored, null], params: [2, 1, 0], cells: [3] };
}

export const cross_entropy_f32: Reference = {
  *cases(random: Random): Generator<Case> {
    for (const call of inputs(random)) {
      const [T] = call.cells;
      yield { ...call, operands: [...call.operands, new Float32Array(T), new Float32Array(T)] };
    }
  },
  oracle({ operands: [logits, targets, w], params: [V, ignore, s], cells: [T] }: Case): Expected[] {
    const [losses, lses, scale, weights] = [
      new Float64Array(T),
      new Float64Array(T),
      new Float64Array(T),
      weightsOf(w, V),
    ];
    for (let t = 0; t < T; t++) {
      const x = rowOf(logits, t, V), target = targets![t], lse = lses[t] = logSumExp(x);
      const sharp = weights[target] * (lse - x[target]);
      const smooth = s === 0 ? 0 : x.reduce((sum, v, c) => sum + weights[c] * (lse - v), 0);
      losses[t] = target === ignore ? 0 : target in x ? (1 - s) * sharp + s / V * smooth : NaN;
      scale[t] = 1 + Math.abs(losses[t]) + Math.abs(lse) * (weights[target] ?? 1);
    }
    return [{ operand: 3, values: losses, scale }, { operand: 4, values: lses }];
  },
};

export const cross_entropy_backward_f32: Reference = {
  *cases(random: Random): Generator<Case> {
    for (const call of inputs(random)) {
      const [[T], [V]] = [call.cells, call.params];
      const lse = Float32Array.from({ length: T }, (_, t) => logSumExp(rowOf(call.operands[0], t, V)));
      const operands = [...call.operands, lse, random.floats(T)];
      yield { ...call, operands: [...operands, new Float32Array(T * V)] };
      yield {
        ...call,
        label: `${call.label} in place`,
        operands: [...operands, operands[0]],
        shared: [[5, 0]],
      };
    }
  },
  oracle(
    { operands: [logits, targets, w, lse, dloss], params: [V, ignore, s], cells: [T] }: Case,
  ): Expected[] {
    const [values, scale, weights] = [new Float64Array(T * V), new Float64Array(T * V), weightsOf(w, V)];
    const all = weights.reduce((a, b) => a + b, 0);
    for (let t = 0; t < T; t++) {
      const x = rowOf(logits, t, V), target = targets![t];
      if (target === ignore) continue;
      const sharp = (1 - s) * weights[target], d = dloss![t];
      for (let c = 0; c < V; c++) {
        const p = Math.exp(x[c] - lse![t]), hit = c === target ? 1 : 0, i = t * V + c;
        values[i] = target in x ? d * (sharp * (p - hit) + s / V * (p * all - weights[c])) : NaN;
        // the rounding of logit - lse is p's relative error
        const inexact = p * (1 + Math.abs(x[c]) + Math.abs(lse![t]));
        scale[i] = Math.abs(d) * (sharp * (inexact + hit) + s / V * (inexact * all + weights[c]));
      }
    }
    return [{ operand: 5, values, scale }];
  },
};
