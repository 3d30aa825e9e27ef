/**
 * Oracles of reductions over the last dimension.
 *
 * @module
 */
import type { Random } from "../random.ts";
import type { Case, Expected, Reference } from "./reference.ts";

const SPECIAL = [NaN, Infinity, -Infinity];

type Row = readonly number[];

export function fold(
  f: (row: Row) => number,
  into: "f32" | "f64" | "i32",
  empty: boolean,
  scale?: (row: Row) => number,
  from: typeof Float32Array | typeof Float64Array = Float32Array,
): Reference {
  const out = (length: number) => new { f32: Float32Array, f64: Float64Array, i32: Int32Array }[into](length);
  return {
    *cases(random: Random): Generator<Case> {
      for (const columns of [...(empty ? [0] : []), 1, 3, 4, 5, 15, 16, 17, 33, 1000]) {
        for (const rows of [0, 1, 3]) {
          const x = from.from(random.floats(rows * columns, 2));
          yield { label: `${rows}x${columns}`, operands: [x, out(rows)], params: [columns], cells: [rows] };
        }
      }
      const ties = from.of(1, 5, 5, 2, -3, -3, 7, 7, NaN, 1, NaN, 9, Infinity, -Infinity, 0, -0);
      const holes = from.from(
        random.floats(12 * 41).map((v) => random.next() < 0.02 ? random.pick(SPECIAL) : v),
      );
      yield { label: "holes", operands: [holes, out(12)], params: [41], cells: [12] };
      yield { label: "ties and NaN", operands: [ties, out(4)], params: [4], cells: [4] };
    },
    oracle({ operands: [operand], params: [columns], cells: [rows] }: Case): Expected[] {
      const x = Array.from(operand as Float32Array);
      const each = Array.from({ length: rows }, (_, r) => x.slice(r * columns, (r + 1) * columns));
      return [{ operand: 1, values: each.map(f), ...(scale ? { scale: each.map(scale) } : {}) }];
    },
  };
}

export const sum = (row: Row) => row.reduce((a, b) => a + b, 0);
export const size = (row: Row) => sum(row.map(Math.abs));
export const first = (row: Row, value: number) =>
  row.some(Number.isNaN) ? row.findIndex(Number.isNaN) : row.findIndex((v) => v === value);

export const sum_f32: Reference = fold(sum, "f32", true, size);
export const mean_f32: Reference = fold(
  (row) => sum(row) / row.length,
  "f32",
  true,
  (row) => size(row) / row.length,
);
export const max_f32: Reference = fold((row) => row[first(row, Math.max(...row))], "f32", false);
export const min_f32: Reference = fold((row) => row[first(row, Math.min(...row))], "f32", false);
export const argmax_f32: Reference = fold((row) => first(row, Math.max(...row)), "i32", false);
export const argmin_f32: Reference = fold((row) => first(row, Math.min(...row)), "i32", false);
