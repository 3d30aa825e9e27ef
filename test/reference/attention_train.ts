/**
 * Oracles of attention without a cache.
 *
 * @module
 */
import type { Random } from "../random.ts";
import type { Case, Expected, OperandValue, Reference } from "./reference.ts";
import { softmax } from "./softmax.ts";

const row = (x: OperandValue, i: number, width: number): Float64Array =>
  Float64Array.from(x!.subarray(i * width, (i + 1) * width));
const dot = (a: Float64Array, b: Float64Array): number => a.reduce((sum, v, i) => sum + v * b[i], 0);

// B, T, H, G, D, S, causal
const shapes = [
  [0, 2, 1, 1, 4, 2, 1],
  [1, 0, 1, 1, 4, 2, 1],
  [1, 1, 1, 1, 1, 1, 0],
  [2, 3, 4, 2, 5, 3, 1],
  [1, 5, 2, 1, 8, 9, 0],
  [1, 7, 3, 3, 9, 4, 1],
  [2, 3, 2, 2, 4, 6, 1],
  [1, 49, 2, 1, 12, 49, 1],
  [1, 50, 1, 1, 17, 34, 0],
  [1, 131, 2, 1, 3, 140, 1],
  [1, 2, 1, 1, 130, 260, 0],
];

/** q, k, v with params and cells. */
function* inputs(random: Random): Generator<Case & { width: number }> {
  for (const [B, T, H, G, D, S, causal] of shapes) {
    const [q, k, v] = [
      random.floats(B * T * H * D, 2),
      random.floats(B * G * S * D),
      random.floats(B * G * S * D),
    ];
    const label = `B=${B} T=${T} H=${H} G=${G} D=${D} S=${S} causal=${causal}`;
    const params = [T, H, G, D, S, Math.fround(1 / Math.sqrt(D)), causal];
    yield { label, operands: [q, k, v], params, cells: [B], width: q.length };
  }
}

/** Query i of all, its keys' rows in k and v, and its weights over them. */
interface Query {
  readonly i: number;
  readonly seen: number[];
  readonly p: Float64Array;
}

function* queries(
  { operands: [q, k], params: [T, H, G, D, S, scale, causal], cells: [B] }: Case,
): Generator<Query> {
  for (let i = 0; i < B * T * H; i++) {
    const [h, t, b] = [i % H, Math.floor(i / H) % T, Math.floor(i / H / T)];
    const first = (b * G + Math.floor(h * G / H)) * S;
    const seen = Array.from({ length: causal ? Math.min(t + 1, S) : S }, (_, j) => first + j);
    yield { i, seen, p: softmax(seen.map((j) => scale * dot(row(q, i, D), row(k, j, D)))) };
  }
}

export const attention_train_f32: Reference = {
  *cases(random: Random): Generator<Case> {
    for (const { width, ...call } of inputs(random)) {
      yield { ...call, operands: [...call.operands, new Float32Array(width)] };
    }
  },
  oracle(call: Case): Expected[] {
    const [v, y, D] = [call.operands[2], new Float64Array(call.operands[0]!.length), call.params[3]];
    for (const { i, seen, p } of queries(call)) {
      seen.forEach((j, n) => row(v, j, D).forEach((value, d) => y[i * D + d] += p[n] * value));
    }
    return [{ operand: 3, values: y }];
  },
};

export const attention_train_backward_f32: Reference = {
  *cases(random: Random): Generator<Case> {
    for (const { width, ...call } of inputs(random)) {
      const [dy, dkv] = [random.floats(width), new Float32Array(2 * call.operands[1]!.length)];
      yield { ...call, operands: [...call.operands, dy, new Float32Array(width), dkv] };
      const operands = [...call.operands, dy, dy, dkv];
      yield { ...call, label: `${call.label} into dy`, operands, shared: [[4, 3]] };
    }
  },
  oracle(call: Case): Expected[] {
    const { operands: [q, k, v, dy], params: [, , G, D, S, factor] } = call;
    const [dq, dkv] = [new Float64Array(q!.length), new Float64Array(2 * k!.length)];
    const place = (j: number): number => (j + Math.floor(j / (G * S)) * G * S) * D; // of dk[j]; dv[j] lies G S D after
    const add = (to: Float64Array, at: number, x: Float64Array, by: number): void =>
      x.forEach((value, d) => to[at + d] += by * value);
    for (const { i, seen, p } of queries(call)) {
      const dp = Float64Array.from(seen, (j) => dot(row(dy, i, D), row(v, j, D)));
      seen.forEach((j, n) => {
        const ds = factor * p[n] * (dp[n] - dot(p, dp));
        add(dq, i * D, row(k, j, D), ds);
        add(dkv, place(j), row(q, i, D), ds);
        add(dkv, place(j) + G * S * D, row(dy, i, D), p[n]);
      });
    }
    return [{ operand: 4, values: dq }, { operand: 5, values: dkv }];
  },
};
