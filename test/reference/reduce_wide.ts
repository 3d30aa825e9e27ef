/**
 * Oracles of reductions of f64 and i64 over the last dimension.
 *
 * @module
 */
import type { Random } from "../random.ts";
import { first, fold, size, sum } from "./reduce.ts";
import { type Case, type Expected, longs, type Reference } from "./reference.ts";

const real = (
  f: (row: readonly number[]) => number,
  into: "f64" | "i32",
  scale?: (row: readonly number[]) => number,
): Reference => fold(f, into, scale !== undefined, scale, Float64Array);

export const sum_f64: Reference = real(sum, "f64", size);
export const mean_f64: Reference = real(
  (row) => sum(row) / row.length,
  "f64",
  (row) => size(row) / row.length,
);
export const prod_f64: Reference = real(
  (row) => row.reduce((a, b) => a * b, 1),
  "f64",
  (row) => Math.abs(row.reduce((a, b) => a * b, 1)),
);
export const max_f64: Reference = real((row) => row[first(row, Math.max(...row))], "f64");
export const min_f64: Reference = real((row) => row[first(row, Math.min(...row))], "f64");
export const argmax_f64: Reference = real((row) => first(row, Math.max(...row)), "i32");
export const argmin_f64: Reference = real((row) => first(row, Math.min(...row)), "i32");

/** Of rows of great integers with ties. */
function whole(f: (row: readonly bigint[]) => bigint | number, isIndex: boolean, empty = false): Reference {
  return {
    *cases(random: Random): Generator<Case> {
      for (const columns of [...(empty ? [0] : []), 1, 3, 4, 5, 17]) {
        for (const rows of [0, 1, 3]) {
          const x = longs(
            BigInt64Array.from(random.ints(rows * columns, -3, 3), (v) => BigInt(v) * 2n ** 61n + 1n),
          );
          const y = isIndex ? new Int32Array(rows) : longs(new BigInt64Array(rows));
          yield { label: `${rows}x${columns}`, operands: [x, y], params: [columns], cells: [rows] };
        }
      }
    },
    oracle({ operands: [operand], params: [columns], cells: [rows] }: Case): Expected[] {
      const x = Array.from(operand as ArrayLike<unknown>) as bigint[];
      const values = Array.from({ length: rows }, (_, r) => f(x.slice(r * columns, (r + 1) * columns)));
      return [{ operand: 1, values }];
    },
  };
}

const largest = (row: readonly bigint[]) => row.reduce((a, b) => a > b ? a : b);
const smallest = (row: readonly bigint[]) => row.reduce((a, b) => a < b ? a : b);

export const sum_i64: Reference = whole(
  (row) => BigInt.asIntN(64, row.reduce((a, b) => a + b, 0n)),
  false,
  true,
);
export const max_i64: Reference = whole(largest, false);
export const min_i64: Reference = whole(smallest, false);
export const argmax_i64: Reference = whole((row) => row.indexOf(largest(row)), true);
export const argmin_i64: Reference = whole((row) => row.indexOf(smallest(row)), true);
