/**
 * Oracles of reductions of f64 and i64, and of sums of smaller integers as i64.
 *
 * @module
 */
import type { Random } from "../random.ts";
import { first, fold, size, sum } from "./reduce.ts";
import { type Case, type Expected, longs, type OperandValue, type Reference } from "./reference.ts";

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

type Draw = (random: Random, n: number) => Exclude<OperandValue, null>;
/** Great integers with ties. */
const great: Draw = (random, n) =>
  longs(BigInt64Array.from(random.ints(n, -3, 3), (v) => BigInt(v) * 2n ** 61n + 1n));
const integers: Draw = (random, n) => random.ints(n, -(2 ** 31), 2 ** 31 - 1);
const naturals: Draw = (random, n) => Uint32Array.from(integers(random, n));
const bytes: Draw = (random, n) => random.bytes(n);
/** All 255, whose sums grow fastest. */
const full: Draw = (_, n) => new Uint8Array(n).fill(255);

type Fold = (column: readonly bigint[]) => bigint | number;
const bigints = (x: OperandValue) => Array.from(x as Int32Array, BigInt);

/** Of rows of integers. */
function whole(f: Fold, isIndex: boolean, empty = false, draws: readonly Draw[] = [great]): Reference {
  return {
    *cases(random: Random): Generator<Case> {
      for (const columns of [...(empty ? [0] : []), 1, 3, 4, 5, 17, 100]) {
        for (const rows of [0, 1, 3]) {
          for (const draw of draws) {
            const y = isIndex ? new Int32Array(rows) : longs(new BigInt64Array(rows));
            const operands = [draw(random, rows * columns), y];
            yield { label: `${rows}x${columns}`, operands, params: [columns], cells: [rows] };
          }
        }
      }
    },
    oracle({ operands: [x], params: [columns], cells: [rows] }: Case): Expected[] {
      const all = bigints(x);
      const values = Array.from({ length: rows }, (_, r) => f(all.slice(r * columns, (r + 1) * columns)));
      return [{ operand: 1, values }];
    },
  };
}

/** Of columns of integers [O, N, I]. */
function middle(f: Fold, draw: Draw): Reference {
  return {
    *cases(random: Random): Generator<Case> {
      for (
        const [O, N, I] of [[0, 3, 2], [2, 3, 0], [2, 0, 3], [1, 1, 1], [2, 7, 1], [3, 8, 3], [1, 25, 17]]
      ) {
        const operands = [draw(random, O * N * I), longs(new BigInt64Array(O * I))];
        yield { label: `${O}x${N}x${I}`, operands, params: [N, I], cells: [O] };
      }
    },
    oracle({ operands: [x], params: [N, I], cells: [O] }: Case): Expected[] {
      const all = bigints(x);
      const column = (o: number, i: number) => Array.from({ length: N }, (_, n) => all[(o * N + n) * I + i]);
      const values = Array.from({ length: O * I }, (_, e) => f(column(Math.floor(e / I), e % I)));
      return [{ operand: 1, values }];
    },
  };
}

const added: Fold = (column) => BigInt.asIntN(64, column.reduce((a, b) => a + b, 0n));
const multiplied: Fold = (column) => BigInt.asIntN(64, column.reduce((a, b) => a * b, 1n));
const largest = (row: readonly bigint[]) => row.reduce((a, b) => a > b ? a : b);
const smallest = (row: readonly bigint[]) => row.reduce((a, b) => a < b ? a : b);

export const sum_i64: Reference = whole(added, false, true);
export const prod_i64: Reference = whole(multiplied, false, true);
export const sum_i32_i64: Reference = whole(added, false, true, [integers]);
export const sum_u32_i64: Reference = whole(added, false, true, [naturals]);
export const sum_u8_i64: Reference = whole(added, false, true, [bytes, full]);
export const sum_middle_i64: Reference = middle(added, great);
export const prod_middle_i64: Reference = middle(multiplied, great);
export const sum_middle_i32_i64: Reference = middle(added, integers);
export const sum_middle_u32_i64: Reference = middle(added, naturals);
export const max_i64: Reference = whole(largest, false);
export const min_i64: Reference = whole(smallest, false);
export const argmax_i64: Reference = whole((row) => row.indexOf(largest(row)), true);
export const argmin_i64: Reference = whole((row) => row.indexOf(smallest(row)), true);
