/**
 * Oracles of the rope family.
 *
 * @module
 */
import type { Random } from "../random.ts";
import type { Case, Expected, Reference } from "./reference.ts";

/** The columns of pair i. */
type Pairing = (i: number, rotated: number) => [number, number];

/** One head turned by the angles of a row of the table. */
export function turn(head: Float64Array, angles: ArrayLike<number>, pairing: Pairing): Float64Array {
  const y = head.slice();
  for (let i = 0; 2 * i < angles.length; i++) {
    const [u, v] = pairing(i, angles.length);
    const [cos, sin] = [angles[2 * i], angles[2 * i + 1]];
    y[u] = head[u] * cos - head[v] * sin;
    y[v] = head[u] * sin + head[v] * cos;
  }
  return y;
}

/** The table of S positions for R columns: cos and sin of p / base^(2i / R). */
export function ropeTable(S: number, R: number, base = 10000): Float32Array {
  const table = new Float32Array(S * R);
  for (let p = 0; p < S; p++) {
    for (let i = 0; 2 * i < R; i++) {
      const angle = p * base ** (-2 * i / R);
      table.set([Math.cos(angle), Math.sin(angle)], p * R + 2 * i);
    }
  }
  return table;
}

/** With `sign` -1 the head turns back. */
function reference(pairing: Pairing, sign = 1): Reference {
  return {
    *cases(random: Random): Generator<Case> {
      const sizes = [[0, 2, 4, 4, 0], [1, 1, 2, 2, 5], [3, 2, 8, 8, 2], [2, 3, 6, 6, 0], [2, 2, 13, 10, 1], [
        5,
        1,
        64,
        64,
        3,
      ]];
      for (const [T, H, D, R, P] of sizes) {
        const [x, table, S] = [random.floats(T * H * D), ropeTable(8, R), 8];
        const call = { label: `${T}x${H}x${D}, ${R} from ${P}`, params: [H, D, R, S], cells: [T, P] };
        yield { ...call, operands: [x, table, new Float32Array(x.length)] };
        yield { ...call, label: `${call.label} in place`, operands: [x, table, x], shared: [[2, 0]] };
      }
      for (const P of [-1, 7]) {
        const operands = [random.floats(16), ropeTable(8, 4), new Float32Array(16)];
        yield { label: `beyond the table from ${P}`, operands, params: [2, 4, 4, 8], cells: [2, P] };
      }
    },
    oracle({ operands: [x, table], params: [H, D, R, S], cells: [T, P] }: Case): Expected[] {
      const values = new Float64Array(T * H * D);
      for (let head = 0; head < T * H; head++) {
        const row = Float64Array.from({ length: D }, (_, d) => x![head * D + d]);
        const p = P + Math.floor(head / H);
        const angles = Float64Array.from({ length: R }, (_, i) => table![p * R + i] * (i % 2 ? sign : 1));
        values.set(p >= 0 && p < S ? turn(row, angles, pairing) : row.fill(NaN), head * D);
      }
      return [{ operand: 2, values }];
    },
  };
}

const neighbours: Pairing = (i) => [2 * i, 2 * i + 1];
const halves: Pairing = (i, rotated) => [i, i + rotated / 2];

export const rope_interleaved_f32: Reference = reference(neighbours);
export const rope_halved_f32: Reference = reference(halves);
export const rope_interleaved_backward_f32: Reference = reference(neighbours, -1);
export const rope_halved_backward_f32: Reference = reference(halves, -1);
