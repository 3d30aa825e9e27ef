/**
 * Oracles of the normalisation of groups of channels.
 *
 * @module
 */
import type { Random } from "../random.ts";
import { layerNorm } from "./norm.ts";
import type { Case, Expected, OperandValue, Reference } from "./reference.ts";

const EPS = 1e-5;
/** [B, G, K, S] */
const shapes = [
  [0, 2, 3, 4],
  [1, 1, 1, 1],
  [2, 3, 1, 1],
  [2, 2, 5, 1],
  [1, 2, 16, 1],
  [2, 1, 3, 3],
  [1, 3, 2, 4],
  [2, 2, 2, 7],
  [1, 2, 3, 9],
  [1, 2, 2, 133],
];
const row = (x: OperandValue, r: number, n: number): Float64Array =>
  Float64Array.from(x!.subarray(r * n, (r + 1) * n));
const mean = (x: Float64Array): number => x.reduce((a, b) => a + b, 0) / x.length;
/** The K values of row r, one for each of its numbers. */
const spreadOut = (w: OperandValue, r: number, [G, K, S]: readonly number[], absent: number) =>
  Float64Array.from({ length: K * S }, (_, i) => w ? w[(r % G) * K + Math.floor(i / S)] : absent);

export const group_norm_f32: Reference = {
  *cases(random: Random): Generator<Case> {
    for (const [B, G, K, S] of shapes) {
      const R = B * G, x = random.floats(R * K * S, 3).map((v) => v + 5);
      const [w, b] = [random.floats(G * K), random.floats(G * K)];
      const y = new Float32Array(x.length);
      const call = { label: `${B}x${G}x${K}x${S}`, params: [G, K, S, EPS], cells: [R] };
      yield { ...call, operands: [x, w, b, y] };
      yield { ...call, label: `${call.label} without w`, operands: [x, null, b, y] };
      yield { ...call, label: `${call.label} without b`, operands: [x, w, null, y] };
      yield { ...call, label: `${call.label} in place`, operands: [x, w, b, x], shared: [[3, 0]] };
    }
    const x = Float32Array.of(1, NaN, 2, 3, 4, 5, 6, 8);
    const operands = [x, Float32Array.of(1, 2), null, new Float32Array(8)];
    yield { label: "NaN stays in its row", operands, params: [1, 2, 2, EPS], cells: [2] };
  },
  oracle({ operands: [x, w, b], params: [G, K, S, eps], cells: [R] }: Case): Expected[] {
    const values = new Float64Array(R * K * S);
    for (let r = 0; r < R; r++) {
      const [p, q] = [spreadOut(w, r, [G, K, S], 1), spreadOut(b, r, [G, K, S], 0)];
      values.set(layerNorm(row(x, r, K * S), p, q, eps), r * K * S);
    }
    return [{ operand: 3, values }];
  },
};

export const group_norm_backward_f32: Reference = {
  *cases(random: Random): Generator<Case> {
    for (const [B, G, K, S] of shapes) {
      const R = B * G, n = R * K * S;
      const [x, w, dy] = [random.floats(n, 3).map((v) => v + 1), random.floats(G * K), random.floats(n)];
      const sums = [new Float32Array(R * K), new Float32Array(R * K)];
      const call = { label: `${B}x${G}x${K}x${S}`, params: [G, K, S, EPS], cells: [R] };
      yield { ...call, operands: [x, w, dy, new Float32Array(n), ...sums] };
      const label = `${call.label} without w`;
      yield { ...call, label, operands: [x, null, dy, new Float32Array(n), ...sums] };
      yield { ...call, label: `${call.label} into dy`, operands: [x, w, dy, dy, ...sums], shared: [[3, 2]] };
      yield { ...call, label: `${call.label} into x`, operands: [x, w, dy, x, ...sums], shared: [[3, 0]] };
    }
  },
  oracle({ operands: [x, w, dy], params: [G, K, S, eps], cells: [R] }: Case): Expected[] {
    const n = K * S;
    const [dx, dxScale] = [new Float64Array(R * n), new Float64Array(R * n)];
    const [dw, dwScale, db, dbScale] = Array.from({ length: 4 }, () => new Float64Array(R * K));
    for (let r = 0; r < R; r++) {
      const values = row(x, r, n), d = row(dy, r, n), m = mean(values);
      const scale = 1 / Math.sqrt(mean(values.map((v) => (v - m) ** 2)) + eps);
      const normal = values.map((v) => (v - m) * scale), p = spreadOut(w, r, [G, K, S], 1);
      const g = d.map((v, i) => v * p[i]), gn = g.map((v, i) => v * normal[i]);
      const [level, along] = [mean(g), mean(gn)];
      const [size, bend] = [mean(g.map(Math.abs)), mean(gn.map(Math.abs))];
      g.forEach((v, i) => {
        dx[r * n + i] = scale * (v - level - normal[i] * along);
        dxScale[r * n + i] = scale * (Math.abs(v) + size + Math.abs(normal[i]) * bend);
        const k = r * K + Math.floor(i / S);
        dw[k] += d[i] * normal[i], dwScale[k] += Math.abs(d[i]) * (1 + Math.abs(normal[i]));
        db[k] += d[i], dbScale[k] += Math.abs(d[i]);
      });
    }
    return [
      { operand: 3, values: dx, scale: dxScale },
      { operand: 4, values: dw, scale: dwScale },
      { operand: 5, values: db, scale: dbScale },
    ];
  },
};
